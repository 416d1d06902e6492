import { textsFor } from './documents.js';
import { resolveStressOptions, type StressOptions } from './options.js';
import type { StressResult } from './result.js';
import { Stage } from './stage.js';
import { StressRun, type StressContext } from './stress-run.js';

/**
 * Puts an engine under a load that comes at a set rate whatever becomes of it, and judges how it stands that.
 *
 * An open loop: latencies count from the time at which a document was due, so a stall is not hidden by arrivals that wait for it.
 * Before the arrivals, an engine that does nothing else is asked for single documents, a batch and a crowd. With `chaos`, threads are
 * ended, entries of the cache damaged, connections reset and processes held up while documents arrive; afterwards outcomes are
 * compared with those of a calm run.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_USAGE`; `ERR_INPUT_NOT_FOUND` when the inputs
 * hold no document, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_CORRUPT`; `ERR_PROVIDER_UNAVAILABLE` when the mock of a model does not start;
 * `ERR_ABORTED`.
 */
export async function runStress(options: StressOptions = {}, context: StressContext = {}): Promise<StressResult> {
  const resolved = resolveStressOptions(options);
  const { stdin = process.stdin, signal = new AbortController().signal } = options;
  const texts = await textsFor(resolved, stdin, signal);
  await using stage = await Stage.set(resolved, signal);
  const run = new StressRun(resolved, texts, stage, signal, context);
  return await run.go();
}
