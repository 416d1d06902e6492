import { rename, rm, stat } from 'node:fs/promises';
import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { MillraceError, messageOf } from '../../core/errors.js';
import { checkString } from '../../core/options.js';
import { DiskDirectory, type LockWait, type SetAside } from './disk-directory.js';
import { bloomFilters, DiskGuard, type FilterMaker } from './disk-guard.js';
import {
  resolveDiskStoreOptions,
  resolveDiskTierOptions,
  type DiskStoreOptions,
  type DiskTierOptions,
} from './disk-options.js';
import { DiskShapes } from './disk-shapes.js';
import { DiskTable } from './disk-table.js';
import { DiskTier } from './disk-tier.js';
import { DiskWriter, type WriteOwner } from './disk-writer.js';
import { Environment, tableSize, type Table } from './environment.js';
import { Gate } from './gate.js';

/** What a store takes besides its options. */
export interface DiskStoreContext {
  readonly clock?: Clock;
  /** Ends the waiting of `open` with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * A directory with the entries of many namespaces, shared by any number of processes and threads; each opens it for itself.
 */
export class DiskStore {
  readonly dir: string;
  /** 16 random bytes that all who open the directory share, for checks that nobody else can compute. */
  readonly secret: Uint8Array;
  /** The file that was found damaged when the store was opened, if there was one; the store began empty then. */
  readonly setAside: SetAside | undefined;
  readonly #directory: DiskDirectory;
  readonly #gate: Gate;
  readonly #environment: Environment;
  readonly #meta: Table;
  readonly #writer: DiskWriter;
  readonly #wait: LockWait;
  readonly #tiers = new Map<string, DiskTier>();
  #isSuspect = false;
  #closing: Promise<void> | undefined;

  private constructor(
    dir: string,
    directory: DiskDirectory,
    { gate, environment }: Opened,
    queueBytesMax: number,
    wait: LockWait,
  ) {
    this.dir = dir;
    this.secret = directory.secret;
    this.setAside = directory.setAside;
    this.#directory = directory;
    this.#gate = gate;
    this.#environment = environment;
    this.#meta = environment.table('meta');
    this.#wait = wait;
    this.#writer = new DiskWriter(environment, wait.clock, queueBytesMax);
  }

  /**
   * Opens the store in a directory, which is made when there is none.
   *
   * @throws MillraceError `ERR_CACHE_DIR` naming the directory: it is a file, cannot be read or written, or has a newer format.
   *   `ERR_CACHE_LOCKED`: another process kept changing it for longer than `lockWaitMs`. `ERR_OPTION_*`, `ERR_ABORTED`.
   */
  static async open(dir: string, options: DiskStoreOptions = {}, context: DiskStoreContext = {}): Promise<DiskStore> {
    checkString('dir', dir);
    const { lockWaitMs, queueBytesMax } = resolveDiskStoreOptions(options, 'disk');
    const { clock = SYSTEM_CLOCK, signal } = context;
    const wait: LockWait = { lockWaitMs, clock, signal };
    const { directory, used } = await DiskDirectory.enter(dir, wait, openFiles);
    return new DiskStore(dir, directory, used, queueBytesMax, { lockWaitMs, clock, signal: undefined });
  }

