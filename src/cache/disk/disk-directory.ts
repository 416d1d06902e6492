import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { isMillraceError, MillraceError, messageOf } from '../../core/errors.js';
import { tryLock, type Lock } from '../../core/file-lock.js';
import { isSameProcess, parseProcess, thisProcess } from '../../core/process-identity.js';
import { findDamage } from './page-check.js';

/** A file that was damaged and has been put aside. */
export interface SetAside {
  readonly path: string;
  readonly reason: string;
}

/** How to wait for the lock of a directory. */
export interface LockWait {
  readonly lockWaitMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

/**
 * The directory of a store: which format it has, its secret, who uses it now, and whether its file can be trusted.
 *
 *     format               "millrace-cache 1"
 *     secret               16 random bytes, mode 0600, made once
 *     lock                 held while somebody enters or leaves
 *     users/<id>           one for each store that is open: its process
 *     closed               what the data file looked like when its last user left in good order
 *     entries.mdb, -lock   lmdb's files
 *     gate.mdb, -lock      lmdb's files too: the gate, which holds nothing
 *     entries.mdb.damaged-<ms since 1970>
 *
 * Whoever enters alone and does not find the data file just as it was left examines it before lmdb opens it. The end of a process
 * does not damage the file, but the end of power or another program can.
 */
export class DiskDirectory {
  readonly secret: Uint8Array;
  readonly dataPath: string;
  readonly gatePath: string;
  readonly setAside: SetAside | undefined;
  readonly #dir: string;
  readonly #userPath: string;

  private constructor(dir: string, secret: Uint8Array, userPath: string, setAside: SetAside | undefined) {
    this.#dir = dir;
    this.secret = secret;
    this.#userPath = userPath;
    this.dataPath = join(dir, DATA);
    this.gatePath = join(dir, GATE);
    this.setAside = setAside;
  }

  /**
   * Enters a directory, making it when there is none, and calls `use` before anybody else can enter or leave.
   *
   * @throws MillraceError `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`, `ERR_ABORTED`.
   */
  static async enter<T>(
    dir: string,
    wait: LockWait,
    use: (directory: DiskDirectory) => T,
  ): Promise<{ readonly directory: DiskDirectory; readonly used: T }> {
    await orRefuse(dir, mkdir(join(dir, USERS), { recursive: true }));
    const lock = await lockDirectory(dir, wait);
    try {
      return await orRefuse(dir, enterLocked(dir, wait.clock, use));
    } finally {
      await lock.release();
    }
  }

  static async make(dir: string, clock: Clock): Promise<DiskDirectory> {
    await checkFormat(dir);
    const secret = await readSecret(dir);
    const isAlone = (await countUsers(dir)) === 0;
    const setAside = isAlone ? await examine(dir, clock) : undefined;
    await rm(join(dir, CLOSED), { force: true });
    const userPath = join(dir, USERS, randomUUID());
    await writeFile(userPath, JSON.stringify(await thisProcess()));
    return new DiskDirectory(dir, secret, userPath, setAside);
  }

