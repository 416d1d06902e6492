import type { Priority } from '../../core/flow/priority.js';
import type { MillraceError } from '../../core/errors.js';

interface TaskBase {
  /** Names the task within its graph. */
  readonly id: string;
  /** Ids of the tasks that must have settled before. @defaultValue none */
  readonly dependsOn?: readonly string[];
  /** Of tasks that could run, one of higher priority does; what it depends on counts as much. @defaultValue 'normal' */
  readonly priority?: Priority;
  /** How long it takes, in a unit of your choice that all tasks share. Above 0. @defaultValue 1 */
  readonly cost?: number;
  /** True: runs even if tasks that it depends on have failed, and is given their errors. @defaultValue false */
  readonly tolerates?: boolean;
}

/** Work that mostly waits: a call over the network, an operation of the engine. Runs on the calling thread. */
export interface WaitTask extends TaskBase {
  readonly kind?: 'wait';
  readonly run: (context: TaskContext) => unknown;
  readonly module?: never;
}

/** Work that computes. Runs in a worker thread. */
export interface CpuTask extends TaskBase {
  readonly kind?: 'cpu';
  /**
   * A JavaScript module, as an absolute path or a `file:` URL. Its default export is called with `input` and a `TaskContext`,
   * and may be async.
   */
  readonly module: string | URL;
  /** What the module works on; copied to its thread (structured clone). @defaultValue undefined */
  readonly input?: unknown;
  readonly run?: never;
}

/** A node of a graph. */
export type Task = WaitTask | CpuTask;

/** What a task is given. */
export interface TaskContext {
  readonly id: string;
  /** What the tasks that it depends on have returned, by id; for a thread they are copied. */
  readonly results: ReadonlyMap<string, unknown>;
  /** Why others of them have failed, by id; empty unless the task `tolerates` that. */
  readonly failures: ReadonlyMap<string, MillraceError>;
  /** Given when the graph is cancelled. */
  readonly signal: AbortSignal;
}

/** How a task has ended. */
export type TaskOutcome =
  | { readonly status: 'completed'; readonly value: unknown }
  /** It was begun and failed, or was not begun since one that it depends on failed (`ERR_DEPENDENCY_FAILED`). */
  | { readonly status: 'failed'; readonly error: MillraceError }
  /** The graph was cancelled before the task had ended. */
  | { readonly status: 'cancelled'; readonly error: MillraceError };
