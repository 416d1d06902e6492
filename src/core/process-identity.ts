import { readFile } from 'node:fs/promises';

/** A process in a way that its successor with the same number is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in a unit of the system's own; `null` where the system does not tell. */
  readonly start: string | null;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { pid: process.pid, start: await startOf(process.pid) };
}

/**
 * Whether that process still runs. Where the system does not tell when a process started, any process of its number counts, but
 * for this one: an identity with our own number was then left by an earlier process.
 */
export async function isSameProcess(identity: ProcessIdentity): Promise<boolean> {
  if (!isAlive(identity.pid)) return false;
  const start = await startOf(identity.pid);
  if (identity.pid === process.pid) return start !== null && start === identity.start;
  return start === null || identity.start === null || start === identity.start;
}

/** The identity that a parsed JSON value holds, if it does. */
export function parseProcess(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('start' in value)) return undefined;
  const { pid, start } = value;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined;
  return start === null || typeof start === 'string' ? { pid, start } : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH');
  }
}

/** Field 22 of `/proc/<pid>/stat`; the second field is in parentheses and may hold anything, so count from its end. */
async function startOf(pid: number): Promise<string | null> {
  const line = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields[19] ?? null;
}
