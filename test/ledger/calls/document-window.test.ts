// Proves that the window of documents, a ring that grows, knows of each what a plain map knows; and that runs of ordinals
// hold what a set holds, also when they were written and read.
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { DocumentWindow, type FinishedPlace } from '../../../src/ledger/calls/document-window.js';
import { OrdinalRuns } from '../../../src/ledger/calls/ordinal-runs.js';
import { Witness } from '../../../src/ledger/calls/witness.js';

test('a window is a map of documents', () => {
  const places: fc.Arbitrary<FinishedPlace> = fc.record({
    kind: fc.constantFrom('row', 'dead-letter'),
    location: fc.option(fc.record({ segment: fc.integer({ min: 1, max: 9 }), offset: fc.nat(), bytes: fc.nat() }), {
      nil: undefined,
    }),
    crc: fc.nat(),
  });
  const operations = fc.array(
    fc.oneof(
      fc.record({ name: fc.constant('begin' as const), ahead: fc.nat(20_000) }),
      fc.record({ name: fc.constant('answers' as const), ahead: fc.nat(20_000), answers: fc.nat(255) }),
      fc.record({ name: fc.constant('finish' as const), ahead: fc.nat(20_000), place: places }),
      fc.record({ name: fc.constant('reset' as const), ahead: fc.nat(20_000) }),
      fc.record({ name: fc.constant('release' as const), ahead: fc.nat(20_000) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.nat(2 ** 31), operations, (start, all) => {
      const window = new DocumentWindow(start);
      let base = start;
      let model = new Map<number, { answers: number; place?: FinishedPlace }>();
      for (const operation of all) {
        const ordinal = base + operation.ahead;
        const was = model.get(ordinal) ?? { answers: 0 };
        switch (operation.name) {
          case 'begin':
            window.begin(ordinal);
            model.set(ordinal, was);
            break;
          case 'answers':
            window.setAnswers(ordinal, operation.answers);
            model.set(ordinal, { ...was, answers: operation.answers });
            break;
          case 'finish':
            window.finish(ordinal, operation.place);
            model.set(ordinal, { ...was, place: operation.place });
            break;
          case 'reset':
            window.reset(ordinal);
            model.delete(ordinal);
            break;
          case 'release':
            window.release(ordinal);
            base = ordinal;
            model = new Map([...model].filter(([known]) => known >= base));
            break;
        }
        expect(window.base).toBe(base);
        for (const [known, { answers, place }] of model) {
          expect(window.state(known)).toBe(place === undefined ? 'begun' : 'finished');
          expect(window.answers(known)).toBe(answers);
          expect(window.finished(known)).toEqual(place);
        }
        for (const near of [base - 1, base, ordinal - 1, ordinal, ordinal + 1, ordinal + 4096]) {
          if (!model.has(near)) expect(window.state(near)).toBe('new');
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('runs of ordinals are an ordered set', () => {
  const gaps = fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 5 })), { maxLength: 50 });
  fc.assert(
    fc.property(gaps, gaps, (first, more) => {
      const runs = OrdinalRuns.empty();
      const others = OrdinalRuns.empty();
      const set = new Set<number>();
      let ordinal = -1;
      const fill = (target: OrdinalRuns, gaps: readonly number[]): void => {
        for (const gap of gaps) {
          ordinal += gap;
          set.add(ordinal);
          target.push(ordinal);
        }
      };
      fill(runs, first);
      fill(others, more);
      runs.append(others);
      const read = OrdinalRuns.parse(JSON.parse(JSON.stringify(runs)));
      for (const one of [runs, read]) {
        expect([...(one ?? [])]).toEqual([...set]);
        expect(one?.count).toBe(set.size);
        for (let n = 0; n <= ordinal + 2; n++) expect(one?.has(n)).toBe(set.has(n));
      }
    }),
    { numRuns: 200 },
  );
});

test('what are no runs are refused', () => {
  for (const value of [null, {}, [1], [1, 0], [3, 2, 4, 1], [-1, 1], [0.5, 1], ['0', 1]]) {
    expect(OrdinalRuns.parse(value)).toBeUndefined();
  }
});

test('a witness depends on every line, its document and their order, and not on where it was stopped', () => {
  const pairs = Array.from({ length: 2000 }, (_, n): [number, number] => [n, (n * 2654435761) >>> 0]);
  const witnessOf = (all: [number, number][], stopAt = -1): number => {
    let witness = new Witness();
    all.forEach(([ordinal, crc], n) => {
      if (n === stopAt) witness = new Witness(witness.value);
      witness.add(ordinal, crc);
    });
    return witness.value;
  };
  const value = witnessOf(pairs);
  for (const stopAt of [0, 1, 511, 512, 1999]) expect(witnessOf(pairs, stopAt)).toBe(value);
  const swapped = pairs.map(([n, crc]): [number, number] => [n, pairs[n === 7 ? 8 : n === 8 ? 7 : n]?.[1] ?? crc]);
  const shifted = pairs.map(([n, crc]): [number, number] => [n + 1, crc]);
  expect(new Set([value, witnessOf(swapped), witnessOf(shifted), witnessOf(pairs.slice(1))]).size).toBe(4);
});
