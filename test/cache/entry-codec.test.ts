/**
 * Proves that an entry reads back equal, that what would not is refused by name, and that no bytes whatever make the decoder
 * throw, lie or allocate: random values, every single byte of an encoded entry changed, every prefix, random bytes, and headers
 * that promise too much under a checksum that is right.
 */
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPRESS_FROM_BYTES_DEFAULT,
  decodeEntry,
  decodeHead,
  encodeEntry,
  rawBytesOf,
} from '../../src/cache/entry-codec.js';
import type { Entry } from '../../src/cache/tier.js';
import { REFUSED_VALUES, storableValue, VALUE_KINDS } from './values.js';

const byteString = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const anyString = fc.string({ unit: 'binary' });

const anyEntry: fc.Arbitrary<Entry> = fc.record({
  check: byteString,
  value: storableValue,
  expiresAtMs: fc.oneof(fc.constant(Infinity), fc.nat()),
  bytes: fc.maxSafeNat(),
  name: fc.option(anyString, { nil: undefined }),
  tags: fc.array(anyString, { maxLength: 4 }),
});

function makeEntry(value: unknown, given: Partial<Entry> = {}): Entry {
  return { check: 'check', value, expiresAtMs: Infinity, bytes: 100, name: undefined, tags: [], ...given };
}

function roundTrip(entry: Entry, compressFromBytes = COMPRESS_FROM_BYTES_DEFAULT): Entry | undefined {
  return decodeEntry(encodeEntry(entry, compressFromBytes));
}

/** Changes bytes and makes the checksum right again, as only someone who means it would. */
function forge(encoded: Buffer, change: (forged: Buffer) => void): Buffer {
  const forged = Buffer.from(encoded);
  change(forged);
  forged.writeUInt32LE(crc32(forged.subarray(4)), 0);
  return forged;
}

