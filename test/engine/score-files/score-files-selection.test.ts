/**
 * Proves that a run keeps exactly the documents that the library's reports let through, and loses none of the others: kept and
 * rejected rows of generated files are compared with a model that decides on reports, together they are all rows that were scored,
 * and cleaned texts are those of the reference.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilterName } from '../../../src/core/filters.js';
import type { MeasureOptions } from '../../../src/core/measures.js';
import { createEngine } from '../../../src/engine/engine.js';
import { parseExpression } from '../../../src/engine/expression/parse.js';
import type { RunProgress, RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { referenceCleanedText } from '../../reference/report.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { reportOf } from '../../support/outcomes.js';
import { comparableRow, readByModel } from '../../support/row-model.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';
import { rejectedRow, rejectionsByModel, type Rejected } from '../../support/selection-model.js';

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

/** Lines of a file, a character for each byte. */
function linesOf(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1);
}

async function run(inputs: readonly string[], options: Partial<ScoreFilesOptions> = {}): Promise<Result> {
  const output = options.output ?? scratch.fresh('.out.jsonl');
  const rejected = options.rejected ?? scratch.fresh('.rejected.jsonl');
  const summary = await scoreFiles({ inputs, workers: 2, chunkBytes: 4096, ...options, output, rejected });
  expect(summary).toMatchObject({ output, rejectedOutput: rejected });
  for (const leftover of [`${output}.partial`, `${output}.ledger`, `${rejected}.partial`]) {
    expect(existsSync(leftover)).toBe(false);
  }
  return { kept: linesOf(output), rejected: linesOf(rejected), summary };
}

/** Thresholds by which short texts pass as well, now and then. */
const MEASURES: MeasureOptions = {
  asOf: 2026,
  filters: {
    c4_quality: { minSentences: 1, minWordsPerLine: 2 },
    gopher_quality: { minWords: 3, minMeanWordLength: null, minStopWords: null, maxMeanWordLength: 9 },
  },
};

const GOOD = 'Salt keeps. Salt also remembers. It is old and it is white. It is dear. And so it goes on.';
/** One for each fate. */
const TEXTS = [GOOD, 'The tide turns twice a day.', 'A line with a {brace} here.', '', `${GOOD} More words.`];
const ROWS = TEXTS.map((text, index) => (index % 2 === 0 ? { text, n: 1 } : { id: `é${index}`, text }));

describe('rows of a generated file', () => {
  const rejectBy = fc.subarray<FilterName>(['gopher_quality', 'c4_quality']);
  const expression = fc.option(
    fc.constantFrom('words > 3', 'entropy.token >= 1 or chars % 2 == 0', 'coherence == null'),
    {
      nil: undefined,
    },
  );
  const emits = fc.constantFrom('reports' as const, 'rows' as const, 'both' as const);

  it('are kept or rejected as the reports of the library say, in order, and none is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(jsonLinesFile(), { minLength: 4, maxLength: 10 }),
        rejectBy,
        expression,
        emits,
        async (parts, names, text, emit) => {
          fc.pre(names.length > 0 || text !== undefined);
          const file = Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
          const input = fileOf(file);
          const output = scratch.fresh('.out.jsonl');
          await scoreFiles({ inputs: [input], output, workers: 2, chunkBytes: 4096, emit, ...MEASURES });
          const all = linesOf(output);
          const keepIf = text === undefined ? {} : { keepIf: text };
          const chosen = { emit, ...MEASURES, ...(names.length > 0 && { rejectBy: names }), ...keepIf };
          const { kept, rejected, summary } = await run([input], chosen);

          const documents = readByModel(file).rows.filter((row) => row.kind === 'document');
          expect(all).toHaveLength(documents.length);
          const node = text === undefined ? undefined : await parseExpression(text, { measures: 'all', stats: false });
          const verdicts = rejectionsByModel(
            documents.map((document) => document.text),
            { measures: MEASURES, rejectBy: names, keepIf: text === undefined || !node ? undefined : { text, node } },
          );
          expect(kept).toEqual(all.filter((_, index) => verdicts[index] === undefined));
          expect(rejected).toEqual(all.flatMap((row, index) => withReason(row, verdicts[index])));
          for (const row of rejected) expect(() => comparableRow(row, 'both')).not.toThrow();
          expect(summary.rejected).toBe(rejected.length);
          expect(summary.documents).toBe(kept.length + rejected.length + summary.failed);
          expect(summary.rejections.reduce((sum, each) => sum + each.documents, 0)).toBe(rejected.length);
        },
      ),
      { numRuns: 12 },
    );
  });

  function withReason(row: string, verdict: Rejected | undefined): string[] {
    return verdict === undefined ? [] : [rejectedRow(row, verdict)];
  }
});

