/**
 * Proves that of the documents with one text the first in input order stays, whatever the workers, the chunks and the inputs, and
 * that a run that was stopped or killed goes on to the same bytes: rows of generated files are compared with a model that has a
 * `Map` of texts.
 */
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeasureOptions } from '../../../src/core/measures.js';
import type { RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { errorOf } from '../../support/outcomes.js';
import { ORACLE_ABSENT_NOTE, COLLISIONS_PRESENT, readCollisions } from '../../support/oracle.js';
import { Scratch, jsonLines } from '../../support/scratch.js';

const scratch = new Scratch();

function fileOf(content: string | Uint8Array, ending = '.jsonl'): string {
  const path = scratch.fresh(ending);
  writeFileSync(path, content);
  return path;
}

interface Result {
  readonly kept: string[];
  readonly rejected: string[];
  readonly summary: RunSummary;
}

function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

const OPTIONS = { workers: 2, chunkBytes: 4096, asOf: 2026 } as const;

async function run(inputs: readonly string[], options: Partial<ScoreFilesOptions>): Promise<Result> {
  const output = scratch.fresh('.out.jsonl');
  const rejected = scratch.fresh('.rejected.jsonl');
  const summary = await scoreFiles({ ...OPTIONS, inputs, output, rejected, ...options });
  for (const leftover of ['.partial', '.ledger', '.dedup']) expect(existsSync(output + leftover)).toBe(false);
  return { kept: linesOf(output), rejected: linesOf(rejected), summary };
}

/** A document of an input, with the id by which it is known. */
interface Known {
  readonly id: unknown;
  readonly text: string;
}

/** The rows without those that repeat a text, and these with what is said of them. */
function byModel(rows: readonly string[], documents: readonly Known[]): { kept: string[]; rejected: string[] } {
  expect(rows).toHaveLength(documents.length);
  const first = new Map<string, unknown>();
  const kept: string[] = [];
  const rejected: string[] = [];
  rows.forEach((row, index) => {
    const { id, text } = documents[index] ?? { id: undefined, text: '' };
    const of = first.get(text);
    if (of === undefined) {
      first.set(text, id);
      kept.push(row);
    } else rejected.push(row.replace(/\}(?=\s*$)/, () => `${repeatOf(of)}}`));
  });
  return { kept, rejected };
}

function repeatOf(id: unknown): string {
  return `,"rejected":${JSON.stringify({ filter: 'dedup', reason: 'duplicate', of: id })}`;
}

const GOOD = 'Salt keeps. Salt also remembers. It is old and it is white. It is dear. And so it goes on.';
const TEXTS = [
  '',
  ' ',
  'a',
  GOOD,
  `${GOOD} `,
  'Ünïcödé 🙂',
  'tab\tand "quotes"\n',
  'word '.repeat(500),
  'One {brace}.',
];

interface RowOfFile {
  readonly id?: string | number | undefined;
  readonly text: string;
  readonly isEscaped: boolean;
}

const rowsOfFile = fc.array(
  fc.record<RowOfFile>({
    id: fc.oneof(fc.constant(undefined), fc.nat(), fc.string({ unit: 'grapheme', maxLength: 8 })),
    text: fc.oneof(fc.constantFrom(...TEXTS), fc.string({ maxLength: 2 })),
    isEscaped: fc.boolean(),
  }),
  { maxLength: 60 },
);

/** The same text may be written in many ways. */
function lineOf({ id, text, isEscaped }: RowOfFile): string {
  const line = JSON.stringify({ id, text, more: 1 });
  return isEscaped
    ? line.replace(/[a-m]/g, (letter, at) =>
        line.indexOf('"text":"') < at - 8 && at < line.length - 10
          ? `\\u00${letter.charCodeAt(0).toString(16)}`
          : letter,
      )
    : line;
}

describe('rows of generated files', () => {
  it.each(['reports', 'rows', 'both'] as const)('are those of the model, with %s', async (emit) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rowsOfFile, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2, 3),
        async (files, workers) => {
          const repeated = files.map((rows) => [...rows, ...rows.slice(0, 20)]);
          const inputs = repeated.map((rows, index) => {
            const lines = rows.map((row) => `${lineOf(row)}\n`).join('\n');
            return index % 2 === 0 ? fileOf(lines) : fileOf(gzipSync(lines), '.jsonl.gz');
          });
          const documents = repeated.flatMap((rows, index) =>
            rows.map(({ id, text }, row) => ({ id: id ?? `${inputs[index]}:${2 * row + 1}`, text })),
          );
          const all = scratch.fresh('.all.jsonl');
          await scoreFiles({ ...OPTIONS, inputs, output: all, emit });
          const expected = byModel(linesOf(all), documents);
          const { kept, rejected, summary } = await run(inputs, { emit, dedup: 'exact', workers });
          expect(kept).toEqual(expected.kept);
          expect(rejected).toEqual(expected.rejected);
          expect(summary).toMatchObject({ documents: documents.length, rejected: rejected.length, unremembered: 0 });
          const counted = { filter: 'dedup', reason: 'duplicate', documents: rejected.length };
          expect(summary.rejections).toEqual(rejected.length === 0 ? [] : [counted]);
        },
      ),
      { numRuns: 6 },
    );
  });
});

