import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { open, TransactionFlags, type RootDatabase } from 'lmdb';

/**
 * Lets one at a time, of all threads and processes, write to a store's data file or open it.
 *
 * lmdb's own lock keeps writers apart, but not those who open the file: lmdb then tells all others which transaction was the last, as read
 * a moment before. When somebody commits within that moment, the next writer goes on from the state before: what was committed is lost,
 * and pages are used twice (LMDB ITS#9496, still there in lmdb 3.5.6). So both happen here inside a write transaction of a second
 * file, which never changes, so that opening that one does no harm. When a process ends inside, the system lets the next one in.
 *
 * A thread has one gate for each file, however many stores it opens, since it must not wait for itself.
 */
export class Gate {
  readonly #path: string;
  readonly #root: RootDatabase;
  #users = 1;

  private constructor(path: string) {
    this.#path = path;
    this.#root = open({
      path,
      noSync: true,
      overlappingSync: false,
      // Batches of its own would have promises of their own.
      eventTurnBatching: false,
    });
  }

  /** @throws what lmdb says when the file cannot be opened. */
  static open(path: string): Gate {
    const real = join(realpathSync(dirname(path)), basename(path));
    const found = gates.get(real);
    if (found !== undefined) {
      found.#users++;
      return found;
    }
    const gate = new Gate(real);
    gates.set(real, gate);
    return gate;
  }

  /** Waits on lmdb's own thread until nobody else is in, and runs `work`. */
  enter<T>(work: () => T): Promise<T> {
    return this.#root.transaction(work);
  }

  /** The same, but the calling thread waits, for as long as those who are in and those before it in the queue take. */
  enterSync<T>(work: () => T): T {
    return this.#root.transactionSync(work, TransactionFlags.SYNCHRONOUS_COMMIT);
  }

  /** To be called once for each `open`. */
  async close(): Promise<void> {
    if (--this.#users > 0) return;
    gates.delete(this.#path);
    await this.#root.close();
  }
}

/** Those that this thread has open. */
const gates = new Map<string, Gate>();
