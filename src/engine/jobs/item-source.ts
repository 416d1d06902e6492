import { MillraceError, messageOf } from '../../core/errors.js';
import { typeError } from '../../core/options.js';

/** The items of a job. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** There is no item yet; `onReady` is called when that changes. */
export const NOT_YET = Symbol('not yet');
/** There is no further item. */
export const AT_END = Symbol('at end');

/**
 * Items one by one, pulled only when they are asked for. An array is read where it is: an item that waits costs nothing.
 */
export interface ItemSource<T> {
  /** How many there are; undefined while that is unknown. */
  readonly total: number | undefined;
  /** What broke the source off, which is at its end then. */
  readonly error: MillraceError | undefined;
  next(): T | typeof NOT_YET | typeof AT_END;
  /** Lets the iterator clean up. Waits for it unless it is still busy with an item. Never rejects. */
  close(): Promise<void>;
}

/**
 * @param onReady - called when `next` has something other than `NOT_YET` again.
 * @throws MillraceError `ERR_OPTION_TYPE` for what is no array or iterable of items.
 */
export function openItemSource<T>(items: Items<T>, onReady: () => void): ItemSource<T> {
  // Callers without types may give anything; a string is iterable, and never what was meant.
  const given: unknown = items;
  if (typeof given !== 'object' || given === null) throw typeError('items', 'an array or an iterable', given);
  if (Array.isArray(items)) return new ArraySource<T>(items);
  if (Symbol.asyncIterator in items) return new AsyncSource(items[Symbol.asyncIterator](), onReady);
  if (Symbol.iterator in items) return new IteratorSource(items[Symbol.iterator]());
  throw typeError('items', 'an array or an iterable', given);
}

class ArraySource<T> implements ItemSource<T> {
  readonly total: number;
  readonly error = undefined;
  readonly #items: readonly T[];
  #next = 0;

  constructor(items: readonly T[]) {
    this.#items = items;
    this.total = items.length;
  }

  next(): T | typeof AT_END {
    return this.#next < this.total ? this.#items[this.#next++]! : AT_END;
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

class IteratorSource<T> implements ItemSource<T> {
  total: number | undefined;
  error: MillraceError | undefined;
  readonly #iterator: Iterator<T>;
  #pulled = 0;

  constructor(iterator: Iterator<T>) {
    this.#iterator = iterator;
  }

  next(): T | typeof AT_END {
    if (this.total !== undefined) return AT_END;
    try {
      const result = this.#iterator.next();
      if (result.done !== true) {
        this.#pulled++;
        return result.value;
      }
    } catch (thrown) {
      this.error = sourceError(thrown);
    }
    this.total = this.#pulled;
    return AT_END;
  }

  async close(): Promise<void> {
    if (this.total === undefined) await closeIterator(this.#iterator);
  }
}

class AsyncSource<T> implements ItemSource<T> {
  total: number | undefined;
  error: MillraceError | undefined;
  readonly #iterator: AsyncIterator<T>;
  readonly #onReady: () => void;
  #pulled = 0;
  #isPulling = false;
  #ready: { readonly item: T } | undefined;

  constructor(iterator: AsyncIterator<T>, onReady: () => void) {
    this.#iterator = iterator;
    this.#onReady = onReady;
  }

  next(): T | typeof NOT_YET | typeof AT_END {
    const ready = this.#ready;
    if (ready !== undefined) {
      this.#ready = undefined;
      return ready.item;
    }
    if (this.total !== undefined) return AT_END;
    if (!this.#isPulling) void this.#pull();
    return NOT_YET;
  }

  async close(): Promise<void> {
    if (this.total !== undefined) return;
    const closing = closeIterator(this.#iterator);
    // An async generator closes only behind the item that it is waiting for, which may never come.
    if (!this.#isPulling) await closing;
  }

  async #pull(): Promise<void> {
    this.#isPulling = true;
    try {
      const result = await this.#iterator.next();
      if (result.done === true) this.total = this.#pulled;
      else {
        this.#pulled++;
        this.#ready = { item: result.value };
      }
    } catch (thrown) {
      this.error = sourceError(thrown);
      this.total = this.#pulled;
    }
    this.#isPulling = false;
    this.#onReady();
  }
}

/** What a source says when it is closed changes nothing: the job is over. */
async function closeIterator(iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    return;
  }
}

function sourceError(thrown: unknown): MillraceError {
  return new MillraceError('ERR_SOURCE', `the source failed: ${messageOf(thrown)}`, { cause: thrown });
}
