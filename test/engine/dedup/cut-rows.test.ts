/**
 * Proves that rows move from the kept ones to the rejected ones and nothing else does: generated batches are cut, and what is left
 * is compared with lists of strings. Line numbers that are missing are filled in afterwards, so that each is where it belongs.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRows } from '../../../src/engine/dedup/cut-rows.js';
import { insertLineIds } from '../../../src/engine/score-files/line-ids.js';
import { KEPT_TEXT_WORDS, REJECTED_BEFORE, ROW_END } from '../../../src/workers/kept-texts.js';
import type { RejectedRows } from '../../../src/workers/protocol.js';

const LINES_BEFORE = 9000;

interface Row {
  readonly fate: 'kept' | 'cut' | 'rejected';
  /** Whether the number of its line is missing. */
  readonly lacksId: boolean;
  readonly text: string;
  readonly end: string;
}

const rows = fc.array(
  fc.record<Row>({
    fate: fc.constantFrom('kept', 'cut', 'rejected'),
    lacksId: fc.boolean(),
    text: fc.string({ maxLength: 12 }),
    end: fc.constantFrom('}', '} \t', '}}\r'),
  }),
  { maxLength: 30 },
);

/** Rows as a worker gathers them, and the same with their numbers. */
class Gathered {
  readonly #bytes: Buffer[] = [];
  readonly #lineIds: number[] = [];
  length = 0;

  add({ lacksId, text, end }: Row, line: number): void {
    const front = Buffer.from(`{"id":"a:`);
    if (lacksId) this.#lineIds.push(this.length + front.length, line);
    const row = Buffer.concat([front, Buffer.from(`","text":${JSON.stringify(text)}${end}\n`)]);
    this.#bytes.push(row);
    this.length += row.length;
  }

  rows(): RejectedRows {
    const slab = new ArrayBuffer(this.length + 100);
    new Uint8Array(slab).set(Buffer.concat(this.#bytes));
    return { slab, slabBytes: this.length, lineIds: Uint32Array.from(this.#lineIds) };
  }
}

/** The row as it should be written. */
function written({ lacksId, text, end }: Row, line: number, field = ''): string {
  const whole = `{"id":"a:${lacksId ? LINES_BEFORE + line : ''}","text":${JSON.stringify(text)}`;
  const brace = end.lastIndexOf('}');
  return `${whole}${end.slice(0, brace)}${field}${end.slice(brace)}\n`;
}

function textOf({ slab, slabBytes, lineIds }: RejectedRows): string {
  return Buffer.from(insertLineIds(new Uint8Array(slab, 0, slabBytes), lineIds, LINES_BEFORE)).toString();
}

describe('rows that are cut out', () => {
  it('are where they belong among the rejected ones, and the others are as they were', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (all, keepsRejected) => {
        fc.pre(all.some(({ fate }) => fate === 'cut'));
        const [kept, rejected] = [new Gathered(), new Gathered()];
        const places: number[] = [];
        const cuts: { row: number; field: Uint8Array }[] = [];
        const expected = { kept: '', rejected: '' };
        all.forEach((row, index) => {
          const line = index + 1;
          if (row.fate === 'rejected') {
            rejected.add(row, line);
            expected.rejected += written(row, line);
            return;
          }
          const place = new Array<number>(KEPT_TEXT_WORDS).fill(0);
          kept.add(row, line);
          place[ROW_END] = kept.length;
          place[REJECTED_BEFORE] = rejected.length;
          if (row.fate === 'cut') {
            const field = `,"of":${index}`;
            cuts.push({ row: places.length / KEPT_TEXT_WORDS, field: Buffer.from(field) });
            expected.rejected += written(row, line, field);
          } else expected.kept += written(row, line);
          places.push(...place);
        });
        const before = { kept: kept.rows(), rejected: keepsRejected ? rejected.rows() : undefined };
        const after = cutRows(before, Uint32Array.from(places), cuts);
        expect(textOf(after.kept)).toBe(expected.kept);
        expect(after.rejected && textOf(after.rejected)).toBe(keepsRejected ? expected.rejected : undefined);
      }),
      { numRuns: 300 },
    );
  });
});