  /**
   * The tier of a namespace, of which there is one at a time.
   *
   * @param filters - what its guard is made of; Bloom filters.
   * @throws MillraceError `ERR_OPTION_*`; `ERR_CLOSED`.
   */
  tier(namespace: string, options: DiskTierOptions, filters?: FilterMaker): DiskTier {
    this.#checkOpen();
    checkNamespace(namespace);
    const resolved = resolveDiskTierOptions(options, `disk.${namespace}`);
    if (this.#tiers.has(namespace)) {
      throw new MillraceError('ERR_OPTION_RANGE', `the namespace ${namespace} is open already`);
    }
    if (this.#tiers.size >= NAMESPACES_MAX) {
      throw new MillraceError('ERR_OPTION_RANGE', `a store has at most ${NAMESPACES_MAX} namespaces open`);
    }
    const table = new DiskTable(this.#environment, this.#meta, namespace);
    const maker = filters ?? bloomFilters(resolved.falsePositiveRate);
    const guard = resolved.guard ? new DiskGuard(table, maker, resolved.entriesExpected, table.readGuard()) : undefined;
    const tier = new DiskTier(
      {
        name: 'disk',
        table,
        shapes: new DiskShapes(this.#meta, namespace),
        guard,
        writer: this.#writer,
        clock: this.#wait.clock,
        onSuspicion: () => (this.#isSuspect = true),
        onClose: () => this.#tiers.delete(namespace),
      },
      resolved,
    );
    this.#tiers.set(namespace, tier);
    return tier;
  }

  /** Those that somebody has ever opened, by name. */
  namespaces(): string[] {
    this.#checkOpen();
    const prefix = 'entries/';
    const tables = this.#environment.tableNames().filter((name) => name.startsWith(prefix));
    return tables.map((name) => name.slice(prefix.length)).sort();
  }

  /** Whether nobody else has the store open now. */
  async isAlone(): Promise<boolean> {
    return this.#directory.isAlone();
  }

  /** What the owner of the store has put under this name; `undefined`: nothing that can be read. */
  getMeta(name: string): unknown {
    this.#checkOpen();
    const row = this.#meta.getBinary(metaKey(name));
    try {
      return row === undefined ? undefined : JSON.parse(row.toString('utf8'));
    } catch {
      return undefined;
    }
  }

  /**
   * Keeps a value, as JSON, for whoever opens the store.
   *
   * @throws MillraceError `ERR_CACHE_DIR` when it cannot be written.
   */
  async putMeta(name: string, value: unknown): Promise<void> {
    this.#checkOpen();
    const row = Buffer.from(JSON.stringify(value));
    const error = await new Promise<Error | undefined>((settle) => {
      this.#writer.push({
        bytes: row.length,
        owner: NOBODY,
        apply: () => {
          this.#meta.putSync(metaKey(name), row);
        },
        settle,
      });
    });
    if (error === undefined) return;
    throw new MillraceError('ERR_CACHE_DIR', `cache directory ${this.dir} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }

  /** Resolves when all that is waiting is written. */
  async flush(): Promise<void> {
    await this.#writer.flush();
  }

  /** Closes the tiers and the store; a second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    for (const tier of [...this.#tiers.values()]) await tier.close();
    await this.#writer.flush();
    await this.#directory.leave(this.#wait, async (isAlone) => {
      const shrunk = isAlone && !this.#isSuspect ? await this.#shrink() : undefined;
      await this.#environment.close();
      await this.#gate.close();
      if (shrunk !== undefined) {
        await rm(`${this.#directory.dataPath}-lock`, { force: true });
        await rename(shrunk, this.#directory.dataPath);
      }
      return !this.#isSuspect;
    });
  }

  /**
   * lmdb's files never shrink. When little is left of a large one, what is left is copied into a new file, which takes its place once
   * the old one is closed: nobody else has it open, and nobody can while the directory is locked.
   *
   * @returns the new file.
   */
  async #shrink(): Promise<string | undefined> {
    const sizes = this.#environment.tableNames().map((name) => tableSize(this.#environment.table(name)).bytes);
    const liveBytes = sizes.reduce((sum, bytes) => sum + bytes, 0);
    const { size } = await stat(this.#directory.dataPath);
    if (liveBytes > COPIED_BYTES_MAX || size < liveBytes * 2 + SHRUNK_FROM_BYTES) return undefined;
    const path = `${this.#directory.dataPath.replace(/\.mdb$/, '')}.new.mdb`;
    const remove = async (): Promise<void> => {
      for (const file of [path, `${path}-lock`]) await rm(file, { force: true });
    };
    await remove();
    const target = new Environment(path, TABLES_MAX, this.#gate);
    try {
      await this.#environment.copyTo(target);
      await target.close();
      await rm(`${path}-lock`, { force: true });
      return path;
    } catch {
      // The disk is full, perhaps. The large file is as good.
      await target.close();
      await remove();
      return undefined;
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new MillraceError('ERR_CLOSED', `the cache store ${this.dir} is closed`);
  }
}

/** What a store has open. */
interface Opened {
  readonly gate: Gate;
  readonly environment: Environment;
}

const NAMESPACES_MAX = 32;
const NAMESPACE_LENGTH_MAX = 64;
/** All that anybody may have made in the file, and some more. */
const TABLES_MAX = 4 * NAMESPACES_MAX + 1;
const COPIED_BYTES_MAX = 16 * 2 ** 20;
const SHRUNK_FROM_BYTES = 2 * 2 ** 20;

const NOBODY: WriteOwner = Object.freeze({ begin: () => {}, end: () => {} });

function openFiles({ dataPath, gatePath }: DiskDirectory): Opened {
  const gate = Gate.open(gatePath);
  try {
    return { gate, environment: new Environment(dataPath, TABLES_MAX, gate) };
  } catch (thrown) {
    void gate.close();
    throw thrown;
  }
}

function metaKey(name: string): Buffer {
  return Buffer.from(`value/${name}`);
}

function checkNamespace(namespace: string): void {
  checkString('namespace', namespace);
  if (namespace.length > NAMESPACE_LENGTH_MAX || !/^[\w.-]+$/.test(namespace)) {
    throw new MillraceError(
      'ERR_OPTION_RANGE',
      `namespace must be up to ${NAMESPACE_LENGTH_MAX} letters, digits, ".", "_" or "-", got ${JSON.stringify(namespace)}`,
    );
  }
}
