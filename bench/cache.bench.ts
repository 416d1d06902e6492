/** The cache: what a hit costs in each tier, beside what people use instead. */
import { makeCacheEntries } from './cache-entries.js';
import type { BenchContext } from './context.js';
import { benchDiskTier } from './disk-tier.js';
import { benchMemoryTiers } from './memory-tiers.js';
import type { PartResult } from './part.js';
import { benchWholeStack } from './whole-stack.js';

const ENTRIES = 2000;
/** In the store whose opening is timed. */
const OPENED_ENTRIES = 1_000_000;
/** So that a run of the fastest takes some milliseconds. */
const LOOPS = 10;

export async function benchCache(context: BenchContext): Promise<PartResult> {
  const entries = await makeCacheEntries(context, context.count(ENTRIES));
  const results = [
    await benchMemoryTiers(entries, context.rounds, LOOPS),
    await benchDiskTier(entries, context, context.count(OPENED_ENTRIES)),
    await benchWholeStack(entries, context),
  ];
  return {
    tables: results.flatMap(({ tables }) => tables),
    budgets: results.flatMap(({ budgets }) => budgets),
    data: results.map(({ data }) => data),
  };
}
