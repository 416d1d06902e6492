/**
 * Proves that a guard never says absent of what was added, also after its bytes were written and read, and that its rates are what
 * they claim: random digests against a set, the bits against an arithmetic of their own. That `bloom-filters` still asks our
 * hashing is seen by the bits that it sets; with its own it would set others, and take ten times as long unnoticed.
 */
import bloomFilters from 'bloom-filters';
import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { BloomGuard } from '../../src/cache/bloom-guard.js';
import { BLOOM_GUARD_DEFAULTS, resolveBloomGuardOptions } from '../../src/cache/bloom-guard-options.js';
import { createDigestFilter } from '../../src/cache/digest-filter.js';
import { Hasher } from '../../src/cache/hasher.js';

const hasher = new Hasher(Buffer.alloc(16));

/** Where the bits begin in the bytes of a guard, and the checksum. */
const BITS = 64;
const NUMBERS = 16;
const CHECKSUM = 8;

describe('a guard', () => {
  it('says absent of nothing that was added, before and after a round trip', () => {
    fc.assert(
      fc.property(options(), fc.array(digest(), { maxLength: 300 }), digest(), (given, added, later) => {
        const guard = new BloomGuard(given);
        for (const each of added) guard.add(each);
        const restored = BloomGuard.fromBytes(guard.toBytes())!;
        for (const each of added) expect([guard.mayContain(each), restored.mayContain(each)]).toEqual([true, true]);
        restored.add(later);
        expect(restored.mayContain(later)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('answers for digests that it was not given as often wrongly as was wanted, and tells how often', () => {
    const guard = filled(10_000, { entriesExpected: 10_000, falsePositiveRate: 0.01 });
    const asked = 50_000;
    for (let n = 0; n < asked; n++) if (guard.mayContain(numbered(-1 - n))) guard.noteFalsePositive();
    const { questions, absent, falsePositives, measuredRate, expectedRate } = guard.stats();
    expect([questions, absent + falsePositives]).toEqual([asked, asked]);
    // Of 500 expected, with a standard deviation of 22.
    expect(measuredRate).toBeCloseTo(falsePositives / asked, 10);
    expect(measuredRate).toBeGreaterThan(0.007);
    expect(measuredRate).toBeLessThan(0.013);
    expect(expectedRate).toBeCloseTo(0.01, 2);
  });

  it('counts entries and bits, each once', () => {
    const guard = new BloomGuard({ entriesExpected: 100 });
    expect([guard.entries, guard.fillRatio, guard.isUseless]).toEqual([0, 0, false]);
    for (let turn = 0; turn < 3; turn++) for (let n = 0; n < 50; n++) guard.add(numbered(n));
    expect(guard.entries).toBeGreaterThan(48);
    expect(guard.entries).toBeLessThanOrEqual(50);
    expect(guard.fillRatio).toBe(bitsIn(guard.toBytes().subarray(BITS)) / bitCountOf(100, 0.01));
  });

  it('is of use with as many entries as were expected, and useless with twice as many', () => {
    for (const entriesExpected of [100, 10_000]) {
      expect(filled(entriesExpected, { entriesExpected }).isUseless).toBe(false);
      expect(filled(entriesExpected, { entriesExpected }).fillRatio).toBeCloseTo(0.5, 1);
      expect(filled(2 * entriesExpected, { entriesExpected }).isUseless).toBe(true);
    }
  });

  it('refuses what is no digest', () => {
    const guard = new BloomGuard({ entriesExpected: 10 });
    expect(() => guard.add('short')).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
    expect(() => guard.mayContain('')).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
  });
});

describe('the filter', () => {
  it('sets the bits that follow from the digest, and no hash of bloom-filters', () => {
    const theirs = vi.spyOn(bloomFilters.Hashing.prototype, 'serialize');
    fc.assert(
      fc.property(options(), fc.array(digest(), { minLength: 1, maxLength: 20 }), (given, digests) => {
        const { entriesExpected, falsePositiveRate } = resolveBloomGuardOptions(given);
        const filter = createDigestFilter(entriesExpected, falsePositiveRate);
        const expected = new Set<number>();
        for (const each of digests) {
          const before = expected.size;
          for (const index of indexesOf(each, filter.bitCount, filter.bitsPerEntry)) expected.add(index);
          expect(filter.add(each)).toBe(expected.size - before);
          expect(filter.has(each)).toBe(true);
        }
        expect(setBits(filter.bytes)).toEqual([...expected].sort((one, other) => one - other));
        expect(Math.max(...expected)).toBeLessThan(filter.bitCount);
      }),
      { numRuns: 200 },
    );
    expect(theirs).not.toHaveBeenCalled();
  });

  it('asks our hashing anew for each digest', () => {
    const filter = createDigestFilter(1000, 0.01);
    filter.add(numbered(1));
    expect(filter.has(numbered(2))).toBe(false);
    expect(filter.has(numbered(1))).toBe(true);
  });
});

describe('bytes of a guard', () => {
  it('stay what they are: they are read from disk', () => {
    const bytes = filled(3, { entriesExpected: 10, falsePositiveRate: 0.1 }).toBytes();
    expect(Buffer.from(bytes).toString('hex', 0, CHECKSUM)).toBe(Buffer.from('mrbloom1').toString('hex'));
    expect(Buffer.from(bytes.subarray(BITS)).toString('hex')).toBe('05180802c0a0');
  });

  it('hold counts and options, and no statistics', () => {
    const guard = filled(100, { entriesExpected: 50, falsePositiveRate: 0.001 });
    guard.mayContain(numbered(1));
    const restored = BloomGuard.fromBytes(guard.toBytes())!;
    expect([restored.entries, restored.fillRatio, restored.isUseless]).toEqual([
      guard.entries,
      guard.fillRatio,
      guard.isUseless,
    ]);
    expect(restored.stats().questions).toBe(0);
    expect(restored.toBytes()).toEqual(guard.toBytes());
  });

  it('are refused with any byte changed, cut off, or with more behind', () => {
    const bytes = filled(20, { entriesExpected: 20 }).toBytes();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at]! ^= flip;
        // The four bytes behind the checksum stand for nothing.
        expect(BloomGuard.fromBytes(damaged) === undefined).toBe(at < CHECKSUM + 4 || at >= NUMBERS);
        expect(BloomGuard.fromBytes(bytes.subarray(0, at))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(BloomGuard.fromBytes(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
  });

  it.each([
    ['entriesExpected', 0, 0],
    ['entriesExpected', 0, 1e12],
    ['falsePositiveRate', 1, Number.NaN],
    ['bitCount', 4, 1],
    ['bitsPerEntry', 5, 1],
  ])('are refused with another %s (%d), even with the right checksum', (_, field, value) => {
    const bytes = Buffer.from(filled(20, { entriesExpected: 20 }).toBytes());
    bytes.writeDoubleLE(value, NUMBERS + field * 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(NUMBERS)), CHECKSUM);
    expect(BloomGuard.fromBytes(bytes)).toBeUndefined();
  });

  it('may lie anywhere in a buffer', () => {
    const bytes = filled(20, { entriesExpected: 20 }).toBytes();
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(BloomGuard.fromBytes(shifted.subarray(3))?.entries).toBe(20);
  });
});

describe('options of a guard', () => {
  it('are complete and frozen', () => {
    expect(resolveBloomGuardOptions({})).toEqual(BLOOM_GUARD_DEFAULTS);
    expect(Object.isFrozen(resolveBloomGuardOptions({}))).toBe(true);
  });

  it.each([
    [{ entriesExpected: 0 }, 'ERR_OPTION_RANGE', 'guard.entriesExpected must be an integer from 1 to 100000000, got 0'],
    [
      { entriesExpected: 1.5 },
      'ERR_OPTION_RANGE',
      'guard.entriesExpected must be an integer from 1 to 100000000, got 1.5',
    ],
    [{ entriesExpected: '9' }, 'ERR_OPTION_TYPE', 'guard.entriesExpected must be an integer, got "9"'],
    [
      { falsePositiveRate: 0 },
      'ERR_OPTION_RANGE',
      'guard.falsePositiveRate must be a number from 0.000001 to 0.5, got 0',
    ],
    [
      { falsePositiveRate: 0.6 },
      'ERR_OPTION_RANGE',
      'guard.falsePositiveRate must be a number from 0.000001 to 0.5, got 0.6',
    ],
    [
      { falsePositiveRate: Number.NaN },
      'ERR_OPTION_RANGE',
      'guard.falsePositiveRate must be a number from 0.000001 to 0.5, got NaN',
    ],
    [
      { rate: 0.1 },
      'ERR_OPTION_UNKNOWN',
      'guard.rate is not an option; expected one of entriesExpected, falsePositiveRate',
    ],
  ])('are refused: %j', (options, code, message) => {
    expect(() => resolveBloomGuardOptions(options as object)).toThrow(expect.objectContaining({ code, message }));
    expect(() => new BloomGuard(options as object)).toThrow(message);
  });
});

function options(): fc.Arbitrary<{ entriesExpected: number; falsePositiveRate: number }> {
  return fc.record({
    entriesExpected: fc.integer({ min: 1, max: 500 }),
    falsePositiveRate: fc.constantFrom(1e-6, 0.001, 0.01, 0.1, 0.5),
  });
}

/** Any sixteen characters below U+0100, the extreme ones often. */
function digest(): fc.Arbitrary<string> {
  const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));
  return fc.array(byte, { minLength: 16, maxLength: 16 }).map((bytes) => String.fromCharCode(...bytes));
}

function numbered(n: number): string {
  return hasher.digestOf(String(n));
}

function filled(count: number, given: { entriesExpected: number; falsePositiveRate?: number }): BloomGuard {
  const guard = new BloomGuard(given);
  for (let n = 0; n < count; n++) guard.add(numbered(n));
  return guard;
}

/** Enhanced double hashing in unbounded integers. */
function indexesOf(digest: string, bitCount: number, count: number): number[] {
  const words = Buffer.from(digest, 'latin1');
  const [hash, step, acceleration] = [0, 4, 8].map((at) => BigInt(words.readUInt32LE(at)));
  return Array.from({ length: count }, (_, nth) => {
    const n = BigInt(nth);
    const sum = BigInt.asUintN(32, hash! + n * step! + ((n * (n - 1n)) / 2n) * acceleration!);
    return Number((sum * BigInt(bitCount)) >> 32n);
  });
}

function setBits(bytes: Uint8Array): number[] {
  return Array.from(bytes).flatMap((byte, at) =>
    Array.from({ length: 8 }, (_, bit) => bit)
      .filter((bit) => (byte & (1 << bit)) !== 0)
      .map((bit) => at * 8 + bit),
  );
}

function bitsIn(bytes: Uint8Array): number {
  return setBits(bytes).length;
}

/** Bloom's formula. */
function bitCountOf(entries: number, rate: number): number {
  return Math.ceil((-entries * Math.log(rate)) / Math.log(2) ** 2);
}
