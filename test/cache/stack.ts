/** A stack of stand-in tiers on a clock that is moved by hand. */
import type { StackSettings } from '../../src/cache/tiered-cache.js';
import { TieredCache } from '../../src/cache/tiered-cache.js';
import { ManualClock } from '../support/manual-clock.js';
import { StandInTier, keyOf, type StandInOptions } from './stand-in-tier.js';

export interface Stack {
  readonly cache: TieredCache;
  readonly clock: ManualClock;
  /** L1 and L2, in memory. */
  readonly l1: StandInTier;
  readonly l2: StandInTier;
  /** L3, slow. */
  readonly l3: StandInTier;
}

const SETTINGS: StackSettings = {
  ttlMs: 1000,
  negativeTtlMs: 100,
  write: 'through',
  writeBytesMax: 1e6,
  waitersMax: 1000,
  entriesMax: 100,
  bytesMax: 1e6,
  sizeBytes: undefined,
};

export function stackOf(settings: Partial<StackSettings> = {}, l1Options: StandInOptions = {}): Stack {
  const clock = new ManualClock();
  const l1 = new StandInTier('l1', clock, l1Options);
  const l2 = new StandInTier('l2', clock, { serialises: true });
  const l3 = new StandInTier('l3', clock, { serialises: true, isSlow: true });
  const keys = {
    of: (content: string | Uint8Array) => keyOf(String(content)),
    named: (name: string) => keyOf(name, name, name),
    maker: () => {
      throw new Error('not here');
    },
  };
  const cache = new TieredCache('test', [l1, l2, l3], keys, { ...SETTINGS, ...settings }, clock);
  return { cache, clock, l1, l2, l3 };
}

/** What each tier holds under a digest, from the fastest to the slowest. */
export function valuesIn({ l1, l2, l3 }: Stack, digest: string): unknown[] {
  return [l1, l2, l3].map((tier) => tier.entries.get(digest)?.value);
}