describe('rejected rows', () => {
  const input = fileOf(jsonLines(ROWS));
  const reasons = ['too_few_sentences', 'curly_bracket', 'too_few_sentences'];
  const rejectedFields = reasons.map((reason) => `,"rejected":{"filter":"c4_quality","reason":"${reason}"}}`);
  const lines = jsonLines(ROWS).split('\n').slice(0, -1);

  it('are the rows as they were, with the reason as the last field', async () => {
    const { kept, rejected, summary } = await run([input], { emit: 'rows', rejectBy: ['c4_quality'] });
    expect(kept).toEqual([lines[0], lines[4]]);
    const expected = lines.slice(1, 4).map((line, index) => line.slice(0, -1) + (rejectedFields[index] ?? ''));
    expect(rejected.map((row) => Buffer.from(row, 'latin1').toString())).toEqual(expected);
    expect(summary).toMatchObject({ documents: 5, rejected: 3, failed: 0 });
    expect(summary.rejections).toEqual([
      { filter: 'c4_quality', reason: 'too_few_sentences', documents: 2 },
      { filter: 'c4_quality', reason: 'curly_bracket', documents: 1 },
    ]);
  });

  it('are reports when reports are written, named after their lines in both files', async () => {
    const engine = await createEngine({ workers: 1 });
    const named = ROWS.map((row, index) => ({ id: `${input}:${index + 1}`, ...row }));
    const reports = (await engine.scoreAll(named)).map((outcome) => JSON.stringify(reportOf(outcome)));
    await engine.close();
    for (const emit of ['reports', 'both'] as const) {
      const rowOf = (index: number): string => {
        const report = reports[index] ?? '';
        return emit === 'reports' ? report : `${(lines[index] ?? '').slice(0, -1)},"report":${report}}`;
      };
      const { kept, rejected } = await run([input], { emit, rejectBy: ['c4_quality'] });
      const utf8 = (rows: readonly string[]): string[] => rows.map((row) => Buffer.from(row, 'latin1').toString());
      expect(utf8(kept)).toEqual([rowOf(0), rowOf(4)]);
      expect(utf8(rejected)).toEqual([1, 2, 3].map((at) => rowOf(at).slice(0, -1) + (rejectedFields[at - 1] ?? '')));
    }
  });

  it('name the expression, and the filters before it', async () => {
    const keepIf = 'words > 6 and\n\t(filters["c4_quality"].reason == null or true)';
    const { rejected, summary } = await run([input], { keepIf, rejectBy: ['c4_quality'], emit: 'rows' });
    expect(rejected).toHaveLength(3);
    const alone = await run([input], { keepIf, emit: 'rows' });
    expect(alone.rejected.map((row) => (JSON.parse(row) as { rejected: unknown }).rejected)).toEqual(
      [1, 2, 3].map(() => ({ filter: 'keep-if', reason: keepIf })),
    );
    expect(alone.summary.rejections).toEqual([{ filter: 'keep-if', reason: keepIf, documents: 3 }]);
    expect(summary.rejections.map(({ filter }) => filter)).toEqual(['c4_quality', 'c4_quality']);
  });

  it('are packed when their name says so', async () => {
    const options = { emit: 'rows', rejectBy: ['c4_quality'] } as const;
    const plain = await run([input], options);
    expect(await run([input], { ...options, rejected: scratch.fresh('.rejected.jsonl.gz') })).toMatchObject({
      kept: plain.kept,
      rejected: plain.rejected,
    });
  });

  it('have a file also when nothing was rejected, and none when it was not asked for', async () => {
    const { kept, rejected, summary } = await run([input], { keepIf: 'words >= 0', rejected: scratch.fresh('.gz') });
    expect([kept.length, rejected.length, summary.rejected]).toEqual([5, 0, 0]);
    expect(summary.rejections).toEqual([]);
    const output = scratch.fresh('.out.jsonl');
    const unkept = await scoreFiles({ inputs: [input], output, workers: 1, keepIf: 'words > 6' });
    expect(unkept).toMatchObject({ documents: 5, rejected: 3, rejectedOutput: undefined });
    expect(linesOf(output)).toHaveLength(2);
  });

  it('have a file also where the kept ones go to a stream', async () => {
    const pieces: Buffer[] = [];
    const stdout = new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(Buffer.from(piece));
        done();
      },
    });
    const rejected = scratch.fresh('.rejected.jsonl');
    const summary = await scoreFiles({
      inputs: [input],
      stdout,
      rejected,
      emit: 'rows',
      keepIf: 'words > 6',
      workers: 1,
    });
    expect(Buffer.concat(pieces).toString()).toBe(`${lines[0] ?? ''}\n${lines[4] ?? ''}\n`);
    expect(readRows(rejected)).toHaveLength(3);
    expect(summary).toMatchObject({ output: undefined, rejectedOutput: rejected });
  });

  it('of text files have the text and the path', async () => {
    const [good, bad] = [fileOf(GOOD, '.txt'), fileOf('Short.', '.md')];
    const { kept, rejected } = await run([good, bad], { emit: 'rows', rejectBy: ['c4_quality'] });
    expect(kept.map((row) => JSON.parse(row) as unknown)).toEqual([{ id: good, text: GOOD }]);
    const why = { filter: 'c4_quality', reason: 'too_few_sentences' };
    expect(rejected).toEqual([JSON.stringify({ id: bad, text: 'Short.', rejected: why })]);
  });

  it('are counted in the progress', async () => {
    const seen: RunProgress[] = [];
    await run([input], { rejectBy: ['c4_quality'], onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ documents: 5, rejected: 3, failed: 0 });
  });

  it('are not read again with the directory that they are in', async () => {
    const folder = scratch.path('folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.jsonl'), jsonLines(ROWS));
    const [output, rejected] = [join(folder, 'kept.jsonl'), join(folder, 'rejected.jsonl')];
    for (let round = 0; round < 2; round++) {
      const { summary } = await run([folder], { output, rejected, keepIf: 'words > 6' });
      expect(summary).toMatchObject({ documents: 5, rejected: 3 });
    }
  });
});

