/**
 * Proves that L2 is a tier, and what is its own: it counts encoded bytes, and keeps values of more shapes apart than it has
 * names for.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CompressedTier,
  resolveCompressedTierOptions,
  type CompressedTierOptions,
} from '../../src/cache/compressed-tier.js';
import { ManualClock } from '../support/manual-clock.js';
import { describeTier, makeEntry, makeKey } from './tier-conformance.js';

function makeTier(options: CompressedTierOptions, clock = new ManualClock()): CompressedTier {
  return new CompressedTier('l2', resolveCompressedTierOptions(options), clock);
}

describeTier('L2', { serialises: true, evictsExactly: true }, ({ clock, bytesMax }) =>
  makeTier({ entriesMax: 1000, ...(bytesMax === undefined ? {} : { bytesMax }) }, clock),
);

describeTier('L2, all compressed', { serialises: true, evictsExactly: true }, ({ clock, bytesMax }) =>
  makeTier({ entriesMax: 1000, compressFromBytes: 0, ...(bytesMax === undefined ? {} : { bytesMax }) }, clock),
);

describe('L2', () => {
  it('counts bytes before and after compression', () => {
    const tier = makeTier({});
    tier.set(makeKey('1'), makeEntry('again '.repeat(1000)));
    const { bytes, rawBytes } = tier.stats();
    expect(rawBytes).toBeGreaterThan(6000);
    expect(rawBytes).toBeLessThan(6100);
    expect(bytes).toBeLessThan(200);
  });

  it('gives texts back as they were, compressed or not, and counts no less than they take', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: fc.constantFrom('a', 'é', '語', '\ud800', '𝒳'), maxLength: 100 }),
    );
    fc.assert(
      fc.property(texts, fc.nat(300), fc.array(fc.string(), { maxLength: 2 }), (text, compressFromBytes, tags) => {
        const tier = makeTier({ compressFromBytes });
        const entry = { ...makeEntry(text), tags };
        tier.set(makeKey('1'), entry);
        expect(tier.get(makeKey('1'))).toEqual(entry);
        const { value: _, ...head } = entry;
        expect(tier.page(undefined, 1).heads).toEqual([{ ...head, digest: makeKey('1').digest }]);
        const { bytes, rawBytes } = tier.stats();
        const isAscii = Buffer.byteLength(text) === text.length;
        if (bytes === rawBytes) expect(bytes).toBeGreaterThanOrEqual(isAscii ? text.length : text.length + 1);
        expect(bytes).toBeLessThanOrEqual(rawBytes);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps objects of hundreds of shapes, old and new, in any order', () => {
    const tier = makeTier({});
    const valueOf = (shape: number) =>
      Object.fromEntries(
        Array.from({ length: 1 + (shape % 7) }, (_, at) => [`field ${shape} ${at}`, { [`in ${at}`]: shape }]),
      );
    for (let shape = 0; shape < 500; shape++) tier.set(makeKey(`${shape}`), makeEntry(valueOf(shape)));
    for (let shape = 499; shape >= 0; shape--) {
      expect(tier.get(makeKey(`${shape}`))?.value).toEqual(valueOf(shape));
      tier.set(makeKey(`${shape}`), makeEntry([valueOf(shape), valueOf(shape + 1)]));
    }
    for (let shape = 0; shape < 500; shape++) {
      expect(tier.get(makeKey(`${shape}`))?.value).toEqual([valueOf(shape), valueOf(shape + 1)]);
    }
  });

  it('evicts the least recently used', () => {
    const tier = makeTier({ entriesMax: 3 });
    for (const id of ['1', '2', '3']) tier.set(makeKey(id), makeEntry(id));
    tier.get(makeKey('1'));
    tier.set(makeKey('4'), makeEntry('4'));
    expect(['1', '2', '3', '4'].filter((id) => tier.get(makeKey(id)) !== undefined)).toEqual(['1', '3', '4']);
  });

  it('refuses options with their path', () => {
    for (const options of [{ entriesMax: 0 }, { bytesMax: 0 }, { compressFromBytes: -1 }, { bytesMax: 2 ** 51 }]) {
      const [name = ''] = Object.keys(options);
      expect(() => resolveCompressedTierOptions(options, 'cache.l2')).toThrow(`cache.l2.${name} must be an integer`);
    }
    expect(() => resolveCompressedTierOptions({ strategy: 'lfu' } as object)).toThrow('l2.strategy is not an option');
  });
});
