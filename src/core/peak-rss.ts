import { readFileSync } from 'node:fs';

/**
 * Peak resident memory of this process in bytes, all its threads together.
 *
 * Of this program: on Linux the figure of `getrusage` is kept over `exec`, so a process started by a large one would report the
 * peak of that.
 */
export function peakRssBytes(): number {
  return KIB * (readHighWaterMark() ?? process.resourceUsage().maxRSS);
}

const KIB = 1024;

/** In KiB; undefined where the system has no such file, or does not let us read it. */
function readHighWaterMark(): number | undefined {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak);
  } catch {
    return undefined;
  }
}
