/**
 * Proves that the layout of docs/architecture.md holds: no import cycles, and imports run one way,
 *
 *   cli → index.ts → cluster, harness → engine → the stages → core
 *
 * where a stage never imports another stage. Type imports count for the direction and not for cycles: they are gone at run
 * time, yet whoever reads a file has to follow them. The rules are tried on made-up sources first, so that they can fail.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** An import goes to its own folder or to a lower rank. */
const RANKS: Readonly<Record<string, number>> = {
  cli: 5,
  'index.ts': 4,
  cluster: 3,
  harness: 3,
  engine: 2,
  io: 1,
  cache: 1,
  workers: 1,
  refine: 1,
  ledger: 1,
  monitor: 1,
  core: 0,
};

/** Path below src → the paths below src that it imports. */
type Graph = Readonly<Record<string, readonly string[]>>;

interface Madge {
  obj(): Graph;
  circular(): string[][];
  warnings(): { skipped: string[] };
}

const madge = createRequire(import.meta.url)('madge') as (folder: string, options: object) => Promise<Madge>;

function readImports(folder: string, { types }: { types: boolean }): Promise<Madge> {
  return madge(folder, {
    fileExtensions: ['ts'],
    tsConfig: join(ROOT, 'tsconfig.json'),
    // The kernels are programs of their own, in AssemblyScript.
    excludeRegExp: [/^(cache|workers)\/kernel\//],
    detectiveOptions: { ts: { skipTypeImports: !types } },
  });
}

async function cyclesIn(folder: string): Promise<string[]> {
  const imports = await readImports(folder, { types: false });
  return imports.circular().map((cycle) => {
    const first = cycle.indexOf([...cycle].sort()[0]!); // Where madge enters a cycle depends on what it read before.
    return [...cycle.slice(first), ...cycle.slice(0, first), cycle[first]].join(' → ');
  });
}

async function wrongImportsIn(folder: string): Promise<string[]> {
  const graph = (await readImports(folder, { types: true })).obj();
  return Object.entries(graph).flatMap(([from, targets]) => targets.flatMap((to) => refusal(from, to) ?? []));
}

function refusal(from: string, to: string): string | undefined {
  const [source, target] = [folderOf(from), folderOf(to)];
  const [sourceRank, targetRank] = [RANKS[source], RANKS[target]];
  if (sourceRank === undefined || targetRank === undefined) {
    return `${from} → ${to}: ${sourceRank === undefined ? source : target} has no place in the layout`;
  }
  if (source === target || targetRank < sourceRank) return undefined;
  if (targetRank === sourceRank) return `${from} → ${to}: a stage imports another stage`;
  return `${from} → ${to}: ${source} is below ${target}`;
}

function folderOf(path: string): string {
  return path.split('/')[0]!;
}

describe('src', () => {
  const src = join(ROOT, 'src');

  it('has no import cycles', async () => {
    expect(await cyclesIn(src)).toEqual([]);
  });

  it('imports one way only', async () => {
    expect(await wrongImportsIn(src)).toEqual([]);
  });

  it('is read completely: every import of ours leads to a file', async () => {
    const imports = await readImports(src, { types: true });
    const unresolved = imports.warnings().skipped.filter((path) => path.startsWith('.') && !path.includes('/kernel/'));
    expect(unresolved).toEqual([]);
    expect(Object.keys(imports.obj())).toContain('core/errors.ts');
    expect(Object.values(imports.obj()).flat()).toContain('core/errors.ts');
  });
});

describe('the rules, on made-up sources', () => {
  const sources: Readonly<Record<string, string>> = {
    'core/errors.ts': 'export const code = 1;',
    'core/clock.ts': "import type { Engine } from '../engine/engine.js'; export type Clock = Engine;",
    'io/source.ts':
      "import { code } from '../core/errors.js'; import { chunk } from './chunk.js'; export const s = code + chunk;",
    'io/chunk.ts': "import { s } from './source.js'; export const chunk = s;",
    'cache/tier.ts': "import type { s } from '../io/source.js'; export type Tier = typeof s;",
    'workers/worker.ts': "export { engine } from '../engine/engine.js';",
    'engine/engine.ts': "import { s } from '../io/source.js'; export const engine = s; export type Engine = typeof s;",
    'engine/lazy.ts': "export const lazy = () => import('../cluster/queue.js');",
    'cluster/queue.ts': "import { engine } from '../engine/engine.js'; export const queue = engine;",
    'index.ts': "export { queue } from './cluster/queue.js'; export { main } from './cli/main.js';",
    'cli/main.ts': "import { queue } from '../index.js'; export const main = queue;",
    'utils/helper.ts': "import { code } from '../core/errors.js'; export const helper = code;",
  };
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-layers-'));
    for (const [path, text] of Object.entries(sources)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('name each import that goes the wrong way', async () => {
    expect((await wrongImportsIn(folder)).sort()).toEqual([
      'cache/tier.ts → io/source.ts: a stage imports another stage',
      'core/clock.ts → engine/engine.ts: core is below engine',
      'engine/lazy.ts → cluster/queue.ts: engine is below cluster',
      'index.ts → cli/main.ts: index.ts is below cli',
      'utils/helper.ts → core/errors.ts: utils has no place in the layout',
      'workers/worker.ts → engine/engine.ts: workers is below engine',
    ]);
  });

  it('name each cycle', async () => {
    expect((await cyclesIn(folder)).sort()).toEqual([
      'cli/main.ts → index.ts → cli/main.ts',
      'io/chunk.ts → io/source.ts → io/chunk.ts',
    ]);
  });
});
