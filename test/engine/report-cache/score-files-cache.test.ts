/**
 * Proves that a run with a cache writes what one without it writes, whatever is found in it, that what one run has stored the next one
 * finds, and that a cache which fails costs nothing but time: rows of all kinds are scored without a cache, with an empty one and
 * with one that is full, and the outputs are compared byte by byte.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines } from '../../support/scratch.js';

const scratch = new Scratch();
const EXAMPLES = join(import.meta.dirname, '../../../examples/corpus');

/** Texts in many forms: escaped, ill-formed in two ways that are replaced by the same, empty, repeated. */
const GENERATED = Buffer.concat([
  Buffer.from(
    jsonLines(
      Array.from({ length: 300 }, (_, index) => ({
        ...(index % 3 === 0 ? {} : { id: index }),
        text:
          index % 7 === 0 ? '' : `Text ${index % 90}.\n- "quoted" ünïcode 🙂 ${'more words here. '.repeat(index % 11)}`,
      })),
    ),
  ),
  Buffer.from('{"id":"bad","text":"a \xff b"}\n{"id":"bad2","text":"a \xfe b"}\n{"text":5}\n', 'latin1'),
  Buffer.from('{"id":"good","text":"a \ufffd b"}\n{"id":"two","text":"a \\ud800 b"}\n'),
]);
const INPUTS = [EXAMPLES, scratch.write('generated.jsonl', GENERATED)];

interface Result {
  readonly rows: string;
  readonly rejected: string;
  readonly summary: RunSummary;
}

async function run(options: Partial<ScoreFilesOptions>): Promise<Result> {
  const output = scratch.fresh('.out.jsonl');
  const rejected = options.keepIf === undefined ? undefined : scratch.fresh('.rejected.jsonl');
  const base = { inputs: INPUTS, output, workers: 2, chunkBytes: 65_536, asOf: 2026, ...(rejected && { rejected }) };
  const summary = await scoreFiles({ ...base, ...options });
  const read = (path: string): string => readFileSync(path, 'latin1');
  return { rows: read(output), rejected: rejected === undefined ? '' : read(rejected), summary };
}

function cacheAt(dir: string): Partial<ScoreFilesOptions> {
  return { cache: { dir, bytesMin: 0 } };
}

const RUNS: readonly [string, Partial<ScoreFilesOptions>][] = [
  ['reports', {}],
  ['rows', { emit: 'rows', keepIf: 'words > 20' }],
  ['both', { emit: 'both', stats: true }],
  ['counts and entropy', { measures: 'entropy' }],
  ['a selection', { rejectBy: ['gopher_quality'], keepIf: 'coherence > 0.1 or replaced > 0' }],
  ['statistics in a condition', { stats: true, keepIf: 'filters.gopher_quality.stats.n_words > 30', emit: 'rows' }],
  ['cleaned rows', { emit: 'rows', clean: 'c4' }],
  ['rows without repeats', { emit: 'rows', dedup: 'exact' }],
];

describe('a run with a cache', () => {
  it.each(RUNS)('writes the same: %s', async (name, options) => {
    const dir = scratch.fresh('.cache');
    const plain = await run(options);
    const first = await run({ ...options, ...cacheAt(dir) });
    const second = await run({ ...options, ...cacheAt(dir) });
    for (const { rows, rejected, summary } of [first, second]) {
      expect({ rows, rejected }).toEqual({ rows: plain.rows, rejected: plain.rejected });
      const { documents, failed, bytes, rejections } = plain.summary;
      expect(summary).toMatchObject({ documents, failed, bytes, rejections });
    }
    const { documents, failed } = plain.summary;
    const asked = name === 'cleaned rows' ? 0 : documents - failed; // cleaning needs more than a report
    for (const { l1, l2, l3, miss } of [first.summary.cache, second.summary.cache]) {
      expect(l1 + l2 + l3 + miss).toBe(asked);
    }
    expect(plain.summary.cache).toEqual({ l1: 0, l2: 0, l3: 0, miss: 0 });
    if (asked > 0) {
      expect(first.summary.cache.miss).toBeGreaterThan(100);
      expect(second.summary.cache).toMatchObject({ miss: 0 });
      expect(second.summary.cache.l3).toBeGreaterThan(100);
    }
    expect(readdirSync(join(dir, 'users'))).toEqual([]); // all threads have left in good order
  });

  it('finds nothing that was measured by other settings', async () => {
    const dir = scratch.fresh('.cache');
    await run(cacheAt(dir));
    const others: Partial<ScoreFilesOptions>[] = [
      { measures: 'entropy' },
      { stats: true },
      { asOf: 2020 },
      { weights: { clarity: 2 } },
      { filters: { gopher_quality: { minWords: null } } },
    ];
    for (const other of others) {
      // One thread finds what it has stored itself in memory.
      const { rows, summary } = await run({ ...other, ...cacheAt(dir), workers: 1 });
      expect(summary.cache.l3).toBe(0);
      expect(rows).toBe((await run(other)).rows);
    }
  });

  it('asks only for texts that are large enough', async () => {
    const dir = scratch.fresh('.cache');
    const texts = [99, 100, 101].map((length) => ({ text: 'é'.repeat(length / 2) + 'a'.repeat(length % 2) }));
    const inputs = [scratch.write('sizes.jsonl', jsonLines([...texts, ...texts]))];
    const { summary } = await run({ inputs, workers: 1, cache: { dir, bytesMin: 100 } });
    expect(summary.cache).toEqual({ l1: 2, l2: 0, l3: 0, miss: 2 });
    const { summary: byDefault } = await run({ inputs, workers: 1, cache: { dir } });
    expect(byDefault.cache).toEqual({ l1: 0, l2: 0, l3: 0, miss: 0 });
  });

  it('goes on when its file is damaged', async () => {
    const dir = scratch.fresh('.cache');
    const plain = await run({});
    await run(cacheAt(dir));
    writeFileSync(join(dir, 'entries.mdb'), 'no database');
    const { rows, summary } = await run(cacheAt(dir));
    expect(rows).toBe(plain.rows);
    expect(summary.cache.miss).toBeGreaterThan(100);
  });

  it('is refused before there is an output when the directory cannot be one', async () => {
    const file = scratch.write('file', 'x');
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs: INPUTS, output, ...cacheAt(file) }));
    expect(error.code).toBe('ERR_CACHE_DIR');
    expect(existsSync(`${output}.partial`)).toBe(false);
    mkdirSync(`${output}.d`);
    for (const [cache, message] of [
      [{ dir: '' }, 'cache.dir must be a non-empty string, got ""'],
      [{ dir: 'd', bytesMin: -1 }, 'cache.bytesMin must be an integer from 0 to 134217728, got -1'],
    ] as const) {
      expect((await errorOf(scoreFiles({ inputs: INPUTS, cache }))).message).toBe(message);
    }
  });
});