describe('what is measured', () => {
  it('is as much as the decision needs, and the decision the same, when rows alone are written', async () => {
    const input = fileOf(jsonLines(ROWS));
    for (const keepIf of ['words > 6', 'coherence == null', 'filters.c4_quality.stats.lines > 0']) {
      const options = { keepIf, stats: true };
      const reports = await run([input], options);
      const rows = await run([input], { ...options, emit: 'rows' });
      const positions = (all: Result): number[] => [all.kept.length, all.rejected.length];
      expect(positions(rows)).toEqual(positions(reports));
      const node = await parseExpression(keepIf, { measures: 'all', stats: true });
      const model = rejectionsByModel(TEXTS, { measures: {}, rejectBy: [], keepIf: { text: keepIf, node } });
      expect(rows.rejected).toHaveLength(model.filter((rejected) => rejected !== undefined).length);
    }
  });

  it('may be counts and entropy alone for an expression, and not for a field of more', async () => {
    const input = fileOf(jsonLines(ROWS));
    const { kept } = await run([input], { measures: 'entropy', keepIf: 'entropy.token > 3' });
    expect(kept).toHaveLength(2);
    const refused = scoreFiles({ inputs: [input], measures: 'entropy', keepIf: 'miair > 3' });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_EXPRESSION', message: /^keepIf, column 1: miair / });
  });
});

describe('cleaned rows', () => {
  const word = fc.constantFrom(
    'salt',
    'tide',
    'naïve',
    '漢字',
    '[3]',
    '[edit]',
    '"quoted"',
    'uses cookies',
    '\u0001',
    '\\',
    '/',
  );
  const end = fc.constantFrom('.', '!', '?', '...', '', ' ', ' {', '"');
  const line = fc.tuple(fc.array(word, { maxLength: 12 }), end).map(([words, last]) => words.join(' ') + last);
  const text = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\u2028', '\n\n')), { maxLength: 12 })
    .map((lines) => lines.flat().join(''));

  it('have the text of the reference, and are as they were otherwise; rejected ones keep theirs', async () => {
    const filters = { c4_quality: { minSentences: 2 } };
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 80 }), async (texts) => {
        const before = '{ "n" : 1.0e1, "text": ';
        const behind = ' , "more":[ {"text":1} ]}';
        const input = fileOf(texts.map((each) => `${before}${JSON.stringify(each)}${behind}\n`).join(''));
        const options = { emit: 'rows', rejectBy: ['c4_quality'], clean: 'c4', filters } as const;
        const { kept, rejected } = await run([input], options);
        const cleaned = texts.map((each) => referenceCleanedText(each, { filters }));
        expect(kept.map((row) => Buffer.from(row, 'latin1').toString())).toEqual(
          cleaned.flatMap((each) => (each === null ? [] : [`${before}${JSON.stringify(each)}${behind}`])),
        );
        expect(
          rejected.map((row) => (JSON.parse(Buffer.from(row, 'latin1').toString()) as { text: string }).text),
        ).toEqual(texts.filter((_, index) => cleaned[index] === null));
      }),
      { numRuns: 8 },
    );
  });

  it('of text files are cleaned as well, and have the report of the text as it was', async () => {
    const text = `${GOOD}\nno end\n${GOOD}`;
    const input = fileOf(text, '.txt');
    const { kept } = await run([input], { emit: 'both', clean: 'c4', keepIf: 'words > 0' });
    const bytes = Buffer.byteLength(text);
    expect(JSON.parse(kept[0] ?? '')).toMatchObject({ id: input, text: `${GOOD}\n${GOOD}`, report: { bytes } });
  });

  it('need no filter, and of a document that one line drops nothing is left', async () => {
    const input = fileOf(jsonLines([{ text: `${GOOD}\nshort` }, { text: `${GOOD}\nA {brace} is in here.` }]));
    const output = scratch.fresh('.out.jsonl');
    await scoreFiles({ inputs: [input], output, emit: 'rows', clean: 'c4', workers: 1 });
    expect(readRows(output)).toEqual([{ text: GOOD }, { text: '' }]);
  });
});
