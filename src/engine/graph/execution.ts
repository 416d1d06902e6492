import { setMaxListeners } from 'node:events';
import type { Clock, Timer } from '../../core/clock.js';
import { MillraceError, isMillraceError, messageOf, toWireError, type WireError } from '../../core/errors.js';
import type { ModuleRequest } from '../../workers/module-protocol.js';
import type { CpuFeed, CpuJob, CpuScheduler } from './cpu-scheduler.js';
import { degrees } from './csr.js';
import type { ResolvedGraphOptions } from './options.js';
import { isCpuTask, moduleHref, type Plan } from './plan.js';
import { ReadyHeap } from './ready-heap.js';
import { dependencyError } from './refusals.js';
import type { CpuTask, TaskContext, TaskOutcome, WaitTask } from './task.js';

/** The life of a task: it waits for others, is ready, runs, and settles in one of four ways. */
const WAITING = 0;
const READY = 1;
const RUNNING = 2;
const COMPLETED = 3;
const FAILED = 4;
/** Not begun, since a dependency failed. */
const SKIPPED = 5;
const CANCELLED = 6;

const NONE = -1;

export interface TaskCounts {
  readonly tasks: number;
  readonly completed: number;
  /** Begun and failed. */
  readonly failed: number;
  /** Not begun, since one that they depend on failed. */
  readonly skipped: number;
  readonly cancelled: number;
  /** Begun or handed to a thread. */
  readonly running: number;
}

export interface ExecutionListener {
  /** The task has settled. The execution is in a sound state: it may be asked and cancelled. */
  settled(task: number): void;
  /** All tasks have settled and nothing runs. */
  ended(): void;
}

/**
 * One run of a graph: what each task waits for, which could run now, and what has become of them.
 *
 * State is kept by task number in typed arrays, 14 bytes a task beside the plan; errors of tasks that were not begun are made
 * when they are asked for.
 */
export class Execution implements CpuFeed {
  readonly #plan: Plan;
  readonly #options: ResolvedGraphOptions;
  readonly #scheduler: CpuScheduler;
  readonly #clock: Clock;
  readonly #listener: ExecutionListener;
  readonly #states: Uint8Array;
  /** Dependencies that have not settled. */
  readonly #missing: Uint32Array;
  /** Of a skipped task: the task whose failure is the reason. */
  readonly #roots: Uint32Array;
  /** What a task returned, or its error. */
  readonly #values: unknown[];
  readonly #readyCpu: ReadyHeap;
  readonly #readyWait: ReadyHeap;
  /** Addresses of modules by what their tasks call them: to make one costs microseconds. */
  readonly #hrefs = new Map<string | URL, string>();
  readonly #controller = new AbortController();
  readonly #counts = new Uint32Array(CANCELLED + 1);
  #waitRunning = 0;
  #isCancelled = false;
  #hasEnded = false;
  #grace: Timer | undefined;

