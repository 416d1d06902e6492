/**
 * Proves the order of runs, what their times become, and what ends them, by cases that move a clock by hand for as long as they
 * pretend to take: no machine is measured here.
 */
import { describe, expect, it } from 'vitest';
import {
  Benchmark,
  type BenchmarkCase,
  type BenchmarkOptions,
  type BenchmarkResult,
  type BenchmarkSuite,
  type Work,
} from '../../src/monitor/benchmark.js';
import { FAKE_MACHINE } from '../support/fake-machine.js';
import { ManualClock } from '../support/manual-clock.js';

/** Cases that take so long, and a diary of what was called. */
function fakes(): {
  clock: ManualClock;
  diary: string[];
  fake: (name: string, ms: number, more?: Partial<BenchmarkCase> & { work?: Partial<Work> }) => BenchmarkCase;
  benchmark: (suites: readonly BenchmarkSuite[], options?: BenchmarkOptions) => Benchmark;
} {
  const clock = new ManualClock();
  const diary: string[] = [];
  return {
    clock,
    diary,
    fake: (name, ms, { work, ...more } = {}) => ({
      name,
      run: async () => {
        diary.push(name);
        clock.advance(ms);
        return Promise.resolve({ operations: 100, ...work });
      },
      ...more,
    }),
    benchmark: (suites, options) => new Benchmark(suites, options, { clock, machine: () => FAKE_MACHINE }),
  };
}

