/** Proves that the heap hands out what goes first: random pushes and pops are compared with an array that is sorted each time. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReadyHeap } from '../../../src/engine/graph/ready-heap.js';

const TASKS = 64;

it('pops by level, then by rank, then by number', () => {
  const level = fc.integer({ min: 0, max: 3 });
  const many = <T>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(each, { minLength: TASKS, maxLength: TASKS });
  fc.assert(
    fc.property(
      many(level),
      many(fc.nat({ max: 5 })),
      fc.array(fc.option(fc.nat({ max: TASKS - 1 }))),
      (l, r, steps) => {
        const heap = new ReadyHeap({ levels: Uint8Array.from(l), ranks: Float64Array.from(r) });
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) {
            expect(heap.pop()).toBe(model.shift());
          } else if (!model.includes(step)) {
            heap.push(step);
            model.push(step);
            model.sort((a, b) => l[b]! - l[a]! || r[b]! - r[a]! || a - b);
          }
          expect([heap.first, heap.size]).toEqual([model[0], model.length]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