describe('an encoded entry', () => {
  it('reads back equal, with all that is known of it', () => {
    fc.assert(
      fc.property(anyEntry, fc.constantFrom(0, 1, 64, COMPRESS_FROM_BYTES_DEFAULT, Infinity), (entry, from) => {
        const encoded = encodeEntry(entry, from);
        const { value, ...head } = decodeEntry(encoded) ?? {};
        expect(isDeepStrictEqual(value, entry.value)).toBe(true);
        expect({ value: entry.value, ...head }).toEqual(entry);
        const { value: _, ...known } = entry;
        expect(decodeHead(encoded)).toEqual(known);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(VALUE_KINDS)('keeps %s', (_, value) => {
    for (const from of [0, Infinity]) {
      const entry = roundTrip(makeEntry(value), from);
      expect(entry).toBeDefined();
      expect(isDeepStrictEqual(entry?.value, value), String(entry?.value)).toBe(true);
    }
  });

  it('keeps an invalid date, which is not even equal to itself', () => {
    const { value } = roundTrip(makeEntry({ at: new Date(Number.NaN) })) ?? {};
    expect(value).toEqual({ at: new Date(Number.NaN) });
  });

  it.each(REFUSED_VALUES)('is refused of %s, with its path', (_, value, message) => {
    expect(() => encodeEntry(makeEntry(value), Infinity)).toThrow(
      expect.objectContaining({ code: 'ERR_CACHE_VALUE', message: expect.stringContaining(message) }),
    );
  });

  it('keeps 200 levels and refuses 201', () => {
    const nest = (levels: number) => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = { in: value };
      return value;
    };
    expect(roundTrip(makeEntry(nest(200)))?.value).toEqual(nest(200));
    expect(() => encodeEntry(makeEntry(nest(201)), 0)).toThrow('below 200 levels');
  });

  it('is compressed only where that makes it smaller', () => {
    const text = 'a'.repeat(COMPRESS_FROM_BYTES_DEFAULT);
    const short = encodeEntry(makeEntry(text.slice(1)), COMPRESS_FROM_BYTES_DEFAULT);
    const long = encodeEntry(makeEntry(text), COMPRESS_FROM_BYTES_DEFAULT);
    expect(short.length).toBe(rawBytesOf(short));
    expect(long.length).toBeLessThan(100);
    expect(rawBytesOf(long)).toBe(rawBytesOf(short) + 1);

    const noise = crypto.getRandomValues(new Uint8Array(4096));
    const incompressible = encodeEntry(makeEntry(noise), 0);
    expect(incompressible.length).toBe(rawBytesOf(incompressible));
  });

  it('shares no memory with the value, with a pool, or with what is read from it', () => {
    const vector = new Float64Array([1, 2, 3]);
    for (const value of [vector, { vector }, { vector, also: -0 }, Buffer.from(vector.buffer)]) {
      const encoded = encodeEntry(makeEntry(value), Infinity);
      expect(encoded.buffer.byteLength).toBe(encoded.length);
      const before = Buffer.from(encoded);
      const read = decodeEntry(encoded)?.value as Float64Array | Buffer | { vector: Float64Array };
      ('vector' in read ? read.vector : read).fill(7);
      vector.fill(8);
      expect(encoded.equals(before)).toBe(true);
      vector.set([1, 2, 3]);
    }
  });

  it('gives vectors back aligned, wherever the bytes lie', () => {
    const vector = new Float64Array([1.5, 2.5]);
    const encoded = encodeEntry(makeEntry(vector, { check: 'odd' }), Infinity);
    for (let shift = 0; shift < 8; shift++) {
      const shifted = new Uint8Array(encoded.length + shift).subarray(shift);
      shifted.set(encoded);
      expect(decodeEntry(shifted)?.value).toEqual(vector);
    }
  });
});

describe('damage', () => {
  const samples = [
    makeEntry({ a: [1, 'two'] }, { name: 'n', tags: ['t'] }),
    makeEntry('again '.repeat(40)),
    makeEntry(-0),
  ];

  it('of any one byte, or a cut anywhere, is seen', () => {
    for (const sample of samples) {
      const encoded = encodeEntry(sample, 100);
      for (let at = 0; at < encoded.length; at++) {
        for (const bit of [1, 0x80]) {
          const damaged = Buffer.from(encoded);
          damaged[at]! ^= bit;
          expect(decodeEntry(damaged)).toBeUndefined();
          expect(decodeHead(damaged)).toBeUndefined();
        }
        expect(decodeEntry(encoded.subarray(0, at))).toBeUndefined();
        expect(decodeHead(encoded.subarray(0, at))).toBeUndefined();
      }
    }
  });

  it('never makes the decoder throw, even under a checksum that is right', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 4 }), (sample, changes) => {
        const forged = forge(encodeEntry(sample, 100), (bytes) => {
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        });
        decodeEntry(forged);
        decodeHead(forged);
        expect(roundTrip(sample)).toEqual(sample); // A failed decoding leaves nothing behind.
      }),
      { numRuns: 2000 },
    );
  });

  it('is what random bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeEntry(bytes)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('that promises gigabytes is refused before they are allocated', () => {
    const encoded = encodeEntry(makeEntry('a'.repeat(4000)), 0);
    const payloadAt = 32 + 'check'.length;
    for (const size of [0xffffffff, 0x7fffffff, 2 ** 30, 4001, 3999, 0]) {
      for (const offsets of [[28], [payloadAt], [28, payloadAt]]) {
        const forged = forge(encoded, (bytes) => {
          for (const offset of offsets) bytes.writeUInt32LE(size, offset);
        });
        const before = process.memoryUsage().arrayBuffers;
        expect(decodeEntry(forged)).toBeUndefined();
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
      }
    }
    expect(decodeEntry(forge(encoded, (bytes) => bytes.writeUInt32LE(0xffffffff, 24)))).toBeUndefined();
  });
});
