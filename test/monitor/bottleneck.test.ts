/**
 * Proves that the bottleneck is found where it is: in made-up pipelines, of which a discrete simulation with the clock moved by hand
 * knows the slowest stage, and in deltas written by hand, of which each has one thing to say.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBottleneck, UTILIZATION_THRESHOLDS } from '../../src/monitor/bottleneck.js';
import { Monitor } from '../../src/monitor/monitor.js';
import type { ProcessSample } from '../../src/monitor/process-sample.js';
import { wholeOf, type MonitorDelta, type StageDelta } from '../../src/monitor/snapshot.js';
import type { StageKind } from '../../src/monitor/stage-meter.js';
import { FakeProbe } from '../support/fake-probe.js';
import { ManualClock } from '../support/manual-clock.js';

interface FakeStage {
  readonly name: string;
  /** How long an item takes, and how many can be under way. */
  readonly delayMs: number;
  readonly capacity: number;
}

/** Sends items through stages one behind the other, each taking what waits as soon as a place is free. */
function simulate(stages: readonly FakeStage[], items: number, everyMs: number): MonitorDelta {
  const clock = new ManualClock();
  const monitor = new Monitor({}, { clock, openProbe: () => new FakeProbe() });
  const places = stages.map(({ name, delayMs, capacity }) => {
    return { delayMs, free: capacity, waiting: 0, meter: monitor.stage(name, { capacity }) };
  });
  let left = items;
  const arrive = (at: number): void => {
    const place = places[at];
    if (place === undefined) left--;
    else {
      place.waiting++;
      place.meter.enqueue();
      serve(at);
    }
  };
  const serve = (at: number): void => {
    const place = places[at]!;
    if (place.free === 0 || place.waiting === 0) return;
    place.free--;
    place.waiting--;
    place.meter.dequeue();
    const beganAtMs = place.meter.begin();
    clock.schedule(() => {
      place.meter.end(beganAtMs);
      place.free++;
      serve(at);
      arrive(at + 1);
    }, place.delayMs);
  };
  for (let item = 0; item < items; item++) clock.schedule(() => arrive(0), item * everyMs);
  while (left > 0) clock.advance(clock.nextAtMs! - clock.monotonicMs());
  return wholeOf(monitor.snapshot());
}

const NAMES = ['read', 'score', 'call', 'write'];

describe('findBottleneck, of a simulated pipeline', () => {
  it('is the stage that lets the fewest through', () => {
    const pipeline = fc
      .array(fc.record({ delayMs: fc.integer({ min: 1, max: 40 }), capacity: fc.integer({ min: 1, max: 4 }) }), {
        minLength: 2,
        maxLength: 4,
      })
      .map((stages) => stages.map((stage, index) => ({ name: NAMES[index]!, ...stage })));
    fc.assert(
      fc.property(pipeline, (stages) => {
        const byTime = stages.map(({ name, delayMs, capacity }) => ({ name, ms: delayMs / capacity }));
        byTime.sort((a, b) => b.ms - a.ms);
        fc.pre(byTime[1]!.ms < 0.8 * byTime[0]!.ms); // by a clear margin
        const found = findBottleneck(simulate(stages, 300, 0.5 * byTime[0]!.ms));
        expect(found).toMatchObject({ stage: byTime[0]!.name, resource: byTime[0]!.name });
        expect(['major', 'critical']).toContain(found.severity);
        expect(found.timeShare).toBeGreaterThanOrEqual(1 / stages.length);
      }),
    );
  });

  it('is none when all keep up with what comes', () => {
    const stages = [
      { name: 'read', delayMs: 2, capacity: 1 },
      { name: 'score', delayMs: 10, capacity: 2 },
    ];
    expect(findBottleneck(simulate(stages, 200, 10))).toMatchObject({
      stage: null,
      severity: 'none',
      advice: [],
      explanation: 'no stage limits throughput (score is busiest, 50 %): more work could be handed in',
    });
  });
});

const CALM: ProcessSample = Object.freeze({
  atMs: 1000,
  spanMs: 1000,
  cpuShare: 0.3,
  machineCpuShare: 0.3,
  rssBytes: 1e8,
  heapUsedBytes: 5e7,
  externalBytes: 1e6,
  loopUtilization: 0.1,
  loopDelayMaxMs: 2,
  loopDelayMeanMs: 0.5,
  gcShare: 0.01,
  openFiles: 20,
});

interface Load {
  readonly kind: StageKind;
  readonly utilization: number | null;
  readonly resource?: string;
  readonly capacity?: number;
  readonly queued?: number;
}

function deltaOf(stages: Readonly<Record<string, Load>>, process: Partial<ProcessSample> = {}): MonitorDelta {
  const full = Object.entries(stages).map(([name, load]): [string, StageDelta] => {
    const { kind, utilization, resource = name, capacity = 1, queued = 0 } = load;
    const counts = { count: 1, failed: 0, items: 1, bytes: 0, busyMs: 0, waitingMs: 0 };
    const rates = { itemsPerSecond: 1, bytesPerSecond: 0, inFlight: 0 };
    return [name, { kind, resource, capacity, ...counts, ...rates, queued, utilization }];
  });
  return { spanMs: 1000, stages: Object.fromEntries(full), counters: {}, process: { ...CALM, ...process } };
}

