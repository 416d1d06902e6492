import type { StageFigures } from '../../monitor/page/model.js';
import { MAIN_STAGE } from '../../monitor/resource-load.js';
import type { MonitorDelta, MonitorSnapshot } from '../../monitor/snapshot.js';

/** The order in which a document meets them; others come behind. */
const PATH = ['source', 'read', 'cache', 'batch', 'score', 'calls', 'write', 'ledger'];

/** The stages that did anything over the span of a delta, and the event loop of the main thread behind them. */
export function stageFigures(delta: MonitorDelta, earlier: MonitorSnapshot, later: MonitorSnapshot): StageFigures[] {
  const stages = Object.entries(delta.stages).flatMap(([name, stage]): StageFigures[] => {
    const { count, failed, utilization, busyMs, waitingMs } = stage;
    const figures = later.stages[name];
    if (count === 0 || figures === undefined) return [];
    const { latency, queuedMax } = figures;
    return [
      {
        name,
        count,
        failed,
        utilization: utilization === null ? null : Math.min(utilization, 1),
        busySeconds: busyMs / 1000,
        waitingSeconds: waitingMs / 1000,
        // Percentiles and a greatest cannot be subtracted: those of a stage that others used before would not be the run's.
        ...(earlier.stages[name] === undefined && {
          ...{ p50Ms: latency.p50Ms, p95Ms: latency.p95Ms, p99Ms: latency.p99Ms },
          queueDepthMax: queuedMax,
        }),
      },
    ];
  });
  stages.sort((one, other) => placeOf(one.name) - placeOf(other.name));
  return [...stages, ...mainStage(delta)];
}

function placeOf(name: string): number {
  const place = PATH.indexOf(name);
  return place === -1 ? PATH.length : place;
}

function mainStage({ process, spanMs }: MonitorDelta): StageFigures[] {
  if (process === null) return [];
  const { loopUtilization: utilization } = process;
  return [{ name: MAIN_STAGE, count: 1, utilization, busySeconds: (utilization * spanMs) / 1000 }];
}
