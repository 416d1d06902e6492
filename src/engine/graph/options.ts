import { checkInteger, checkOptions, typeError } from '../../core/options.js';

/** Options of `engine.graph`. */
export interface GraphOptions {
  /** Tasks with a `run` function that run at once; those with a `module` run one to a thread. Integer, 1 to 10,000. @defaultValue 10 */
  readonly concurrency?: number;
  /**
   * After `cancel`, tasks in threads may go on for so long; then their threads are ended. Integer, 0 to 2,147,483,647.
   * @defaultValue 1000
   */
  readonly graceMs?: number;
  /** Cancels the graph. */
  readonly signal?: AbortSignal;
}

export interface ResolvedGraphOptions {
  readonly concurrency: number;
  readonly graceMs: number;
  readonly signal: AbortSignal | undefined;
}

export const GRAPH_DEFAULTS = Object.freeze({ concurrency: 10, graceMs: 1000 });

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveGraphOptions(options: GraphOptions = {}, path = 'graph'): ResolvedGraphOptions {
  const given = { ...GRAPH_DEFAULTS, ...checkOptions(path, options, [...Object.keys(GRAPH_DEFAULTS), 'signal']) };
  return Object.freeze({
    concurrency: checkInteger(`${path}.concurrency`, given.concurrency, 1, 10_000),
    graceMs: checkInteger(`${path}.graceMs`, given.graceMs, 0, 2 ** 31 - 1),
    signal: checkSignal(`${path}.signal`, options.signal),
  });
}

function checkSignal(path: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw typeError(path, 'an AbortSignal', signal);
}
