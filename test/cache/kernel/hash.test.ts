/**
 * Proves that the built hash kernel computes MurmurHash3 x64 128 and SipHash-1-3: by the published vectors, by models that are
 * slow and obvious (`test/reference/`), in one go and in blocks cut anywhere, at any address, on any memory. That it reads
 * and writes nothing else is seen by surrounding its input and its state with bytes that must stay.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadHashKernel, STATE_BYTES } from '../../../src/cache/hash-kernel.js';
import { murmur3 } from '../../reference/murmur3.js';
import { sipHash } from '../../reference/siphash.js';

const PAGE_BYTES = 65536;
const INPUT = 4096;

const memory = new WebAssembly.Memory({ initial: 1 });
const kernel = loadHashKernel(memory);
const bytes = Buffer.from(memory.buffer);

/** The bytes 00 01 02 … of the published vectors. */
const COUNTING = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const KEY = COUNTING.subarray(0, 16);

describe('the digest', () => {
  it('is that of SMHasher, whose verification value covers every length below 256 and as many seeds', () => {
    const digests = Array.from(COUNTING, (length) => {
      COUNTING.copy(bytes, INPUT, 0, length);
      return digestInBlocks(length, 256 - length, []);
    });
    expect(digest(Buffer.concat(digests)).readUInt32LE(0)).toBe(0x6384ba69);
  });

  it('is that of the model at every length up to 1024, at odd addresses as well', () => {
    const content = noise(1024 + 8);
    content.copy(bytes, INPUT);
    for (let length = 0; length <= 1024; length++) {
      const start = length % 8;
      kernel.digest(INPUT + start, length, 0);
      expect(bytes.toString('hex', 0, 16)).toBe(murmur3(content.subarray(start, start + length)).toString('hex'));
    }
  });

  it('is the same in blocks', () => {
    fc.assert(
      fc.property(content(), fc.array(fc.nat(20)), fc.nat(0xffffffff), (input, cuts, seed) => {
        bytes.set(input, INPUT);
        expect(digestInBlocks(input.length, seed, cuts)).toEqual(murmur3(input, seed));
      }),
      { numRuns: 300 },
    );
  });

  it('in a context is the digest of the digest and the context', () => {
    fc.assert(
      fc.property(content(), fc.uint8Array({ minLength: 16, maxLength: 16 }), (input, context) => {
        digest(input);
        const words = Array.from({ length: 4 }, (_, index) => Buffer.from(context).readUInt32LE(index * 4));
        kernel.mixContext(0, words[0]!, words[1]!, words[2]!, words[3]!);
        expect(Buffer.from(bytes.subarray(0, 16))).toEqual(murmur3(Buffer.concat([murmur3(input), context])));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the check', () => {
  it('has a model that computes the published SipHash-2-4 of the paper', () => {
    const hash = sipHash(KEY, COUNTING.subarray(0, 15), { perWord: 2, closing: 4 });
    expect(hash.readBigUInt64LE().toString(16)).toBe('a129ca6149be45e5');
  });

  it('is that of the published vectors of SipHash-1-3', () => {
    const checks = SIPHASH_1_3.map((_, length) => check(KEY, COUNTING.subarray(0, length)).toString('hex'));
    expect(checks).toEqual(SIPHASH_1_3);
  });

  it('is that of the model for any key and content, also in blocks', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        content(),
        fc.array(fc.nat(20)),
        (key, input, cuts) => {
          const expected = sipHash(key, input, { perWord: 1, closing: 3 });
          expect(check(key, input)).toEqual(expected);
          expect(checkInBlocks(key, input.length, cuts)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the memory', () => {
  it('is changed in the state only, and read in the content only', () => {
    const state = 1024 + 3;
    for (const length of [0, 1, 7, 8, 15, 16, 17, 1024]) {
      bytes.fill(0xa5);
      const untouched = () => bytes.every((byte, at) => byte === 0xa5 || (at >= state && at < state + STATE_BYTES));
      kernel.digest(INPUT, length, state);
      kernel.mixContext(state, 1, 2, 3, 4);
      expect(untouched()).toBe(true);
      kernel.check(INPUT, length, state, 1, 2, 3, 4);
      expect(untouched()).toBe(true);
    }
  });

  it('may end where the content ends', () => {
    for (let length = 0; length < 40; length++) {
      const start = PAGE_BYTES - length;
      kernel.digest(start, length, 0);
      expect(Buffer.from(bytes.subarray(0, 16))).toEqual(murmur3(bytes.subarray(start)));
      kernel.check(start, length, 0, ...words(KEY));
      expect(Buffer.from(bytes.subarray(0, 8))).toEqual(
        sipHash(KEY, bytes.subarray(start), { perWord: 1, closing: 3 }),
      );
    }
  });
});

function content(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 300 });
}

function digest(input: Uint8Array): Buffer {
  bytes.set(input, INPUT);
  kernel.digest(INPUT, input.length, 0);
  return Buffer.from(bytes.subarray(0, 16));
}

function check(key: Uint8Array, input: Uint8Array): Buffer {
  bytes.set(input, INPUT);
  kernel.check(INPUT, input.length, 0, ...words(key));
  return Buffer.from(bytes.subarray(0, 8));
}

/** Of the bytes at `INPUT`, `cuts` blocks at a time and then the rest. */
function digestInBlocks(length: number, seed: number, cuts: readonly number[]): Buffer {
  kernel.startDigest(0, seed);
  const at = absorb(length, 16, cuts, (from, count) => kernel.absorbBlocks(INPUT + from, count, 0));
  kernel.finishDigest(INPUT + at, length - at, length, 0);
  return Buffer.from(bytes.subarray(0, 16));
}

function checkInBlocks(key: Uint8Array, length: number, cuts: readonly number[]): Buffer {
  kernel.startCheck(0, ...words(key));
  const at = absorb(length, 8, cuts, (from, count) => kernel.absorbWords(INPUT + from, count, 0));
  kernel.finishCheck(INPUT + at, length - at, length, 0);
  return Buffer.from(bytes.subarray(0, 8));
}

/** Where the whole units end. */
function absorb(
  length: number,
  unitBytes: number,
  cuts: readonly number[],
  take: (from: number, count: number) => void,
): number {
  const end = length - (length % unitBytes);
  let at = 0;
  for (const units of [...cuts, end]) {
    const count = Math.min(units * unitBytes, end - at);
    take(at, count);
    at += count;
  }
  return end;
}

function words(key: Uint8Array): [number, number, number, number] {
  const buffer = Buffer.from(key);
  return [buffer.readUInt32LE(0), buffer.readUInt32LE(4), buffer.readUInt32LE(8), buffer.readUInt32LE(12)];
}

/** Bytes without a pattern, the same every time. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24));
}

/** SipHash-1-3 of 0, 1, 2 … 63 counting bytes under the counting key, as they stand in memory. */
const SIPHASH_1_3 = `
  dcc40f055801acab 93ca577df39bf4c9 4dd4c74d029bcb82 fbf7dde7b80af88b 2883d388605775cf 673b53492fd5f9de
  a7229fc5502b0dc5 4011b19b987d92d3 8e9a298d11959036 e43d066cb38ea425 7f09ff92ee85de79 52c34df9c118c170
  a2d9b457b184a378 a7ff29120c766f30 345df9c011a15a60 5699512a6dd820d3 668b907d1add4fcc 0cd8db639068f29c
  3ee673b49c38fc8f 1c7d298de59d1ff2 40e0cca6462fdcc0 44f8452bfeab92b9 2e8720a39b7bfe7f 23c1e6da7f0e5a52
  8c9c3467b2ae64f4 79095b702859cd45 a51399cae3353e3a 353bde4a4ec71da9 0dd06cef02ed0bfb f4e1b14ab43cd988
  63e6c543d6110f54 bcd1218c1fdd7023 0db6a7166c7b1581 bff98f7ae5b9544d 3e752a1f78129f75 916b18bfbea3a1ce
  0662a2add308f52c 5730c3a32d1c10b6 a1363aae9674f4b3 9283107b54576b62 3115e4993236d2c1 44d91a3f92c17c66
  258813c8fe4f7065 a64989c2d180f224 6b87f8faed1ccac2 9621049ffc4b16c2 23d6b168939c6ea1 fd14518b9c16fb49
  464c07dff843319f b386cc1224affdc6 8f09520ad149af7e 9a2f299d5513f31c 121ff4a2dd304ac4 d01ea74389e9fa36
  e6bcf0734cb38f31 80e9a77036bf7aa2 756d3c24dbc0bcb4 1315b7fd52d8f823 088a7da64d5f038f 48f1e8b7e5d09cd8
  ee44a6f7bce6f4f6 f237180fd89ac5ae e094664b15f6b2c3 a8b3bbb76290199d
`
  .trim()
  .split(/\s+/);
