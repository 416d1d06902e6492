/**
 * Proves that modules run in worker threads as the simulation says: what they are given and return crosses over, and what they do
 * to their thread is their own failure and nobody else's. That a task runs is known by a flag in shared memory. Waits have an end
 * only so that a hang is a failed test.
 */
import { fileURLToPath, pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/engine.js';
import type { EngineOptions } from '../../../src/engine/options.js';
import type { Task, TaskOutcome } from '../../../src/engine/graph/task.js';
import { errorOf, within } from '../../support/outcomes.js';

const ACT = fileURLToPath(new URL('modules/act.mjs', import.meta.url));
const LATE_MS = 30_000;

const engines: Engine[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close({ drain: false })));
});

async function engineOf(options: Pick<EngineOptions, 'workers' | 'workerHeapMb'> = {}): Promise<Engine> {
  const engine = await createEngine({ workers: 2, ...options });
  engines.push(engine);
  return engine;
}

function act(id: string, input: object, more: object = {}): Task {
  return { id, module: ACT, input, ...more };
}

/** A flag that a task raises when it runs. */
function flag(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

async function raised(raisedFlag: Int32Array): Promise<void> {
  const { value } = Atomics.waitAsync(raisedFlag, 0, 0);
  await within(LATE_MS, Promise.resolve(value), undefined);
}

function shown(outcome: TaskOutcome | undefined): unknown {
  if (outcome === undefined) return undefined;
  return outcome.status === 'completed' ? outcome.value : outcome.error.code;
}

describe('a module', () => {
  it('gets its input and what its dependencies returned, and hands its own result on', async () => {
    const engine = await engineOf();
    const run = engine.graph([
      { id: 'one', run: () => 1 },
      act('two', { adds: 1 }, { dependsOn: ['one'] }),
      act('bad', { throws: 'no' }),
      act('all', { tells: true }, { dependsOn: ['one', 'two', 'bad'], tolerates: true }),
      { id: 'five', dependsOn: ['two'], run: ({ results }) => Number(results.get('two')) + 3 },
      { id: 'url', module: pathToFileURL(ACT), input: { returns: new Map([[1, new Date(0)]]) } },
    ]);
    expect(await run.result('five')).toBe(5);
    expect(await run.result('url')).toEqual(new Map([[1, new Date(0)]]));
    expect(await run.result('all')).toEqual({
      id: 'all',
      results: new Map([
        ['one', 1],
        ['two', 2],
      ]),
      failures: [['bad', 'ERR_TASK_FAILED']],
    });
    expect(await errorOf(run.result('bad'))).toMatchObject({
      code: 'ERR_TASK_FAILED',
      message: 'no',
      cause: TypeError('no'),
    });
  });

  it.each([
    ['that is not there', '/nowhere/module.mjs', 'cannot be loaded'],
    ['without a default export', fileURLToPath(new URL('modules/no-default.mjs', import.meta.url)), 'default export'],
  ])('%s fails its task', async (_, module, message) => {
    const engine = await engineOf();
    const { code, message: given } = await errorOf(engine.graph([{ id: 'a', module }]).result('a'));
    expect([code, given]).toEqual(['ERR_PROCESSOR', expect.stringContaining(message)]);
  });

  it.each([
    ['result', act('a', { returnsAFunction: 1 }), 'its result cannot be copied'],
    ['input', act('a', { returns: () => 1 }), 'its input or the results that it depends on cannot be copied'],
    ['error', act('a', { throwsAFunction: 1 }), 'odd'],
  ])('whose %s cannot be copied fails by itself', async (_, task, message) => {
    const engine = await engineOf({ workers: 1 });
    const run = engine.graph([task, act('b', { returns: 2 })]);
    expect(await errorOf(run.result('a'))).toMatchObject({
      code: 'ERR_TASK_FAILED',
      message: expect.stringContaining(message),
    });
    expect(await run.result('b')).toBe(2);
  });

  it('that ends its thread fails by itself; all others run, once each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('returns', 'returns', 'returns', 'throws', 'exits', 'failsLater'), {
          minLength: 1,
          maxLength: 12,
        }),
        async (ends) => {
          const engine = await createEngine({ workers: 2 });
          const run = engine.graph(ends.map((end, at) => act(`t${at}`, { [end]: at })));
          const summary = await within(LATE_MS, run.done, undefined);
          const outcomes = [...run.outcomes()].map(([, outcome]) => shown(outcome));
          expect(summary?.tasks).toBe(ends.length);
          expect(outcomes).toEqual(
            ends.map((end, at) =>
              end === 'returns' ? at : end === 'throws' ? 'ERR_TASK_FAILED' : 'ERR_WORKER_CRASHED',
            ),
          );
          await engine.close();
        },
      ),
      { numRuns: 20 },
    );
  });

  it('that needs more heap than a worker has fails by itself', async () => {
    const engine = await engineOf({ workers: 1, workerHeapMb: 32 });
    const run = engine.graph([act('a', { eats: 1 }), act('b', { returns: 2 })]);
    expect((await errorOf(run.result('a'))).code).toBe('ERR_WORKER_CRASHED');
    expect(await run.result('b')).toBe(2);
  });
});

describe('to cancel', () => {
  it('gives an async module its signal', async () => {
    const engine = await engineOf();
    const isRunning = flag();
    const run = engine.graph([act('a', { waits: isRunning }), act('b', { returns: 1 }, { dependsOn: ['a'] })], {
      graceMs: 2 ** 31 - 1,
    });
    await raised(isRunning);
    expect(await within(LATE_MS, run.cancel(), 'hangs')).toMatchObject({ status: 'cancelled', cancelled: 2 });
  });

  it('ends a thread that does not end its task, and no other task', async () => {
    const engine = await engineOf({ workers: 1 });
    const isSpinning = flag();
    const run = engine.graph([act('a', { spins: isSpinning })], { graceMs: 10 });
    const other = engine.graph([act('b', { returns: 2 })]);
    await raised(isSpinning);
    expect(await within(LATE_MS, run.cancel(), 'hangs')).toMatchObject({ status: 'cancelled', cancelled: 1 });
    expect(await within(LATE_MS, other.result('b'), 'hangs')).toBe(2);
  });
});

describe('to close the engine', () => {
  it('finishes the graphs first, or cancels them, and takes no more', async () => {
    const engine = await engineOf();
    const run = engine.graph([act('a', { returns: 1 }), act('b', { returns: 2 }, { dependsOn: ['a'] })]);
    await engine.close();
    expect(await run.done).toMatchObject({ status: 'completed' });
    expect(() => engine.graph([])).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));

    const other = await engineOf();
    const cancelled = other.graph([
      {
        id: 'a',
        run: ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      },
    ]);
    await other.close({ drain: false });
    expect(await cancelled.done).toMatchObject({ status: 'cancelled' });
  });
});
