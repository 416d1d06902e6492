/** Hits in the memory tiers, beside those of caches that people use, on the same reports under the same keys. */
import { isDeepStrictEqual } from 'node:util';
import { createCache } from 'cache-manager';
import { Cacheable, CacheableMemory } from 'cacheable';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import type { Report } from '../src/core/report.js';
import type { Tier } from '../src/cache/tier.js';
import { STRATEGY_NAMES } from '../src/cache/strategy.js';
import type { CacheEntry } from './cache-entries.js';
import { interleave, median, type Contestant, type Timing } from './measure.js';
import { loadCompressedTier, loadMemoryTier, loadSystemClock } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber } from './table.js';

const L1_HIT_US_MAX = 0.25;
const L2_HIT_US_MAX = 6;

/** One cache that has been filled, and how it is asked for everything once. */
interface Filled {
  readonly name: string;
  /** Before each run: what makes the entries lie where the run is to find them. */
  readonly prepare?: () => void | Promise<void>;
  /** What it answers; only for the check. */
  readonly get: (entry: CacheEntry) => unknown;
  /** Asks for all entries, as its users would: without waiting if it can be asked so. */
  readonly getAll: (entries: readonly CacheEntry[]) => void | Promise<void>;
}

/** @param loops - how often a run asks for all entries. */
export async function benchMemoryTiers(
  entries: readonly CacheEntry[],
  rounds: number,
  loops: number,
): Promise<PartResult> {
  const first = await measure(
    [...(await fillMemoryTiers(entries)), ...(await fillFirstTiers(entries))],
    entries,
    rounds,
    loops,
  );
  const second = await measure(
    [await fillCompressedTier(entries), ...(await fillSecondTiers(entries))],
    entries,
    rounds,
    loops,
  );
  return {
    tables: [
      tableOf('Hit in the first tier, in memory', first),
      tableOf('Hit in the second tier, serialised in memory', second),
    ],
    budgets: [
      ...STRATEGY_NAMES.map((name) => ({
        name: `L1 hit, ${name}`,
        measured: usOf(first, `L1, ${name}`),
        unit: 'µs' as const,
        atMost: L1_HIT_US_MAX,
      })),
      { name: 'L2 hit', measured: usOf(second, 'L2'), unit: 'µs' as const, atMost: L2_HIT_US_MAX },
    ],
    data: { first, second },
  };
}

/** A timing per hit, in µs. */
type HitTiming = Timing & { readonly us: readonly number[] };

async function measure(
  caches: readonly Filled[],
  entries: readonly CacheEntry[],
  rounds: number,
  loops: number,
): Promise<HitTiming[]> {
  for (const cache of caches) await check(cache, entries);
  const contestants = caches.map(({ name, prepare, getAll }): Contestant => {
    const run = async () => {
      const before = process.cpuUsage();
      for (let loop = 0; loop < loops; loop++) await getAll(entries);
      const { user, system } = process.cpuUsage(before);
      return { ms: (user + system) / 1000 };
    };
    return prepare === undefined ? { name, run } : { name, prepare, run };
  });
  const timings = await interleave(contestants, rounds);
  return timings.map((timing) => ({ ...timing, us: timing.ms.map((ms) => (ms * 1000) / (loops * entries.length)) }));
}

/** A cache that answers wrongly is not timed. */
async function check({ name, prepare, get }: Filled, entries: readonly CacheEntry[]): Promise<void> {
  await prepare?.();
  for (const entry of entries) {
    if (!isDeepStrictEqual(await get(entry), entry.report)) throw new Error(`${name} gives another report back`);
  }
}

async function fillMemoryTiers(entries: readonly CacheEntry[]): Promise<Filled[]> {
  const { MemoryTier, resolveMemoryTierOptions } = await loadMemoryTier();
  const clock = await loadSystemClock();
  return STRATEGY_NAMES.map((strategy) => {
    const name = `L1, ${strategy}`;
    return fillTier(name, new MemoryTier(name, resolveMemoryTierOptions({ strategy }), clock), entries);
  });
}

async function fillCompressedTier(entries: readonly CacheEntry[]): Promise<Filled> {
  const { CompressedTier, resolveCompressedTierOptions } = await loadCompressedTier();
  return fillTier('L2', new CompressedTier('L2', resolveCompressedTierOptions(), await loadSystemClock()), entries);
}

/** A tier in memory answers at once. */
function fillTier(name: string, tier: Tier, entries: readonly CacheEntry[]): Filled {
  for (const { key, entry } of entries) void tier.set(key, entry);
  return {
    name,
    get: async ({ key }) => (await tier.get(key))?.value,
    getAll: (asked) => {
      for (const { key } of asked) expectHit(tier.get(key));
    },
  };
}

async function fillFirstTiers(entries: readonly CacheEntry[]): Promise<Filled[]> {
  const lru = new LRUCache<string, Report>({ max: entries.length, ttl: 3_600_000 });
  for (const { id, report } of entries) lru.set(id, report);
  const cacheable = await fillCacheable(entries);
  const manager = await fillCacheManager(entries);
  return [
    {
      name: 'lru-cache, with ttl',
      get: ({ id }) => lru.get(id),
      getAll: (asked) => {
        for (const { id } of asked) expectHit(lru.get(id));
      },
    },
    cacheable.filled,
    manager.filled,
  ];
}

async function fillSecondTiers(entries: readonly CacheEntry[]): Promise<Filled[]> {
  const cacheable = await fillCacheable(entries);
  const manager = await fillCacheManager(entries);
  return [
    { ...cacheable.filled, prepare: () => cacheable.first.clear() },
    { ...manager.filled, prepare: () => manager.first.clear() },
  ];
}

/** Two tiers, the second as JSON, as an external store would have it; `first` is the one that clearing makes forget. */
async function fillCacheable(entries: readonly CacheEntry[]): Promise<{ filled: Filled; first: Keyv }> {
  const first = new Keyv({ store: new CacheableMemory({ useClone: false }) });
  const cache = new Cacheable({ primary: first, secondary: new Keyv() });
  for (const { id, report } of entries) await cache.set(id, report, '1h');
  return { filled: fillAwaited('cacheable, two tiers', (id) => cache.get<Report>(id)), first };
}

async function fillCacheManager(entries: readonly CacheEntry[]): Promise<{ filled: Filled; first: Keyv }> {
  const first = new Keyv({ store: new CacheableMemory({ useClone: false }) });
  const cache = createCache({ stores: [first, new Keyv()], ttl: 3_600_000 });
  for (const { id, report } of entries) await cache.set(id, report);
  return { filled: fillAwaited('cache-manager, two tiers', (id) => cache.get<Report>(id)), first };
}

function fillAwaited(name: string, get: (id: string) => Promise<Report | undefined>): Filled {
  return {
    name,
    get: ({ id }) => get(id),
    getAll: async (asked) => {
      for (const { id } of asked) expectHit(await get(id));
    },
  };
}

function expectHit(answer: unknown): void {
  if (answer === undefined) throw new Error('a hit was a miss');
}

function usOf(timings: readonly HitTiming[], name: string): number | undefined {
  const found = timings.find((timing) => timing.name === name);
  return found === undefined ? undefined : median(found.us);
}

function tableOf(title: string, timings: readonly HitTiming[]): PartResult['tables'][number] {
  return {
    title,
    header: ['', 'µs of processor', 'min', 'max', 'hits/s'],
    rows: timings.map(({ name, us }) => [
      name,
      formatNumber(median(us)),
      formatNumber(Math.min(...us)),
      formatNumber(Math.max(...us)),
      formatNumber(1e6 / median(us)),
    ]),
  };
}
