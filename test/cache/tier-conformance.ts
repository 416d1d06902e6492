/**
 * What every tier of the cache must do, in memory or not: each suite of a tier calls `describeTier` with a way to make one. Time
 * stands still but when it is moved. The last test runs random operations against a plain `Map`.
 */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { MaybePromise } from '../../src/core/maybe-promise.js';
import type { Entry, EntryHead, Key, Tier } from '../../src/cache/tier.js';
import { ManualClock } from '../support/manual-clock.js';
import { REFUSED_VALUES, storableValue, VALUE_KINDS } from './values.js';

export interface TierSettings {
  readonly clock: ManualClock;
  /** `undefined`: so many that nothing in the suite is ever evicted, 64 MiB or more. */
  readonly bytesMax: number | undefined;
}

export interface TierTraits {
  /** Values are written as bytes: what cannot be is `ERR_CACHE_VALUE`, and nobody shares memory with what is held. */
  readonly serialises: boolean;
  /** Never holds more than `bytesMax`, not even for a while, and evicts no more than it must. */
  readonly evictsExactly: boolean;
  /** Bytes below which a bound makes no sense for this tier. @defaultValue 4096 */
  readonly bytesMaxLeast?: number;
  /** Runs of the random test, fewer for slow tiers. @defaultValue 200 */
  readonly randomRuns?: number;
}

