import type { ThroughputPoint } from './result.js';

/** What ended well in a span of time. */
export interface ThroughputSpan {
  readonly atMs: number;
  readonly spanMs: number;
  readonly endedWell: number;
}

/** Two spans, one behind the other. */
export function mergeSpans(earlier: ThroughputSpan, later: ThroughputSpan): ThroughputSpan {
  return {
    atMs: later.atMs,
    spanMs: earlier.spanMs + later.spanMs,
    endedWell: earlier.endedWell + later.endedWell,
  };
}

export function pointOf(span: ThroughputSpan): ThroughputPoint {
  return { seconds: span.atMs / 1000, docsPerMinute: perMinute(span) };
}

export function perMinute({ endedWell, spanMs }: ThroughputSpan): number {
  return (endedWell / spanMs) * 60_000;
}
