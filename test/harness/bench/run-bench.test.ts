/**
 * Proves how a bench measures, with a suite that takes as long as it is told by a clock moved by hand: results are checked before
 * anything runs, cases run in turns behind one round that is not measured, rounds stop at the budget, values and ratios are those
 * computed by hand, and everything is closed and removed whatever goes wrong. A planted slowdown of 30 % is a critical regression for
 * any noise of 3 %, one of 1 % never is (over 200 seeds).
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../../src/core/random.js';
import { hasCritical, measuresOf, withComparison } from '../../../src/harness/bench/compare.js';
import type { BenchOptions, BenchProgress } from '../../../src/harness/bench/options.js';
import type { BenchResult } from '../../../src/harness/bench/result.js';
import { benchSuites } from '../../../src/harness/bench/run-bench.js';
import { jsonLines, Scratch } from '../../support/scratch.js';
import { fakeSuite, type FakeOptions, type FakeSuite } from './fake-suite.js';

const scratch = new Scratch();

async function run(options: BenchOptions = {}, fake: FakeSuite = fakeSuite()): Promise<BenchResult> {
  return benchSuites([fake.suite], { suites: ['kernel'], documents: 100, clock: fake.clock, workers: 2, ...options });
}

describe('a bench', () => {
  it('checks first, then runs cases in turns, each round beginning with another one, once more than it measures', async () => {
    const fake = fakeSuite();
    const result = await run({ rounds: 3 }, fake);
    const turn = ['subject', 'baseline', 'baseline', 'subject'];
    expect(fake.calls).toEqual(['open', 'check', ...turn, ...turn, 'close']);
    expect(result.suites[0]?.cases.map(({ rounds }) => rounds.length)).toEqual([3, 3]);
  });

  it('gives medians, the least and the greatest, and ratios of rounds', async () => {
    const subjectMs = (round: number): number => [999, 10, 30, 20][round] ?? NaN;
    const baselineMs = (round: number): number => [999, 40, 60, 100][round] ?? NaN;
    const { suites, documents } = await run({ rounds: 3 }, fakeSuite({ subjectMs, baselineMs }));
    expect(documents).toMatchObject({ source: 'generated', count: 100, seed: 1 });
    const perMinute = (ms: number): number => (100 * 60_000) / ms;
    const [subject, baseline] = suites[0]?.cases ?? [];
    expect(subject?.rounds).toEqual([10, 30, 20].map(perMinute));
    expect(subject?.value).toEqual({ value: perMinute(20), low: perMinute(30), high: perMinute(10) });
    expect(subject?.ratios).toEqual([{ baseline: 'baseline', ratio: { value: 4, low: 2, high: 5 } }]);
    expect(baseline).toMatchObject({ role: 'baseline', ratios: [] });
  });

  it('begins no round that would end behind its budget, and says so', async () => {
    // A second for the two cases: five and a half rounds fit behind the one that is not measured.
    const fake = fakeSuite({ subjectMs: () => 400, baselineMs: () => 600 });
    const { suites, notes } = await run({ rounds: 50, seconds: 6.5 }, fake);
    expect(suites[0]?.cases[0]?.rounds).toHaveLength(5);
    expect(notes).toContain('There was time for 5 of 50 rounds of the suite kernel.');
  });

  it('looks at memory while it measures, in a bounded number of points', async () => {
    const { suites, seconds } = await run({ rounds: 20 }, fakeSuite({ subjectMs: () => 4000 }));
    const memory = suites[0]?.memory ?? [];
    expect(suites[0]?.startSeconds).toBe(0);
    expect(memory.length).toBeGreaterThan(30);
    expect(memory.length).toBeLessThanOrEqual(64);
    const times = memory.map((point) => point.seconds);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times.at(-1)).toBe(seconds);
    for (const { rssBytes, heapUsedBytes } of memory) expect(rssBytes).toBeGreaterThan(heapUsedBytes ?? Infinity);
  });

  it('always has one round, however little time there is', async () => {
    const { suites } = await run({ seconds: 0.1 }, fakeSuite({ subjectMs: () => 5000 }));
    expect(suites[0]?.cases[0]?.rounds).toHaveLength(1);
  });

  it('has fewer documents where there is less time', async () => {
    const fake = fakeSuite();
    await run({ documents: 1000, seconds: 5 }, fake);
    expect(fake.contexts[0]?.documents.count).toBe(500);
    expect(fake.contexts[0]?.scale).toBe(0.5);
  });

  it('tells of each case before it runs', async () => {
    const told: BenchProgress[] = [];
    await run({ rounds: 1, onProgress: (progress) => told.push(progress) });
    expect(told.map(({ case: name, round }) => `${name} ${round}`)).toEqual([
      ...[' 0', 'subject 0', 'baseline 0'],
      ...['baseline 1', 'subject 1'],
    ]);
    expect(told[0]).toEqual({ suite: 'kernel', case: '', round: 0, rounds: 1, suitesDone: 0, suites: 1 });
  });

  it('measures with documents of the inputs, and tells of bad rows', async () => {
    const input = scratch.write(
      'own.jsonl',
      jsonLines([{ text: 'one' }, { text: 'two' }, { text: 'one' }, { text: 1 }]),
    );
    const fake = fakeSuite();
    const { documents, notes } = await run({ inputs: [input] }, fake);
    expect(documents).toMatchObject({ source: input, count: 2, bytes: 6 });
    expect(notes).toContain('Rows of the inputs without a text, passed over: 1.');
  });
});

describe('whatever goes wrong', () => {
  it('nothing is timed when the check fails, and all is closed and removed', async () => {
    const fake = fakeSuite({ check: () => Promise.reject(new Error('wrong results')) });
    await expect(run({}, fake)).rejects.toThrow('wrong results');
    expect(fake.calls).toEqual(['open', 'check', 'close']);
    expect(existsSync(fake.contexts[0]?.folder ?? '')).toBe(false);
  });

  it('a run that is aborted half-way is closed and removed', async () => {
    const controller = new AbortController();
    const fake = fakeSuite({
      subjectMs: (round) => {
        if (round === 2) controller.abort();
        return 10;
      },
    });
    await expect(run({ signal: controller.signal }, fake)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(fake.calls.filter((call) => call === 'subject')).toHaveLength(3);
    expect(fake.calls.at(-1)).toBe('close');
    expect(existsSync(fake.contexts[0]?.folder ?? '')).toBe(false);
  });

  it('a value that is none is refused', async () => {
    for (const subjectValue of [NaN, Infinity, 0, -1]) {
      await expect(run({}, fakeSuite({ subjectValue }))).rejects.toMatchObject({ code: 'ERR_INTERNAL' });
    }
  });
});

describe('a saved baseline', () => {
  const saveAndCompare = async (name: string, before: FakeOptions, after: FakeOptions): Promise<BenchResult> => {
    const baselinesDir = scratch.path('baselines');
    const first = await run({ rounds: 7, baseline: name, baselinesDir }, fakeSuite(before));
    expect(first.comparison).toBeNull();
    return run({ rounds: 7, compare: name, baselinesDir }, fakeSuite(after));
  };
  /** Some noise, so that the ranks of two runs are not those of equal values. */
  const about = (ms: number) => (run_: number) => ms * (1 + 0.004 * Math.sin(7 * run_));

  it('shows a planted slowdown of 30 % as critical, and only that', async () => {
    const result = await saveAndCompare('slower', { subjectMs: about(10) }, { subjectMs: about(13) });
    const { comparison } = result;
    expect(comparison).toMatchObject({ baseline: 'slower', isSameMachine: true });
    const [subject, baseline] = comparison?.measures ?? [];
    expect(subject).toMatchObject({ name: 'kernel/subject', isSignificant: true, severity: 'critical' });
    expect(subject?.ratio.value).toBeCloseTo(10 / 13, 2);
    expect(baseline).toMatchObject({ name: 'kernel/baseline', severity: 'none' });
    expect(hasCritical(result)).toBe(true);
  });

  it('shows one of 1 % as none', async () => {
    const result = await saveAndCompare('same', { subjectMs: about(10) }, { subjectMs: about(10.1) });
    expect(result.comparison?.measures.map(({ severity }) => severity)).toEqual(['none', 'none']);
    expect(hasCritical(result)).toBe(false);
  });

  it('is not critical when only what stands beside got slower', async () => {
    const result = await saveAndCompare('beside', { baselineMs: about(50) }, { baselineMs: about(90) });
    expect(result.comparison?.measures[1]).toMatchObject({ severity: 'critical' });
    expect(hasCritical(result)).toBe(false);
  });

  it('says when it was measured with other documents', async () => {
    const baselinesDir = scratch.path('baselines');
    await run({ baseline: 'other', baselinesDir });
    const { notes } = await run({ compare: 'other', baselinesDir, seed: 2 });
    expect(notes.join()).toContain('The baseline other was measured with other documents');
  });

  it('is looked for, and its place looked at, before anything runs', async () => {
    const baselinesDir = scratch.path('baselines');
    await run({ baseline: 'there', baselinesDir });
    const fake = fakeSuite();
    await expect(run({ compare: 'theer', baselinesDir }, fake)).rejects.toMatchObject({
      code: 'ERR_BASELINE',
      message: expect.stringMatching(/theer\.json: cannot be read.*; there is .*there/),
    });
    const file = scratch.write('file', '');
    await expect(run({ baseline: 'x', baselinesDir: file }, fake)).rejects.toMatchObject({
      code: 'ERR_OUTPUT_UNWRITABLE',
    });
    expect(fake.calls).toEqual([]);
  });

  it('is refused when it is damaged', async () => {
    const baselinesDir = scratch.path('baselines');
    await run({ baseline: 'whole', baselinesDir });
    const whole = readFileSync(join(baselinesDir, 'whole.json'), 'utf8');
    const damages = [
      whole.slice(0, -20),
      '[]',
      '{}',
      whole.replace('"schema": 1', '"schema": 2'),
      whole.replace('"higher"', '"faster"'),
    ];
    for (const damage of damages) {
      writeFileSync(join(baselinesDir, 'damaged.json'), damage);
      await expect(run({ compare: 'damaged', baselinesDir })).rejects.toMatchObject({ code: 'ERR_BASELINE' });
    }
  });
});

it('finds every slowdown of 30 % critical and none of 1 % a loss, over noise of 3 %', async () => {
  const fake = fakeSuite();
  const result = await run({}, fake);
  const [suite] = result.suites;
  const [subject] = suite?.cases ?? [];
  if (suite === undefined || subject === undefined) throw new Error('the fake suite has no case');
  const withRounds = (rounds: readonly number[]): BenchResult => ({
    ...result,
    suites: [{ ...suite, cases: [{ ...subject, rounds }] }],
  });
  const noisy = (median: number, random: () => number): number[] =>
    Array.from({ length: 7 }, () => median * (1 + 0.03 * (2 * random() - 1)));
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = seededRandom(seed);
      const measures = measuresOf(withRounds(noisy(1000, random)));
      const before = { schema: 1 as const, name: 'x', savedAt: '', machine: result.machine, measures };
      const after = [700, 990].map((value) => withComparison(withRounds(noisy(value, random)), before));
      expect(after.map(({ comparison }) => comparison?.measures[0]?.severity)).toEqual(['critical', 'none']);
      expect(after.map(hasCritical)).toEqual([true, false]);
    }),
    { numRuns: 200 },
  );
});