export function describeTier(
  name: string,
  traits: TierTraits,
  makeTier: (settings: TierSettings) => MaybePromise<Tier>,
): void {
  const { serialises, evictsExactly, bytesMaxLeast = 4096, randomRuns = 200 } = traits;
  const open = new Set<Tier>();
  const make = async (bytesMax?: number) => {
    const clock = new ManualClock();
    const tier = await makeTier({ clock, bytesMax });
    open.add(tier);
    return { tier, clock };
  };
  const close = async (tier: Tier) => {
    open.delete(tier);
    await tier.close();
  };
  afterEach(async () => {
    for (const tier of [...open]) await close(tier);
  });

  describe(name, () => {
    it('finds what was set, with all that is known of it', async () => {
      const { tier, clock } = await make();
      const entry = makeEntry(
        { a: 1 },
        { name: 'user:1', tags: ['x', 'déjà'], expiresAtMs: clock.epochMs() + 5, bytes: 77 },
      );
      await tier.set(makeKey('1'), entry);
      expect(await tier.get(makeKey('1'))).toEqual(entry);
      expect(await tier.get(makeKey('2'))).toBeUndefined();
      expect(tier.stats()).toMatchObject({ hits: 1, misses: 1, sets: 1, entries: 1, evictions: 0 });
      expect(tier.stats().bytes).toBeGreaterThan(0);
      expect(tier.stats().bytes).toBeLessThanOrEqual(tier.stats().bytesMax);
    });

    it.each(VALUE_KINDS)('keeps %s', async (_, value) => {
      const { tier } = await make();
      await tier.set(makeKey('1'), makeEntry(value));
      const entry = await tier.get(makeKey('1'));
      expect(entry).toBeDefined(); // A negative result is an entry too.
      expect(isDeepStrictEqual(entry?.value, value)).toBe(true);
    });

    it('takes an entry that belongs to other content for a miss, and keeps it', async () => {
      const { tier } = await make();
      await tier.set(makeKey('1', 'one'), makeEntry(1, { check: 'one' }));
      expect(await tier.get(makeKey('1', 'other'))).toBeUndefined();
      expect(tier.stats()).toMatchObject({ hits: 0, misses: 1, mismatches: 1, expired: 0, damaged: 0, entries: 1 });
      expect((await tier.get(makeKey('1', 'one')))?.value).toBe(1);
    });

    it('computes no check for what it does not have', async () => {
      const { tier } = await make();
      const check = () => {
        throw new Error('computed');
      };
      expect(await tier.get({ digest: digestOf('1'), check })).toBeUndefined();
    });

    it('replaces the entry of the same digest', async () => {
      const { tier } = await make();
      await tier.set(makeKey('1', 'one'), makeEntry('a'.repeat(5000), { check: 'one', tags: ['old'] }));
      await tier.set(makeKey('1', 'two'), makeEntry(2, { check: 'two' }));
      expect(await tier.get(makeKey('1', 'one'))).toBeUndefined();
      expect(await tier.get(makeKey('1', 'two'))).toEqual(makeEntry(2, { check: 'two' }));
      expect(tier.stats()).toMatchObject({ sets: 2, entries: 1, evictions: 0 });
      expect((await allHeads(tier)).flatMap(({ tags }) => tags)).toEqual([]);
    });

    it('weighs nothing when all has been deleted, replaced or cleared', async () => {
      const { tier } = await make();
      const keys = Array.from({ length: 20 }, (_, index) => makeKey(`${index}`));
      for (const key of keys) await tier.set(key, makeEntry('once '.repeat(200)));
      for (const key of keys) await tier.set(key, makeEntry('twice '.repeat(100)));
      for (const key of keys) expect(await tier.delete(key.digest)).toBe(true);
      expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0, rawBytes: 0 });
      for (const key of keys) expect(await tier.delete(key.digest)).toBe(false);

      for (const key of keys) await tier.set(key, makeEntry('again '.repeat(100)));
      await tier.clear();
      expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0, rawBytes: 0, evictions: 0 });
      for (const key of keys) expect(await tier.get(key)).toBeUndefined();
      await tier.set(keys[0]!, makeEntry(1));
      expect((await tier.get(keys[0]!))?.value).toBe(1);
    });

    it('forgets an entry at its time, not before, and says so', async () => {
      const { tier, clock } = await make();
      await tier.set(makeKey('1'), makeEntry(1, { expiresAtMs: clock.epochMs() + 1000 }));
      await tier.set(makeKey('2'), makeEntry(2));
      clock.advance(999);
      expect((await tier.get(makeKey('1')))?.value).toBe(1);
      clock.advance(1);
      expect((await allHeads(tier)).map(({ digest }) => digest)).toEqual([digestOf('2')]);
      expect(await tier.get(makeKey('1'))).toBeUndefined();
      expect(tier.stats()).toMatchObject({ hits: 1, misses: 1, expired: 1, mismatches: 0, damaged: 0, evictions: 0 });
      clock.advance(1e12);
      expect((await tier.get(makeKey('2')))?.value).toBe(2);
    });

    it('sweeps out what has expired and nothing else', async () => {
      const { tier, clock } = await make();
      for (let index = 0; index < 300; index++) {
        const expiresAtMs = index % 3 === 0 ? Infinity : clock.epochMs() + (index % 3) * 1000;
        await tier.set(makeKey(`${index}`), makeEntry(index, { expiresAtMs }));
      }
      clock.advance(1000);
      while (await tier.sweep(5));
      expect(tier.stats()).toMatchObject({ entries: 200, expired: 0, evictions: 0 });
      clock.advance(1000);
      while (await tier.sweep(0)); // No budget is too small to get on.
      expect(tier.stats().entries).toBe(100);
      for (let index = 0; index < 300; index++) {
        const entry = await tier.get(makeKey(`${index}`));
        expect(entry?.value).toBe(index % 3 === 0 ? index : undefined);
      }
    });

    it('does not store what is larger than it may hold, nor keep what that should have replaced', async () => {
      const { tier } = await make(bytesMaxLeast);
      const tooLarge = makeEntry(noise(2 * bytesMaxLeast), { bytes: 2 * bytesMaxLeast });
      await tier.set(makeKey('1'), makeEntry(1));
      await tier.set(makeKey('2'), makeEntry(2));
      await tier.set(makeKey('2'), tooLarge);
      await tier.set(makeKey('3'), tooLarge);
      expect((await tier.get(makeKey('1')))?.value).toBe(1);
      expect(await tier.get(makeKey('2'))).toBeUndefined();
      expect(await tier.get(makeKey('3'))).toBeUndefined();
      expect(tier.stats()).toMatchObject({ entries: 1, evictions: 0 });
    });

    it('stays within its bytes', async () => {
      const bytesMax = 4 * bytesMaxLeast;
      const { tier } = await make(bytesMax);
      const bytes = bytesMaxLeast / 8;
      const count = 200;
      for (let index = 0; index < count; index++) {
        await tier.set(makeKey(`${index}`), makeEntry(noise(bytes), { bytes }));
        if (evictsExactly) expect(tier.stats().bytes).toBeLessThanOrEqual(bytesMax);
      }
      while (await tier.sweep(5));
      const { bytes: held, entries, evictions, sets } = tier.stats();
      expect(held).toBeLessThanOrEqual(bytesMax);
      expect(entries).toBeGreaterThanOrEqual(evictsExactly ? 20 : 1);
      expect(sets).toBe(count);
      expect(entries + evictions).toBe(count);
      expect(await allHeads(tier)).toHaveLength(entries);
    });

    it('pages through all entries', async () => {
      const { tier } = await make();
      expect(await tier.page(undefined, 10)).toEqual({ heads: [], cursor: undefined });
      const heads = Array.from({ length: 25 }, (_, index) => ({
        name: `n${index}`,
        tags: [`t${index}`],
        bytes: index,
      }));
      for (const [index, head] of heads.entries()) await tier.set(makeKey(`${index}`), makeEntry(index, head));
      for (const limit of [1, 7, 25, 1000]) {
        const found = await allHeads(tier, limit);
        expect(found.sort((one, other) => one.bytes - other.bytes)).toEqual(
          heads.map((head, index) => ({
            ...head,
            digest: digestOf(`${index}`),
            check: 'check',
            expiresAtMs: Infinity,
          })),
        );
      }
    });

    it('pages through entries that stay once, whatever comes and goes', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 10 }),
          fc.array(fc.record({ name: fc.nat(40), deletes: fc.boolean() }), { maxLength: 60 }),
          async (limit, changes) => {
            const { tier } = await make();
            // Those with names below 20 stay; they may be replaced.
            for (let index = 0; index < 40; index++) await tier.set(makeKey(`${index}`), makeEntry(index));
            const seen: string[] = [];
            let cursor: string | undefined;
            do {
              const page = await tier.page(cursor, limit);
              expect(page.heads.length).toBeLessThanOrEqual(limit);
              seen.push(...page.heads.map(({ digest }) => digest));
              cursor = page.cursor;
              for (const { name, deletes } of changes.splice(0, 3)) {
                const key = makeKey(`${name}`);
                if (deletes && name >= 20) await tier.delete(key.digest);
                else await tier.set(key, makeEntry(-name));
              }
            } while (cursor !== undefined);
            for (let index = 0; index < 20; index++) {
              expect(seen.filter((digest) => digest === digestOf(`${index}`))).toHaveLength(1);
            }
            await close(tier);
          },
        ),
        { numRuns: Math.min(100, randomRuns) },
      );
    });

    if (serialises) {
      it.each(REFUSED_VALUES)('refuses %s and keeps what it had', async (_, value, message) => {
        const { tier } = await make();
        await tier.set(makeKey('1'), makeEntry(1));
        const setting = async () => tier.set(makeKey('1'), makeEntry(value));
        await expect(setting()).rejects.toMatchObject({
          code: 'ERR_CACHE_VALUE',
          message: expect.stringContaining(message),
        });
        expect((await tier.get(makeKey('1')))?.value).toBe(1);
        expect(tier.stats()).toMatchObject({ sets: 1, entries: 1 });
      });

      it('shares no memory with whoever sets or gets', async () => {
        const { tier } = await make();
        const value = { list: [1], vector: new Float32Array([1, 2]) };
        const before = structuredClone(value);
        await tier.set(makeKey('1'), makeEntry(value));
        value.list.push(2);
        value.vector.fill(0);
        for (let round = 0; round < 2; round++) {
          const found = (await tier.get(makeKey('1')))?.value as typeof value;
          expect(found).toEqual(before);
          found.list.push(3);
          found.vector.fill(7);
        }
      });
    }

    it('does what a Map does, and counts it', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
          const { tier, clock } = await make();
          const model = new Model(clock);
          for (const step of operations) await apply(step, tier, model, clock);
          const { hits, misses, expired, mismatches, damaged, evictions } = tier.stats();
          expect({ hits, misses, mismatches }).toEqual(model.counts);
          expect({ damaged, evictions }).toEqual({ damaged: 0, evictions: 0 });
          expect(expired + mismatches).toBeLessThanOrEqual(misses);
          expect((await allHeads(tier, 3)).map(({ digest }) => digest).sort()).toEqual(model.digests());
          await close(tier);
        }),
        { numRuns: randomRuns },
      );
    });

    it('with little room forgets, but never invents', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 100 }), async (operations) => {
          const { tier, clock } = await make(bytesMaxLeast);
          const model = new Model(clock);
          for (const step of operations) {
            await apply(step, tier, model, clock, { mayForget: true });
            if (evictsExactly) expect(tier.stats().bytes).toBeLessThanOrEqual(bytesMaxLeast);
          }
          await close(tier);
        }),
        { numRuns: randomRuns },
      );
    });
  });
}

