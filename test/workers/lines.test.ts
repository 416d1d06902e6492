/**
 * Proves that lines are read, scored and written as `JSON.parse` and the library would do it, wherever the file is cut: generated
 * files are cut into ranges or blocks of every size, each is scored on this thread, and what comes back is put together and
 * compared with a model that splits at LF and parses each line.
 */
import { truncateSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireError } from '../../src/core/errors.js';
import type { Report } from '../../src/core/report.js';
import { insertLineIds } from '../../src/engine/score-files/line-ids.js';
import { LineBlocks } from '../../src/io/line-blocks.js';
import { compileKernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { scoreLines } from '../../src/workers/lines.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import type { LinesRequest, RowSettings, RowsResponse } from '../../src/workers/protocol.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import { referenceReport } from '../reference/report.js';
import { differences } from '../support/compare.js';
import { jsonLinesFile } from '../support/json-files.js';
import { FULLEST_ROWS } from '../support/measures.js';
import { comparableId, comparableRow, runByModel } from '../support/row-model.js';
import { Scratch, jsonLines } from '../support/scratch.js';
import { wellFormedText } from '../support/text-arbitraries.js';

const scratch = new Scratch();
const PATH = scratch.path('lines.jsonl');
/** A name that has to be escaped in an id. */
const SOURCE = 'a "quoted"\\näme.jsonl';
/** Rows as the model knows them; nothing else is a row of JSON. */
type RowsOnly = RowSettings & { readonly emit: 'reports' | 'rows' | 'both' };

const SETTINGS: RowsOnly = {
  ...KEEP_ALL,
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  maxBytes: 1_000_000,
  lineBytesMax: 10_000_000,
};

const worker = new KernelSlot(compileKernel(), FULLEST_ROWS.row);
const progress = new ProgressRow(createProgress(1), 0);

function request(from: string | Uint8Array, start: number, end: number, settings = SETTINGS): LinesRequest {
  const base = { kind: 'lines' as const, batch: 1, slot: 0, condemned: [], slab: new ArrayBuffer(64) };
  return { ...base, settings, source: SOURCE, from, start, end };
}

/** The file's ranges, of `rangeBytes` each but for the last. */
function rangesOf(file: Uint8Array, rangeBytes: number, settings: RowsOnly): LinesRequest[] {
  scratch.write('lines.jsonl', file);
  const requests: LinesRequest[] = [];
  for (let start = 0; start < file.length; start += rangeBytes) {
    requests.push(request(PATH, start, Math.min(start + rangeBytes, file.length), settings));
  }
  return requests;
}

/** The file's lines as a stream delivers them, a few bytes at a time. */
function blocksOf(file: Uint8Array, chunkBytes: number, settings: RowsOnly): LinesRequest[] {
  // A byte order mark counts here and not for the limit of the line.
  const blocks = new LineBlocks(0, { chunkBytes, lineBytesMax: Math.max(chunkBytes, settings.lineBytesMax + 3) });
  const pieces = Array.from({ length: Math.ceil(file.length / 100) }, (_, index) =>
    file.slice(index * 100, (index + 1) * 100),
  );
  const found = pieces.flatMap((piece) => [...blocks.push(piece)]);
  const rest = blocks.end();
  if (rest !== undefined) found.push(rest);
  return found.map(({ data, start, end }) => request(data, start, end, settings));
}

interface Put {
  readonly rows: string[];
  readonly failures: { ordinal: number; line: number; id: unknown; code: string }[];
  readonly documents: number;
  readonly lines: number;
  readonly bytes: number;
}

/** What the main thread makes of the responses, in order. */
function putTogether(responses: readonly RowsResponse[]): Put {
  const rows: Uint8Array[] = [];
  const failures: Put['failures'] = [];
  let [documents, lines, bytes] = [0, 0, 0];
  for (const response of responses) {
    expect(response.inputError).toBeUndefined();
    rows.push(insertLineIds(new Uint8Array(response.slab, 0, response.slabBytes), response.lineIds, lines));
    for (const { index, line, id, error } of response.failures) {
      failures.push({ ordinal: documents + index, line: lines + (line ?? 0), id, code: error.code });
    }
    documents += response.documents;
    lines += response.lines;
    bytes += response.bytes;
  }
  const all = Buffer.concat(rows).toString('latin1');
  expect(all === '' || all.endsWith('\n')).toBe(true);
  return { rows: all.split('\n').slice(0, -1), failures, documents, lines, bytes };
}

function expectAsModel(file: Uint8Array, settings: RowsOnly, requests: readonly LinesRequest[]): void {
  const expected = runByModel(file, SOURCE, settings.emit, settings);
  const put = putTogether(requests.map((each) => scoreLines(each, worker, progress)));
  expect(put.rows.map((row) => comparableRow(row, settings.emit))).toEqual(expected.rows);
  const withComparableId = <T extends { id: unknown }>(letter: T): T => ({ ...letter, id: comparableId(letter.id) });
  expect(put.failures.map(withComparableId)).toEqual(expected.letters.map(withComparableId));
  const { documents, lines, bytes } = expected;
  expect(put).toMatchObject({ documents, lines, bytes });
}

describe('a file of lines', () => {
  const emits = fc.constantFrom('reports', 'rows', 'both');
  const limits = fc.constantFrom({}, {}, { maxBytes: 40 }, { lineBytesMax: 300 });
  const settingsOf = fc.tuple(emits, limits).map(([emit, limit]) => ({ ...SETTINGS, emit, ...limit }));

  it('is scored as the model does it, however it is cut into ranges', () => {
    const rangeBytes = fc.oneof(fc.integer({ min: 4, max: 50 }), fc.integer({ min: 50, max: 5000 }));
    fc.assert(
      fc.property(jsonLinesFile(), rangeBytes, settingsOf, (file, size, settings) => {
        expectAsModel(file, settings, rangesOf(file, Math.max(size, Math.ceil(file.length / 40)), settings));
      }),
      { numRuns: 250 },
    );
  });

  it('is scored as the model does it, however it is cut into blocks', () => {
    fc.assert(
      fc.property(jsonLinesFile(), fc.integer({ min: 1, max: 3000 }), settingsOf, (file, size, settings) => {
        expectAsModel(file, settings, blocksOf(file, size, settings));
      }),
      { numRuns: 250 },
    );
  });

  it('takes any names of the fields', () => {
    fc.assert(
      fc.property(jsonLinesFile(), fc.constantFrom('id', 'Text', '__proto__', 'texts', ''), (file, textField) => {
        const settings = { ...SETTINGS, textField, idField: 'text' };
        expectAsModel(file, settings, rangesOf(file, 4096, settings));
      }),
      { numRuns: 100 },
    );
  });

  it('may be empty, or of blank lines alone', () => {
    for (const text of ['', '\n', ' \r\n\t\n', '\ufeff']) {
      const file = Buffer.from(text);
      expectAsModel(file, SETTINGS, [request(file, 0, file.length)]);
    }
  });
});

describe('cuts', () => {
  const file = Buffer.from(jsonLines([{ id: 1, text: 'One.' }, { text: '漢 é' }, { id: 'c', text: 'Three. Four.' }]));

  it.each(Array.from({ length: file.length - 1 }, (_, at) => at + 1))('at byte %i lose and repeat nothing', (at) => {
    scratch.write('lines.jsonl', file);
    expectAsModel(file, SETTINGS, [request(PATH, 0, at), request(PATH, at, file.length)]);
  });

  it('within one line that is longer than many ranges leave these empty', () => {
    const long = Buffer.from(jsonLines([{ text: 'a' }, { text: 'word '.repeat(50_000) }, { text: 'b' }]));
    const requests = rangesOf(long, 4096, SETTINGS);
    const responses = requests.map((each) => scoreLines(each, worker, progress));
    expect(responses.filter(({ documents }) => documents === 0).length).toBeGreaterThan(50);
    expectAsModel(
      long,
      SETTINGS,
      requests.map((each) => ({ ...each, slab: new ArrayBuffer(0) })),
    );
  });

  it('do not make a line too long that is cut off behind its limit', () => {
    const settings = { ...SETTINGS, lineBytesMax: 100_000 };
    const text = 'x'.repeat(400_000);
    const long = Buffer.from(jsonLines([{ text: 'a' }, { id: 'long', text }, { text: 'b' }]));
    expectAsModel(long, settings, rangesOf(long, 4096, settings));
  });
});

describe('a text that is scored where it stands in its row', () => {
  it('has the numbers of the reference, at any address and with anything behind it', () => {
    const behind = fc.constantFrom('', '\u00e9', 'letters', '.', '\u3000', '\u6f22');
    fc.assert(
      fc.property(wellFormedText(), fc.nat({ max: 64 }), behind, (given, before, after) => {
        const text = given.replace(/[\p{Cc}"\\]/gu, '~'); // what JSON would escape
        const line = Buffer.from(`{"pad":"${'x'.repeat(before)}","text":"${text}","id":"${after}"}\n`);
        const { rows } = putTogether([scoreLines(request(line, 0, line.length), worker, progress)]);
        const report = JSON.parse(Buffer.from(rows[0] ?? '', 'latin1').toString()) as Report;
        expect(differences('row', report, referenceReport(text, {}))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('messages', () => {
  function failureOf(line: string, settings = SETTINGS): WireError | undefined {
    const data = Buffer.from(line, 'latin1');
    const before = Buffer.alloc(data.length + 200, 'x'); // what the memory behind the line holds
    scoreLines(request(before, 0, before.length), worker, progress);
    return scoreLines(request(data, 0, data.length, settings), worker, progress).failures[0]?.error;
  }

  it.each([
    ['{"text":"a"', 'ERR_ROW_JSON', 'the line is not valid JSON: unexpected end of line at byte 12'],
    ['{"text" "a"}', 'ERR_ROW_JSON', 'the line is not valid JSON: unexpected "\\"" at byte 9'],
    ['{"text":\u00ff}', 'ERR_ROW_JSON', 'the line is not valid JSON: unexpected byte 0xff at byte 9'],
    [
      '\u00ef\u00bb\u00bf\u00ef\u00bb\u00bf{}',
      'ERR_ROW_JSON',
      'the line is not valid JSON: unexpected byte 0xef at byte 1',
    ],
    ['[1]', 'ERR_ROW_TYPE', 'the line must be a JSON object, got another kind of value'],
    ['{"id":1}', 'ERR_TEXT_MISSING', 'the row has no field "text"'],
    ['{"text":null}', 'ERR_TEXT_TYPE', 'field "text" must be a string, got null'],
    ['{"text":1}', 'ERR_TEXT_TYPE', 'field "text" must be a string, got a number'],
    ['{"text":true}', 'ERR_TEXT_TYPE', 'field "text" must be a string, got a boolean'],
    ['{"text":["a"]}', 'ERR_TEXT_TYPE', 'field "text" must be a string, got an array'],
    ['{"text":{}}', 'ERR_TEXT_TYPE', 'field "text" must be a string, got an object'],
  ])('for %j say what and where', (line, code, message) => {
    expect(failureOf(line)).toEqual({ code, message });
  });

  it('for what is too large name the limit', () => {
    const error = failureOf('{"text":"12345"}', { ...SETTINGS, maxBytes: 4 });
    expect(error).toEqual({ code: 'ERR_DOCUMENT_TOO_LARGE', message: 'the text is larger than maxBytes, 4' });
    expect(failureOf('{"text":"12345"}', { ...SETTINGS, lineBytesMax: 15 })).toMatchObject({
      code: 'ERR_DOCUMENT_TOO_LARGE',
      message: 'the line is longer than the 15 bytes that a text of maxBytes can need',
    });
    expect(failureOf('{"text":"12345"}', { ...SETTINGS, maxBytes: 5, lineBytesMax: 16 })).toBeUndefined();
  });
});

describe('a request that cannot be fulfilled', () => {
  it('for a file that is not there is an input error', () => {
    const missing = scratch.path('missing.jsonl');
    const response = scoreLines(request(missing, 0, 10), worker, progress);
    expect(response).toMatchObject({ documents: 0, lines: 0, bytes: 0, slabBytes: 0, failures: [] });
    expect(response.inputError?.code).toBe('ERR_INPUT_UNREADABLE');
    expect(response.inputError?.message).toContain('ENOENT');
  });

  it('for a file that has become shorter is an input error that says so', () => {
    scratch.write('lines.jsonl', jsonLines([{ text: 'a' }, { text: 'b' }]));
    truncateSync(PATH, 13);
    const { inputError } = scoreLines(request(PATH, 0, 26), worker, progress);
    expect(inputError?.code).toBe('ERR_INPUT_UNREADABLE');
    expect(inputError?.message).toContain('has become shorter: expected 26 bytes, got 13');
  });
});

describe('documents that are given up', () => {
  const lines = Buffer.from(
    `\n${jsonLines([
      { id: 'a', text: 'a' },
      { id: 'b', text: 'b' },
    ])}\n{"id":"c","text":"c"}`,
  );

  it('are passed over and reported, with their line', () => {
    const response = scoreLines({ ...request(lines, 0, lines.length), condemned: [0, 2] }, worker, progress);
    const put = putTogether([response]);
    expect(put.rows.map((row) => (JSON.parse(row) as Report).id)).toEqual(['b']);
    expect(put.failures).toEqual([
      { ordinal: 0, line: 2, id: undefined, code: 'ERR_WORKER_CRASHED' },
      { ordinal: 2, line: 5, id: undefined, code: 'ERR_WORKER_CRASHED' },
    ]);
    expect(put).toMatchObject({ documents: 3, lines: 5 });
  });

  it('because the kernel stopped at them are failures, and the others are scored by a new kernel', () => {
    const slot = new KernelSlot(compileKernel(), FULLEST_ROWS.row);
    const first = slot.kernel;
    let calls = 0;
    const { nextRow } = first.exports;
    Object.defineProperty(first, 'exports', {
      value: {
        ...first.exports,
        nextRow: (skip: number) => {
          if (++calls === 2) throw new RangeError('no memory');
          return nextRow(skip);
        },
      },
    });
    const put = putTogether([scoreLines(request(lines, 0, lines.length), slot, progress)]);
    expect(slot.kernel).not.toBe(first);
    expect(put.rows.map((row) => (JSON.parse(row) as Report).id)).toEqual(['a', 'c']);
    expect(put.failures).toEqual([{ ordinal: 1, line: 3, id: undefined, code: 'ERR_OUT_OF_MEMORY' }]);
  });
});
