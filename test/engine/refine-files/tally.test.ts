/**
 * Proves that the numbers that are kept with a row are what it adds to the counts of its run, that totals are gone on from as
 * they were, and that the place of a checkpoint leads back to its document however batches are cut.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputBatch } from '../../../src/engine/refine-files/read-documents.js';
import { ReadPlaces, resumePlaceOf } from '../../../src/engine/refine-files/read-places.js';
import { budgetOf, budgetTotals } from '../../../src/engine/refine-files/run-budget.js';
import { countsOf, RunTally } from '../../../src/engine/refine-files/tally.js';
import { CHECKPOINT_START } from '../../../src/ledger/calls/calls.js';
import { STEP_OUTCOMES, STOPPED } from '../../../src/refine/row.js';

const keysOf = <K extends string>(table: Readonly<Record<K, string>>): K[] => Object.keys(table) as K[];
const score = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
const row = fc.record({
  stopped: fc.constantFrom(...keysOf(STOPPED)),
  accepted: fc.boolean(),
  iterations: fc.nat(7),
  before: fc.record({ score, bytes: fc.nat() }),
  after: fc.record({ score }),
  steps: fc.array(fc.record({ outcome: fc.constantFrom(...keysOf(STEP_OUTCOMES)) })),
  text: fc.string(),
});

describe('tallies', () => {
  it('are what the rows say', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const tally = new RunTally({});
        for (const each of rows) tally.addRow(countsOf(each));
        const sum = (of: (each: (typeof rows)[number]) => number): number =>
          rows.reduce((all, each) => all + of(each), 0);
        expect(tally).toMatchObject({
          rows: rows.length,
          fastPath: rows.filter(({ stopped, iterations }) => stopped === 'gate' && iterations === 0).length,
          accepted: rows.filter(({ accepted }) => accepted).length,
          rolledBack: rows.flatMap(({ steps }) => steps).filter(({ outcome }) => outcome === 'rolled_back').length,
          bytes: sum(({ before }) => before.bytes),
          before: sum(({ before }) => before.score),
          after: sum(({ after }) => after.score),
        });
        for (const reason of keysOf(STOPPED))
          expect(tally.stopped[reason]).toBe(rows.filter(({ stopped }) => stopped === reason).length);
      }),
    );
  });

  it('add up over sessions as over one', () => {
    fc.assert(
      fc.property(fc.array(row), fc.nat(), (rows, at) => {
        const whole = new RunTally({});
        let parts = new RunTally({});
        for (const [index, each] of rows.entries()) {
          if (index === at % (rows.length + 1)) parts = new RunTally(JSON.parse(JSON.stringify(parts.totals())));
          whole.addRow(countsOf(each));
          parts.addRow(countsOf(each));
        }
        parts.addDeadLetter();
        whole.addDeadLetter();
        expect(JSON.stringify(parts.totals())).toBe(JSON.stringify(whole.totals()));
        expect(whole.rows).toBe(rows.length);
      }),
    );
  });

  it.each([[[]], [[0, 1, 1, 0, 5, 0.5]], [[99, 0, 0, 0, 0, 0, 0]], [[0.5, 0, 0, 0, 0, 0, 0]]])(
    'are not taken out of %j',
    (counts) => {
      expect(() => {
        new RunTally({}).addRow(counts);
      }).toThrow(expect.objectContaining({ code: 'ERR_LEDGER' }));
    },
  );
});

describe('places', () => {
  /** A batch of so many documents; the reader's place is the number of documents before it. */
  function batch(before: number, count: number): InputBatch {
    const letter = { source: 's', ordinal: 0, code: 'ERR_ROW_JSON', message: '' } as const;
    const documents = Array.from({ length: count }, () => ({ kind: 'dead-letter', letter }) as const);
    const place = { input: 0, position: before + count, lines: 0, ordinal: 0 };
    return { documents, place, inputBytes: count };
  }

  it('lead back to the document, whatever was read and written before', () => {
    const sizes = fc.array(fc.nat(5), { maxLength: 20 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat()), fc.nat(), (counts, checkpoints, origin) => {
        const places = new ReadPlaces({ from: undefined, skip: 0 }, 0, 0);
        let read = 0;
        let written = 0;
        for (const [index, count] of counts.entries()) {
          expect(places.push(batch(read, count))).toBe(read);
          read += count;
          written += (checkpoints[index] ?? origin) % (read - written + 1);
          const { from, skip } = resumePlaceOf({ ...CHECKPOINT_START, place: places.at(written) });
          expect((from?.position ?? 0) + skip).toBe(written);
          expect(skip).toBeGreaterThanOrEqual(0);
          expect(places.inputBytes).toBe(written - skip);
        }
      }),
    );
  });
});

describe('the budget of a run', () => {
  it('is the largest of its sessions, and never less than what is spent', () => {
    const after = (totals: Readonly<Record<string, number>>) => ({ ...CHECKPOINT_START, totals });
    const first = budgetTotals(2, CHECKPOINT_START, 0);
    expect(budgetOf(after(first))).toBe(2e9);
    expect(budgetOf(after(budgetTotals(1, after(first), 1.5e9)))).toBe(2e9);
    expect(budgetOf(after(budgetTotals(3, after(first), 0)))).toBe(3e9);
    expect(budgetOf(after(budgetTotals(undefined, after(first), 0)))).toBeUndefined();
    expect(budgetOf(after(budgetTotals(1, CHECKPOINT_START, 5)))).toBeUndefined();
  });
});
