/**
 * Proves that files are refined part by part: in what order the model is asked, which documents fail for the sake of others and what
 * they say of it, and that a run which is stopped, whose documents are tried again, or which has no room gives the bytes of one that
 * was left alone, or says what is in its way. A model in this process answers when the test lets it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { CallError } from '../../../src/refine/providers/provider.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';
import { differencesOf, lettersOf, LocalModel, numberIn, poorText, runOver, textOf } from './support.js';

const scratch = new Scratch();
const PARTS = { dependsOnField: 'parts' } as const;

interface PartRow {
  readonly id: number;
  readonly text?: string;
  readonly parts?: unknown;
}

/** Rows with these parts, by id. */
function rowsWith(parts: readonly unknown[]): PartRow[] {
  return parts.map((each, id) => ({ id, text: poorText(id), ...(each !== undefined && { parts: each }) }));
}

/** Refuses the documents of these numbers for good. */
function refusing(...numbers: number[]): LocalModel {
  return new LocalModel(async (request) => {
    if (numbers.includes(numberIn(request))) throw refused(numberIn(request));
    return Promise.resolve();
  });
}

function refused(number: number): CallError {
  return new CallError('ERR_PROVIDER_REQUEST', `number ${number} was refused`, { status: 400 });
}

function idsIn(path: string): unknown[] {
  return readRows(path).map(({ id }) => id);
}