describe('Benchmark', () => {
  it('warms up, then has each round begin with another case', async () => {
    const { diary, fake, benchmark } = fakes();
    const cases = [fake('a', 1), fake('b', 1), fake('c', 1)];
    await benchmark([{ name: 's', cases }], { rounds: 3, warmUpRounds: 1 }).run();
    expect(diary.join('')).toBe('abcabcbcacab');
  });

  it('makes rates of times, and ratios of rates', async () => {
    const { fake, benchmark } = fakes();
    const cases = [
      fake('ours', 10, { against: ['theirs'], work: { bytes: 5000 } }),
      fake('theirs', 40),
      fake('inside', 40, { work: { ms: 20 } }),
    ];
    const result = await benchmark([{ name: 'score', cases }], { rounds: 5 }).run();
    expect(result).toMatchObject({
      schema: 1,
      startedAt: '2023-11-14T22:13:20.000Z',
      seconds: 0.54,
      machine: FAKE_MACHINE,
      suites: [{ name: 'score', isCutShort: false, error: null }],
    });
    const [ours, theirs, inside] = result.suites[0]!.cases;
    expect(ours).toEqual({
      name: 'ours',
      ms: [10, 10, 10, 10, 10],
      operationsPerSecond: [1e4, 1e4, 1e4, 1e4, 1e4],
      bytesPerSecond: [5e5, 5e5, 5e5, 5e5, 5e5],
      spread: { count: 5, median: 1e4, low: 1e4, high: 1e4, min: 1e4, max: 1e4, mad: 0 },
      against: [{ name: 'theirs', ratio: 4, low: 4, high: 4 }],
      error: null,
    });
    expect(theirs).toMatchObject({ bytesPerSecond: [], against: [] });
    expect(inside?.spread?.median).toBe(5000);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('does not time what is wrong, and goes on with the others', async () => {
    const { diary, fake, benchmark } = fakes();
    const wrong = fake('wrong', 1, {
      check: () => {
        throw new Error('expected 3 words, got 4');
      },
    });
    const breaking = fake('breaking', 1, { run: () => Promise.reject(new Error('broke')) });
    const idle = fake('idle', 0);
    const cases = [wrong, breaking, idle, fake('right', 1, { against: ['wrong'] })];
    const result = await benchmark([{ name: 's', cases }], { rounds: 2 }).run();
    expect(result.suites[0]!.cases).toMatchObject([
      { name: 'wrong', ms: [], spread: null, error: 'expected 3 words, got 4' },
      { name: 'breaking', ms: [], error: 'broke' },
      { name: 'idle', error: expect.stringContaining('work of idle.ms must be a number') },
      { name: 'right', ms: [1, 1], against: [], error: null },
    ]);
    expect(diary).not.toContain('wrong');
  });

  it('ends in time, each case with a round at least, and hands on what a suite leaves', async () => {
    const { fake, benchmark } = fakes();
    const suites = [
      { name: 'short', cases: [fake('a', 100)] },
      { name: 'long', cases: [fake('b', 1000), fake('c', 3000)] },
    ];
    const result = await benchmark(suites, { rounds: 20, seconds: 20 }).run();
    const [short, long] = result.suites;
    expect(short).toMatchObject({ isCutShort: false });
    expect(short!.cases[0]!.ms).toHaveLength(20);
    expect(long).toMatchObject({ isCutShort: true });
    for (const { ms } of long!.cases) expect(ms.length).toBeGreaterThanOrEqual(3);
    expect(result.seconds).toBeGreaterThan(10); // twice what its half would have been
    expect(result.seconds).toBeLessThan(20 + 3);

    const hasty = await benchmark(suites, { rounds: 20, seconds: 0.001 }).run();
    expect(hasty.suites.flatMap(({ cases }) => cases.map(({ ms }) => ms.length))).toEqual([1, 1, 1]);
  });

  it('opens and closes each suite, and leaves out one that cannot be opened', async () => {
    const { diary, fake, benchmark } = fakes();
    const note = (line: string) => () => void diary.push(line);
    const closed: BenchmarkSuite = {
      name: 'closed',
      cases: [fake('never', 1)],
      open: () => Promise.reject(new Error('no server')),
    };
    const open = { name: 'open', cases: [fake('a', 1)], open: note('open'), close: note('close') };
    const result = await benchmark([closed, open], { rounds: 1, warmUpRounds: 0 }).run();
    expect(diary).toEqual(['open', 'a', 'close']);
    expect(result.suites[0]).toEqual({ name: 'closed', cases: [], isCutShort: false, error: 'no server' });
  });

  it('tells how far it is', async () => {
    const { fake, benchmark } = fakes();
    const running = benchmark([{ name: 's', cases: [fake('a', 5)] }], { rounds: 2 });
    const told: string[] = [];
    running.on('suite', (suite) => told.push(suite));
    running.on('round', ({ name, round, rounds, ms }) => told.push(`${name} ${round}/${rounds} ${ms} ms`));
    running.on('case', (suite, { name }) => told.push(`${suite}/${name}`));
    running.on('done', ({ suites }: BenchmarkResult) => told.push(`${suites.length} suite`));
    await running.run();
    expect(told).toEqual(['s', 'a 1/2 5 ms', 'a 2/2 5 ms', 's/a', '1 suite']);
  });

  it('ends when it is told to, and closes its suite', async () => {
    const { diary, fake, benchmark } = fakes();
    const controller = new AbortController();
    const stopping = fake('stopping', 1, {
      run: () => {
        controller.abort();
        return { operations: 1 };
      },
    });
    const suite = { name: 's', cases: [stopping, fake('next', 1)], close: () => void diary.push('close') };
    const aborted = expect.objectContaining({ code: 'ERR_ABORTED' });
    await expect(benchmark([suite], { signal: controller.signal }).run()).rejects.toEqual(aborted);
    expect(diary).toEqual(['close']);
    await expect(benchmark([suite], { signal: controller.signal }).run()).rejects.toEqual(aborted);
  });

  const { fake, benchmark } = fakes();
  const [a, b] = [fake('a', 1), fake('b', 1, { against: ['z'] })];
  it.each([
    ['no case', () => benchmark([{ name: 's', cases: [] }]), 'suite s must have a case, got none'],
    ['two cases of a name', () => benchmark([{ name: 's', cases: [a, a] }]), 'a name of its own, got a twice'],
    ['a baseline that is none', () => benchmark([{ name: 's', cases: [a, b] }]), 'must name a case of suite s: a, b'],
    ['no round', () => benchmark([], { rounds: 0 }), 'benchmark.rounds must be an integer from 1 to 1000, got 0'],
    ['no time', () => benchmark([], { seconds: 0 }), 'benchmark.seconds must be a number'],
  ])('refuses %s', (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });
});
