/** A worker thread for modules of users: makes the calls that it is handed one after the other, unless they were taken back. */
import { parentPort, workerData } from 'node:worker_threads';
import { MillraceError, fromWireError, isMillraceError, messageOf, toWireError } from '../core/errors.js';
import { finalError, isFinalError } from '../core/flow/final-error.js';
import {
  claim,
  type FromModuleWorker,
  type ModuleRequest,
  type ModuleWorkerData,
  type ToModuleWorker,
} from './module-protocol.js';

type ModuleFunction = (input: unknown, context: object) => unknown;

const port = parentPort;
if (port === null) throw new MillraceError('ERR_INTERNAL', 'a module worker runs in a worker thread only');
const { places } = workerData as ModuleWorkerData;
const functions = new Map<string, Promise<ModuleFunction>>();
let last = Promise.resolve();
let running: { readonly ticket: number; readonly controller: () => AbortController } | undefined;

port.on('message', (message: ToModuleWorker) => {
  if (message.kind === 'abort') {
    if (running?.ticket === message.ticket) running.controller().abort();
    return;
  }
  last = last.then(async () => {
    if (claim(places, message.place, message.ticket)) send(await run(message.ticket, message.request));
  });
});

async function run(ticket: number, { module, input, context, failures }: ModuleRequest): Promise<FromModuleWorker> {
  let made: AbortController | undefined;
  const controller = (): AbortController => (made ??= new AbortController()); // most calls never ask, and it costs microseconds
  running = { ticket, controller };
  const startedAtMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedAtMs;
  try {
    const work = await load(module);
    if (context === undefined) return { kind: 'completed', ticket, ms: elapsedMs(), value: undefined };
    const told = {
      ...context,
      ...(failures && { failures: errorsOf(failures) }),
      get signal() {
        return controller().signal;
      },
    };
    const value = await work(input, told);
    return { kind: 'completed', ticket, ms: elapsedMs(), value };
  } catch (thrown) {
    return failed(ticket, elapsedMs(), thrown);
  } finally {
    running = undefined;
  }
}

function send(message: FromModuleWorker): void {
  try {
    port?.postMessage(message);
  } catch (thrown) {
    // What a function returns or throws may be nothing that can be copied; the reason is, being a string.
    if (message.kind === 'failed') {
      port?.postMessage({ ...message, cause: new Error(message.error.message) } satisfies FromModuleWorker);
    } else {
      const error = finalError(new Error(`its result cannot be copied: ${messageOf(thrown)}`));
      send(failed(message.ticket, message.ms, error));
    }
  }
}

function failed(ticket: number, ms: number, cause: unknown): FromModuleWorker {
  const error = isMillraceError(cause) ? cause : new MillraceError('ERR_TASK_FAILED', messageOf(cause));
  const name = cause instanceof Error ? cause.name : undefined;
  return { kind: 'failed', ticket, ms, error: toWireError(error), cause, name, isFinal: isFinalError(cause) };
}

function errorsOf(failures: NonNullable<ModuleRequest['failures']>): Map<string, MillraceError> {
  return new Map([...failures].map(([id, error]) => [id, fromWireError(error)]));
}

/** The module's function; a module is loaded once, and one that cannot be is not tried again. */
async function load(module: string): Promise<ModuleFunction> {
  let loading = functions.get(module);
  if (loading === undefined) {
    loading = importFunction(module);
    functions.set(module, loading);
  }
  return loading;
}

async function importFunction(module: string): Promise<ModuleFunction> {
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

function isFunction(value: unknown): value is ModuleFunction {
  return typeof value === 'function';
}
