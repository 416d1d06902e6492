/** Processor time: on a machine that others use as well it tells more than a clock. */
import { readFileSync } from 'node:fs';

/** Milliseconds for which the main thread has run; undefined where there is no Linux to ask. */
export function mainThreadCpuMs(): number | undefined {
  try {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return undefined;
  }
}

/** The same of all threads. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
