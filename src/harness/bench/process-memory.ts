import { readFile } from 'node:fs/promises';

import type { Clock, Timer } from '../../core/clock.js';
import { CoarseningSeries } from '../../monitor/coarsening-series.js';
import type { TimePoint } from '../../monitor/page/model.js';

/** A short run has some points, and a long one no more than so many. */
const SAMPLE_MS = 20;
const POINTS_MAX = 120;

export interface MemoryWatch {
  /** Ends the looking; resident bytes over the seconds since it began. None where the system does not tell. */
  stop(): TimePoint[];
}

/**
 * Looks at the memory of another process, every 20 ms at first, in at most 120 points: of looks that are merged the highest stays.
 * The process does not stay alive for it.
 *
 * @param read - of a process by its number; undefined where it cannot be told.
 */
export function watchMemory(
  pid: number,
  clock: Clock,
  read: (pid: number) => Promise<number | undefined> = residentBytesOf,
): MemoryWatch {
  const series = new CoarseningSeries<TimePoint>(POINTS_MAX, higher);
  const startedAtMs = clock.monotonicMs();
  let timer: Timer | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const value = await read(pid);
    if (isStopped) return;
    if (value !== undefined) series.push({ seconds: (clock.monotonicMs() - startedAtMs) / 1000, value });
    timer = clock.schedule(() => void look(), SAMPLE_MS, { keepsAlive: false });
  };
  void look();
  return {
    stop: () => {
      isStopped = true;
      timer?.cancel();
      return series.points();
    },
  };
}

function higher(earlier: TimePoint, later: TimePoint): TimePoint {
  return { seconds: later.seconds, value: Math.max(earlier.value ?? 0, later.value ?? 0) };
}

/** Linux tells of any process of one's own; elsewhere it would take a program for each look. @internal */
export async function residentBytesOf(pid: number): Promise<number | undefined> {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined; // It has ended meanwhile, or there is no such file on this system.
  }
}