/** Many rows, a third of them repeated, near and far; some without ids, some bad. */
const MANY = Array.from({ length: 900 }, (_, index) => {
  const text = `Text ${(index * 7919) % 600}. ${'word '.repeat(index % 40)}`;
  return { ...(index % 3 === 0 ? {} : { id: index }), n: index, text: index % 4 === 0 ? `Again ${index % 150}` : text };
});
const MANY_LINES = MANY.map((row, index) => (index % 101 === 5 ? '{"id":"bad"}\n' : '') + jsonLines([row])).join('');

describe('a run over many rows', () => {
  const strict: MeasureOptions = {
    filters: { gopher_quality: { minWords: 4, minMeanWordLength: null, minStopWords: null, minAlphaWordFrac: null } },
  };

  it('is the same whatever the workers and chunks', async () => {
    const input = fileOf(MANY_LINES);
    const results = [];
    for (const [workers, chunkBytes] of [
      [1, 4096],
      [2, 5000],
      [3, 1_000_000],
    ] as const) {
      results.push(await run([input], { dedup: 'exact', emit: 'rows', workers, chunkBytes }));
    }
    const [first] = results;
    expect(first?.rejected.length).toBeGreaterThan(200);
    for (const { kept, rejected } of results)
      expect({ kept, rejected }).toEqual({ kept: first?.kept, rejected: first?.rejected });
  });

  it('leaves out what is rejected anyway, and merges the rejected rows in order', async () => {
    const input = fileOf(jsonLines(MANY));
    const select = { ...strict, emit: 'rows', rejectBy: ['gopher_quality'], keepIf: 'chars % 5 != 0' } as const;
    const without = await run([input], select);
    const { kept, rejected, summary } = await run([input], { ...select, dedup: 'exact' });
    const lines = jsonLines(MANY).split('\n').slice(0, -1);
    const ids = MANY.map(({ id }, index) => id ?? `${input}:${index + 1}`);
    const isKept = new Set(without.kept);
    const candidates = lines.flatMap((row, index) =>
      isKept.has(row) ? [{ row, id: ids[index], text: MANY[index]?.text ?? '' }] : [],
    );
    const expected = byModel(
      candidates.map(({ row }) => row),
      candidates,
    );
    expect(kept).toEqual(expected.kept);
    const order = new Map(lines.map((line, index) => [line, index]));
    const plain = (row: string): number => order.get(row.replace(/,"rejected":.*$/, '}')) ?? -1;
    const merged = [...without.rejected, ...expected.rejected].sort((left, right) => plain(left) - plain(right));
    expect(rejected).toEqual(merged);
    expect(summary.rejections.find(({ filter }) => filter === 'dedup')?.documents).toBe(expected.rejected.length);
    expect(expected.rejected.length).toBeGreaterThan(10);
  });

  it('only counts repeated documents when rejected rows are not written', async () => {
    const input = fileOf(MANY_LINES);
    const output = scratch.fresh('.out.jsonl');
    const whole = await run([input], { dedup: 'exact' });
    const { rejections, rejected } = await scoreFiles({ ...OPTIONS, inputs: [input], output, dedup: 'exact' });
    expect(linesOf(output)).toEqual(whole.kept);
    expect([rejections, rejected]).toEqual([whole.summary.rejections, whole.summary.rejected]);
  });

  it('reads text files and stdin as well', async () => {
    const files = ['One.', 'Two.', 'One.', 'Two.', 'Three.'].map((text) => fileOf(text, '.txt'));
    const stdin = Readable.from([Buffer.from(jsonLines([{ text: 'Three.' }, { text: 'Four.' }, { text: 'Four.' }]))]);
    const { kept, rejected } = await run([...files, '-'], { dedup: 'exact', stdin, emit: 'rows' });
    const rejectedOf = (row: string): unknown => (JSON.parse(row) as { rejected: unknown }).rejected;
    const repeat = (of: unknown): unknown => ({ filter: 'dedup', reason: 'duplicate', of });
    expect(rejected.map(rejectedOf)).toEqual([repeat(files[0]), repeat(files[1]), repeat(files[4]), repeat('-:2')]);
    expect(kept).toHaveLength(4);
  });

  it('writes to a stream without leaving files', async () => {
    const input = fileOf(jsonLines([{ text: 'a' }, { text: 'a' }]));
    const output = scratch.fresh('.stdout');
    const { createWriteStream } = await import('node:fs');
    const before = readdirSync(scratch.folder).length;
    await scoreFiles({ ...OPTIONS, inputs: [input], dedup: 'exact', stdout: createWriteStream(output) });
    expect(linesOf(output)).toHaveLength(1);
    expect(readdirSync(scratch.folder).length).toBe(before + 1);
  });

  it('keeps what it cannot remember, and says how many', async () => {
    const texts = Array.from({ length: 30_000 }, (_, index) => ({ id: index, text: `${index}` }));
    const input = fileOf(jsonLines([...texts, ...texts]));
    const { kept, rejected, summary } = await run([input], {
      dedup: 'exact',
      dedupBytes: 1024 * 1024,
      emit: 'rows',
      chunkBytes: 65_536,
    });
    const remembered = rejected.length;
    expect(remembered).toBeGreaterThan(15_000);
    expect(remembered).toBeLessThan(20_000);
    expect(kept).toHaveLength(60_000 - remembered);
    expect(summary.unremembered).toBe(60_000 - 2 * remembered);
    expect(rejected.map((row) => (JSON.parse(row) as { id: number }).id)).toEqual(
      texts.slice(0, remembered).map(({ id }) => id),
    );
  });
});

