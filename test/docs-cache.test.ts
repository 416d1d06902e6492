/** Proves that docs/cache.md says what is so: its example runs and prints what stands below it, its tables have the defaults of the source. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveCacheOptions } from '../src/cache/cache-options.js';
import { NAMESPACE_PRESETS } from '../src/cache/namespace-presets.js';
import { blockBehind, tableBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/cache.md'), 'utf8');

/** First cell without its quotes, and another one. */
function column(comment: string, index: number): Record<string, string> {
  return Object.fromEntries(tableBehind(PAGE, comment).map((cells) => [cells[0]!.slice(1, -1), cells[index]!]));
}

describe('the example', () => {
  it('prints what stands below it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-docs-'));
    try {
      // As an installed package would be found; the example writes into the folder that it runs in.
      const library = pathToFileURL(join(ROOT, 'dist/index.js')).href;
      const code = blockBehind(PAGE, 'run: cache').replace("'millrace'", JSON.stringify(library));
      const args = ['--input-type=module', '--eval', code];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: folder });
      expect([stdout, stderr]).toEqual([`${blockBehind(PAGE, 'prints')}\n`, '']);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

describe('the tables', () => {
  const resolved = resolveCacheOptions({ namespaces: { any: {} } });

  it('have the options of a namespace and their defaults', () => {
    const { l1, l2, l3, ...stack } = resolved.namespaces.get('any')!;
    const tiers = { l2: l2!, l3: l3! };
    const inTiers = Object.entries(tiers).flatMap(([tier, options]) =>
      Object.entries(options).map(([name, value]) => [`${tier}.${name}`, String(value)]),
    );
    const plain = Object.entries({ ...stack, ...l1 }).map(([name, value]) => [name, String(value ?? 'none')]);
    expect(column('options: namespace', 2)).toEqual(Object.fromEntries([...plain, ...inTiers]));
  });

  it('have the options of a cache and their defaults', () => {
    const { sweepEveryMs, lockWaitMs } = resolved;
    expect(column('options: cache', 2)).toEqual({
      dir: 'none',
      namespaces: 'presets',
      sweepEveryMs: String(sweepEveryMs),
      lockWaitMs: String(lockWaitMs),
      clock: 'system',
    });
  });

  it('have the presets and their times to live', () => {
    const lives = Object.keys(NAMESPACE_PRESETS).map((name) => [name, String(resolved.namespaces.get(name)?.ttlMs)]);
    expect(column('namespaces', 1)).toEqual(Object.fromEntries(lives));
  });
});