type Operation =
  | { readonly kind: 'get' | 'delete'; readonly id: number; readonly check: number }
  | {
      readonly kind: 'set';
      readonly id: number;
      readonly check: number;
      readonly value: unknown;
      readonly ttlMs: number;
    }
  | { readonly kind: 'advance'; readonly deltaMs: number }
  | { readonly kind: 'clear' | 'sweep' };

// Few keys and few checks, so that operations meet.
const id = fc.nat(7);
const check = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) });
const ttlMs = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 100 }));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('get' as const), id, check }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), id, check, value: storableValue, ttlMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id, check }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), deltaMs: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('clear' as const, 'sweep' as const) }) },
);

/** What is held, without bounds: expired entries are gone when anybody looks. */
class Model {
  readonly counts = { hits: 0, misses: 0, mismatches: 0 };
  readonly #entries = new Map<string, Entry>();
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get(key: Key): Entry | undefined {
    const entry = this.#live(key.digest);
    const found = entry?.check === key.check() ? entry : undefined;
    if (found !== undefined) this.counts.hits++;
    else this.counts.misses++;
    if (entry !== undefined && found === undefined) this.counts.mismatches++;
    return found;
  }

  set(key: Key, entry: Entry): void {
    this.#entries.set(key.digest, entry);
  }