describe('documents with parts', () => {
  it('are sent when their parts are finished, and written in input order', async () => {
    const begun: number[] = [];
    const model = new LocalModel(async (request) => {
      begun.push(numberIn(request));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      ended.add(numberIn(request));
    });
    const ended = new Set<number>();
    const rows = rowsWith([[3, 1], undefined, 0, 4, undefined, 2]);
    const options = { ...runOver(scratch, rows, model), ...PARTS };
    const early: number[] = [];
    const watched = new LocalModel(async (request) => {
      const { parts = [] } = rows[numberIn(request)] ?? {};
      for (const part of [parts].flat()) if (!ended.has(Number(part))) early.push(numberIn(request));
      await model.call(request, new AbortController().signal);
    });
    const summary = await refineFiles({ ...options, providers: [{ provider: watched, model: 'm' }] });
    expect(early).toEqual([]);
    expect(begun.indexOf(0)).toBeGreaterThan(begun.indexOf(3));
    expect(begun.at(-1)).toBe(5); // by way of 2, 0, 3 and 4
    expect(idsIn(options.output)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(summary).toMatchObject({ documents: 6, failed: 0, calls: 6 });
    expect(await differencesOf(options.run)).toEqual([]);
  });

  it('fail with a part that fails, and cost nothing', async () => {
    const model = refusing(4);
    const rows = [
      ...rowsWith([1, 2, [3, 4], undefined, undefined, undefined, 5]),
      { id: 7, text: poorText(7), parts: 8 },
      { id: 8, text: poorText(8), parts: [9] },
      { id: 9, text: poorText(9), parts: '8' },
      { id: 10, text: poorText(10), parts: [11] },
      { id: 11, text: poorText(11), parts: 10 },
      { id: 12, text: poorText(12), parts: { of: 1 } },
      { id: 13, parts: 0 },
      { id: 14, text: poorText(14), parts: 13 },
    ];
    const options = { ...runOver(scratch, rows, model), ...PARTS };
    const summary = await refineFiles(options);
    expect(idsIn(options.output)).toEqual([3, 5, 6]);
    const letters = lettersOf(options).map(({ id, line, code, message }) => [id, line, code, message]);
    const reason = 'number 4 was refused';
    const missing = 'document "9" depends on "8", which is not there';
    expect(letters).toEqual([
      [0, 1, 'ERR_DEPENDENCY_FAILED', `document "0" depends on "1", which failed: ${reason}`],
      [1, 2, 'ERR_DEPENDENCY_FAILED', `document "1" depends on "2", which failed: ${reason}`],
      [2, 3, 'ERR_DEPENDENCY_FAILED', `document "2" depends on "4", which failed: ${reason}`],
      [4, 5, 'ERR_PROVIDER_REQUEST', reason],
      [7, 8, 'ERR_DEPENDENCY_FAILED', `document "7" depends on "8", which failed: ${missing}`],
      [8, 9, 'ERR_DEPENDENCY_FAILED', `document "8" depends on "9", which failed: ${missing}`],
      [9, 10, 'ERR_DEPENDENCY_MISSING', missing],
      [10, 11, 'ERR_DEPENDENCY_CYCLE', 'documents depend on each other: 10 → 11 → 10'],
      [11, 12, 'ERR_DEPENDENCY_CYCLE', 'documents depend on each other: 10 → 11 → 10'],
      [12, 13, 'ERR_DEPENDENCY_MISSING', expect.stringContaining('parts must be an id or an array of ids')],
      [13, 14, 'ERR_TEXT_MISSING', 'the row has no field "text"'],
      [14, 15, 'ERR_DEPENDENCY_FAILED', 'document "14" depends on "13", which failed: the row has no field "text"'],
    ]);
    expect(summary).toMatchObject({ documents: 15, failed: 12 });
    expect(new Set(model.numbers)).toEqual(new Set([3, 4, 5, 6]));
  });

  it('find their parts in other files, packed ones and texts', async () => {
    const chapter = scratch.write('chapter.md', poorText(1));
    const books = scratch.write('books.jsonl', jsonLines([{ id: 0, text: poorText(0), parts: [chapter, 'x'] }]));
    const packed = scratch.write('x.jsonl.gz', gzipSync(jsonLines([{ id: 'x', text: poorText(2) }])));
    const model = new LocalModel();
    const options = { ...runOver(scratch, [], model), inputs: [books, chapter, packed], ...PARTS };
    await refineFiles(options);
    expect(model.numbers).toHaveLength(3);
    expect(model.numbers.at(-1)).toBe(0);
    expect(idsIn(options.output)).toEqual([0, chapter, 'x']);
  });

  it('are tried again when a part is', async () => {
    const rows = rowsWith([1, [2, 3], undefined, undefined, 3, undefined]);
    const options = { ...runOver(scratch, rows, refusing(2, 5)), ...PARTS };
    expect(await refineFiles(options)).toMatchObject({ failed: 4 });
    expect(idsIn(options.output)).toEqual([3, 4]);
    const model = refusing(5);
    const again = { ...options, retryFailed: true, providers: [{ provider: model, model: 'm' }] };
    expect(await refineFiles(again)).toMatchObject({ documents: 6, failed: 1 });
    expect(idsIn(options.output)).toEqual([0, 1, 2, 3, 4]);
    const order = model.numbers.filter((number) => number !== 5);
    expect(order).toEqual([2, 1, 0]);
    expect(lettersOf(options).map(({ id }) => id)).toEqual([5]);
    expect(await differencesOf(options.run)).toEqual([]);
  });
});

describe('a run of documents with parts', () => {
  const DOCUMENTS = 40;
  /** Every third depends on one before it and on one behind it, wherever that leads. */
  const rows = rowsWith(
    Array.from({ length: DOCUMENTS }, (_, id) =>
      id % 3 === 0 ? [(id * 7 + 5) % DOCUMENTS, Math.max(id - 4, 1)] : undefined,
    ),
  );
  const LOSING = [1, 26, 38];

  it.each([1, 4, 9, 14, 20])('that is stopped after %i answers goes on to the same end', async (answers) => {
    const alone = { ...runOver(scratch, rows, refusing(...LOSING)), ...PARTS };
    const { failed } = await refineFiles(alone);
    expect(failed).toBeGreaterThan(LOSING.length);
    const controller = new AbortController();
    const model: LocalModel = new LocalModel(async (request) => {
      if (model.answered >= answers) controller.abort();
      if (LOSING.includes(numberIn(request))) throw refused(numberIn(request));
      return Promise.resolve();
    });
    const stopped = { ...runOver(scratch, rows, model), ...PARTS, concurrency: 2, inputs: alone.inputs };
    expect(await errorOf(refineFiles({ ...stopped, stop: controller.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
    const after = refusing(...LOSING);
    const summary = await refineFiles({ ...stopped, providers: [{ provider: after, model: 'm' }] });
    for (const ending of ['', '.failed.jsonl']) {
      expect(textOf(stopped.output + ending)).toBe(textOf(alone.output + ending));
    }
    expect(summary).toMatchObject({ documents: DOCUMENTS, failed });
    const answered = after.numbers.filter((number) => !LOSING.includes(number));
    expect(new Set(answered).size).toBe(answered.length);
    expect(await differencesOf(stopped.run)).toEqual([]);
  });

  it('is refused when it was begun with other dependencies, or reads what can be read once', async () => {
    const options = { ...runOver(scratch, rowsWith([undefined]), new LocalModel()), ...PARTS };
    await refineFiles(options);
    const { message } = await errorOf(refineFiles({ ...options, dependsOnField: 'of' }));
    expect(message).toContain('dependsOnField: was "parts", now "of"');
    const cases: [Partial<RefineFilesOptions>, string][] = [
      [{ inputs: ['-'] }, 'ERR_USAGE'],
      [{ dependsOnField: '' }, 'ERR_OPTION_RANGE'],
    ];
    for (const [given, code] of cases) {
      const fresh = { ...runOver(scratch, rows, new LocalModel()), ...PARTS, ...given };
      expect([given, (await errorOf(refineFiles(fresh))).code]).toEqual([given, code]);
      expect(existsSync(fresh.run)).toBe(false);
    }
  });

  it('says so when the rows that wait take all the room, and goes on with more of it', async () => {
    const far = rowsWith([
      Array.from({ length: 20 }, (_, id) => id + 1),
      ...Array.from({ length: 20 }, () => undefined),
    ]);
    const options = { ...runOver(scratch, far, new LocalModel()), ...PARTS };
    const { run: _run, ...notRecorded } = options;
    const windows = [
      { ...notRecorded, windowBytes: 2000 },
      { ...options, ledger: { documentsMax: 5 } },
    ];
    for (const narrow of windows) {
      const { code, message } = await errorOf(refineFiles(narrow));
      expect([code, message]).toEqual([
        'ERR_OPTION_RANGE',
        expect.stringContaining('the rows that wait for document 0'),
      ]);
    }
    const model = new LocalModel();
    await refineFiles({ ...options, providers: [{ provider: model, model: 'm' }] });
    expect(idsIn(options.output)).toEqual(far.map(({ id }) => id));
    expect(model.numbers.length).toBeLessThan(far.length);
  });

  it('has room for what is finished, however little there is when it goes on', async () => {
    const controller = new AbortController();
    const first = new LocalModel(() => {
      controller.abort(); // and 9, which 0 waits for, is answered
      return Promise.resolve();
    });
    const far = rowsWith([9, ...Array.from({ length: 9 }, () => undefined)]);
    const options = { ...runOver(scratch, far, first), ...PARTS, concurrency: 1 };
    expect(await errorOf(refineFiles({ ...options, stop: controller.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
    expect(first.numbers).toEqual([9]);
    const providers = [{ provider: new LocalModel(), model: 'm' }];
    await refineFiles({ ...options, providers, ledger: { documentsMax: 2 } });
    expect(idsIn(options.output)).toEqual(far.map(({ id }) => id));
  });

  it('needs no more room than one document when all parts come before', async () => {
    const chain = rowsWith(Array.from({ length: 30 }, (_, id) => (id === 0 ? undefined : id - 1)));
    const options = { ...runOver(scratch, chain, new LocalModel()), ...PARTS };
    await refineFiles({ ...options, windowBytes: 1, ledger: { documentsMax: 1 }, concurrency: 1 });
    expect(readFileSync(options.output, 'utf8').split('\n')).toHaveLength(chain.length + 1);
  });
});
