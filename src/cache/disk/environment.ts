import { open, type Database, type RangeOptions, type RootDatabase } from 'lmdb';
import { MillraceError } from '../../core/errors.js';
import type { Gate } from './gate.js';

/** A table of an environment: bytes to bytes, in the order of the keys' bytes. */
export type Table = Database<Buffer, Uint8Array>;

/** Which keys of a table, in which order. */
export type KeyRange = Pick<RangeOptions, 'start' | 'end' | 'limit' | 'reverse'>;

/**
 * One lmdb file, opened the way the cache uses it.
 *
 * - Reads are synchronous.
 * - A write transaction waits for its turn at the gate on lmdb's own thread, and then runs here as a whole. Other processes and threads
 *   wait for it, so it must be short.
 * - Nothing waits for the disk (`noSync`): what is committed is in the system's hands and survives the end of the process. A power
 *   failure may damage the file; it then has not been closed cleanly, and is checked before it is opened again.
 */
export class Environment {
  readonly #root: RootDatabase<Buffer, Uint8Array>;
  readonly #gate: Gate;
  #turn = 0;
  #isFresh = false;

  /**
   * @param gate - the gate of all who use the file; the environment does not close it.
   * @throws what lmdb says when the file cannot be opened.
   */
  constructor(path: string, tablesMax: number, gate: Gate) {
    this.#gate = gate;
    this.#root = gate.enterSync(() =>
      open<Buffer, Uint8Array>({
        path,
        maxDbs: tablesMax,
        encoding: 'binary',
        keyEncoding: 'binary',
        noSync: true,
        overlappingSync: false,
        eventTurnBatching: false,
      }),
    );
  }

  /** Opens a table, making it when there is none. Waits for the write transaction that is under way. */
  table(name: string): Table {
    return this.#gate.enterSync(() =>
      this.#root.openDB<Buffer, Uint8Array>({ name, encoding: 'binary', keyEncoding: 'binary' }),
    );
  }

  /**
   * Runs `work` in a write transaction, with synchronous puts and removals; what it returns is given when that is committed.
   *
   * When `work` throws, nothing of it is written.
   */
  transact<T>(work: () => T): Promise<T> {
    return this.#gate.enter(() => this.#root.transactionSync(work));
  }

  /**
   * A number that changes with each turn of the event loop in which it is asked for. Reads after that see all that was committed before,
   * by whomever; lmdb alone would go on with an older state for a millisecond or more.
   */
  turn(): number {
    if (this.#isFresh) return this.#turn;
    this.#isFresh = true;
    setImmediate(() => (this.#isFresh = false));
    this.#root.resetReadTxn();
    return ++this.#turn;
  }

  /** Frees what readers that were killed still pin. Costs well below a microsecond when there are none. */
  dropDeadReaders(): void {
    this.#root.readerCheck();
  }

  /** Names of all tables. */
  tableNames(): string[] {
    return [...this.#root.getKeys()].map((key) => Buffer.from(key).toString('utf8').replace(/\0$/, ''));
  }

  /** Copies all tables into an environment that has none. */
  async copyTo(target: Environment): Promise<void> {
    for (const name of this.tableNames()) {
      const [from, to] = [this.table(name), target.table(name)];
      const rows = from.getRange()[Symbol.iterator]();
      for (let isDone = false; !isDone;) {
        isDone = await target.transact(() => {
          for (let copied = 0; copied < COPIED_AT_ONCE; copied++) {
            const next = rows.next();
            if (next.done === true) return true;
            to.putSync(Buffer.from(next.value.key), next.value.value, { append: true });
          }
          return false;
        });
      }
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

const COPIED_AT_ONCE = 256;

/** Bytes of a table's pages, which is what it takes of the file. Within a transaction: as the transaction has made it. */
export function tableSize(table: Table): { readonly bytes: number; readonly rows: number } {
  const stats: object = table.getStats();
  const pages = numberIn(stats, 'treeBranchPageCount') + numberIn(stats, 'treeLeafPageCount');
  return {
    bytes: (pages + numberIn(stats, 'overflowPages')) * numberIn(stats, 'pageSize'),
    rows: numberIn(stats, 'entryCount'),
  };
}

function numberIn(stats: object, name: string): number {
  const value: unknown = Reflect.get(stats, name);
  if (typeof value !== 'number') throw new MillraceError('ERR_INTERNAL', `lmdb tells no ${name}`);
  return value;
}
