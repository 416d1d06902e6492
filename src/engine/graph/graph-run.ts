import { EventEmitter } from 'node:events';
import type { Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import type { CpuScheduler } from './cpu-scheduler.js';
import { Execution, type TaskCounts } from './execution.js';
import type { ResolvedGraphOptions } from './options.js';
import type { Plan } from './plan.js';
import type { TaskOutcome } from './task.js';

/** How a graph has ended. */
export interface GraphSummary extends Omit<TaskCounts, 'running'> {
  /** `completed`: all tasks have. `cancelled`: some were cancelled. `failed`: neither. */
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly ms: number;
}

export interface GraphEvents {
  /** A task has settled; comes once for each. */
  task: [id: string, outcome: TaskOutcome];
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: MillraceError) => void;
}

/** A graph that runs. Made by `engine.graph`. It keeps what its tasks have returned for as long as you keep it. */
export class GraphRun extends EventEmitter<GraphEvents> {
  /** Resolves when all tasks have settled and nothing of the graph runs any more; never rejects. */
  readonly done: Promise<GraphSummary>;
  readonly #plan: Plan;
  readonly #execution: Execution;
  readonly #waiters = new Map<number, Waiter[]>();

  /** @internal */
  constructor(plan: Plan, options: ResolvedGraphOptions, scheduler: CpuScheduler, clock: Clock) {
    super();
    this.#plan = plan;
    const startedAtMs = clock.monotonicMs();
    let resolve: (summary: GraphSummary) => void = () => undefined;
    this.done = new Promise((resolveDone) => (resolve = resolveDone));
    this.#execution = new Execution(plan, options, scheduler, clock, {
      settled: (task) => this.#settled(task),
      ended: () => resolve(summaryOf(this.#execution.counts(), clock.monotonicMs() - startedAtMs)),
    });
    queueMicrotask(() => this.#execution.start()); // so that no event comes before there can be a listener
  }

  /** How a task has ended; undefined while it has not. @throws MillraceError `ERR_OPTION_RANGE` when there is no such task. */
  outcome(id: string): TaskOutcome | undefined {
    return this.#execution.outcome(this.#number(id));
  }

  /** The tasks that have settled, in the order in which they were given. */
  *outcomes(): IterableIterator<[id: string, outcome: TaskOutcome]> {
    for (const [number, { id }] of this.#plan.tasks.entries()) {
      const outcome = this.#execution.outcome(number);
      if (outcome !== undefined) yield [id, outcome];
    }
  }

  /**
   * Resolves with what a task returns; rejects with its error if it fails, with `ERR_ABORTED` if it is cancelled.
   *
   * @throws MillraceError `ERR_OPTION_RANGE` when there is no such task.
   */
  async result(id: string): Promise<unknown> {
    const number = this.#number(id);
    const outcome = this.#execution.outcome(number);
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (outcome !== undefined) tell(waiter, outcome);
      else this.#waiters.set(number, [...(this.#waiters.get(number) ?? []), waiter]);
    });
  }

  counts(): TaskCounts {
    return this.#execution.counts();
  }

  /** Begins nothing more and gives running tasks their signal; resolves when nothing of the graph runs any more. */
  async cancel(): Promise<GraphSummary> {
    this.#execution.cancel();
    return this.done;
  }

  #settled(task: number): void {
    const waiters = this.#waiters.get(task);
    if (waiters === undefined && this.listenerCount('task') === 0) return;
    const outcome = this.#execution.outcome(task);
    if (outcome === undefined) return;
    this.#waiters.delete(task);
    for (const waiter of waiters ?? []) tell(waiter, outcome);
    this.emit('task', this.#plan.tasks[task]?.id ?? '', outcome);
  }

  #number(id: string): number {
    const number = this.#plan.numbers.get(id);
    if (number === undefined) throw new MillraceError('ERR_OPTION_RANGE', `there is no task ${JSON.stringify(id)}`);
    return number;
  }
}

function tell({ resolve, reject }: Waiter, outcome: TaskOutcome): void {
  if (outcome.status === 'completed') resolve(outcome.value);
  else reject(outcome.error);
}

function summaryOf({ running: _, ...counts }: TaskCounts, ms: number): GraphSummary {
  const { tasks, completed, cancelled } = counts;
  const status = completed === tasks ? 'completed' : cancelled > 0 ? 'cancelled' : 'failed';
  return { status, ...counts, ms };
}
