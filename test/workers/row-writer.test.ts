/**
 * Proves that each row goes to the output that it belongs to, whoever decides and whenever the kernel's outputs are full: rows so
 * short that their reports fill both outputs many times over are scored on this thread, and compared with a model that decides on
 * the reports of the same texts.
 */
import { describe, expect, it } from 'vitest';
import { insertLineIds } from '../../src/engine/score-files/line-ids.js';
import { parseExpression } from '../../src/engine/expression/parse.js';
import { scoreFiles } from '../../src/workers/files.js';
import { compileKernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { REJECTION_BY_EXPRESSION, REJECTION_COUNT } from '../../src/workers/kernel/rejections.js';
import { OUTPUT_FULL, UNDECIDED } from '../../src/workers/kernel/row-outcomes.js';
import { scoreLines } from '../../src/workers/lines.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import type { KeepIf, RejectedRows, RowSettings, RowsResponse } from '../../src/workers/protocol.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import { RowWriter, isScored } from '../../src/workers/row-writer.js';
import { DEFAULT_ROW } from '../support/measures.js';
import { Scratch, jsonLines } from '../support/scratch.js';
import { rejectedRow, rejectionsByModel, type ModelSelection } from '../support/selection-model.js';

const scratch = new Scratch();
const worker = new KernelSlot(compileKernel(), DEFAULT_ROW);
const progress = new ProgressRow(createProgress(1), 0);

const SETTINGS: RowSettings = {
  ...KEEP_ALL,
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  maxBytes: 1000,
  lineBytesMax: 10_000,
};

const TEXTS = Array.from(
  { length: 800 },
  (_, index) => ['', 'One.', 'One two.', 'One {two} three.'][(index * 7) % 4] ?? '',
);
const LINES = Buffer.from(jsonLines(TEXTS.map((text, index) => (index % 3 === 0 ? { text } : { id: index, text }))));

async function keepIf(text: string): Promise<KeepIf> {
  return { text, node: await parseExpression(text, { measures: 'all', stats: false }) };
}

function score(settings: RowSettings, data: Uint8Array = LINES): RowsResponse {
  const base = {
    batch: 1,
    slot: 0,
    condemned: [],
    slab: new ArrayBuffer(64),
    source: 'a "b"',
    start: 0,
    end: data.length,
  };
  return scoreLines({ ...base, kind: 'lines', settings, from: data }, worker, progress);
}

function rowsOf({ slab, slabBytes, lineIds }: RejectedRows): string[] {
  const text = Buffer.from(insertLineIds(new Uint8Array(slab, 0, slabBytes), lineIds, 0)).toString('latin1');
  return text.split('\n').slice(0, -1);
}

describe('rows of JSON', () => {
  it.each(['reports', 'rows', 'both'] as const)('go to either output, in order, with %s', async (emit) => {
    const all = rowsOf(score({ ...SETTINGS, emit }));
    expect(all).toHaveLength(TEXTS.length);
    const selections: ModelSelection[] = [
      { measures: {}, rejectBy: ['c4_quality'], keepIf: undefined },
      { measures: {}, rejectBy: [], keepIf: await keepIf('words > 1') },
      {
        measures: {},
        rejectBy: [],
        keepIf: await keepIf('words != 2 and filters.c4_quality.reason != "curly_bracket"'),
      },
    ];
    for (const selection of selections) {
      const verdicts = rejectionsByModel(TEXTS, selection);
      const kept = all.filter((_, index) => verdicts[index] === undefined);
      const rejected = all.flatMap((row, index) => {
        const verdict = verdicts[index];
        return verdict === undefined ? [] : [rejectedRow(row, verdict)];
      });
      const { rejectBy } = selection;
      const response = score({ ...SETTINGS, emit, rejectBy, keepIf: selection.keepIf, keepsRejected: true });
      expect(rowsOf(response)).toEqual(kept);
      expect(response.rejected && rowsOf(response.rejected)).toEqual(rejected);
      expect(response).toMatchObject({ documents: TEXTS.length, failures: [] });
      expect(response.rejections.reduce((sum, count) => sum + count, 0)).toBe(rejected.length);

      const counted = score({ ...SETTINGS, emit, rejectBy, keepIf: selection.keepIf });
      expect(rowsOf(counted)).toEqual(kept);
      expect(counted).toMatchObject({ rejected: undefined, rejections: response.rejections });
    }
  });

  it('have room for a report with any id, ill-formed too, kept or rejected', async () => {
    const never = { keepIf: await keepIf('false'), keepsRejected: true };
    for (const length of [1, 600, 3000, 60_000]) {
      const id = Buffer.concat([Buffer.from('{"id":"'), Buffer.alloc(length, 0xff), Buffer.from('","text":"a"}\n')]);
      const settings = { ...SETTINGS, lineBytesMax: 100_000 };
      for (const emit of ['reports', 'both'] as const) {
        const kept = score({ ...settings, emit }, id);
        expect([kept.failures, rowsOf(kept).length]).toEqual([[], 1]);
        const { failures, rejected } = score({ ...settings, ...never, emit }, id);
        expect([failures, rejected && rowsOf(rejected).length]).toEqual([[], 1]);
      }
    }
  });

  it('have room for a text that grows when it is cleaned', () => {
    const filters = { ...SETTINGS, emit: 'rows', cleans: true, maxBytes: 200_000, lineBytesMax: 200_000 } as const;
    const words = Buffer.concat([Buffer.from('{"text":"a b c d '), Buffer.alloc(50_000, 0xff), Buffer.from('."}\n')]);
    const { failures, ...kept } = score(filters, words);
    expect(failures).toEqual([]);
    expect(rowsOf(kept)[0]).toHaveLength('{"text":""}'.length); // one word of more than 1000 characters
    const spaced = Buffer.from(`{"text":"a b c d${' \u00ff\u00ff'.repeat(20_000)}."}\n`, 'latin1');
    const [row = ''] = rowsOf(score(filters, spaced));
    const expected = { text: `a b c d${' \ufffd\ufffd'.repeat(20_000)}.` };
    expect(JSON.parse(Buffer.from(row, 'latin1').toString())).toEqual(expected);
  });
});

describe('text files', () => {
  it('go to either output as well', async () => {
    const files = TEXTS.slice(0, 8).map((text, index) => ({
      id: `${index}`,
      path: scratch.write(`${index}.txt`, text),
    }));
    const base = { kind: 'files' as const, batch: 1, slot: 0, condemned: [], slab: new ArrayBuffer(64), files };
    const selection: ModelSelection = { measures: {}, rejectBy: ['c4_quality'], keepIf: await keepIf('words > 1') };
    for (const rejectBy of [selection.rejectBy, []]) {
      const settings = { ...SETTINGS, emit: 'rows', rejectBy, keepIf: selection.keepIf, keepsRejected: true } as const;
      const response = scoreFiles({ ...base, settings }, worker, progress);
      const verdicts = rejectionsByModel(TEXTS.slice(0, 8), { ...selection, rejectBy });
      const rows = files.map(({ id }, index) => JSON.stringify({ id, text: TEXTS[index] }));
      expect(rowsOf(response)).toEqual(rows.filter((_, index) => verdicts[index] === undefined));
      expect(response.rejected && rowsOf(response.rejected)).toEqual(
        rows.flatMap((row, index) => {
          const verdict = verdicts[index];
          return verdict === undefined ? [] : [rejectedRow(row, verdict)];
        }),
      );
    }
  });
});

describe('a row writer', () => {
  it('has only those rows decided that the kernel leaves undecided', async () => {
    const { kernel } = worker;
    const deciding = { ...SETTINGS, keepIf: await keepIf('words > 1') };
    const writer = new RowWriter(new ArrayBuffer(0), deciding, worker);
    expect(writer.finish(OUTPUT_FULL, kernel)).toBe(OUTPUT_FULL);
    expect(isScored(UNDECIDED)).toBe(false);
    const { rejections } = score(deciding);
    expect([...rejections.keys()].filter((number) => (rejections[number] ?? 0) > 0)).toEqual([REJECTION_BY_EXPRESSION]);
    expect(rejections).toHaveLength(REJECTION_COUNT);
  });
});
