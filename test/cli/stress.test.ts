/**
 * Proves what the command makes of its flags, that a run is refused before anything arrives where it could not end well, what it prints
 * and what it exits with; and, in a process of its own, one short run from arrivals to reports.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { formatStressLine } from '../../src/cli/stress/line.js';
import { MillraceError } from '../../src/core/errors.js';
import { judge, type Measurements } from '../../src/harness/stress/criteria.js';
import { resolveStressOptions, type StressOptions } from '../../src/harness/stress/options.js';
import type { StressResult } from '../../src/harness/stress/result.js';
import { tempFolder } from '../io/temp-folder.js';
import { Capture, createFake } from './fake-context.js';

const folder = tempFolder();

const COUNTS = { arrived: 100, endedWell: 100, failed: 0, shed: 0, outstanding: 0, repeated: 0 };
const LATENCY = { count: 100, totalMs: 300, meanMs: 3, minMs: 1, maxMs: 9, p50Ms: 3, p95Ms: 6, p99Ms: 8 };
const GOOD: Measurements = {
  rateAsked: 600,
  rateHeld: 600,
  counts: COUNTS,
  growth: { bytesPerHour: 0, low: -1e6, high: 1e6, observedMs: 600_000 },
  cpuShare: 0.1,
  crowdBytes: 2e8,
  singleMs: 1,
  batchMs: 50,
};

function resultOf(changed: Partial<Measurements> = {}): StressResult {
  const { onProgress: _, ...settings } = resolveStressOptions();
  const criteria = judge({ ...GOOD, ...changed });
  return {
    schema: 1,
    command: 'stress',
    holds: criteria.every(({ verdict }) => verdict === 'met'),
    criteria,
    settings,
    texts: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    arrivalSeconds: 10,
    totalSeconds: 10,
    counts: COUNTS,
    failures: {},
    docsPerMinute: 600,
    latency: LATENCY,
    percentiles: [{ percentile: 50, ms: 3 }],
    throughput: [{ seconds: 1, docsPerMinute: 600 }],
    process: [],
    eventLoopDelay: LATENCY,
    memoryGrowth: null,
    probes: { singleMs: null, batchMs: null, crowdBytes: null },
    chaos: [{ seconds: 1, kind: 'worker', what: 'ended <thread> 3' }],
    calls: null,
    machine: { cpu: null, cores: 2, memoryBytes: null, platform: 'p', node: 'v', millrace: '0' },
  };
}

async function run(
  args: readonly string[],
  answer: (options: StressOptions) => Promise<StressResult>,
  stderr = new Capture(),
) {
  const asked: StressOptions[] = [];
  const fake = createFake({
    stderr,
    stress: (options) => {
      asked.push(options);
      return answer(options);
    },
  });
  return { code: await main(['stress', ...args], fake.context), asked, ...fake };
}

describe('millrace stress', () => {
  it('hands over what was typed, and leaves the rest to the harness', async () => {
    const { asked } = await run(
      ['--rate', '4000/s', '--minutes', '0.5', '--faults', '1%', '--queue-max', '10', 'a.jsonl'],
      async () => resultOf(),
    );
    expect(asked).toEqual([
      {
        inputs: ['a.jsonl'],
        ratePerMinute: 240_000,
        minutes: 0.5,
        faults: 0.01,
        queueMax: 10,
        signal: expect.any(AbortSignal),
        onProgress: expect.any(Function),
      },
    ]);
  });

  it.each([
    ['248000/min', 248_000],
    ['248000', 248_000],
    ['0.5/s', 30],
    ['600/h', 10],
  ])('takes %s for a rate', async (typed, ratePerMinute) => {
    const { asked } = await run(['--rate', typed], async () => resultOf());
    expect(asked[0]?.ratePerMinute).toBeCloseTo(ratePerMinute, 9);
  });

  it('takes the share of each fault', async () => {
    const { asked } = await run(['--faults', '500=0.5%, reset=0.01'], async () => resultOf());
    expect(asked[0]?.faults).toEqual({ '500': 0.005, reset: 0.01 });
  });

  it.each([
    [['--rate', 'fast'], '--rate must be a rate such as 248000/min or 4000/s, got "fast"'],
    [['--rate', '0/s'], '--rate must be a rate'],
    [['--rate', '1/week'], '--rate must be a rate'],
    [['--faults', '101%'], '--faults must be a share such as 1% or 0.01, got "101%"'],
    [['--faults', '501=1%'], '--faults must be one of 429'],
    [['--mode', 'both'], '--mode must be one of score, refine, got "both"'],
    [['--json', '-'], '--json must be the path of a file, got -'],
    [['a.jsonl', '--html', 'a.jsonl'], '--html must be a file of its own'],
    [['--html', 'x', '--json', './x'], '--html must be a file of its own, got x, which --json writes'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, asked } = await run(args, async () => resultOf());
    expect(code).toBe(2);
    expect(stderr.text).toContain(message);
    expect(asked).toEqual([]);
  });

  it.each(['--json', '--html'])('refuses %s that cannot be written before anything arrives', async (option) => {
    const { code, stderr, asked } = await run([option, join(folder, 'none', 'x')], async () => resultOf());
    expect(code).toBe(1);
    expect(stderr.text).toContain('ERR_OUTPUT_UNWRITABLE');
    expect(asked).toEqual([]);
  });

  it('exits 0 when every criterion is met, 1 when one is missed or not measured, and says which and why', async () => {
    const met = await run([], async () => resultOf());
    expect([met.code, met.stdout.text.endsWith('it holds\n')]).toEqual([0, true]);
    const missed = await run([], async () => resultOf({ rateHeld: 300 }));
    expect(missed.code).toBe(1);
    expect(missed.stdout.text).toMatch(/^missed +throughput held +300 documents\/min/m);
    expect(missed.stdout.text).toContain('the rate that was: 50 % of the one asked for');
    const unknown = await run([], async () => resultOf({ cpuShare: null }));
    expect(unknown.code).toBe(1);
    expect(unknown.stdout.text).toMatch(/^not measured +processor time/m);
  });

  it('writes the reports, in which what was done to the run is text', async () => {
    const [json, html] = [join(folder, 'r.json'), join(folder, 'r.html')];
    await run(['--json', json, '--html', html], async () => resultOf());
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ schema: 1, command: 'stress', holds: true });
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('throughput held');
    expect(page).toContain('ended &lt;thread&gt; 3');
    expect(page).not.toContain('<thread>');
  });

  it('says that there is no verdict when it is interrupted', async () => {
    const stderr = new Capture();
    const fake = createFake({
      stderr,
      stress: ({ signal }) =>
        new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new MillraceError('ERR_ABORTED', 'x'))),
        ),
    });
    const ended = main(['stress'], fake.context);
    while (fake.signals.listenerCount('SIGINT') === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    fake.signals.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr.text).toBe('interrupted: there is no verdict\n');
  });

  it('has a line on a terminal only, which fits', async () => {
    const progress = {
      phase: 'arrivals',
      seconds: 10,
      secondsTotal: 600,
      counts: COUNTS,
      docsPerMinute: 248_000,
      latency: LATENCY,
      sample: null,
    } as const;
    const answer = async ({ onProgress }: StressOptions): Promise<StressResult> => {
      onProgress?.(progress);
      return resultOf();
    };
    const shown = await run([], answer, new Capture(true, 80));
    expect(shown.stderr.text).toContain('9 min 50 s left · 248,000 docs/min · p50 3.00 ms p99 8.00 ms');
    expect((await run([], answer)).stderr.text).toBe('');
    expect((await run(['--quiet'], answer, new Capture(true))).stderr.text).toBe('');
    for (let width = 1; width < 200; width++)
      expect(formatStressLine(progress, width).length).toBeLessThanOrEqual(width);
  });

  it('runs for two seconds in a process of its own', async () => {
    const bin = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
    const [json, html] = [join(folder, 'e2e.json'), join(folder, 'e2e.html')];
    const args = [
      bin,
      'stress',
      '--rate',
      '500/s',
      '--minutes',
      '0.03',
      '--workers',
      '1',
      '--json',
      json,
      '--html',
      html,
    ];
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      execFile(process.execPath, args, (error, printed) => {
        resolve({ code: error?.code ?? 0, stdout: printed });
      });
    });
    const result: unknown = JSON.parse(readFileSync(json, 'utf8'));
    expect(result).toMatchObject({
      counts: { arrived: 900, endedWell: 900, outstanding: 0, repeated: 0 },
      holds: false,
    });
    expect(code).toBe(1); // Two seconds say nothing of memory.
    expect(stdout).toMatch(/^met +one outcome for each arrival/m);
    expect(existsSync(html)).toBe(true);
  });
});
