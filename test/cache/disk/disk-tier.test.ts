/**
 * Proves that L3 is a tier, with and without a guard, and what is its own: it stays within its bytes on the disk, evicts in the order of last
 * use as far as that is recorded, and finds everything again after it was closed.
 */
import { DiskStore } from '../../../src/cache/disk/disk-store.js';
import type { Tier } from '../../../src/cache/tier.js';
import { Scratch } from '../../support/scratch.js';
import { describeTier, type TierSettings } from '../tier-conformance.js';
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
describeTier('L3 with a guard', TRAITS, (settings) => tierAlone(settings, true));
