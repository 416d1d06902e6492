/**
 * Proves that a stage's figures are those of its runs, whether they return, throw, resolve or reject, and of what waited, by a clock
 * that is moved by hand; busy and waiting time against a model that adds up each run's and each wait's own, for any interleaving.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageMeter, resolveStageOptions, type StageOptions } from '../../src/monitor/stage-meter.js';
import { ManualClock } from '../support/manual-clock.js';

function metered(options?: StageOptions): { clock: ManualClock; stage: StageMeter } {
  const clock = new ManualClock();
  return { clock, stage: new StageMeter(resolveStageOptions('parse', options), () => clock.monotonicMs()) };
}

describe('StageMeter', () => {
  it('hands on what the work returns and notes how long it took', () => {
    const { clock, stage } = metered();
    const result = stage.measure(() => {
      clock.advance(3);
      return 'parsed';
    });
    expect(result).toBe('parsed');
    expect(stage.figures()).toMatchObject({
      count: 1,
      failed: 0,
      items: 1,
      busyMs: 3,
      latency: { count: 1, totalMs: 3, meanMs: 3, minMs: 3, maxMs: 3, p50Ms: 3, p99Ms: 3 },
    });
  });

  it('counts a promise while it is under way', async () => {
    const { clock, stage } = metered();
    const work = stage.measure(() => new Promise<void>((resolve) => clock.schedule(resolve, 50)));
    await clock.advanceAsync(20);
    expect(stage.figures()).toMatchObject({ count: 0, inFlight: 1, busyMs: 20 });
    await clock.advanceAsync(30);
    await work;
    expect(stage.figures()).toMatchObject({ count: 1, failed: 0, inFlight: 0, inFlightMax: 1, busyMs: 50 });
  });

  it('counts what throws and what rejects, and hands it on', async () => {
    const { stage } = metered();
    const thrown = (): never => {
      throw new RangeError('thrown');
    };
    expect(() => stage.measure(thrown)).toThrow('thrown');
    await expect(stage.measure(() => Promise.reject(new RangeError('rejected')))).rejects.toThrow('rejected');
    expect(stage.figures()).toMatchObject({ count: 2, failed: 2, inFlight: 0 });
  });

  it('takes runs that were timed elsewhere', () => {
    const { stage } = metered({ capacity: 2, kind: 'workers', resource: 'workers' });
    stage.record(40, { items: 1000, bytes: 1_000_000 });
    stage.record(60, { items: 10, bytes: 5, isFailed: true });
    expect(stage.figures()).toMatchObject({
      kind: 'workers',
      resource: 'workers',
      capacity: 2,
      count: 2,
      failed: 1,
      items: 1010,
      bytes: 1_000_005,
      busyMs: 100,
      latency: { meanMs: 50 },
    });
  });

  it('adds up what ran and waited, in any interleaving', () => {
    const step = fc.record({ afterMs: fc.nat(50), kind: fc.constantFrom('enqueue', 'begin', 'end'), pick: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, stage } = metered();
        const [waiting, running]: [number[], number[]] = [[], []];
        let [busyMs, waitingMs, count] = [0, 0, 0];
        for (const { afterMs, kind, pick } of steps) {
          clock.advance(afterMs);
          if (kind === 'enqueue') {
            waiting.push(clock.monotonicMs());
            stage.enqueue();
          } else if (kind === 'begin' && waiting.length > 0) {
            const [since] = waiting.splice(pick % waiting.length, 1);
            waitingMs += clock.monotonicMs() - since!;
            stage.dequeue();
            running.push(stage.begin());
          } else if (kind === 'end' && running.length > 0) {
            const [since] = running.splice(pick % running.length, 1);
            busyMs += clock.monotonicMs() - since!;
            stage.end(since!);
            count++;
          }
        }
        const nowMs = clock.monotonicMs();
        for (const since of waiting) waitingMs += nowMs - since;
        for (const since of running) busyMs += nowMs - since;
        const figures = { count, busyMs, waitingMs, inFlight: running.length, queued: waiting.length };
        expect(stage.figures()).toMatchObject(figures);
      }),
    );
  });

  const wrong: readonly [string, object, string][] = [
    ['a capacity of none', { capacity: 0 }, 'stage parse.capacity must be an integer >= 1, got 0'],
    ['a kind that is none', { kind: 'disk' }, 'stage parse.kind must be one of main, workers,'],
    ['a misspelt option', { capacities: 1 }, 'stage parse.capacities is not an option'],
  ];

  it.each(wrong)('refuses %s', (_, options, message) => {
    expect(() => resolveStageOptions('parse', options)).toThrow(message);
  });
});
