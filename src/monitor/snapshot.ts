import type { ProcessSample } from './process-sample.js';
import type { StageFigures, StageKind } from './stage-meter.js';

/** Everything that a monitor knows at one moment; plain JSON. */
export interface MonitorSnapshot {
  /** Since the monitor was made. */
  readonly atMs: number;
  /** Since 1970. */
  readonly epochMs: number;
  /** By name, in the order in which they were first met. */
  readonly stages: Readonly<Record<string, StageFigures>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly gauges: Readonly<Record<string, number>>;
  /** The newest sample; null before the first. */
  readonly process: ProcessSample | null;
}

/** What happened between two snapshots. */
export interface MonitorDelta {
  readonly spanMs: number;
  readonly stages: Readonly<Record<string, StageDelta>>;
  readonly counters: Readonly<Record<string, number>>;
  /** The newest sample of the later snapshot. */
  readonly process: ProcessSample | null;
}

/** A stage over a span of time. */
export interface StageDelta {
  readonly kind: StageKind;
  readonly resource: string;
  readonly capacity: number | null;
  readonly count: number;
  readonly failed: number;
  readonly items: number;
  readonly bytes: number;
  readonly busyMs: number;
  readonly waitingMs: number;
  readonly itemsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Mean numbers over the span. */
  readonly inFlight: number;
  readonly queued: number;
  /** Busy share of the capacity; null where there is none. Runs that were timed elsewhere count when they end: it may pass 1. */
  readonly utilization: number | null;
}

/** From the earlier snapshot to the later one, both of one monitor; what the earlier one has not began at 0. */
export function deltaOf(earlier: MonitorSnapshot, later: MonitorSnapshot): MonitorDelta {
  const spanMs = later.atMs - earlier.atMs;
  return {
    spanMs,
    stages: mapValues(later.stages, (stage, name) => stageDelta(earlier.stages[name], stage, spanMs)),
    counters: mapValues(later.counters, (count, name) => count - (earlier.counters[name] ?? 0)),
    process: later.process,
  };
}

/** The same from the beginning on. */
export function wholeOf(snapshot: MonitorSnapshot): MonitorDelta {
  return deltaOf({ ...snapshot, atMs: 0, stages: {}, counters: {} }, snapshot);
}

function stageDelta(earlier: StageFigures | undefined, later: StageFigures, spanMs: number): StageDelta {
  const { kind, resource, capacity } = later;
  const since = (name: 'count' | 'failed' | 'items' | 'bytes' | 'busyMs' | 'waitingMs'): number =>
    later[name] - (earlier?.[name] ?? 0);
  const perMs = (amount: number): number => (spanMs > 0 ? amount / spanMs : 0);
  const [items, bytes, busyMs, waitingMs] = [since('items'), since('bytes'), since('busyMs'), since('waitingMs')];
  return {
    kind,
    resource,
    capacity,
    count: since('count'),
    failed: since('failed'),
    items,
    bytes,
    busyMs,
    waitingMs,
    itemsPerSecond: perMs(items) * 1000,
    bytesPerSecond: perMs(bytes) * 1000,
    inFlight: perMs(busyMs),
    queued: perMs(waitingMs),
    utilization: capacity === null ? null : perMs(busyMs) / capacity,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}
