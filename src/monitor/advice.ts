import type { ResourceLoad } from './resource-load.js';
import type { MonitorDelta } from './snapshot.js';
import type { StageKind } from './stage-meter.js';

/** From which utilization on a resource is taken for used up, and below which for idle. */
const USED_UP = 0.85;
const IDLE = 0.6;

/** A machine this busy has no core left for another worker. */
const MACHINE_USED_UP = 0.9;

/** A loop that is held up for longer than this lets calls time out and answers wait. */
const DELAY_MS_MAX = 100;

/** Garbage takes a few per cent of a healthy process. */
const GC_SHARE_MAX = 0.1;

/** What helps a resource that is used up. */
const REMEDIES: Readonly<Record<Exclude<StageKind, 'main' | 'workers'>, string>> = Object.freeze({
  source: 'the source gives no more than it does: read from a faster one, or from several at once',
  read: 'reading takes the time: put the input on a faster disk, or uncompressed where unpacking is what takes it',
  cache: 'the cache takes the time: put it on a faster disk, or ask it for larger texts only (bytesMin)',
  calls:
    'calls are all in use: raise concurrency; if the provider then answers more slowly or refuses, it is the limit, and a second provider or higher rate limits help',
  write: 'the sink takes rows more slowly than they are made: write to a faster disk, or less (emit, stats, gzip)',
  ledger: 'the ledger waits for its disk: put the output on a faster one',
  other: 'give the stage more capacity, or less to do',
});

/**
 * What to change, by measured utilization; what helps most first. Nothing where nothing is used up.
 *
 * @param loads - the busiest first.
 */
export function tuningAdvice(loads: readonly ResourceLoad[], delta: MonitorDelta): string[] {
  const [top] = loads;
  const workers = loads.find(({ kind }) => kind === 'workers' || kind === 'read' || kind === 'cache');
  const advice: string[] = [];
  if (top !== undefined && top.utilization >= USED_UP) advice.push(remedyOf(top, workers, delta));
  const { process } = delta;
  if (process !== null && process.gcShare > GC_SHARE_MAX) {
    const share = Math.round(process.gcShare * 100);
    advice.push(`garbage collection takes ${share} % of the main thread: hold less at once (smaller windows, batches)`);
  }
  if (process !== null && process.loopDelayMaxMs > DELAY_MS_MAX) {
    const delay = Math.round(process.loopDelayMaxMs);
    advice.push(`the event loop was held up for ${delay} ms: move long synchronous work to a worker, or cut it up`);
  }
  return advice;
}

function remedyOf(top: ResourceLoad, workers: ResourceLoad | undefined, delta: MonitorDelta): string {
  if (top.kind === 'main') return forMain(workers);
  if (top.kind === 'workers') return forWorkers(top, delta);
  return REMEDIES[top.kind];
}

/** Idle workers wait for the main thread; more of them would only wait more. */
function forMain(workers: ResourceLoad | undefined): string {
  if (workers === undefined || workers.utilization >= IDLE)
    return 'the main thread is used up: hand over larger batches (batchBytes), and move work of your own off it';
  const share = Math.round(workers.utilization * 100);
  return `the main thread is used up and the workers are busy ${share} % of the time: fewer workers, or larger batches (batchBytes)`;
}

function forWorkers(top: ResourceLoad, { stages, process }: MonitorDelta): string {
  const capacity = stages[top.stage]?.capacity ?? 1;
  const machine = process?.machineCpuShare ?? null;
  if (machine === null || machine < MACHINE_USED_UP)
    return `all ${capacity} workers are busy and the machine is not: more workers, up to one for each core`;
  return `all ${capacity} workers are busy and so is the machine: measure less ('entropy'), or use more cores`;
}
