import { checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import type { Document } from '../../core/document.js';
import { isFailure } from '../../core/report.js';
import { LatencyHistogram } from '../../monitor/latency-histogram.js';
import type { Engine } from '../../engine/engine.js';
import type { RefineRunOptions } from '../../engine/refine/options.js';
import { CRITERIA } from './criteria.js';
import type { ArrivingDocuments } from './documents.js';
import type { Probes } from './result.js';

const SINGLES = 220;
/** Of these the first ones, in which code is compiled, are not counted. */
const SINGLES_UNCOUNTED = 20;
const MEMORY_LOOK_MS = 10;

export interface ProbesOptions {
  readonly engine: Engine;
  readonly documents: ArrivingDocuments;
  /** Undefined: documents are scored. */
  readonly refine: RefineRunOptions | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For each of batch and crowd. */
  readonly patienceMs: number;
  /** Resident memory in bytes; `null` where the system does not tell. */
  readonly rssBytes: () => number | null;
}

/**
 * Measures what takes an engine that does nothing else: one document, a batch, and a crowd of documents at once. What they do is
 * also what warms the engine up.
 *
 * @throws MillraceError `ERR_ABORTED`.
 */
export async function runProbes(options: ProbesOptions): Promise<Probes> {
  const singleMs = await probeSingles(options);
  const batchMs = await probeBatch(options);
  const crowdBytes = await probeCrowd(options);
  return { singleMs, batchMs, crowdBytes };
}

async function probeSingles({ engine, documents, clock, signal }: ProbesOptions): Promise<Probes['singleMs']> {
  const latency = new LatencyHistogram();
  for (let index = 0; index < SINGLES; index++) {
    const document = documents.at(index);
    const startMs = clock.monotonicMs();
    const isScored = await engine.score(document, { signal }).then(
      () => true,
      () => false,
    );
    if (isScored && index >= SINGLES_UNCOUNTED) latency.record(clock.monotonicMs() - startMs);
  }
  if (latency.count === 0) return null;
  const { p50Ms, p99Ms, maxMs } = latency.summary();
  return { p50: p50Ms, p99: p99Ms, max: maxMs };
}

async function probeBatch(options: ProbesOptions): Promise<number | null> {
  const startMs = options.clock.monotonicMs();
  const isDone = await processAll(options, CRITERIA.batch.documents);
  return isDone ? options.clock.monotonicMs() - startMs : null;
}

async function probeCrowd(options: ProbesOptions): Promise<number | null> {
  const { rssBytes } = options;
  let highest: number | null = null;
  const look = (): void => {
    const now = rssBytes();
    if (now !== null) highest = Math.max(highest ?? 0, now);
  };
  const timer = setInterval(look, MEMORY_LOOK_MS);
  try {
    const isDone = await processAll(options, CRITERIA.crowd.documents);
    look();
    return isDone ? highest : null;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Processes documents all at once.
 *
 * @returns whether nearly all of them ended well in the time there is: where calls fail a few may not.
 * @throws MillraceError `ERR_ABORTED`; what ends a run of refinement is no error here.
 */
async function processAll(options: ProbesOptions, count: number): Promise<boolean> {
  const { documents, clock, patienceMs, signal } = options;
  const asked = Array.from({ length: count }, (_, index) => documents.at(index));
  const deadline = new AbortController();
  const timer = clock.schedule(() => {
    deadline.abort();
  }, patienceMs);
  try {
    const endedWell = await countWell(options, asked, AbortSignal.any([signal, deadline.signal]));
    return endedWell >= (1 - CRITERIA.errorShare) * count;
  } catch {
    checkAborted(signal);
    return false;
  } finally {
    timer.cancel();
  }
}

async function countWell(
  { engine, refine }: ProbesOptions,
  documents: readonly Document[],
  signal: AbortSignal,
): Promise<number> {
  if (refine === undefined) {
    const outcomes = await engine.scoreAll(documents, { signal });
    return outcomes.filter((outcome) => !isFailure(outcome)).length;
  }
  let endedWell = 0;
  for await (const outcome of engine.refine(documents, { ...refine, signal })) {
    if (!('error' in outcome) && outcome.stopped !== 'failed') endedWell++;
  }
  return endedWell;
}
