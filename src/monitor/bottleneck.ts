import { tuningAdvice } from './advice.js';
import { resourceLoads, type ResourceLoad } from './resource-load.js';
import type { MonitorDelta } from './snapshot.js';
import type { StageKind } from './stage-meter.js';
import type { Severity } from './statistics/change.js';

/**
 * From which utilization on a stage limits throughput, and how much: at 0.7 work waits for it more than twice as long as it takes, by
 * the mean of a single server queue (ρ / (1 − ρ)); at 0.85 nearly six times; at 0.95 it has nothing left to give.
 */
export const UTILIZATION_THRESHOLDS = Object.freeze({ minor: 0.7, major: 0.85, critical: 0.95 });

/** What limits throughput. */
export interface Bottleneck {
  /** The stage that takes most of the resource; null when none is busy enough to limit anything: then there is no more to do. */
  readonly stage: string | null;
  /** What is used up, such as the workers, which several stages may share. */
  readonly resource: string | null;
  readonly kind: StageKind | null;
  /** Busy share of the resource's capacity, 0 to 1. */
  readonly utilization: number;
  /** Of the busy time of all resources, each by its capacity, the share of this one; 0 to 1. */
  readonly timeShare: number;
  /** Of `UTILIZATION_THRESHOLDS`. */
  readonly severity: Severity;
  /** In a sentence. */
  readonly explanation: string;
  /** What to change, what helps most first; a sentence each. */
  readonly advice: readonly string[];
}

/** Names what limits throughput over the span of a delta. Pure: the same figures, the same answer. */
export function findBottleneck(delta: MonitorDelta): Bottleneck {
  const loads = resourceLoads(delta);
  const advice = tuningAdvice(loads, delta);
  const [top] = loads;
  const severity = top === undefined ? 'none' : severityOf(top.utilization);
  if (top === undefined || severity === 'none') return noBottleneck(top, advice);
  const total = loads.reduce((sum, { utilization }) => sum + utilization, 0);
  return {
    stage: top.stage,
    resource: top.name,
    kind: top.kind,
    utilization: top.utilization,
    timeShare: top.utilization / total,
    severity,
    explanation: `${top.stage} limits throughput: ${describe(top)} busy ${percent(top.utilization)} of the time`,
    advice,
  };
}

function severityOf(utilization: number): Severity {
  const { minor, major, critical } = UTILIZATION_THRESHOLDS;
  if (utilization >= critical) return 'critical';
  if (utilization >= major) return 'major';
  return utilization >= minor ? 'minor' : 'none';
}

function noBottleneck(top: ResourceLoad | undefined, advice: readonly string[]): Bottleneck {
  const busiest = top === undefined ? 'nothing was measured' : `${top.stage} is busiest, ${percent(top.utilization)}`;
  return {
    stage: null,
    resource: null,
    kind: null,
    utilization: top?.utilization ?? 0,
    timeShare: 0,
    severity: 'none',
    explanation: `no stage limits throughput (${busiest}): more work could be handed in`,
    advice,
  };
}

function describe({ name, stage, kind }: ResourceLoad): string {
  if (kind === 'main') return 'the event loop of the main thread is';
  return name === stage ? 'it is' : `the ${name} are`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
