/** Proves that the engine of the process is one, is made anew after it was closed, and keeps no process from ending. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { getEngine } from '../../src/engine/shared-engine.js';

const run = promisify(execFile);

describe('getEngine', () => {
  it('gives the same engine until it is closed', async () => {
    const [first, second] = await Promise.all([getEngine(), getEngine()]);
    expect(second).toBe(first);
    await first.close();
    const third = await getEngine();
    expect(third).not.toBe(first);
    expect((await third.score({ text: 'a b' })).words).toBe(2);
    await third.close();
  });

  it('lets the process end by itself, with its threads started', async () => {
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const script = `
      import { getEngine } from ${JSON.stringify(index)};
      const engine = await getEngine();
      const reports = await engine.scoreAll(Array.from({ length: 500 }, (_, id) => ({ id, text: 'some words '.repeat(100) })));
      console.log(reports.length);
      process.on('exit', (code) => console.log('exit', code));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
    expect(stdout).toBe('500\nexit 0\n');
  });
});
