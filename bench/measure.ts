/** Measures contestants side by side, so that what else the machine does meets all of them alike. */
import { performance } from 'node:perf_hooks';

export interface Contestant {
  readonly name: string;
  /** Before each run, not timed. */
  readonly prepare?: () => void | Promise<void>;
  readonly run: () => RunFacts | Promise<RunFacts>;
}

/** What a run tells about itself; may be nothing. */
export interface RunFacts {
  /** In place of the time from outside. */
  readonly ms?: number;
  /** How long the main thread was busy. */
  readonly mainThreadMs?: number;
}

export interface Timing {
  readonly name: string;
  /** A time for each round. */
  readonly ms: readonly number[];
  /** Likewise; empty for a contestant that does not tell. */
  readonly mainThreadMs: readonly number[];
}

/**
 * Runs every contestant once untimed and then once a round, each round beginning with another one.
 *
 * Garbage is collected before each run where the process allows it (`--expose-gc`).
 */
export async function interleave(contestants: readonly Contestant[], rounds: number): Promise<Timing[]> {
  for (const contestant of contestants) await time(contestant);
  const timings = contestants.map(({ name }) => ({ name, ms: [] as number[], mainThreadMs: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (round + turn) % contestants.length;
      const { ms, mainThreadMs } = await time(contestants[index]!);
      timings[index]!.ms.push(ms);
      if (mainThreadMs !== undefined) timings[index]!.mainThreadMs.push(mainThreadMs);
    }
  }
  return timings;
}

async function time({ prepare, run }: Contestant): Promise<{ ms: number; mainThreadMs: number | undefined }> {
  await prepare?.();
  globalThis.gc?.();
  const started = performance.now();
  const { ms, mainThreadMs } = await run();
  const elapsed = performance.now() - started;
  return { ms: ms ?? elapsed, mainThreadMs };
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const lower = (sorted.length - 1) >> 1;
  return ((sorted[lower] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}

/** How long this thread's event loop was busy while `work` ran. */
export async function withBusyTime(work: () => Promise<unknown>): Promise<RunFacts> {
  const before = performance.eventLoopUtilization();
  await work();
  return { mainThreadMs: performance.eventLoopUtilization(before).active };
}
