/**
 * One process at a time, across processes: a file that exists while the work runs.
 *
 * The holder touches its file every second, so a lock is stale when its holder is gone (same machine) or silent for
 * `STALE_MS` (another machine or container on a shared disk). Two processes that both take over a stale lock may, rarely,
 * run at once; the work must be correct then too, only done twice.
 */
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 1000;
const POLL_MS = 50;
const STALE_MS = 15_000;

/** Runs `work` while holding the lock file at `path`; waits for another holder first. */
export async function withLock(path, work) {
  await mkdir(dirname(path), { recursive: true });
  while (!(await tryLock(path))) {
    if (await isStale(path)) await breakLock(path);
    else await sleep(POLL_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    process.off('exit', release);
    release();
  }
}

async function tryLock(path) {
  try {
    await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    // Windows answers EPERM while a file of that name is being deleted.
    if (error.code === 'EEXIST' || error.code === 'EPERM') return false;
    throw error;
  }
}

async function isStale(path) {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > STALE_MS) return true;
    const { pid, host } = JSON.parse(await readFile(path, 'utf8'));
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // Released meanwhile, or not written to the end yet: look again.
  }
}

/** Renamed before it is removed, so that of several waiters one removes it and none removes the next holder's. */
async function breakLock(path) {
  const taken = `${path}.${process.pid}`;
  await rename(path, taken).catch(() => {});
  await rm(taken, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
