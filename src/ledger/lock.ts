import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { messageOf } from '../core/errors.js';
import { ledgerError } from './journal-file.js';

/** A lock that is held; `release` it. */
export interface Lock {
  /** Never rejects; a second call does nothing. */
  release(): Promise<void>;
}

/**
 * Keeps a second process (or a second run in this one) off a ledger, by a file `<path>.lock` that holds the owner.
 *
 * The lock of a process that is gone is taken over: of an owner whose number another process has now as well, where the
 * system tells when a process started (Linux).
 *
 * @throws MillraceError `ERR_LEDGER` naming the process that holds the lock, or why the lock cannot be made.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const file = resolve(`${path}.lock`);
  const self: Owner = { pid: process.pid, start: await startOf(process.pid), token: randomUUID() };
  // Before the file can be seen, so that another caller in this process never takes it for one left behind.
  held.add(self.token);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      if (await create(file, JSON.stringify(self))) return new FileLock(file, self.token);
      const content = await readLock(file);
      if (content === undefined) continue;
      const owner = parseOwner(content);
      if (owner !== undefined && (await isHeld(owner))) {
        throw ledgerError(path, `process ${owner.pid} is using it (${file})`);
      }
      await removeStale(file, content);
    }
    throw ledgerError(path, `its lock ${file} keeps changing hands`);
  } catch (thrown) {
    held.delete(self.token);
    throw thrown;
  }
}

/** What a lock file holds, as JSON. */
interface Owner {
  readonly pid: number;
  /** When the process started, in a unit of the system's own; `null` where the system does not tell. */
  readonly start: string | null;
  /** Tells this lock from every other one. */
  readonly token: string;
}

/** Tokens of this process's locks: a lock with our number and another token was left by an earlier process. */
const held = new Set<string>();

const ATTEMPTS_MAX = 50;
const WAIT_MS = 20;
/** A guard is held for a few file operations; one of this age was left by a process that was killed inside them. */
const GUARD_AGE_MS_MAX = 5000;

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

async function create(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false;
    throw ledgerError(file, `the lock cannot be made: ${messageOf(thrown)}`, thrown);
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
      throw ledgerError(file, `the lock cannot be read: ${messageOf(thrown)}`, thrown);
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
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value) || !('start' in value) || !('token' in value)) return undefined;
  const { pid, start, token } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0 || typeof token !== 'string') return undefined;
  return start === null || typeof start === 'string' ? { pid, start, token } : undefined;
}

async function isHeld(owner: Owner): Promise<boolean> {
  if (owner.pid === process.pid) return held.has(owner.token);
  if (!isAlive(owner.pid)) return false;
  const start = await startOf(owner.pid);
  return start === null || owner.start === null || start === owner.start;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return codeOf(thrown) !== 'ESRCH';
  }
}

/** Field 22 of `/proc/<pid>/stat`; the second field is in parentheses and may hold anything, so count from its end. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? null;
}

/**
 * Removes a lock left behind. Two processes may both have found it: a guard file lets one at a time look again and
 * remove it, so that neither removes the lock that the other has just made in its place.
 */
async function removeStale(file: string, content: string): Promise<void> {
  const guard = `${file}.guard`;
  if (!(await create(guard, ''))) {
    await sleep(WAIT_MS);
    const stats = await stat(guard).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > GUARD_AGE_MS_MAX) await rm(guard, { force: true });
    return;
  }
  try {
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === content) await rm(file, { force: true });
  } catch (thrown) {
    throw ledgerError(file, `a lock left behind cannot be removed: ${messageOf(thrown)}`, thrown);
  } finally {
    await rm(guard, { force: true });
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
