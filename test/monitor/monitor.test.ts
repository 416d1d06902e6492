/**
 * Proves what a monitor tells, by a clock and a probe that are moved by hand: snapshots that add up, deltas of the time between two,
 * samples while it runs, and a bottleneck when one begins, changes or ends, but not for a moment.
 */
import { describe, expect, it } from 'vitest';
import type { Bottleneck } from '../../src/monitor/bottleneck.js';
import { Monitor, defaultMonitor, measure, type MonitorSample } from '../../src/monitor/monitor.js';
import { deltaOf, wholeOf } from '../../src/monitor/snapshot.js';
import { FakeProbe } from '../support/fake-probe.js';
import { ManualClock } from '../support/manual-clock.js';

function monitored(): { clock: ManualClock; probe: FakeProbe; monitor: Monitor } {
  const [clock, probe] = [new ManualClock(), new FakeProbe()];
  return { clock, probe, monitor: new Monitor({ sampleMs: 100 }, { clock, openProbe: () => probe, cores: 2 }) };
}

describe('Monitor', () => {
  it('has all of its figures in a snapshot, as plain JSON', () => {
    const { clock, monitor } = monitored();
    monitor.stage('write', { kind: 'write', capacity: 1 }).record(5, { items: 3, bytes: 700 });
    monitor.count('retries');
    monitor.count('retries', 2);
    monitor.gauge('window', 12);
    monitor.gauge('window', 7);
    clock.advance(50);
    const snapshot = monitor.snapshot();
    expect(snapshot).toMatchObject({
      atMs: 50,
      epochMs: clock.epochMs(),
      stages: { write: { count: 1, items: 3, bytes: 700, busyMs: 5 } },
      counters: { retries: 3 },
      gauges: { window: 7 },
      process: null,
    });
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it('tells two snapshots apart', () => {
    const { clock, monitor } = monitored();
    const stage = monitor.stage('score', { capacity: 2 });
    stage.record(100, { items: 10 });
    clock.advance(100);
    const earlier = monitor.snapshot();
    stage.record(150, { items: 40, bytes: 1000 });
    monitor.measure('later', () => clock.advance(100));
    monitor.count('found', 5);
    const delta = deltaOf(earlier, monitor.snapshot());
    expect(delta).toMatchObject({ spanMs: 100, counters: { found: 5 } });
    expect(delta.stages['score']).toMatchObject({
      count: 1,
      items: 40,
      busyMs: 150,
      itemsPerSecond: 400,
      bytesPerSecond: 10_000,
      inFlight: 1.5,
      utilization: 0.75,
    });
    expect(delta.stages['later']).toMatchObject({ count: 1, busyMs: 100, utilization: null });
    expect(wholeOf(monitor.snapshot()).stages['score']).toMatchObject({ items: 50, itemsPerSecond: 250 });
  });

  it('has finite figures of no time at all', () => {
    const { monitor } = monitored();
    monitor.stage('score', { capacity: 1 }).record(1);
    expect(wholeOf(monitor.snapshot()).stages['score']).toMatchObject({ itemsPerSecond: 0, utilization: 0 });
  });

  it('tells of samples between start and stop', async () => {
    const { clock, monitor } = monitored();
    const samples: MonitorSample[] = [];
    monitor.on('sample', (sample) => samples.push(sample));
    const stage = monitor.stage('score', { capacity: 1 });
    stage.record(1000);
    await clock.advanceAsync(1000);
    expect(samples).toEqual([]);
    monitor.start();
    stage.record(50, { items: 8 });
    await clock.advanceAsync(250);
    monitor.stop();
    await clock.advanceAsync(1000);
    expect(samples.map(({ delta }) => [delta.spanMs, delta.stages['score']!.items])).toEqual([
      [100, 8],
      [100, 0],
      [50, 0],
    ]);
    expect(samples[0]!.snapshot.process).toMatchObject({ atMs: 100, openFiles: 7 });
    expect(monitor.processSamples()).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it('tells of a bottleneck that lasts, once, and of its end', async () => {
    const { clock, monitor } = monitored();
    const told: [string | null, string][] = [];
    monitor.on('bottleneck', ({ stage, severity }: Bottleneck) => told.push([stage, severity]));
    const stage = monitor.stage('write', { kind: 'write', capacity: 1 });
    monitor.start();
    const busy = async (...shares: number[]): Promise<void> => {
      for (const share of shares) {
        stage.record(share * 100);
        await clock.advanceAsync(100);
      }
    };
    await busy(0.1, 0.99, 0.1, 0.99, 0.1);
    expect(told).toEqual([]);
    await busy(0.97, 0.98, 0.99);
    expect(told).toEqual([['write', 'critical']]);
    await busy(0.9, 0.88);
    expect(told.at(-1)).toEqual(['write', 'major']);
    await busy(0.1, 0.2, 0.1);
    expect(told).toHaveLength(3);
    expect(told.at(-1)).toEqual([null, 'none']);
    monitor.stop();
  });

  it('refuses names without end, and numbers that are none', () => {
    const { monitor } = monitored();
    for (let i = 0; i < 256; i++) {
      monitor.gauge(`gauge ${i}`, i);
      monitor.count(`counter ${i}`);
      monitor.stage(`stage ${i}`);
    }
    expect(() => monitor.measure('one more', () => 0)).toThrow('at most 256 different stages, got "one more"');
    expect(() => monitor.gauge('one more', 0)).toThrow('at most 256 different gauges');
    expect(() => monitor.count('one more')).toThrow('at most 256 different counters');
    expect(() => monitor.gauge('gauge 0', Number.NaN)).toThrow('gauge gauge 0 must be a number');
    expect(() => monitor.count('counter 0', -1)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
    expect(monitor.measure('stage 7', () => 7)).toBe(7);
  });
});

describe('measure', () => {
  it('counts in the monitor of the process', () => {
    expect(measure('measure.test', () => 42)).toBe(42);
    expect(defaultMonitor.stages()['measure.test']).toMatchObject({ count: 1, failed: 0 });
  });
});
