import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcess, parseProcess, thisProcess, type ProcessIdentity } from './process-identity.js';

/** A lock that is held; `release` it. */
export interface Lock {
  /** Never rejects; a second call does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the lock that is the file of this name, or tells the number of the process that has it; 0 when it keeps changing hands.
 *
 * The lock of a process that is gone is taken over: of an owner whose number another process has now as well, where the
 * system tells when a process started (Linux). There the threads of one process keep each other off, too.
 *
 * @throws what the file system says when the lock can be neither made nor read.
 */
export async function tryLock(file: string): Promise<Lock | number> {
  const self: Owner = { ...(await thisProcess()), token: randomUUID() };
  // Before the file can be seen, so that another caller in this process never takes it for one left behind.
  held.add(self.token);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (await create(file, JSON.stringify(self))) return new FileLock(file, self.token);
      const content = await readLock(file);
      if (content === undefined) continue;
      const owner = parseOwner(content);
      if (owner !== undefined && (held.has(owner.token) || (await isSameProcess(owner)))) {
        held.delete(self.token);
        return owner.pid;
      }
      await removeStale(file, content);
    }
  } catch (thrown) {
    held.delete(self.token);
    throw thrown;
  }
  held.delete(self.token);
  return 0;
}

/** What a lock file holds, as JSON. */
interface Owner extends ProcessIdentity {
  /** Tells this lock from every other one. */
  readonly token: string;
}

/** Tokens of this thread's locks. */
const held = new Set<string>();

const ATTEMPTS_MAX = 50;
const WAIT_MS = 20;
/** A guard is held for a few file operations; one of this age was left by a process that was killed inside them. */
const GUARD_AGE_MS_MAX = 5000;
/** What file systems without hard links say. */
const LINKS_REFUSED = new Set<unknown>(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

class FileLock implements Lock {
  readonly #file: string;
  readonly #token: string;
  #released = false;

  constructor(file: string, token: string) {
    this.#file = file;
    this.#token = token;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await rm(this.#file, { force: true }).catch(() => {});
    // Only now: while the file is there, a lock that is not held here counts as left behind.
    held.delete(this.#token);
  }
}

/** Makes the file with all of its content at once: an owner that is held up while it writes would be taken for one that is gone. */
async function create(file: string, content: string): Promise<boolean> {
  const written = `${file}.${randomUUID()}`;
  try {
    await writeFile(written, content);
    return await isMade(link(written, file));
  } catch (thrown) {
    if (!LINKS_REFUSED.has(codeOf(thrown))) throw thrown;
    return await isMade(writeFile(file, content, { flag: 'wx' }));
  } finally {
    await rm(written, { force: true });
  }
}

/** False: it is there already. */
async function isMade(making: Promise<void>): Promise<boolean> {
  try {
    await making;
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw thrown;
  }
}

/** The lock's content; `undefined` when it is gone. One that is still being written gets a moment to be complete. */
async function readLock(file: string): Promise<string | undefined> {
  const READS_MAX = 5;
  let content: string | undefined;
  for (let read = 1; read <= READS_MAX; read++) {
    try {
      content = await readFile(file, 'utf8');
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
    if (parseOwner(content) !== undefined) break;
    await sleep(WAIT_MS);
  }
  return content;
}

function parseOwner(content: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  const process = parseProcess(value);
  if (process === undefined || typeof value !== 'object' || value === null) return undefined;
  return 'token' in value && typeof value.token === 'string' ? { ...process, token: value.token } : undefined;
}

/**
 * Removes a lock left behind. Two processes may both have found it: a guard file lets one at a time look again and
 * remove it, so that neither removes the lock that the other has just made in its place.
 */
async function removeStale(file: string, content: string): Promise<void> {
  const guard = `${file}.guard`;
  if (!(await isMade(writeFile(guard, '', { flag: 'wx' })))) {
    await sleep(WAIT_MS);
    const stats = await stat(guard).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > GUARD_AGE_MS_MAX) await rm(guard, { force: true });
    return;
  }
  try {
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === content) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
