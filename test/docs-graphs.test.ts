/**
 * Proves that docs/graphs.md says what is so: its example runs and prints what stands below it, and its tables have the fields,
 * the defaults and the members that there are.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Graphs } from '../src/engine/graph/graphs.js';
import { GRAPH_DEFAULTS, resolveGraphOptions } from '../src/engine/graph/options.js';
import { TASK_FIELDS } from '../src/engine/graph/plan.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(new URL('../docs/graphs.md', import.meta.url), 'utf8');

describe('docs/graphs.md', () => {
  it('has an example that prints what stands below it', async () => {
    const args = ['--input-type=module', '--eval', blockBehind(PAGE, 'run: graph')];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
    expect([stdout, stderr]).toEqual([`${blockBehind(PAGE, 'prints')}\n`, '']);
  });

  it('has commands that print what stands below them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-docs-'));
    try {
      const script = blockBehind(PAGE, 'run: files').replace('npx millrace', '"$MILLRACE"');
      const env = { ...process.env, MILLRACE: join(ROOT, 'bin/millrace.js') };
      const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: folder, env });
      expect(stdout).toBe(`${blockBehind(PAGE.slice(PAGE.indexOf('run: files')), 'prints')}\n`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('lists the fields of a task', () => {
    const listed = tableBehind(PAGE, 'options: task').map(([field]) => field!.slice(1, -1));
    expect(listed.sort()).toEqual([...TASK_FIELDS].sort());
  });

  it('lists the options and their defaults', () => {
    const listed = tableBehind(PAGE, 'options: graph').map(([name, , value]) => [name!.slice(1, -1), value!]);
    const defaults = Object.fromEntries(listed.map(([name, value]) => [name!, Number.parseInt(value!, 10)]));
    expect(defaults).toEqual({ ...GRAPH_DEFAULTS, signal: NaN });
  });

  it('names members that a run has', async () => {
    const run = new Graphs({ workers: 1, workerHeapMb: 16 }).run([]);
    for (const [, name] of PAGE.matchAll(/^\| `(\w+)(?:\(\w*\))?` +\| (?:A promise|`\{|All|How many|Begins)/gm)) {
      expect(run).toHaveProperty(name!);
    }
    expect(await run.done).toMatchObject({ status: 'completed', tasks: 0 });
  });
});

describe('the options of a graph', () => {
  it.each([
    [{ concurrency: 0 }, 'ERR_OPTION_RANGE', 'graph.concurrency must be an integer from 1 to 10000, got 0'],
    [{ concurrency: 10_001 }, 'ERR_OPTION_RANGE', 'graph.concurrency must be an integer from 1 to 10000, got 10001'],
    [{ graceMs: -1 }, 'ERR_OPTION_RANGE', 'graph.graceMs must be an integer from 0 to 2147483647, got -1'],
    [{ signal: 1 }, 'ERR_OPTION_TYPE', 'graph.signal must be an AbortSignal, got 1'],
    [{ concurency: 1 }, 'ERR_OPTION_UNKNOWN', 'graph.concurency is not an option'],
  ])('%j are refused', (options, code, message) => {
    expect(() => resolveGraphOptions(options as object)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  it('are complete and frozen', () => {
    const resolved = resolveGraphOptions();
    expect(resolved).toEqual({ ...GRAPH_DEFAULTS, signal: undefined });
    expect(Object.isFrozen(resolved)).toBe(true);
  });
});
