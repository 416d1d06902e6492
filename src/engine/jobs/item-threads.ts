import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Piscina } from 'piscina';
import { MillraceError, messageOf } from '../../core/errors.js';
import { finalError } from '../../core/flow/final-error.js';
import type { ItemRequest, ItemResponse } from '../../workers/item-worker.js';
import type { ItemContext } from './item-context.js';
import type { ProcessorThreads } from './run.js';

/** As for the scoring threads: on Node.js 20 a thread that is terminated while it requires an ES module ends the process. */
const LOAD_BY_IMPORT = '--no-experimental-require-module';

const WORKER_FILE = new URL('../../workers/item-worker.js', import.meta.url);

/**
 * Threads of one job, which run the default export of a module: one item each at a time, so that a crash is known to be that
 * item's, and so that a thread can be ended when its item takes too long.
 */
export class ItemThreads implements ProcessorThreads {
  readonly #module: string;
  readonly #threads: number;
  #piscina: Piscina<ItemRequest, ItemResponse> | undefined;
  /** Those that have not ended: Piscina lets go of one that it ends before it is gone. */
  readonly #alive = new Set<Worker>();

  /** @param concurrency - threads wanted; there are no more than the machine runs at once. */
  constructor(module: string, concurrency: number) {
    this.#module = module;
    this.#threads = threadsFor(concurrency);
  }

  /** @throws MillraceError `ERR_PROCESSOR` when the module cannot be loaded or exports no function. */
  async open(): Promise<void> {
    this.#piscina = new Piscina<ItemRequest, ItemResponse>({
      filename: WORKER_FILE.href,
      minThreads: this.#threads, // Piscina ends a further one as soon as it is idle
      maxThreads: this.#threads,
      concurrentTasksPerWorker: 1,
      recordTiming: false,
      // A thread that waits on Atomics between items would stop what the module does in the meantime.
      atomics: 'disabled',
      execArgv: [LOAD_BY_IMPORT],
    });
    // A thread that ends by itself rejects the item that it was at; there is nothing else to hear of it.
    this.#piscina.on('error', () => undefined);
    this.#piscina.on('workerCreate', ({ id }: { id: number }) => {
      this.#follow(id);
    });
    let reason: string | undefined;
    try {
      const response = await this.#piscina.run({ module: this.#module });
      if (response.kind === 'unloadable') reason = response.message;
    } catch (thrown) {
      reason = messageOf(thrown);
    }
    if (reason !== undefined) throw new MillraceError('ERR_PROCESSOR', `processor ${this.#module}: ${reason}`);
  }

  readonly process = async (item: unknown, { ordinal, attempt, signal }: ItemContext): Promise<unknown> => {
    if (this.#piscina === undefined) throw new MillraceError('ERR_INTERNAL', 'the threads of a job are not open');
    let response: ItemResponse;
    try {
      // Piscina ends the thread when the signal is given.
      response = await this.#piscina.run({ module: this.#module, call: { item, ordinal, attempt } }, { signal });
    } catch (thrown) {
      if (isUncloneable(thrown)) throw finalError(thrown);
      throw new MillraceError('ERR_WORKER_CRASHED', `item ${ordinal} ended its thread: ${messageOf(thrown)}`);
    }
    if (response.kind === 'value') return response.value;
    if (response.kind === 'unloadable') throw new MillraceError('ERR_PROCESSOR', response.message);
    const error = Object.assign(new Error(response.message), { name: response.name });
    throw response.isFinal ? finalError(error) : error;
  };

  /** Ends all threads, and resolves when they are gone. */
  async close(): Promise<void> {
    for (const thread of this.#piscina?.threads ?? []) this.#alive.add(thread);
    await this.#piscina?.destroy();
    await Promise.all(Array.from(this.#alive, (thread) => thread.terminate()));
  }

  #follow(threadId: number): void {
    const thread = this.#piscina?.threads.find((each) => each.threadId === threadId);
    if (thread === undefined) return;
    this.#alive.add(thread);
    thread.once('exit', () => {
      this.#alive.delete(thread);
    });
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

function isUncloneable(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'DataCloneError';
}
