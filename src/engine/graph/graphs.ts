import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { ModulePool, type ModuleThreads, type ModuleThreadsListener } from '../threads/module-pool.js';
import { CpuScheduler } from './cpu-scheduler.js';
import { GraphRun } from './graph-run.js';
import { resolveGraphOptions, type GraphOptions } from './options.js';
import { planGraph } from './plan.js';
import type { Task } from './task.js';

/** What the graphs of an engine share: threads, which start with the first task for them. */
export interface GraphsOptions {
  readonly workers: number;
  readonly workerHeapMb: number;
  /** @defaultValue that of the machine */
  readonly clock?: Clock;
  /** Threads to run on in place of worker threads. */
  readonly startThreads?: (listener: ModuleThreadsListener) => ModuleThreads;
}

/** The graphs of an engine. */
export class Graphs {
  readonly #clock: Clock;
  readonly #scheduler: CpuScheduler;
  readonly #runs = new Set<GraphRun>();

  constructor({ clock = SYSTEM_CLOCK, startThreads, ...pool }: GraphsOptions) {
    this.#clock = clock;
    this.#scheduler = new CpuScheduler(clock, startThreads ?? ((listener) => new ModulePool(pool, listener)));
  }

  /** @throws MillraceError as `planGraph` and `resolveGraphOptions`. */
  run(tasks: readonly Task[], options?: GraphOptions): GraphRun {
    const run = new GraphRun(planGraph(tasks), resolveGraphOptions(options), this.#scheduler, this.#clock);
    this.#runs.add(run);
    void run.done.then(() => this.#runs.delete(run));
    return run;
  }

  /** Waits for the graphs, or cancels them, and ends the threads. */
  async close(drain: boolean): Promise<void> {
    await Promise.all([...this.#runs].map(async (run) => (drain ? run.done : run.cancel())));
    await this.#scheduler.close();
  }

  /** Tasks that one thread has taken over from another, and threads that ended at a task. */
  stats(): ReturnType<CpuScheduler['stats']> {
    return this.#scheduler.stats();
  }
}