describe('findBottleneck', () => {
  it('is as severe as the stage is busy', () => {
    const { minor, major, critical } = UTILIZATION_THRESHOLDS;
    const severities = [minor - 0.01, minor, major, critical, 1].map(
      (utilization) => findBottleneck(deltaOf({ write: { kind: 'write', utilization } })).severity,
    );
    expect(severities).toEqual(['none', 'minor', 'major', 'critical', 'critical']);
  });

  it('adds up the stages that share a resource, and names the one that takes most of it', () => {
    const stages: Readonly<Record<string, Load>> = {
      score: { kind: 'workers', resource: 'workers', utilization: 0.35, capacity: 2 },
      read: { kind: 'read', resource: 'workers', utilization: 0.55, capacity: 2 },
      write: { kind: 'write', utilization: 0.8 },
    };
    const found = findBottleneck(deltaOf(stages));
    expect(found).toMatchObject({ stage: 'read', resource: 'workers', severity: 'major' });
    expect(found.utilization).toBeCloseTo(0.9, 9);
    expect(found.explanation).toBe('read limits throughput: the workers are busy 90 % of the time');
    expect(found.timeShare).toBeCloseTo(0.9 / (0.9 + 0.8 + 0.1), 9);
    expect(found.advice).toEqual([expect.stringContaining('faster disk')]);
  });

  it('names the cache where the workers are mostly in it, and keeps their share in its advice', () => {
    const inCache = (utilization: number): Load => ({ kind: 'cache', resource: 'workers', utilization, capacity: 2 });
    const score: Load = { kind: 'workers', resource: 'workers', utilization: 0.3, capacity: 2 };
    const found = findBottleneck(deltaOf({ score, cache: inCache(0.6) }));
    expect(found).toMatchObject({ stage: 'cache', resource: 'workers', kind: 'cache', severity: 'major' });
    expect(found.advice[0]).toContain('bytesMin');
    const [advice] = findBottleneck(deltaOf({ cache: inCache(0.4) }, { loopUtilization: 0.99 })).advice;
    expect(advice).toContain('busy 40 %');
  });

  it('takes the one for which more waits where two are equally busy', () => {
    const stages: Readonly<Record<string, Load>> = {
      call: { kind: 'calls', utilization: 0.9, queued: 1 },
      write: { kind: 'write', utilization: 0.9, queued: 50 },
    };
    expect(findBottleneck(deltaOf(stages)).stage).toBe('write');
  });

  it('leaves out stages without a capacity, and has nothing to say of nothing', () => {
    const delta = { ...deltaOf({ batch: { kind: 'other', utilization: null, queued: 1e6 } }), process: null };
    expect(findBottleneck(delta)).toMatchObject({ stage: null, utilization: 0, severity: 'none' });
  });
});

describe('the advice', () => {
  const adviceOf = (...args: Parameters<typeof deltaOf>): readonly string[] => findBottleneck(deltaOf(...args)).advice;
  const workers = (utilization: number): Load => ({ kind: 'workers', resource: 'workers', utilization, capacity: 2 });

  it('is fewer workers or larger batches when the main thread keeps them idle', () => {
    expect(adviceOf({ score: workers(0.4) }, { loopUtilization: 0.95 })).toEqual([
      'the main thread is used up and the workers are busy 40 % of the time: fewer workers, or larger batches (batchBytes)',
    ]);
    expect(adviceOf({ score: workers(0.8) }, { loopUtilization: 0.95 })[0]).not.toContain('fewer workers');
  });

  it('is more workers only while the machine has cores left', () => {
    expect(adviceOf({ score: workers(0.97) })[0]).toContain('more workers');
    expect(adviceOf({ score: workers(0.97) }, { machineCpuShare: 0.99 })[0]).toContain('measure less');
    expect(adviceOf({ score: workers(0.97) }, { machineCpuShare: null })[0]).toContain('more workers');
  });

  it.each([
    ['calls', 'raise concurrency'],
    ['write', 'faster disk'],
    ['ledger', 'faster one'],
    ['source', 'the source gives no more'],
    ['cache', 'bytesMin'],
    ['other', 'more capacity'],
  ] as const)('is what helps %s', (kind, words) => {
    expect(adviceOf({ stage: { kind, utilization: 0.9 } })).toEqual([expect.stringContaining(words)]);
  });

  it('tells of garbage and of a blocked event loop, whatever the bottleneck', () => {
    const advice = adviceOf({ score: workers(0.2) }, { gcShare: 0.3, loopDelayMaxMs: 450 });
    expect(advice).toEqual([
      'garbage collection takes 30 % of the main thread: hold less at once (smaller windows, batches)',
      'the event loop was held up for 450 ms: move long synchronous work to a worker, or cut it up',
    ]);
  });
});
