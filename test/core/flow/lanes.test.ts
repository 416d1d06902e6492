/**
 * Proves that lanes do what one array for each lane does, on random sequences of operations with tickets of items that are there
 * and of items that have left, also across the sizes at which the arrays grow and are given back.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes, type Ticket } from '../../../src/core/flow/lanes.js';

const LANES = 3;

type Operation =
  | { readonly kind: 'push' | 'shift'; readonly lane: number; readonly count: number }
  | { readonly kind: 'remove'; readonly pick: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('push', 'shift'),
      lane: fc.nat({ max: LANES - 1 }),
      count: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 10, max: 60 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove'), pick: fc.nat() }) },
);

function lanesOf(itemsMax = 1e6): Lanes<number> {
  return new Lanes<number>(LANES, itemsMax, 'test.itemsMax');
}

describe('lanes', () => {
  it('do what arrays do', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
        const lanes = lanesOf();
        const model: number[][] = Array.from({ length: LANES }, () => []);
        const tickets: Ticket[] = []; // By name, of items that have left as well.
        const apply = (step: Operation): void => {
          if (step.kind === 'remove') {
            if (tickets.length === 0) return;
            const name = step.pick % tickets.length;
            const lane = model.find((items) => items.includes(name));
            expect(lanes.remove(tickets[name]!)).toBe(lane === undefined ? undefined : name);
            lane?.splice(lane.indexOf(name), 1);
            return;
          }
          for (let count = 0; count < step.count; count++) {
            const items = model[step.lane]!;
            if (step.kind === 'shift') expect(lanes.shift(step.lane)).toBe(items.shift());
            else items.push(tickets.push(lanes.push(step.lane, tickets.length)) - 1);
          }
        };
        for (const step of operations) {
          apply(step);
          expect(lanes.length).toBe(model.flat().length);
          for (const [lane, items] of model.entries()) {
            expect(lanes.isEmpty(lane)).toBe(items.length === 0);
            expect(lanes.first(lane)).toBe(items[0]);
          }
        }
        for (const [lane, items] of model.entries()) {
          expect(Array.from({ length: items.length }, () => lanes.shift(lane))).toEqual(items);
        }
        expect(lanes.length).toBe(0);
        expect(tickets.map((ticket) => lanes.remove(ticket)).every((item) => item === undefined)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('refuse the item after the last, with the bound, and take one again when one has left', () => {
    const lanes = lanesOf(2);
    lanes.push(0, 1);
    const ticket = lanes.push(1, 2);
    expect(() => lanes.push(2, 3)).toThrow(
      expect.objectContaining({ code: 'ERR_QUEUE_FULL', message: 'more than test.itemsMax, 2, would wait' }),
    );
    lanes.remove(ticket);
    lanes.push(2, 3);
    expect([lanes.first(0), lanes.first(1), lanes.first(2)]).toEqual([1, undefined, 3]);
  });

  it('know no ticket from before they were empty, large arrays or small', () => {
    for (const count of [1, 5000]) {
      const lanes = lanesOf();
      const old = Array.from({ length: count }, (_, item) => lanes.push(0, item));
      while (lanes.shift(0) !== undefined);
      for (let item = 0; item < count; item++) lanes.push(1, item);
      expect(old.map((ticket) => lanes.remove(ticket)).every((item) => item === undefined)).toBe(true);
      expect(lanes.length).toBe(count);
      expect(lanes.first(1)).toBe(0);
    }
  });
});
