/** Proves on random columns that thresholds keep the share: what they drop is counted again value by value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fails } from '../../../src/engine/calibrate/checks.js';
import { Gate, jointLevels, shortestBetween } from '../../../src/engine/calibrate/joint.js';

const bounds = fc.constantFrom('min' as const, 'max' as const);
const tied = fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 4 }), fc.double({ min: 0, max: 1, noNaN: true }));

interface Column {
  readonly bound: 'min' | 'max';
  readonly values: readonly number[];
}

function columnsOf(value: fc.Arbitrary<number>): fc.Arbitrary<Column[]> {
  return fc.integer({ min: 1, max: 80 }).chain((length) => {
    const column = fc.record({ bound: bounds, values: fc.array(value, { minLength: length, maxLength: length }) });
    return fc.array(column, { minLength: 1, maxLength: 5 });
  });
}

/** Documents that fail one of the thresholds, or were dropped before. */
function droppedBy(columns: readonly Column[], thresholds: readonly number[], before: Uint8Array): number {
  const isDropped = (document: number): boolean =>
    before[document] === 1 ||
    columns.some(({ bound, values }, i) => fails(bound, values[document]!, thresholds[i] ?? NaN));
  return [...before.keys()].filter(isDropped).length;
}

function solve(columns: readonly Column[], before: Uint8Array, dropMax: number) {
  const gates = columns.map(({ bound, values }) => new Gate(bound, Float64Array.from(values)));
  const { levels, dropped } = jointLevels(gates, before, dropMax);
  return { dropped, thresholds: gates.map((gate, i) => gate.thresholdAt(levels[i]!) ?? NaN) };
}

describe('joint thresholds', () => {
  it('drop what they say, and never more than they may', () => {
    fc.assert(
      fc.property(columnsOf(tied), fc.double({ min: 0, max: 0.99, noNaN: true }), fc.nat(7), (columns, share, mask) => {
        const documents = columns[0]!.values.length;
        const before = Uint8Array.from({ length: documents }, (_, document) => Number(document % 8 < mask - 5));
        const fixed = before.reduce((sum, dropped) => sum + dropped, 0);
        const dropMax = Math.floor(documents * share);
        const { thresholds, dropped } = solve(columns, before, dropMax);
        expect(droppedBy(columns, thresholds, before)).toBe(dropped);
        expect(dropped).toBeLessThanOrEqual(Math.max(dropMax, fixed));
      }),
      { numRuns: 500 },
    );
  });

  it('keep the share to the document where all values differ', () => {
    const permutation = (length: number): fc.Arbitrary<number[]> => {
      const ramp = Array.from({ length }, (_, i) => i);
      return fc.shuffledSubarray(ramp, { minLength: length, maxLength: length });
    };
    const columns = fc.integer({ min: 2, max: 100 }).chain((length) => {
      const column = fc.record({ bound: bounds, values: permutation(length) });
      return fc.array(column, { minLength: 1, maxLength: 4 });
    });
    fc.assert(
      fc.property(columns, fc.double({ min: 0, max: 0.9, noNaN: true }), (given, share) => {
        const documents = given[0]!.values.length;
        const dropMax = Math.floor((documents - 1) * share);
        const before = new Uint8Array(documents);
        const { thresholds, dropped } = solve(given, before, dropMax);
        expect(dropped).toBe(dropMax);
        expect(droppedBy(given, thresholds, before)).toBe(dropMax);
      }),
    );
  });

  it('are equally strict', () => {
    const ramp = Array.from({ length: 1000 }, (_, i) => i);
    const { thresholds } = solve(
      [
        { bound: 'min', values: ramp },
        { bound: 'max', values: ramp },
      ],
      new Uint8Array(1000),
      100,
    );
    expect(thresholds).toEqual([50, 949]);
  });

  it('go on without a check whose next step is too large', () => {
    const ramp = Array.from({ length: 100 }, (_, i) => i);
    const steps = ramp.map((i) => (i % 2 === 0 ? 1 : 2));
    const { thresholds, dropped } = solve(
      [
        { bound: 'min', values: steps },
        { bound: 'min', values: ramp },
      ],
      new Uint8Array(100),
      10,
    );
    expect([thresholds, dropped]).toEqual([[1, 10], 10]);
  });

  it('are not there without values', () => {
    expect(new Gate('min', Float64Array.from([NaN])).thresholdAt(0)).toBeUndefined();
  });
});

describe('the shortest number', () => {
  it('lies from the one on, towards the other', () => {
    const number = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, (value, end) => {
        fc.pre(value !== end);
        const found = shortestBetween(value, end);
        expect(end < value ? end < found && found <= value : value <= found && found < end).toBe(true);
        expect(String(found).length).toBeLessThanOrEqual(Math.max(String(value).length, String(found).length));
      }),
    );
  });

  it('has few digits', () => {
    expect(shortestBetween(0.034482758620689655, 0.03)).toBe(0.034);
    expect(shortestBetween(0.034482758620689655, 0.04)).toBe(0.0345);
    expect(shortestBetween(53, -Infinity)).toBe(50);
  });
});
