/**
 * Proves that a guard never calls an entry absent that is there: written here, by another store on the same directory, before a reload or
 * while the filter is made anew; and that it asks the disk only about what may be there.
 */
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import type { DiskTier } from '../../../src/cache/disk/disk-tier.js';
import type { FilterMaker } from '../../../src/cache/disk/disk-guard.js';
import { Scratch } from '../../support/scratch.js';
import { entryOf, keyOf } from './entries.js';
import { exactFilters } from './filters.js';

const scratch = new Scratch();
const stores: DiskStore[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function open(dir: string, filters: FilterMaker, bytesMax = 2 ** 24): Promise<DiskTier> {
  const store = await DiskStore.open(dir);
  stores.push(store);
  return store.tier('a', { bytesMax }, filters);
}

async function setAll(tier: DiskTier, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  await Promise.all(numbers.map((number) => tier.set(keyOf(number), { ...entryOf(number), value: number })));
}

function missing(tier: DiskTier, from: number, to: number): number[] {
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  return numbers.filter((number) => tier.get(keyOf(number))?.value !== number);
}

/** Waits until the guard knows everything. */
async function untilReady(tier: DiskTier): Promise<void> {
  for (let turn = 0; turn < 100_000 && tier.stats().guard?.isReady !== true; turn++) {
    tier.get(keyOf(1e9));
    await nextTurn();
  }
  expect(tier.stats().guard?.isReady).toBe(true);
}

it('knows what was written here at once, and what others wrote a turn later', async () => {
  const dir = scratch.fresh('');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ number: fc.nat(60), who: fc.nat(1), deletes: fc.boolean() }), { maxLength: 40 }),
      async (steps) => {
        const tiers = [await open(dir, exactFilters()), await open(dir, exactFilters())];
        await tiers[0]!.clear();
        const held = new Set<number>();
        for (const { number, who, deletes } of steps) {
          const tier = tiers[who]!;
          if (deletes) {
            await tier.delete(keyOf(number).digest);
            held.delete(number);
          } else {
            await tier.set(keyOf(number), entryOf(number));
            held.add(number);
          }
          expect(tier.get(keyOf(number)) !== undefined).toBe(!deletes);
          await nextTurn();
          for (const each of tiers) expect(each.get(keyOf(number)) !== undefined).toBe(!deletes);
        }
        for (const each of tiers) {
          for (let number = 0; number <= 60; number++) {
            expect(each.get(keyOf(number)) !== undefined).toBe(held.has(number));
          }
        }
        for (const store of stores.splice(0)) await store.close();
      },
    ),
    { numRuns: 100 },
  );
});

it('answers "surely absent" without asking the disk, and counts what it takes for present', async () => {
  const filters = exactFilters();
  const tier = await open(scratch.fresh(''), filters);
  await setAll(tier, 0, 100);
  for (let number = 1000; number < 1500; number++) expect(tier.get(keyOf(number))).toBeUndefined();
  expect(tier.stats().guard).toMatchObject({ absent: 500, falsePositives: 0, falsePositiveRate: 0 });
  await tier.delete(keyOf(1).digest);
  expect(tier.get(keyOf(1))).toBeUndefined();
  expect(tier.stats().guard).toMatchObject({ falsePositives: 1, falsePositiveRate: 1 / 501 });
});

describe('after a reload', () => {
  it('takes in what came after it was saved, or everything when nothing was saved, and says "maybe" meanwhile', async () => {
    const dir = scratch.fresh('');
    await setAll(await open(dir, exactFilters()), 0, 9000);
    await stores.pop()!.close();
    for (const filters of [exactFilters(), { ...exactFilters(), parse: () => undefined }]) {
      const tier = await open(dir, filters);
      expect(missing(tier, 0, 9000)).toEqual([]);
      await untilReady(tier);
      expect(missing(tier, 0, 9000)).toEqual([]);
      const before = tier.stats().guard!.absent;
      expect(tier.get(keyOf(1e6))).toBeUndefined();
      expect(tier.stats().guard!.absent).toBe(before + 1);
      await stores.pop()!.close();
    }
  });
});

it('is made anew when too much of what it holds has gone, without ever missing an entry', async () => {
  const filters = exactFilters(1500);
  const tier = await open(scratch.fresh(''), filters, 2 ** 16);
  for (let from = 0; from < 6000; from += 50) {
    await setAll(tier, from, from + 50);
    expect(missing(tier, from, from + 50)).toEqual([]);
    await nextTurn();
  }
  expect(tier.stats().evictions).toBeGreaterThan(1000);
  expect(tier.stats().guard!.rebuilds).toBeGreaterThan(1);
});
