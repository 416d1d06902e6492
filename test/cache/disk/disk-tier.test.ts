/**
 * Proves that L3 is a tier, with and without a guard, and what is its own: it stays within its bytes on the disk, evicts in the order of last
 * use as far as that is recorded, and finds everything again after it was closed.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import type { Tier } from '../../../src/cache/tier.js';
import { ManualClock } from '../../support/manual-clock.js';
import { Scratch } from '../../support/scratch.js';
import { allHeads, describeTier, type TierSettings } from '../tier-conformance.js';
import { entryOf, keyOf, valueOf } from './entries.js';
import { exactFilters } from './filters.js';

const scratch = new Scratch();

/** A tier in a directory of its own, which closes its store with itself. */
async function tierAlone({ clock, bytesMax }: TierSettings, guard: boolean): Promise<Tier> {
  const store = await DiskStore.open(scratch.fresh(''), {}, { clock });
  const tier = store.tier('a', { guard, ...(bytesMax === undefined ? {} : { bytesMax }) }, exactFilters());
  const close = tier.close.bind(tier);
  return Object.assign(tier, {
    close: async () => {
      await close();
      await store.close();
    },
  });
}

const TRAITS = { serialises: true, evictsExactly: false, bytesMaxLeast: 65_536, randomRuns: 100 };
describeTier('L3', TRAITS, (settings) => tierAlone(settings, false));
describeTier('L3 with a guard', { ...TRAITS, randomRuns: 25 }, (settings) => tierAlone(settings, true));

