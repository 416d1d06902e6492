import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MillraceError } from '../../core/errors.js';
import {
  checkBoolean,
  checkChoice,
  checkKnown,
  checkString,
  describe,
  optionPath,
  typeError,
} from '../../core/options.js';
import { CsrBuilder, transpose, type Csr } from './csr.js';
import { findCycle, topologicalOrder } from './order.js';
import { rankUpwards } from './rank.js';
import type { Precedence } from './ready-heap.js';
import { cycleError, missingError } from './refusals.js';
import { PRIORITIES, type Priority } from '../../core/flow/priority.js';
import type { CpuTask, Task } from './task.js';

/** As many as a `Map` of ids can hold. */
export const TASKS_MAX = 2 ** 24;

export const TASK_FIELDS = [
  'id',
  'dependsOn',
  'priority',
  'cost',
  'tolerates',
  'kind',
  'run',
  'module',
  'input',
] as const;
const NORMAL = levelOf('normal');

/**
 * A graph that can be run: its tasks by number, which is their place in the array, and what is to be known of their edges.
 *
 * Beside the tasks themselves it takes about 25 bytes a task, 8 an edge, and the map of ids (some 50 a task).
 */
export interface Plan extends Precedence {
  readonly tasks: readonly Task[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly dependencies: Csr;
  readonly dependants: Csr;
}

/**
 * Checks tasks and puts them in order.
 *
 * @throws MillraceError `ERR_DEPENDENCY_CYCLE`, `ERR_DEPENDENCY_MISSING`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` (two tasks have
 * one id, among others), `ERR_OPTION_UNKNOWN`.
 */
export function planGraph(tasks: readonly Task[]): Plan {
  checkArray('tasks', tasks);
  if (tasks.length > TASKS_MAX) {
    throw new MillraceError('ERR_OPTION_RANGE', `tasks must be at most ${TASKS_MAX}, got ${tasks.length}`);
  }
  const numbers = numberTasks(tasks);
  const dependencies = readDependencies(tasks, numbers);
  const dependants = transpose(dependencies);
  const order = topologicalOrder(dependencies, dependants);
  if (order.length < tasks.length) {
    throw cycleError(
      'task',
      findCycle(dependencies, order).map((number) => tasks[number]!.id),
    );
  }
  return { tasks, numbers, dependencies, dependants, ...precedenceOf(tasks, dependants, order) };
}

/** Whether a task runs in a thread. */
export function isCpuTask(task: Task): task is CpuTask {
  return task.module !== undefined;
}

/** The address by which a thread imports a task's module. */
export function moduleHref({ module }: CpuTask): string {
  if (module instanceof URL) return module.href;
  return isAbsolute(module) ? pathToFileURL(module).href : module;
}

function levelOf(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

function numberTasks(tasks: readonly Task[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (let number = 0; number < tasks.length; number++) {
    const task = tasks[number]!;
    checkTask(number, task);
    numbers.set(task.id, number);
    if (numbers.size <= number) throw repeatedError(tasks, number);
  }
  return numbers;
}

function repeatedError(tasks: readonly Task[], number: number): MillraceError {
  const { id } = tasks[number]!;
  const earlier = tasks.findIndex((task) => task.id === id);
  const message = `tasks[${number}].id must be its own, got ${describe(id)}, which is that of tasks[${earlier}]`;
  return new MillraceError('ERR_OPTION_RANGE', message);
}

function readDependencies(tasks: readonly Task[], numbers: ReadonlyMap<string, number>): Csr {
  const builder = new CsrBuilder(tasks.length);
  for (const { id, dependsOn = [] } of tasks) {
    for (const dependency of dependsOn) {
      const number = numbers.get(dependency);
      if (number === undefined) throw missingError('task', id, dependency);
      builder.add(number);
    }
    builder.endNode();
  }
  return builder.build();
}

function precedenceOf(tasks: readonly Task[], dependants: Csr, order: Uint32Array): Precedence {
  const levels = new Uint8Array(tasks.length);
  const ranks = new Float64Array(tasks.length);
  for (let number = 0; number < tasks.length; number++) {
    const { priority, cost = 1 } = tasks[number]!;
    levels[number] = priority === undefined ? NORMAL : levelOf(priority);
    ranks[number] = cost;
  }
  rankUpwards(dependants, order, { levels, ranks });
  return { levels, ranks };
}

function checkArray(path: string, value: unknown): void {
  if (!Array.isArray(value)) throw typeError(path, 'an array', value);
}

/** Paths are made only for a task that is refused: there may be a million. */
function checkTask(number: number, task: Task): void {
  try {
    checkTaskAt('', task);
  } catch {
    checkTaskAt(`tasks[${number}]`, task);
  }
}

function checkTaskAt(path: string, task: Task): void {
  if (typeof task !== 'object' || (task as unknown) === null) throw typeError(path, 'an object', task);
  checkKnown(path, task, TASK_FIELDS);
  const { id, dependsOn, priority, cost, tolerates } = task;
  checkString(optionPath(path, 'id'), id);
  if (dependsOn !== undefined) checkDependsOn(optionPath(path, 'dependsOn'), dependsOn);
  if (priority !== undefined) checkChoice(optionPath(path, 'priority'), priority, PRIORITIES);
  if (cost !== undefined) checkCost(optionPath(path, 'cost'), cost);
  if (tolerates !== undefined) checkBoolean(optionPath(path, 'tolerates'), tolerates);
  checkWork(path, task);
}

function checkDependsOn(path: string, ids: unknown): void {
  if (!Array.isArray(ids)) throw typeError(path, 'an array of ids', ids);
  for (const id of ids as unknown[]) {
    if (typeof id !== 'string') throw typeError(path, 'an array of ids', id);
  }
}

function checkCost(path: string, cost: unknown): void {
  if (typeof cost !== 'number') throw typeError(path, 'a number', cost);
  if (!(cost > 0 && cost < Infinity)) {
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a finite number above 0, got ${cost}`);
  }
}

/** A task has either a function, which waits, or a module, which computes; a function cannot be moved to a thread. */
function checkWork(path: string, task: { run?: unknown; module?: unknown; kind?: unknown; input?: unknown }): void {
  const { run, module, kind } = task;
  if ((run === undefined) === (module === undefined)) {
    const got = run === undefined ? 'neither' : 'both';
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must have either run or module, got ${got}`);
  }
  if (run !== undefined && typeof run !== 'function') throw typeError(optionPath(path, 'run'), 'a function', run);
  if (kind !== undefined) {
    const expected = run === undefined ? 'cpu' : 'wait';
    if (checkChoice(optionPath(path, 'kind'), kind, ['cpu', 'wait']) !== expected) {
      const given = run === undefined ? 'a module' : 'a function, which stays on its thread';
      throw new MillraceError(
        'ERR_OPTION_RANGE',
        `${path}.kind must be ${expected} for ${given}, got ${describe(kind)}`,
      );
    }
  }
  if (module !== undefined) checkModule(optionPath(path, 'module'), module);
}

function checkModule(path: string, module: unknown): void {
  if (module instanceof URL) return;
  checkString(path, module);
  if (typeof module === 'string' && (isAbsolute(module) || URL.canParse(module))) return;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be an absolute path or a URL, got ${describe(module)}`);
}
