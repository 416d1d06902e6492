import type { MonitorDelta } from './snapshot.js';
import type { StageKind } from './stage-meter.js';

/** Name of the stage, and of the resource, that is the event loop of the thread with the monitor. */
export const MAIN_STAGE = 'main';

/** What can be used up: threads, permits, the event loop, a disk. */
export interface ResourceLoad {
  readonly name: string;
  /** The stage that takes most of it. */
  readonly stage: string;
  readonly kind: StageKind;
  /** 0 to 1. */
  readonly utilization: number;
  /** Mean number that waits for it. */
  readonly queued: number;
}

/** By utilization, the busiest first; of equally busy ones, that for which more waits. */
export function resourceLoads({ stages, process }: MonitorDelta): ResourceLoad[] {
  const loads = new Map<string, ResourceLoad & { readonly share: number }>();
  for (const [stage, { resource, kind, utilization, queued }] of Object.entries(stages)) {
    if (utilization === null) continue;
    const known = loads.get(resource);
    const isLargest = known === undefined || utilization > known.share;
    loads.set(resource, {
      name: resource,
      stage: isLargest ? stage : known.stage,
      kind: isLargest ? kind : known.kind,
      utilization: Math.min((known?.utilization ?? 0) + utilization, 1),
      queued: (known?.queued ?? 0) + queued,
      share: isLargest ? utilization : known.share,
    });
  }
  if (process !== null && !loads.has(MAIN_STAGE)) {
    const utilization = process.loopUtilization;
    loads.set(MAIN_STAGE, {
      name: MAIN_STAGE,
      stage: MAIN_STAGE,
      kind: 'main',
      utilization,
      queued: 0,
      share: utilization,
    });
  }
  return [...loads.values()]
    .map(({ share: _, ...load }) => load)
    .sort((a, b) => b.utilization - a.utilization || b.queued - a.queued);
}
