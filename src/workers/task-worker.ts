/** A worker thread for modules of users: runs the tasks that it is handed one after the other, unless they were taken back. */
import { parentPort, workerData } from 'node:worker_threads';
import { MillraceError, fromWireError, isMillraceError, messageOf, toWireError } from '../core/errors.js';
import {
  claim,
  type FromTaskWorker,
  type TaskRequest,
  type TaskWorkerData,
  type ToTaskWorker,
} from './task-protocol.js';

type TaskFunction = (input: unknown, context: object) => unknown;

const port = parentPort;
if (port === null) throw new MillraceError('ERR_INTERNAL', 'a task worker runs in a worker thread only');
const { places } = workerData as TaskWorkerData;
const functions = new Map<string, Promise<TaskFunction>>();
let last = Promise.resolve();
let running: { readonly ticket: number; readonly controller: AbortController } | undefined;

port.on('message', (message: ToTaskWorker) => {
  if (message.kind === 'abort') {
    if (running?.ticket === message.ticket) running.controller.abort();
    return;
  }
  last = last.then(async () => {
    if (claim(places, message.place, message.ticket)) send(await run(message.ticket, message.request));
  });
});

async function run(ticket: number, { id, module, input, results, failures }: TaskRequest): Promise<FromTaskWorker> {
  const controller = new AbortController();
  running = { ticket, controller };
  const startedAtMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedAtMs;
  try {
    const work = await load(module);
    const errors = new Map([...failures].map(([dependency, error]) => [dependency, fromWireError(error)]));
    const value = await work(input, { id, results, failures: errors, signal: controller.signal });
    return { kind: 'completed', ticket, ms: elapsedMs(), value };
  } catch (thrown) {
    return failed(ticket, elapsedMs(), thrown);
  } finally {
    running = undefined;
  }
}

function send(message: FromTaskWorker): void {
  try {
    port?.postMessage(message);
  } catch (thrown) {
    // What a task returns or throws may be nothing that can be copied; the reason is, being a string.
    if (message.kind === 'failed') port?.postMessage({ ...message, cause: undefined } satisfies FromTaskWorker);
    else send(failed(message.ticket, message.ms, new Error(`its result cannot be copied: ${messageOf(thrown)}`)));
  }
}

function failed(ticket: number, ms: number, cause: unknown): FromTaskWorker {
  const error = isMillraceError(cause) ? cause : new MillraceError('ERR_TASK_FAILED', messageOf(cause));
  return { kind: 'failed', ticket, ms, error: toWireError(error), cause };
}

/** The module's function; a module is loaded once, and one that cannot be is not tried again. */
async function load(module: string): Promise<TaskFunction> {
  let loading = functions.get(module);
  if (loading === undefined) {
    loading = importFunction(module);
    functions.set(module, loading);
  }
  return loading;
}

async function importFunction(module: string): Promise<TaskFunction> {
  let exported: unknown;
  try {
    exported = await import(module);
  } catch (thrown) {
    throw new MillraceError('ERR_PROCESSOR', `${module} cannot be loaded: ${messageOf(thrown)}`);
  }
  if (typeof exported === 'object' && exported !== null && 'default' in exported && isFunction(exported.default)) {
    return exported.default;
  }
  throw new MillraceError('ERR_PROCESSOR', `${module} must have a function as its default export`);
}

function isFunction(value: unknown): value is TaskFunction {
  return typeof value === 'function';
}
