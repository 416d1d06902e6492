/**
 * The tier on disk, beside `lmdb` without anything around it, on the same reports under the same keys; and how long a large store takes to
 * open.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { open } from 'lmdb';
import type { CacheEntry } from './cache-entries.js';
import type { BenchContext } from './context.js';
import { interleave, median, withBusyTime, type Timing } from './measure.js';
import { loadDiskStore } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber } from './table.js';

const HIT_US_MAX = 8;
const ABSENT_US_MAX = 1;
const OPEN_MS_MAX = 100;
/** Runs of the fastest take some milliseconds. */
const LOOPS = 10;

export async function benchDiskTier(
  entries: readonly CacheEntry[],
  context: BenchContext,
  openedEntries: number,
): Promise<PartResult> {
  const timings = await timeCalls(entries, context);
  const openMs = await timeOpening(context, openedEntries);
  const usOf = (name: string): number => median(timings.find((timing) => timing.name === name)!.us);
  return {
    tables: [
      {
        title: 'The tier on disk; look-ups in processor time',
        header: ['', 'µs', 'of it main thread', 'min', 'max'],
        rows: timings.map(({ name, us, busyUs }) => [
          name,
          formatNumber(median(us)),
          busyUs.length === 0 ? '' : formatNumber(median(busyUs)),
          formatNumber(Math.min(...us)),
          formatNumber(Math.max(...us)),
        ]),
      },
      {
        title: `Opening a store of ${openedEntries} entries until it answers`,
        header: ['', 'ms'],
        rows: [['L3', formatNumber(openMs)]],
      },
    ],
    budgets: [
      { name: 'L3 hit', measured: usOf('hit, L3'), unit: 'µs', atMost: HIT_US_MAX },
      { name: 'L3 guarded miss', measured: usOf('miss, L3'), unit: 'µs', atMost: ABSENT_US_MAX },
      { name: 'opening L3', measured: openMs, unit: 'ms', atMost: OPEN_MS_MAX },
    ],
    data: { timings, openMs, openedEntries },
  };
}

type CallTiming = Timing & { readonly us: readonly number[]; readonly busyUs: readonly number[] };

async function timeCalls(entries: readonly CacheEntry[], context: BenchContext): Promise<CallTiming[]> {
  const { DiskStore } = await loadDiskStore();
  const store = await DiskStore.open(join(context.folder, 'disk-tier'));
  const tier = store.tier('reports', {});
  await Promise.all(entries.map(({ key, entry }) => tier.set(key, entry)));
  const bare = open<unknown, Uint8Array>({
    path: join(context.folder, 'bare.mdb'),
    keyEncoding: 'binary',
    noSync: true,
  });
  const keys = entries.map(({ id }) => Buffer.from(id, 'latin1'));
  await Promise.all(entries.map(({ report }, index) => bare.put(keys[index]!, report)));
  for (const [index, { key, report }] of entries.entries()) {
    if (!isDeepStrictEqual(tier.get(key)?.value, report)) throw new Error('L3 gives another report back');
    if (!isDeepStrictEqual(bare.get(keys[index]!), report)) throw new Error('lmdb gives another report back');
  }
  const absent = entries.map(({ id, key }) => ({ ...key, digest: [...id].reverse().join('') }));
  const absentKeys = absent.map(({ digest }) => Buffer.from(digest, 'latin1'));

  const timings = await interleave(
    [
      { name: 'hit, L3', run: repeat(() => entries.forEach(({ key }) => expectFound(tier.get(key)))) },
      { name: 'hit, bare lmdb', run: repeat(() => keys.forEach((key) => expectFound(bare.get(key)))) },
      { name: 'miss, L3', run: repeat(() => absent.forEach((key) => expectAbsent(tier.get(key)))) },
      { name: 'miss, bare lmdb', run: repeat(() => absentKeys.forEach((key) => expectAbsent(bare.get(key)))) },
      {
        name: 'put, L3',
        run: () => withBusyTime(() => Promise.all(entries.map(({ key, entry }) => tier.set(key, entry)))),
      },
      {
        name: 'put, bare lmdb',
        run: () => withBusyTime(() => Promise.all(entries.map(({ report }, index) => bare.put(keys[index]!, report)))),
      },
    ],
    context.rounds,
  );
  await store.close();
  await bare.close();
  return timings.map((timing) => {
    const calls = entries.length * (timing.name.startsWith('put') ? 1 : LOOPS);
    const perCall = (ms: number): number => (ms * 1000) / calls;
    return { ...timing, us: timing.ms.map(perCall), busyUs: timing.mainThreadMs.map(perCall) };
  });
}

/** Small entries, so that the number of them is what counts. */
async function timeOpening(context: BenchContext, count: number): Promise<number> {
  const { DiskStore } = await loadDiskStore();
  const dir = join(context.folder, 'large-store');
  const filled = await DiskStore.open(dir);
  const tier = filled.tier('reports', { entriesExpected: count });
  const entry = { check: '8 bytes.', value: 1, expiresAtMs: Infinity, bytes: 8, name: undefined, tags: [] };
  for (let from = 0; from < count; from += 5000) {
    const numbers = Array.from({ length: Math.min(5000, count - from) }, (_, index) => from + index);
    await Promise.all(numbers.map((number) => tier.set(keyOf(number), entry)));
  }
  await filled.close();
  const times: number[] = [];
  for (let round = 0; round < context.rounds; round++) {
    const started = performance.now();
    const store = await DiskStore.open(dir);
    const opened = store.tier('reports', { entriesExpected: count });
    expectAbsent(opened.get(keyOf(count)));
    times.push(performance.now() - started);
    expectFound(opened.get(keyOf(count - 1)));
    if (opened.stats().guard?.isReady !== true) throw new Error('the guard is not ready');
    await store.close();
  }
  return median(times);
}

function keyOf(number: number): { digest: string; check: () => string } {
  const bytes = Buffer.alloc(16);
  for (let word = 0, mixed = number + 1; word < 4; word++) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d + word * 2) >>> 0;
    bytes.writeUInt32LE(mixed, word * 4);
  }
  bytes.writeUInt32LE(number, 12);
  return { digest: bytes.toString('latin1'), check: () => '8 bytes.' };
}

function repeat(work: () => void): () => object {
  return () => {
    const before = process.cpuUsage();
    for (let loop = 0; loop < LOOPS; loop++) work();
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000 };
  };
}

function expectFound(answer: unknown): void {
  if (answer === undefined) throw new Error('a miss where a hit was expected');
}

function expectAbsent(answer: unknown): void {
  if (answer !== undefined) throw new Error('a hit where a miss was expected');
}