  /** Puts the data file aside, which nobody has open. */
  async renew(clock: Clock, reason: string): Promise<DiskDirectory> {
    const setAside = await putAside(this.#dir, clock, reason);
    return new DiskDirectory(this.#dir, this.secret, this.#userPath, setAside);
  }

  /** Takes this user off the list. */
  async forget(): Promise<void> {
    await rm(this.#userPath, { force: true });
  }

  async isAlone(): Promise<boolean> {
    return (await countUsers(this.#dir)) === 1;
  }

  /**
   * Leaves.
   *
   * @param close - closes the data file; told whether nobody else has it open, it says whether lmdb may open the file again without
   *   a check.
   */
  async leave(wait: LockWait, close: (isAlone: boolean) => Promise<boolean>): Promise<void> {
    const lock = await lockDirectory(this.#dir, wait).catch(() => undefined);
    try {
      // Without the lock somebody may be entering, who then examines the file.
      const isAlone = lock !== undefined && (await this.isAlone());
      const isSound = await close(isAlone);
      await this.forget();
      if (isAlone && isSound) await noteClosed(this.#dir);
    } catch (thrown) {
      throw refusal(this.#dir, thrown);
    } finally {
      await lock?.release();
    }
  }
}

/** Whether a store was ever opened in a directory; nothing is made or changed. */
export async function isStoreDirectory(dir: string): Promise<boolean> {
  const format = await readFile(join(dir, FORMAT_FILE), 'latin1').catch(() => '');
  return format.startsWith(`${FORMAT} `);
}

/** Has the data file examined by whoever enters alone, though it looks as it was left. */
export async function distrust(dir: string): Promise<void> {
  await orRefuse(dir, rm(join(dir, CLOSED), { force: true }));
}

/** Paths of the damaged files that are kept, oldest first. */
export async function setAsideFiles(dir: string): Promise<string[]> {
  const names = (await orRefuse(dir, readdir(dir))).filter((name) => name.startsWith(`${DATA}.damaged-`));
  return names.sort().map((name) => join(dir, name));
}

/** Bytes of the data file. */
export async function dataBytes(dir: string): Promise<number> {
  return (await orRefuse(dir, stat(join(dir, DATA)))).size;
}

const DATA = 'entries.mdb';
const GATE = 'gate.mdb';
const USERS = 'users';
const CLOSED = 'closed';
const FORMAT_FILE = 'format';
const FORMAT = 'millrace-cache';
const FORMAT_VERSION = 1;
const SECRET_BYTES = 16;
/** Damaged files that are kept. */
const SET_ASIDE_MAX = 2;
const LOCK_POLL_MS = 20;

async function enterLocked<T>(
  dir: string,
  clock: Clock,
  use: (directory: DiskDirectory) => T,
): Promise<{ readonly directory: DiskDirectory; readonly used: T }> {
  const directory = await DiskDirectory.make(dir, clock);
  try {
    return { directory, used: use(directory) };
  } catch (thrown) {
    if (isMillraceError(thrown) || !(await directory.isAlone())) {
      await directory.forget();
      throw thrown;
    }
    const renewed = await directory.renew(clock, messageOf(thrown));
    return { directory: renewed, used: use(renewed) };
  }
}

async function lockDirectory(dir: string, { lockWaitMs, clock, signal }: LockWait): Promise<Lock> {
  const untilMs = clock.monotonicMs() + lockWaitMs;
  for (;;) {
    checkAborted(signal);
    const lock = await orRefuse(dir, tryLock(join(dir, 'lock')));
    if (typeof lock !== 'number') return lock;
    if (clock.monotonicMs() >= untilMs) {
      const holder = lock === 0 ? 'other processes change' : `process ${lock} changes`;
      throw new MillraceError('ERR_CACHE_LOCKED', `cache directory ${dir}: ${holder} it since ${lockWaitMs} ms`);
    }
    await new Promise<void>((resolve) => void clock.schedule(resolve, LOCK_POLL_MS));
  }
}

async function checkFormat(dir: string): Promise<void> {
  const path = join(dir, FORMAT_FILE);
  const content = await readIfThere(path);
  if (content === undefined) {
    await writeWhole(path, `${FORMAT} ${FORMAT_VERSION}\n`);
    return;
  }
  const [name, version] = content.toString('latin1').trim().split(' ');
  if (name !== FORMAT || !/^[1-9]\d{0,8}$/.test(version ?? '')) {
    throw new MillraceError('ERR_CACHE_DIR', `cache directory ${dir}: it is none (${path} is of another program)`);
  }
  if (Number(version) > FORMAT_VERSION) {
    throw new MillraceError(
      'ERR_CACHE_DIR',
      `cache directory ${dir}: it has format ${version}, expected at most ${FORMAT_VERSION}`,
    );
  }
}

/** With a new secret no check fits any more, so that entries of before are misses. */
async function readSecret(dir: string): Promise<Uint8Array> {
  const path = join(dir, 'secret');
  const found = await readIfThere(path);
  if (found?.length === SECRET_BYTES) return new Uint8Array(found);
  const secret = randomBytes(SECRET_BYTES);
  await writeWhole(path, secret, 0o600);
  return new Uint8Array(secret);
}

/** Stores that have the directory open; what was left of those whose process is gone is removed. */
async function countUsers(dir: string): Promise<number> {
  let count = 0;
  for (const name of await readdir(join(dir, USERS))) {
    const path = join(dir, USERS, name);
    const identity = parseProcess(parseJson((await readIfThere(path))?.toString('utf8')));
    if (identity !== undefined && (await isSameProcess(identity))) count++;
    else await rm(path, { force: true });
  }
  return count;
}

async function examine(dir: string, clock: Clock): Promise<SetAside | undefined> {
  // What lmdb keeps about readers and writers, and the gate; with nobody there they hold nothing.
  for (const name of [`${DATA}-lock`, GATE, `${GATE}-lock`]) await rm(join(dir, name), { force: true });
  const path = join(dir, DATA);
  const looks = await looksOf(path);
  if (looks === undefined || (await readIfThere(join(dir, CLOSED)))?.toString('latin1') === looks) return undefined;
  const reason = await findDamage(path);
  return reason === undefined ? undefined : putAside(dir, clock, reason);
}

async function putAside(dir: string, clock: Clock, reason: string): Promise<SetAside> {
  const path = join(dir, `${DATA}.damaged-${clock.epochMs()}`);
  await rename(join(dir, DATA), path);
  await removeData(dir);
  for (const before of (await setAsideFiles(dir)).slice(0, -SET_ASIDE_MAX)) await rm(before, { force: true });
  return { path, reason };
}

async function removeData(dir: string): Promise<void> {
  for (const name of [DATA, `${DATA}-lock`]) await rm(join(dir, name), { force: true });
}

/** Notes how the file looks, once it is on the disk as a whole. */
async function noteClosed(dir: string): Promise<void> {
  const path = join(dir, DATA);
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  const looks = await looksOf(path);
  if (looks !== undefined) await writeWhole(join(dir, CLOSED), looks);
}

/** Changes with every change of the file; `undefined`: there is none, or it is empty. */
async function looksOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  if (stats === undefined || stats.size === 0n) return undefined;
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    throw thrown;
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whoever reads the file finds all of it or nothing. */
async function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await writeFile(partial, content, { mode, flush: true });
    await rename(partial, path);
  } catch (thrown) {
    await rm(partial, { force: true }).catch(() => {});
    throw thrown;
  }
}

async function orRefuse<T>(dir: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw refusal(dir, thrown);
  }
}

function refusal(dir: string, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_CACHE_DIR', `cache directory ${dir} cannot be used: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
