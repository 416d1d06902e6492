/**
 * Proves that a deque does what an array does, on random sequences of operations, and that its sum of bytes is that of its
 * items after each of them.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deque, type Costed } from '../../../src/engine/threads/deque.js';

interface Item extends Costed {
  readonly name: number;
}

type Operation =
  | { readonly kind: 'pushBack' | 'pushFront'; readonly costBytes: number }
  | { readonly kind: 'popFront' | 'takeBackHalf' }
  | { readonly kind: 'pushMany' | 'popMany'; readonly count: number };

const cost = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat({ max: 1000 }) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('pushBack', 'pushFront'), costBytes: cost }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('popFront') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('takeBackHalf') }) },
  // Enough to go beyond the size from which the free places at the front are dropped.
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('pushMany', 'popMany'), count: fc.nat({ max: 150 }) }),
  },
);

/** Items from the back until they hold half the bytes, and one at least. */
function takeBackHalfByModel(items: Item[]): Item[] {
  const half = sum(items) / 2;
  const taken: Item[] = [];
  while (items.length > 0 && (taken.length === 0 || sum(taken) < half)) taken.unshift(...items.splice(-1));
  return taken;
}

function sum(items: readonly Item[]): number {
  return items.reduce((bytes, { costBytes }) => bytes + costBytes, 0);
}

describe('a deque', () => {
  it('does what an array does', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const deque = new Deque<Item>();
        const model: Item[] = [];
        let names = 0;
        const next = (costBytes: number): Item => ({ name: ++names, costBytes });
        const apply = (step: Operation): void => {
          switch (step.kind) {
            case 'pushBack': {
              const item = next(step.costBytes);
              deque.pushBack(item);
              model.push(item);
              break;
            }
            case 'pushFront': {
              const item = next(step.costBytes);
              deque.pushFront(item);
              model.unshift(item);
              break;
            }
            case 'popFront':
              expect(deque.popFront()).toBe(model.shift());
              break;
            case 'takeBackHalf':
              expect(deque.takeBackHalf()).toEqual(takeBackHalfByModel(model));
              break;
            case 'pushMany':
              for (let count = 0; count < step.count; count++) apply({ kind: 'pushBack', costBytes: count });
              break;
            case 'popMany':
              for (let count = 0; count < step.count; count++) apply({ kind: 'popFront' });
              break;
          }
          expect(deque.length).toBe(model.length);
          expect(deque.bytes).toBe(sum(model));
        };
        for (const step of operations) apply(step);
        expect(Array.from({ length: model.length }, () => deque.popFront())).toEqual(model);
        expect(deque.popFront()).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('gives a thief the only item, and nothing when it is empty', () => {
    const deque = new Deque<Item>();
    expect(deque.takeBackHalf()).toEqual([]);
    deque.pushBack({ name: 1, costBytes: 0 });
    expect(deque.takeBackHalf()).toEqual([{ name: 1, costBytes: 0 }]);
    expect(deque.length).toBe(0);
  });

  it('lets a thief take the one large item at the back and leaves the small ones in front', () => {
    const deque = new Deque<Item>();
    for (const [name, costBytes] of [1, 1, 1, 100].entries()) deque.pushBack({ name, costBytes });
    expect(deque.takeBackHalf().map(({ name }) => name)).toEqual([3]);
    expect(deque.bytes).toBe(3);
  });
});