  delete(digest: string): boolean {
    const live = this.#live(digest) !== undefined;
    this.#entries.delete(digest);
    return live;
  }

  clear(): void {
    this.#entries.clear();
  }

  digests(): string[] {
    return [...this.#entries.keys()].filter((digest) => this.#live(digest) !== undefined).sort();
  }

  #live(digest: string): Entry | undefined {
    const entry = this.#entries.get(digest);
    return entry !== undefined && entry.expiresAtMs > this.#clock.epochMs() ? entry : undefined;
  }
}

async function apply(
  step: Operation,
  tier: Tier,
  model: Model,
  clock: ManualClock,
  { mayForget = false } = {},
): Promise<void> {
  switch (step.kind) {
    case 'get': {
      const key = makeKey(`${step.id}`, `check ${step.check}`);
      const found = await tier.get(key);
      const expected = model.get(key);
      if (mayForget && found === undefined) break;
      expect(isDeepStrictEqual(found, expected), `got ${String(found?.value)}`).toBe(true);
      break;
    }
    case 'set': {
      const key = makeKey(`${step.id}`, `check ${step.check}`);
      const entry = makeEntry(step.value, {
        check: key.check(),
        expiresAtMs: clock.epochMs() + step.ttlMs,
        bytes: 200 * (1 + step.id),
        tags: [`tag ${step.id}`],
      });
      await tier.set(key, entry);
      model.set(key, entry);
      break;
    }
    case 'delete': {
      const deleted = await tier.delete(digestOf(`${step.id}`));
      const expected = model.delete(digestOf(`${step.id}`));
      if (mayForget) expect(deleted && !expected).toBe(false);
      else expect(deleted).toBe(expected);
      break;
    }
    case 'advance':
      clock.advance(step.deltaMs);
      break;
    case 'clear':
      await tier.clear();
      model.clear();
      break;
    case 'sweep':
      while (await tier.sweep(1));
      break;
  }
}

/** Sixteen characters below U+0100, as digests are. */
export function digestOf(id: string): string {
  return `\u00ff\u0000${id}`.padEnd(16, '\u0080').slice(0, 16);
}

export function makeKey(id: string, check = 'check'): Key {
  return { digest: digestOf(id), check: () => check };
}

export function makeEntry(value: unknown, given: Partial<Entry> = {}): Entry {
  return { check: 'check', value, expiresAtMs: Infinity, bytes: 100, name: undefined, tags: [], ...given };
}

export async function allHeads(tier: Tier, limit = 100): Promise<EntryHead[]> {
  const heads: EntryHead[] = [];
  let cursor: string | undefined;
  do {
    const page = await tier.page(cursor, limit);
    heads.push(...page.heads);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return heads;
}

/** Bytes that LZ4 cannot make smaller; always the same. */
function noise(bytes: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: bytes }, () => (state = (state * 48_271) % 0x7fffffff) >> 8);
}
