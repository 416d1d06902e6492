import { readdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { PerformanceObserver } from 'node:perf_hooks';

/** Where a sampler reads its figures; all but memory may be refused by the system, which is `null` and no error. */
export interface ProcessProbe {
  /** Processor time of all threads of this process so far. */
  cpuMs(): number | null;
  /** Processor time of the whole machine so far, of all cores together: what was used, and what there was. */
  machineMs(): { readonly busyMs: number; readonly totalMs: number } | null;
  memory(): ProcessMemory | null;
  /** How long the event loop of this thread worked and waited so far. */
  loopMs(): { readonly activeMs: number; readonly idleMs: number };
  /** Time that this thread spent collecting garbage so far. */
  gcMs(): number;
  /** Files and sockets that the process holds open; `null` where the system does not tell (Windows). */
  countOpenFiles(): Promise<number | null>;
  close(): void;
}

export interface ProcessMemory {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** Memory of buffers and of libraries, outside of the heap. */
  readonly externalBytes: number;
}

/** Reads the figures of this process. */
export function openProcessProbe(): ProcessProbe {
  let gcMs = 0;
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) gcMs += duration;
  });
  collections.observe({ entryTypes: ['gc'] });
  return {
    cpuMs: () => unlessRefused(readCpuMs),
    machineMs: () => unlessRefused(readMachineMs),
    memory: () => unlessRefused(readMemory),
    loopMs: () => {
      const { active, idle } = performance.eventLoopUtilization();
      return { activeMs: active, idleMs: idle };
    },
    gcMs: () => gcMs,
    countOpenFiles,
    close: () => {
      collections.disconnect();
    },
  };
}

function unlessRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function readCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function readMachineMs(): { busyMs: number; totalMs: number } | null {
  let [busyMs, totalMs] = [0, 0];
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    busyMs += used;
    totalMs += used + times.idle;
  }
  return totalMs === 0 ? null : { busyMs, totalMs };
}

function readMemory(): ProcessMemory {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external };
}

/** Linux and macOS list them in a folder; the listing itself holds one open. */
async function countOpenFiles(): Promise<number | null> {
  const folder = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';
  try {
    return (await readdir(folder)).length - 1;
  } catch {
    return null;
  }
}
