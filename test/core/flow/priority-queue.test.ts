/**
 * Proves the order of the priority queue against arrays that keep for each item the history it has seen, and, without a model,
 * the bounds that its description states: on a priority being passed over, and on how many pops an item waits.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../../src/core/flow/lanes.js';
import { PriorityQueue, resolvePriorityQueueOptions } from '../../../src/core/flow/priority-queue.js';
import { PRIORITIES, PRIORITY_LANES, type Priority } from '../../../src/core/flow/priority.js';

interface Item {
  readonly name: number;
  readonly priority: Priority;
}

type Operation =
  | { readonly kind: 'push'; readonly priority: Priority }
  | { readonly kind: 'pop' }
  | { readonly kind: 'remove'; readonly pick: number };

const priority = fc.constantFrom(...PRIORITIES);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('push'), priority }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pop') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove'), pick: fc.nat() }) },
);
const operations = fc.array(operation, { maxLength: 120, size: 'max' });
const ageAfterPops = fc.integer({ min: 1, max: 6 });

/** Items in order of arrival, and since when each priority has had something and not been served. */
class Model {
  readonly items: Item[] = [];
  readonly #passes = new Map<Priority, number>();
  readonly #ageAfterPops: number;

  constructor(ageAfterPops: number) {
    this.#ageAfterPops = ageAfterPops;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  remove(item: Item): void {
    this.items.splice(this.items.indexOf(item), 1);
    if (!this.#waiting().includes(item.priority)) this.#passes.delete(item.priority);
  }

  pop(): Item | undefined {
    const waiting = this.#waiting();
    const passesOf = (name: Priority): number => this.#passes.get(name) ?? 0;
    const aged = waiting.filter((name) => passesOf(name) >= this.#ageAfterPops);
    const [chosen] = aged.length > 0 ? aged.sort((a, b) => passesOf(b) - passesOf(a)) : waiting;
    const item = this.items.find((each) => each.priority === chosen);
    if (item === undefined) return undefined;
    for (const name of waiting) this.#passes.set(name, passesOf(name) + 1);
    this.#passes.delete(item.priority);
    this.remove(item);
    return item;
  }

  /** Priorities with items, the most urgent first. */
  #waiting(): Priority[] {
    return PRIORITIES.toReversed().filter((name) => this.items.some((item) => item.priority === name));
  }
}

describe('a priority queue', () => {
  it('does what arrays do', () => {
    fc.assert(
      fc.property(operations, fc.oneof(ageAfterPops, fc.constant(Infinity)), (steps, age) => {
        const queue = new PriorityQueue<Item>({ ageAfterPops: age });
        const model = new Model(age);
        const tickets = new Map<Item, Ticket>();
        let names = 0;
        for (const step of steps) {
          if (step.kind === 'push') {
            const item: Item = { name: ++names, priority: step.priority };
            tickets.set(item, queue.push(item, item.priority));
            model.push(item);
          } else if (step.kind === 'pop') {
            expect(queue.pop()).toBe(model.pop());
          } else {
            const item = model.items[step.pick % Math.max(1, model.items.length)];
            if (item === undefined) continue;
            expect(queue.remove(tickets.get(item)!)).toBe(item);
            expect(queue.remove(tickets.get(item)!)).toBeUndefined();
            model.remove(item);
          }
          expect(queue.length).toBe(model.items.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('passes over no priority more than ageAfterPops + 2 times, and no item for longer than it says', () => {
    let passesMost = 0;
    fc.assert(
      fc.property(operations, ageAfterPops, (steps, age) => {
        const queue = new PriorityQueue<Item>({ ageAfterPops: age });
        const waiting: { readonly item: Item; readonly popsMax: number }[] = [];
        const passes = PRIORITIES.map(() => 0);
        let pops = 0;
        const pop = (): void => {
          const popped = queue.pop();
          if (popped === undefined) return;
          pops++;
          const index = waiting.findIndex(({ item }) => item === popped);
          expect(pops).toBeLessThanOrEqual(waiting[index]!.popsMax);
          waiting.splice(index, 1);
          for (const [lane, name] of PRIORITIES.entries()) {
            const isPassed = name !== popped.priority && waiting.some(({ item }) => item.priority === name);
            passes[lane] = isPassed ? passes[lane]! + 1 : 0;
            expect(passes[lane]).toBeLessThanOrEqual(age + 2);
            passesMost = Math.max(passesMost, passes[lane] - age);
          }
        };
        for (const [name, step] of steps.entries()) {
          if (step.kind !== 'push') {
            pop();
            continue;
          }
          const item: Item = { name, priority: step.priority };
          const before = waiting.filter((other) => other.item.priority === step.priority).length;
          waiting.push({ item, popsMax: pops + (before + 1) * (age + 3) });
          queue.push(item, step.priority);
        }
        while (queue.length > 0) pop();
      }),
      { numRuns: 200 },
    );
    expect(passesMost, 'the bound is as tight as it can be').toBe(2);
  });

  it('is strict without ageing: the most urgent first, each priority in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(priority, { maxLength: 200, size: 'max' }), (priorities) => {
        const queue = new PriorityQueue<Item>({ ageAfterPops: Infinity });
        const items = priorities.map((each, name): Item => ({ name, priority: each }));
        for (const item of items) queue.push(item, item.priority);
        const sorted = items.toSorted((a, b) => PRIORITY_LANES[b.priority] - PRIORITY_LANES[a.priority]);
        expect(items.map(() => queue.pop())).toEqual(sorted);
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });

  it('takes items of no priority as normal, and refuses the one after the last', () => {
    const queue = new PriorityQueue<string>({ itemsMax: 3 });
    queue.push('low', 'low');
    queue.push('none');
    queue.push('high', 'high');
    expect(() => queue.push('more')).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_FULL' }));
    expect([queue.pop(), queue.pop(), queue.pop()]).toEqual(['high', 'none', 'low']);
  });
});

describe('its options', () => {
  it('are complete and frozen, and refused with their path', () => {
    const resolved = resolvePriorityQueueOptions();
    expect(resolved).toEqual({ itemsMax: 2 ** 20, ageAfterPops: 32 });
    expect(Object.isFrozen(resolved)).toBe(true);
    const refusal = (options: object) => () => resolvePriorityQueueOptions(options, 'jobs.queue');
    expect(refusal({ itemsMax: 2 ** 24 + 1 })).toThrow(/^jobs\.queue\.itemsMax must be an integer from 1 to 16777216/);
    expect(refusal({ ageAfterPops: 0 })).toThrow(/^jobs\.queue\.ageAfterPops must be an integer >= 1, got 0/);
    expect(refusal({ age: 1 })).toThrow(expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }));
  });
});
