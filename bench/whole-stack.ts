/** Look-ups as a user makes them, from the text on: key, tiers, guard; each tier alone has what is asked for. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { TieredCache } from '../src/cache/tiered-cache.js';
import type { Report } from '../src/core/report.js';
import type { CacheEntry } from './cache-entries.js';
import type { BenchContext } from './context.js';
import { interleave, median, type Contestant } from './measure.js';
import { loadCreateCache } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber } from './table.js';

const L1_US_MAX = 1.2;
const MISS_US_MAX = 1;
/** So that a run takes some tens of milliseconds, of which the clock of processor time can tell. */
const LOOPS = 20;

const HIT_L1 = 'key and L1 hit';
const HIT_L2 = 'key and L2 hit';
const HIT_L3 = 'key and L3 hit';
const MISS = 'miss of all tiers, key made before';

export async function benchWholeStack(entries: readonly CacheEntry[], context: BenchContext): Promise<PartResult> {
  const { createCache } = await loadCreateCache();
  const dir = join(context.folder, 'whole-stack');
  // Tiers with room for one entry pass each look-up on to the next.
  const caches = await Promise.all([
    createCache({ dir }),
    createCache({ namespaces: { reports: { entriesMax: 1 } } }),
    createCache({ dir, namespaces: { reports: { entriesMax: 1, l2: false } } }),
  ]);
  const [reports, compressed, disk] = caches.map((cache) => cache.namespace('reports')) as [
    TieredCache,
    TieredCache,
    TieredCache,
  ];
  for (const stack of [reports, compressed]) {
    await stack.setMany(entries.map(({ text, report }) => [stack.key(text), report]));
    await stack.flush();
  }
  for (const { text, report } of entries) {
    for (const stack of [reports, compressed, disk]) check(stack, text, report);
  }

  const lru = new LRUCache<string, Report>({ max: entries.length });
  for (const { text, report } of entries) lru.set(text, report);
  const absent = entries.map(({ text }) => reports.key(`${text}.`));
  const each = (name: string, work: (entry: CacheEntry, index: number) => unknown, isThere = true): Contestant => ({
    name,
    run: () => {
      const before = process.cpuUsage();
      for (let loop = 0; loop < LOOPS; loop++) {
        for (const [index, entry] of entries.entries()) {
          if ((work(entry, index) !== undefined) !== isThere) throw new Error(`${name}: a wrong answer`);
        }
      }
      const { user, system } = process.cpuUsage(before);
      return { ms: (user + system) / 1000 };
    },
  });
  const timings = await interleave(
    [
      each(HIT_L1, ({ text }) => reports.get(reports.key(text))),
      each(HIT_L2, ({ text }) => compressed.get(compressed.key(text))),
      each(HIT_L3, ({ text }) => disk.get(disk.key(text))),
      each(MISS, (_, index) => reports.get(absent[index]!), false),
      each('lru-cache, by the text itself', ({ text }) => lru.get(text)),
    ],
    context.rounds,
  );
  for (const cache of caches) await cache.close();
  const rows = timings.map(({ name, ms }) => ({
    name,
    us: ms.map((each) => (each * 1000) / (LOOPS * entries.length)),
  }));
  const usOf = (name: string): number => median(rows.find((row) => row.name === name)!.us);
  return {
    tables: [
      {
        title: 'The whole cache, from texts of 1 KB on: µs of processor time',
        header: ['', 'µs', 'min', 'max'],
        rows: rows.map(({ name, us }) => [
          name,
          ...[median(us), Math.min(...us), Math.max(...us)].map((value) => formatNumber(value)),
        ]),
      },
    ],
    budgets: [
      { name: HIT_L1, measured: usOf(HIT_L1), unit: 'µs', atMost: L1_US_MAX },
      { name: MISS, measured: usOf(MISS), unit: 'µs', atMost: MISS_US_MAX },
    ],
    data: rows,
  };
}

function check(stack: TieredCache, text: string, report: Report): void {
  const hit = stack.get(stack.key(text));
  if (hit === undefined || hit instanceof Promise || !isDeepStrictEqual(hit.value, report)) {
    throw new Error('the cache gives another report back');
  }
}
