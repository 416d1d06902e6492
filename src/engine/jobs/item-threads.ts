import { availableParallelism } from 'node:os';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError, messageOf } from '../../core/errors.js';
import { finalError, isFinalError } from '../../core/flow/final-error.js';
import type { ModuleRequest } from '../../workers/module-protocol.js';
import { ModulePool } from '../threads/module-pool.js';
import type { ItemContext } from './item-context.js';
import type { ProcessorThreads } from './plan.js';

/** A call of the processor: it waits for a thread, and then for its answer. */
interface Call {
  readonly request: ModuleRequest;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Threads of one job, which run the default export of a module: one item each at a time, so that an item's time is its own, and
 * so that a thread can be ended when its item takes too long.
 */
export class ItemThreads implements ProcessorThreads {
  readonly #module: string;
  readonly #pool: ModulePool;
  /** What each thread is at. */
  readonly #calls: (Call | undefined)[];
  /** Items whose turn it is while threads are being ended: as many as those at most. */
  readonly #waiting = new Set<Call>();
  #ended: MillraceError | undefined;

  /** @param concurrency - threads wanted; there are no more than the machine runs at once. */
  constructor(module: string, concurrency: number) {
    const threads = threadsFor(concurrency);
    this.#module = module;
    this.#calls = new Array<Call | undefined>(threads).fill(undefined);
    this.#pool = new ModulePool(
      { workers: threads },
      {
        completed: (slot, _, value) => {
          this.#free(slot)?.resolve(value);
        },
        failed: (slot, _, error) => {
          this.#free(slot)?.reject(thrownBy(error));
        },
        lost: (slot, begun, reason) => {
          const call = this.#free(slot);
          if (begun !== undefined) call?.reject(reason);
          else if (call !== undefined) this.#call(call);
        },
        broken: (reason) => {
          this.#end(reason);
        },
      },
    );
  }

  /** @throws MillraceError `ERR_PROCESSOR` when the module cannot be loaded or exports no function. */
  async open(): Promise<void> {
    try {
      await this.#run(undefined, undefined);
    } catch (thrown) {
      throw new MillraceError('ERR_PROCESSOR', `processor ${this.#module}: ${messageOf(thrown)}`);
    }
  }

  readonly process = async (item: unknown, { ordinal, attempt, signal }: ItemContext): Promise<unknown> =>
    this.#run(item, { ordinal, attempt }, signal);

  /** Ends all threads, and resolves when they are gone. */
  async close(): Promise<void> {
    await this.#pool.close();
    this.#end(new MillraceError('ERR_ABORTED', 'the threads of the job were ended'));
  }

  async #run(input: unknown, context: ModuleRequest['context'], signal?: AbortSignal): Promise<unknown> {
    let onAbort = (): void => undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        const call = { request: { module: this.#module, input, context }, signal, resolve, reject };
        onAbort = () => {
          this.#abort(call);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        this.#call(call);
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #call(call: Call): void {
    const slot = this.#calls.indexOf(undefined);
    if (this.#ended !== undefined) {
      call.reject(this.#ended);
    } else if (call.signal?.aborted === true) {
      call.reject(call.signal.reason);
    } else if (slot === -1) {
      this.#waiting.add(call);
    } else {
      this.#calls[slot] = call;
      try {
        this.#pool.offer(slot, call.request);
      } catch (thrown) {
        this.#free(slot)?.reject(finalError(thrown)); // it cannot be copied
      }
    }
  }

  /** Takes what the thread was at, and gives it what has waited longest. */
  #free(slot: number): Call | undefined {
    const call = this.#calls[slot];
    this.#calls[slot] = undefined;
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      this.#call(next);
    }
    return call;
  }

  /** Nothing but the end of its thread is sure to end a call. */
  #abort(call: Call): void {
    const slot = this.#calls.indexOf(call);
    if (slot !== -1) this.#pool.kill(slot);
    else if (this.#waiting.delete(call)) call.reject(call.signal?.reason);
  }

  #end(reason: MillraceError): void {
    this.#ended ??= reason;
    for (const call of [...this.#calls.splice(0), ...this.#waiting]) call?.reject(this.#ended);
    this.#waiting.clear();
  }
}

/** Threads for so many items at once. */
export function threadsFor(concurrency: number): number {
  return Math.min(concurrency, availableParallelism());
}

/**
 * The URL of a processor's module, given as an absolute path, a `file:` URL or its text.
 *
 * @throws MillraceError `ERR_PROCESSOR` for a relative path, since relative to what is not known.
 */
export function moduleUrl(module: string | URL): string {
  const text = String(module);
  if (text.startsWith('file:')) return text;
  if (isAbsolute(text)) return pathToFileURL(text).href;
  throw new MillraceError('ERR_PROCESSOR', `processor must be an absolute path or a file: URL, got ${text}`);
}

/** What the processor threw. */
function thrownBy(error: MillraceError): unknown {
  const thrown = error.code === 'ERR_TASK_FAILED' ? error.cause : error;
  return isFinalError(error) ? finalError(thrown) : thrown;
}
