/**
 * Proves that an engine whose workers cannot start says so instead of waiting for ever: each call rejects with ERR_INTERNAL and the
 * reason, and the engine can be closed. The modules given to the workers fail in different ways while they are loaded.
 */
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { engineOf } from '../support/faults.js';
import { errorOf, within } from '../support/outcomes.js';
import { Scratch } from '../support/scratch.js';

const HANGS = { code: 'it waits for ever', message: '' };
const PATIENCE_MS = 4000;

const scratch = new Scratch();

const MODULES: readonly [string, string | undefined, string][] = [
  ['that throws', 'throw new Error("no such luck");', 'no such luck'],
  [
    'that throws later',
    'await new Promise((go) => setTimeout(go, 20)); throw new Error("no such luck");',
    'no such luck',
  ],
  ['that ends its thread', 'process.exit(3);', ''],
  ['that is no JavaScript', 'export default function (', ''],
  ['that does not exist', undefined, 'Cannot find module'],
  [
    // The first thread and the one in its place fail at once, the second one while it holds a batch.
    'of which one thread fails much later than the others',
    `import { threadId } from 'node:worker_threads';
     await new Promise((go) => setTimeout(go, threadId % 2 === 0 ? 400 : 20));
     throw new Error('no such luck');`,
    'no such luck',
  ],
];

function write(code: string | undefined): URL {
  const path = scratch.fresh('.mjs');
  if (code !== undefined) scratch.write(path.slice(scratch.folder.length + 1), code);
  return pathToFileURL(path);
}

describe.each([1, 2, 4])('an engine of %i workers', (workers) => {
  it.each(MODULES)('with a module %s rejects what it is asked for', async (_, code, reason) => {
    const engine = engineOf(write(code), { workers });
    const documents = Array.from({ length: 50 }, () => ({ text: 'word '.repeat(200) }));
    const calls = [engine.scoreAll(documents), engine.score({ text: 'a' }), engine.stream(documents).next()];
    const errors = await Promise.all(calls.map((call) => within(PATIENCE_MS, errorOf(call), HANGS)));
    expect(errors.map((error) => error.code)).toEqual(['ERR_INTERNAL', 'ERR_INTERNAL', 'ERR_INTERNAL']);
    expect(errors[0]?.message).toContain('no worker can be started');
    expect(errors[0]?.message).toContain(reason);
    const later = await within(PATIENCE_MS, errorOf(engine.scoreAll(documents)), HANGS);
    expect(later.code).toBe('ERR_INTERNAL');
    await engine.close();
  });
});

describe('a worker', () => {
  it('is loaded by import and not by require', async () => {
    // Node.js 20 ends the whole process (FATAL ERROR: v8::Module::IsGraphAsync) when a thread is terminated while it requires
    // an ES module, as when an engine is closed right after its first result. What loads the module is seen on its stack.
    const engine = engineOf(write('Error.stackTraceLimit = 100; throw new Error(new Error("loaded").stack);'));
    const error = await within(PATIENCE_MS, errorOf(engine.scoreAll([{ text: 'a' }])), HANGS);
    expect(error.message).toContain('loaded');
    expect(error.message).not.toContain('loadESMFromCJS');
    await engine.close();
  });
});

describe('a module that exports no function', () => {
  it('is refused as well', async () => {
    const engine = engineOf(write('export const nothing = 1;'), { workers: 1 });
    const error = await within(PATIENCE_MS, errorOf(engine.scoreAll([{ text: 'a' }])), HANGS);
    expect(['ERR_INTERNAL', 'ERR_WORKER_CRASHED']).toContain(error.code);
    expect(error.message).toContain('No handler function exported');
    await engine.close();
  });
});