describe('L3', () => {
  /** A store that is closed after the test. */
  async function openStore(clock: ManualClock, dir = scratch.fresh('')): Promise<DiskStore> {
    const store = await DiskStore.open(dir, {}, { clock });
    stores.push(store);
    return store;
  }
  const stores: DiskStore[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  it('evicts in the order of last use, as far as uses are recorded', async () => {
    const lastUseMs = 1000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ number: fc.nat(25), isSet: fc.boolean(), deltaMs: fc.nat(700) }), { maxLength: 120 }),
        async (steps) => {
          const clock = new ManualClock();
          const store = await openStore(clock);
          const tier = store.tier('a', { bytesMax: 2 ** 17, lastUseMs, compressFromBytes: 1e6, guard: false });
          /** Numbers in the order of the last use that is recorded, with its time. */
          const order = new Map<number, number>();
          const record = (number: number) => {
            order.delete(number);
            order.set(number, clock.epochMs());
          };
          for (const { number, isSet, deltaMs } of steps) {
            clock.advance(deltaMs);
            const key = keyOf(number);
            if (isSet) {
              await tier.set(key, { ...entryOf(number), value: 'x'.repeat(9000) });
              record(number);
            } else if (tier.get(key) !== undefined) {
              if (clock.epochMs() - order.get(number)! >= lastUseMs) record(number);
              await store.flush();
            }
            const held = await allHeads(tier);
            const gone = order.size - held.length;
            // Those that have gone are the first in the order.
            for (const evicted of [...order.keys()].slice(0, gone)) order.delete(evicted);
            expect(held.map(({ check }) => check).sort()).toEqual(
              [...order.keys()].map((each) => `check ${each}`).sort(),
            );
          }
          await store.close();
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ['200 B', 200, 2 ** 21, 40_000],
    ['100 KB', 100_000, 2 ** 23, 800],
    ['mixed sizes', undefined, 2 ** 22, 6_000],
  ])('keeps the file within 1.5 times its bytes and 2 MiB: %s', async (_, bytes, bytesMax, count) => {
    const dir = scratch.fresh('');
    const store = await openStore(new ManualClock(), dir);
    const tier = store.tier('a', { bytesMax, compressFromBytes: 1e9, guard: false });
    const sizes = [200, 1000, 1400, 2100, 5000, 100_000];
    let largest = 0;
    for (let from = 0; from < count; from += 100) {
      const numbers = Array.from({ length: 100 }, (_, index) => from + index);
      await Promise.all(
        numbers.map((number) => {
          const value = Buffer.alloc(bytes ?? sizes[number % sizes.length]!, number);
          return tier.set(keyOf(number), { ...entryOf(number), value });
        }),
      );
      // Some are used, and so go to the end of the log.
      for (let number = Math.max(0, from - 100); number < from; number += 3) tier.get(keyOf(number));
      largest = Math.max(largest, statSync(join(dir, 'entries.mdb')).size);
      expect(tier.stats().bytes).toBeLessThanOrEqual(bytesMax);
    }
    expect(tier.stats().evictions).toBeGreaterThan(count / 2);
    expect(tier.stats().entries).toBeGreaterThan(bytes === undefined ? 50 : bytesMax / bytes / 2.5);
    expect(largest).toBeLessThan(bytesMax * 1.5 + 2 ** 21);
  });

  it('finds everything again, counts on, and shrinks its file when little is left', async () => {
    const dir = scratch.fresh('');
    const data = join(dir, 'entries.mdb');
    const first = await openStore(new ManualClock(), dir);
    const tier = first.tier('a', { compressFromBytes: 1e9 }, exactFilters());
    const other = first.tier('b', { guard: false });
    for (let number = 0; number < 300; number++) {
      await tier.set(keyOf(number), { ...entryOf(number), value: Buffer.alloc(30_000, number) });
    }
    await other.set(keyOf(1), entryOf(7));
    await first.putMeta('tags', { x: 1 });
    await first.close();

    const second = await openStore(new ManualClock(), dir);
    const again = second.tier('a', {}, exactFilters());
    expect(again.stats().entries).toBe(300);
    for (let number = 0; number < 300; number++) expect(again.get(keyOf(number))).toBeDefined();
    expect(second.getMeta('tags')).toEqual({ x: 1 });
    await again.clear();
    expect(statSync(data).size).toBeGreaterThan(9e6);
    await second.close();
    expect(statSync(data).size).toBeLessThan(2e5);

    const third = await openStore(new ManualClock(), dir);
    expect(third.setAside).toBeUndefined();
    expect(third.tier('a', {}, exactFilters()).stats().entries).toBe(0);
    expect(third.tier('b', { guard: false }).get({ ...keyOf(1), check: () => 'check 7' })?.value).toBe(valueOf(7));
    expect(third.getMeta('tags')).toEqual({ x: 1 });
  });

  it('lets writers wait when the queue is full, and writes in the order of the calls', async () => {
    const store = await DiskStore.open(scratch.fresh(''), { queueBytesMax: 65_536 }, { clock: new ManualClock() });
    stores.push(store);
    const tier = store.tier('a', {});
    const done: number[] = [];
    const sets = Array.from({ length: 200 }, async (_, number) => {
      await tier.set(keyOf(number % 40), { ...entryOf(number % 40), value: Buffer.alloc(10_000, number) });
      done.push(number);
    });
    await Promise.all(sets);
    expect(done).toEqual(Array.from({ length: 200 }, (_, number) => number));
    for (let number = 160; number < 200; number++) {
      expect(tier.get(keyOf(number % 40))?.value).toEqual(Buffer.alloc(10_000, number));
    }
  });

  it('holds values of any size', async () => {
    const store = await openStore(new ManualClock());
    const tier = store.tier('a', { compressFromBytes: 1e9, lastUseMs: 0 });
    const sizes = [1, 2 ** 16, 2 ** 16 + 1, 2 ** 24 + 1, 2 ** 25];
    for (const [number, bytes] of sizes.entries()) {
      await tier.set(keyOf(number), { ...entryOf(number), value: Buffer.alloc(bytes, number) });
    }
    // The second time each has been moved to the end of the log.
    for (let round = 0; round < 2; round++) {
      for (const [number, bytes] of sizes.entries()) {
        const value = tier.get(keyOf(number))?.value;
        expect(value instanceof Buffer && value.equals(Buffer.alloc(bytes, number))).toBe(true);
      }
      await tier.set(keyOf(100 + round), entryOf(100 + round));
    }
    expect(tier.stats().failures).toBe(0);
  });

  it('refuses calls after it was closed', async () => {
    const store = await openStore(new ManualClock());
    const tier = store.tier('a', {});
    await tier.set(keyOf(1), entryOf(1));
    await tier.close();
    expect(tier.get(keyOf(1))).toBeUndefined();
    await expect(tier.set(keyOf(1), entryOf(1))).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(tier.delete(keyOf(1).digest)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(store.tier('a', {}).get(keyOf(1))?.value).toBe(valueOf(1));
    await store.close();
    await store.close();
    expect(() => store.tier('b', {})).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });
});