  constructor(
    plan: Plan,
    options: ResolvedGraphOptions,
    scheduler: CpuScheduler,
    clock: Clock,
    listener: ExecutionListener,
  ) {
    const nodes = plan.tasks.length;
    this.#plan = plan;
    this.#options = options;
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#listener = listener;
    this.#states = new Uint8Array(nodes);
    this.#missing = degrees(plan.dependencies);
    this.#roots = new Uint32Array(nodes);
    this.#values = new Array<unknown>(nodes);
    this.#readyCpu = new ReadyHeap(plan);
    this.#readyWait = new ReadyHeap(plan);
    this.#counts[WAITING] = nodes;
    setMaxListeners(0, this.#controller.signal); // each running task may listen
  }

  /** Unless it has been cancelled before. */
  start(): void {
    if (this.#isCancelled) return;
    this.#scheduler.add(this);
    this.#options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    for (const [task, missing] of this.#missing.entries()) if (missing === 0) this.#makeReady(task);
    if (this.#options.signal?.aborted === true) this.cancel();
    else this.#proceed();
  }

  /** Begins nothing more, and gives what runs its signal; `ended` is called when it has settled. */
  cancel(): void {
    if (this.#isCancelled || this.#hasEnded) return;
    this.#scheduler.withdraw(this); // puts jobs back, among those that are cancelled below
    this.#isCancelled = true;
    this.#readyCpu.clear();
    this.#readyWait.clear();
    const cancelled: number[] = [];
    for (const [task, state] of this.#states.entries()) {
      if (state > READY) continue;
      this.#enter(task, CANCELLED);
      cancelled.push(task);
    }
    this.#controller.abort(new MillraceError('ERR_ABORTED', 'the graph was cancelled'));
    this.#grace = this.#clock.schedule(() => this.#scheduler.kill(this), this.#options.graceMs);
    this.#announce(cancelled);
  }

  outcome(task: number): TaskOutcome | undefined {
    switch (this.#states[task]) {
      case COMPLETED:
        return { status: 'completed', value: this.#values[task] };
      case FAILED:
      case SKIPPED:
        return { status: 'failed', error: this.#errorOf(task) };
      case CANCELLED:
        return { status: 'cancelled', error: new MillraceError('ERR_ABORTED', 'the graph was cancelled') };
      default:
        return undefined;
    }
  }

  counts(): TaskCounts {
    const counts = this.#counts;
    return {
      tasks: this.#states.length,
      completed: counts[COMPLETED]!,
      failed: counts[FAILED]!,
      skipped: counts[SKIPPED]!,
      cancelled: counts[CANCELLED]!,
      running: counts[RUNNING]!,
    };
  }

  get level(): number | undefined {
    const first = this.#readyCpu.first;
    return first === undefined ? undefined : this.#plan.levels[first];
  }

  take(): CpuJob | undefined {
    const number = this.#readyCpu.pop();
    const task = number === undefined ? undefined : this.#plan.tasks[number];
    if (number === undefined || task === undefined || !isCpuTask(task)) return undefined;
    this.#enter(number, RUNNING);
    return {
      request: () => this.#requestOf(number, task),
      completed: (value) => this.#settle(number, COMPLETED, value),
      failed: (error) => this.#fail(number, error),
      putBack: () => this.#putBack(number),
    };
  }

  /** Begins what can be begun, and ends the run when nothing is left. */
  #proceed(): void {
    while (this.#waitRunning < this.#options.concurrency) {
      const number = this.#readyWait.pop();
      const task = number === undefined ? undefined : this.#plan.tasks[number];
      if (number === undefined || task === undefined || isCpuTask(task)) break;
      void this.#runWait(number, task);
    }
    if (this.#readyCpu.size > 0) this.#scheduler.wake();
    if (this.#counts[WAITING] === 0 && this.#counts[READY] === 0 && this.#counts[RUNNING] === 0) this.#end();
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#grace?.cancel();
    this.#scheduler.remove(this);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#listener.ended();
  }

  readonly #onAbort = (): void => this.cancel();

  async #runWait(number: number, task: WaitTask): Promise<void> {
    this.#enter(number, RUNNING);
    this.#waitRunning++;
    let state = COMPLETED;
    let value: unknown;
    try {
      value = await task.run(this.#contextOf(number, task.id));
    } catch (thrown) {
      state = FAILED;
      value = thrown;
    }
    this.#waitRunning--;
    if (state === COMPLETED) this.#settle(number, COMPLETED, value);
    else this.#fail(number, failureOf(task.id, value));
  }

  #fail(number: number, error: MillraceError): void {
    this.#settle(number, this.#isCancelled ? CANCELLED : FAILED, error);
  }

  /** Notes how a task has ended, and what follows from that for those that depend on it, and for those in turn. */
  #settle(first: number, state: number, value: unknown): void {
    const { offsets, targets } = this.#plan.dependants;
    this.#enter(first, state);
    this.#values[first] = value;
    const settled = [first];
    for (const task of settled) {
      for (let edge = offsets[task]!; edge < offsets[task + 1]!; edge++) {
        const dependant = targets[edge]!;
        if (--this.#missing[dependant]! > 0 || this.#states[dependant] !== WAITING) continue;
        const root = this.#tolerates(dependant) ? NONE : this.#rootFailure(dependant);
        if (root === NONE) {
          this.#makeReady(dependant);
        } else {
          this.#roots[dependant] = root;
          this.#enter(dependant, SKIPPED);
          settled.push(dependant);
        }
      }
    }
    this.#announce(settled);
  }

  #announce(settled: readonly number[]): void {
    for (const task of settled) this.#listener.settled(task);
    this.#proceed();
  }

  #putBack(task: number): void {
    if (this.#isCancelled) this.#settle(task, CANCELLED, undefined);
    else this.#makeReady(task);
  }

  #makeReady(task: number): void {
    this.#enter(task, READY);
    (isCpuTask(this.#plan.tasks[task]!) ? this.#readyCpu : this.#readyWait).push(task);
  }

  #enter(task: number, state: number): void {
    this.#counts[this.#states[task]!]!--;
    this.#counts[state]!++;
    this.#states[task] = state;
  }

  #tolerates(task: number): boolean {
    return this.#plan.tasks[task]?.tolerates === true;
  }

  /** The failure behind the first dependency, in the order of `dependsOn`, that has failed. */
  #rootFailure(task: number): number {
    const failed = this.#failedDependency(task);
    return failed === NONE || this.#states[failed] === FAILED ? failed : this.#roots[failed]!;
  }

  #failedDependency(task: number): number {
    const { offsets, targets } = this.#plan.dependencies;
    for (let edge = offsets[task]!; edge < offsets[task + 1]!; edge++) {
      const state = this.#states[targets[edge]!];
      if (state === FAILED || state === SKIPPED) return targets[edge]!;
    }
    return NONE;
  }

  /** The error of a task that has failed or was not begun. */
  #errorOf(task: number): MillraceError {
    const value = this.#values[this.#states[task] === SKIPPED ? this.#roots[task]! : task];
    const root = isMillraceError(value) ? value : new MillraceError('ERR_INTERNAL', 'a failed task has no error');
    if (this.#states[task] === FAILED) return root;
    return dependencyError('task', this.#idOf(task), this.#idOf(this.#failedDependency(task)), root);
  }

  #idOf(task: number): string {
    return this.#plan.tasks[task]?.id ?? '';
  }

  #requestOf(number: number, task: CpuTask): ModuleRequest {
    const failures = new Map<string, WireError>();
    const results = this.#gather(number, (id, error) => failures.set(id, toWireError(error)));
    return { module: this.#hrefOf(task), input: task.input, context: { id: task.id, results }, failures };
  }

  #hrefOf(task: CpuTask): string {
    let href = this.#hrefs.get(task.module);
    if (href === undefined) {
      href = moduleHref(task);
      this.#hrefs.set(task.module, href);
    }
    return href;
  }

  #contextOf(number: number, id: string): TaskContext {
    const failures = new Map<string, MillraceError>();
    const results = this.#gather(number, (dependency, error) => failures.set(dependency, error));
    return { id, results, failures, signal: this.#controller.signal };
  }

  #gather(task: number, failed: (id: string, error: MillraceError) => void): Map<string, unknown> {
    const { offsets, targets } = this.#plan.dependencies;
    const results = new Map<string, unknown>();
    for (let edge = offsets[task]!; edge < offsets[task + 1]!; edge++) {
      const dependency = targets[edge]!;
      if (this.#states[dependency] === COMPLETED) results.set(this.#idOf(dependency), this.#values[dependency]);
      else failed(this.#idOf(dependency), this.#errorOf(dependency));
    }
    return results;
  }
}

function failureOf(id: string, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_TASK_FAILED', `task ${JSON.stringify(id)} failed: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}