describe('texts with one digest', () => {
  it.skipIf(!COLLISIONS_PRESENT)(COLLISIONS_PRESENT ? 'are not taken for each other' : ORACLE_ABSENT_NOTE, async () => {
    const texts = readCollisions().flat();
    const rows = jsonLines([...texts, ...texts].map((text) => ({ text })));
    const { kept, rejected } = await run([fileOf(rows)], { dedup: 'exact', emit: 'rows' });
    expect([kept.length, rejected.length]).toEqual([texts.length, texts.length]);
  });
});

describe('a run that was stopped', () => {
  const options = { ...OPTIONS, dedup: 'exact', emit: 'rows' } as const;

  async function stoppedAt(documents: number, all: ScoreFilesOptions): Promise<boolean> {
    const controller = new AbortController();
    const onProgress = (progress: { documents: number }): void => {
      if (progress.documents >= documents) controller.abort('enough');
    };
    const error = await scoreFiles({ ...all, signal: controller.signal, onProgress }).catch(
      (thrown: unknown) => thrown,
    );
    return error instanceof Error;
  }

  it('goes on with the texts that it had seen', async () => {
    const inputs = [fileOf(MANY_LINES), fileOf(gzipSync(jsonLines(MANY.slice(0, 300))), '.jsonl.gz')];
    const whole = await run(inputs, options);
    for (const stops of [[1], [300, 500], [700], [100, 150, 1000]]) {
      const [output, rejected] = [scratch.fresh('.out.jsonl'), scratch.fresh('.rejected.jsonl')];
      const all = { ...options, inputs, output, rejected };
      for (const [index, stop] of stops.entries()) await stoppedAt(stop, { ...all, resume: index > 0 });
      const { rejections, unremembered } = await scoreFiles({ ...all, resume: true });
      expect(linesOf(output)).toEqual(whole.kept);
      expect(linesOf(rejected)).toEqual(whole.rejected);
      expect({ rejections, unremembered }).toEqual({ rejections: whole.summary.rejections, unremembered: 0 });
      expect(existsSync(`${output}.dedup`)).toBe(false);
    }
  });

  it('begins anew when its texts are gone, and earlier when some are', async () => {
    const inputs = [fileOf(MANY_LINES)];
    const whole = await run(inputs, options);
    for (const bytes of [0, 40, 2000]) {
      const [output, rejected] = [scratch.fresh('.out.jsonl'), scratch.fresh('.rejected.jsonl')];
      const all = { ...options, inputs, output, rejected };
      expect(await stoppedAt(600, all)).toBe(true);
      truncateSync(`${output}.dedup`, bytes);
      await scoreFiles({ ...all, resume: true });
      expect(linesOf(output)).toEqual(whole.kept);
      expect(linesOf(rejected)).toEqual(whole.rejected);
    }
  });

  it('is refused when its texts are damaged or the options differ', async () => {
    const inputs = [fileOf(MANY_LINES)];
    const output = scratch.fresh('.out.jsonl');
    const all = { ...options, inputs, output };
    expect(await stoppedAt(600, all)).toBe(true);
    const changed = await errorOf(scoreFiles({ ...all, dedupBytes: 2 ** 21, resume: true }));
    expect([changed.code, changed.message]).toEqual([
      'ERR_RESUME_MISMATCH',
      expect.stringContaining('dedupBytes: was 1073741824, now 2097152'),
    ]);
    const log = readFileSync(`${output}.dedup`);
    writeFileSync(`${output}.dedup`, Buffer.concat([Buffer.from('something else'), log.subarray(14)]));
    expect((await errorOf(scoreFiles({ ...all, resume: true }))).code).toBe('ERR_LEDGER');
  });
});

describe('the options', () => {
  it.each([
    [{ dedup: 'near' }, 'dedup must be one of exact, got "near"'],
    [{ dedup: 'exact', dedupBytes: 1000 }, 'dedupBytes must be an integer from 1048576 to 4293918720, got 1000'],
    [{ dedupBytes: 2 ** 30 }, 'dedupBytes must be left out without dedup, got "1073741824"'],
    [
      { rejected: 'r.jsonl' },
      'rejected must be left out without rejectBy, keepIf or dedup, which reject, got "r.jsonl"',
    ],
  ])('%j are refused', async (given, message) => {
    const wrong = { inputs: [fileOf('{"text":"a"}\n')], ...given } as ScoreFilesOptions;
    expect(await errorOf(scoreFiles(wrong))).toMatchObject({ code: 'ERR_OPTION_RANGE', message });
  });
});
