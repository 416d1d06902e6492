import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { GuardCounts, TierStats } from './tier.js';
import type { TierSlot } from './tier-slot.js';

/** One tier: what it counts itself, and what was seen from outside. */
export interface TierReport extends Omit<TierStats, 'failures' | 'guard'> {
  readonly name: string;
  /** Reads and writes that failed; a look-up among them is a miss, a write costs the entry. */
  readonly errors: number;
  /** Bytes before compression by bytes held; `null` in an empty tier. */
  readonly compressionRatio: number | null;
  /** Microseconds of a look-up, hits and misses alike, of one in 64; `null` before the first of those. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** Of the Bloom filter in front; `null` where there is none. */
  readonly guard: GuardReport | null;
}

export interface GuardReport extends GuardCounts {
  /** Share of what was absent that was taken for present; `null` before anything absent was asked for. */
  readonly falsePositiveRate: number | null;
}

/** Tiers seen as one. */
export interface StackStats {
  /** Look-ups that found something, in whatever tier; those that know that there is nothing among them. */
  readonly hits: number;
  readonly misses: number;
  /** Hits by look-ups, from 0 to 1; `null` before the first look-up. */
  readonly hitRatio: number | null;
  /** Of all tiers. */
  readonly errors: number;
  /** Computations that `getOrCompute` began. */
  readonly computations: number;
  /** Calls of `getOrCompute` that got the result of another's computation. */
  readonly joinedComputations: number;
  /** Weight of what is on its way to slow tiers. */
  readonly pendingBytes: number;
  /** From the fastest to the slowest. */
  readonly tiers: readonly TierReport[];
}

/** What the stack itself counts. */
export interface StackCounts {
  readonly gets: number;
  readonly joinedHits: number;
  readonly computations: number;
  readonly joined: number;
}

/** A namespace's numbers in a form that can be summed. */
export interface StackSample {
  readonly counts: StackCounts;
  readonly slots: readonly TierSlot[];
}

/** Of one namespace, or summed over several: tiers of one name become one. */
export function stackStats(samples: readonly StackSample[]): StackStats {
  const slots = samples.flatMap((sample) => sample.slots);
  const sum = (count: (counts: StackCounts) => number): number => total(samples.map((sample) => count(sample.counts)));
  const tiers = namesOf(samples).map((name) =>
    tierReport(
      name,
      slots.filter((slot) => slot.name === name),
    ),
  );
  const gets = sum((counts) => counts.gets);
  const inTiers = total(tiers.map((tier) => tier.hits)) + total(slots.map((slot) => slot.pendingHits));
  const hits = inTiers + sum((counts) => counts.joinedHits);
  return {
    hits,
    misses: Math.max(0, gets - hits),
    hitRatio: gets === 0 ? null : Math.min(1, hits / gets),
    errors: total(tiers.map(({ errors }) => errors)),
    computations: sum((counts) => counts.computations),
    joinedComputations: sum((counts) => counts.joined),
    pendingBytes: total(slots.map(({ pendingBytes }) => pendingBytes)),
    tiers,
  };
}

/** From the fastest to the slowest, though not every namespace has every tier. */
function namesOf(samples: readonly StackSample[]): string[] {
  const levels = new Map<string, number>();
  for (const { slots } of samples) {
    for (const [level, { name }] of slots.entries()) levels.set(name, Math.max(level, levels.get(name) ?? 0));
  }
  return [...levels].sort(([, left], [, right]) => left - right).map(([name]) => name);
}

function tierReport(name: string, slots: readonly TierSlot[]): TierReport {
  const all = slots.map((slot) => slot.stats());
  const stats = sumOf(all);
  const guards = all.flatMap(({ guard }) => guard ?? []);
  const latencyNs = createHistogram();
  for (const slot of slots) latencyNs.add(slot.latencyNs);
  return {
    name,
    ...stats,
    errors: total(slots.map(({ errors }) => errors)) + total(all.map(({ failures = 0 }) => failures)),
    compressionRatio: stats.bytes === 0 ? null : stats.rawBytes / stats.bytes,
    p50Us: percentileUs(latencyNs, 50),
    p99Us: percentileUs(latencyNs, 99),
    guard: guards.length === 0 ? null : guardReport(guards),
  };
}

type Summed = Omit<TierStats, 'failures' | 'guard'>;

function sumOf(all: readonly TierStats[]): Summed {
  const sum = (count: (stats: TierStats) => number): number => total(all.map(count));
  return {
    hits: sum(({ hits }) => hits),
    misses: sum(({ misses }) => misses),
    expired: sum(({ expired }) => expired),
    mismatches: sum(({ mismatches }) => mismatches),
    damaged: sum(({ damaged }) => damaged),
    sets: sum(({ sets }) => sets),
    evictions: sum(({ evictions }) => evictions),
    entries: sum(({ entries }) => entries),
    bytes: sum(({ bytes }) => bytes),
    bytesMax: sum(({ bytesMax }) => bytesMax),
    rawBytes: sum(({ rawBytes }) => rawBytes),
  };
}

function guardReport(guards: readonly GuardCounts[]): GuardReport {
  const absent = total(guards.map((guard) => guard.absent));
  const falsePositives = total(guards.map((guard) => guard.falsePositives));
  const asked = absent + falsePositives;
  return { absent, falsePositives, falsePositiveRate: asked === 0 ? null : falsePositives / asked };
}

function percentileUs(latencyNs: RecordableHistogram, percent: number): number | null {
  return latencyNs.count === 0 ? null : latencyNs.percentile(percent) / 1000;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
