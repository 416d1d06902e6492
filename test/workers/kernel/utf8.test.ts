/**
 * Proves that the kernel checks, repairs, decodes and encodes UTF-8 as `TextDecoder` and `TextEncoder` do: for all pairs of
 * bytes, for the bytes at the edges of table 3-7 in three and four places, for each position relative to the kernel's blocks
 * of 64 bytes, and for random mixtures.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RawKernel, loadRawKernel } from '../../support/kernel.js';

const INPUT_BYTES = 4096;
const OUTPUT_BYTES = 3 * INPUT_BYTES;
const PADDING_BYTES = 64;

/** First and last of each range of bytes that table 3-7 tells apart, and what lies between and beyond. */
const EDGES = [
  ...[0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee],
  ...[0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

let kernel: RawKernel;
let memory: Uint8Array;
let input: number;
let output: number;

beforeAll(async () => {
  kernel = await loadRawKernel();
  input = kernel.scratch(INPUT_BYTES + PADDING_BYTES + OUTPUT_BYTES);
  output = input + INPUT_BYTES + PADDING_BYTES;
  memory = kernel.bytes();
});

/** What is wrong with the kernel's answers about these bytes; undefined if nothing is. */
function faultWith(source: readonly number[] | Uint8Array): string | undefined {
  const end = input + source.length;
  memory.set(source, input);
  memory.fill(0xbf, end, end + PADDING_BYTES); // what follows would complete a sequence that is cut off
  const text = decoder.decode(memory.subarray(input, end));
  const isValid = isValidUtf8(memory.subarray(input, end));
  if (kernel.isWellFormed(input, end) !== isValid) return `isWellFormed must be ${isValid}`;

  kernel.resetReplacements();
  const copy = memory.subarray(output, kernel.copyWellFormed(input, end, output));
  if (Buffer.compare(copy, encoder.encode(text)) !== 0) return `copied as ${hex(copy)}`;
  // Each of U+FFFD in the copy is either a replacement or was there before: EF BF BD is no part of anything else.
  const replaced = countReplacements(text) - countReplacements(Buffer.from(source).toString('latin1'), '\xef\xbf\xbd');
  if (kernel.replacements() !== replaced) return `counted ${kernel.replacements()} of ${replaced} replacements`;
  return undefined;
}

function isValidUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function countReplacements(text: string, replacement = '\ufffd'): number {
  return text.split(replacement).length - 1;
}

function hex(bytes: Iterable<number>): string {
  return Buffer.from([...bytes]).toString('hex');
}

/** Runs all and keeps the first few faults, so that a broken table does not print a million lines. */
function faultsOf(sources: Iterable<readonly number[]>): string[] {
  const faults: string[] = [];
  for (const source of sources) {
    const fault = faultWith(source);
    if (fault !== undefined && faults.length < 10) faults.push(`${hex(source)}: ${fault}`);
  }
  return faults;
}

describe('isWellFormed and copyWellFormed', () => {
  it('agree with TextDecoder on every byte and pair of bytes', () => {
    expect(faultsOf(singlesAndPairs())).toEqual([]);
  });

  it('agree on three and four bytes at the edges of the ranges, followed by ASCII or by nothing', () => {
    expect(faultsOf(edgeSequences())).toEqual([]);
  });

  it('agree wherever a sequence stands in a block', () => {
    expect(faultsOf(sequencesAtOffsets())).toEqual([]);
  });

  it('agree on random mixtures', () => {
    fc.assert(
      fc.property(mixture(), (source) => faultWith(source) === undefined),
      { numRuns: 10_000 },
    );
  });

  it('agree on text without a fault', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const source = encoder.encode(text);
        return faultWith(source) === undefined;
      }),
      { numRuns: 5_000 },
    );
  });

  it('keep a byte order mark and an empty text', () => {
    expect(faultsOf([[], [0xef, 0xbb, 0xbf], [0xef, 0xbb, 0xbf, 0x41]])).toEqual([]);
  });

  it('count the replacements of several texts together until they are reset', () => {
    memory.set([0x80, 0x41, 0xf0, 0x9f, 0x98, 0x41], input);
    kernel.resetReplacements();
    kernel.copyWellFormed(input, input + 6, output);
    expect(kernel.replacements()).toBe(2);
    kernel.copyWellFormed(input, input + 1, output);
    kernel.noteReplacement();
    expect(kernel.replacements()).toBe(4);
    kernel.resetReplacements();
    expect(kernel.replacements()).toBe(0);
  });
});

describe('decode, encode and widthOf', () => {
  it('agree with TextEncoder on every scalar value', () => {
    const faults: number[] = [];
    for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
      const width = Buffer.byteLength(String.fromCodePoint(codePoint));
      const { written } = encoder.encodeInto(String.fromCodePoint(codePoint), memory.subarray(input));
      const end = kernel.encode(codePoint, output);
      const isEncoded = end === output + written && memory.subarray(input, input + written).every(isAtOutput);
      const isDecoded = kernel.decode(input) === codePoint && kernel.widthOf(memory[input]!) === width;
      if (!isEncoded || !isDecoded) faults.push(codePoint);
    }
    expect(faults).toEqual([]);
  });
});

function isAtOutput(byte: number, index: number): boolean {
  return memory[output + index] === byte;
}

function* singlesAndPairs(): Generator<number[]> {
  for (let first = 0; first < 256; first++) {
    yield [first];
    for (let second = 0; second < 256; second++) yield [first, second];
  }
}

function* edgeSequences(): Generator<number[]> {
  for (const first of EDGES.filter((byte) => byte >= 0x80)) {
    for (const second of EDGES) {
      for (const third of EDGES) {
        yield [first, second, third];
        if (first < 0xe0) continue; // a fourth byte says nothing new
        for (const fourth of EDGES) yield [first, second, third, fourth];
        yield [first, second, third, 0x80, 0x41];
      }
    }
  }
}

function* sequencesAtOffsets(): Generator<number[]> {
  const sequences = [
    'c3a9',
    'e4b8ad',
    'f09f9880',
    'c3',
    'e4b8',
    'f09f98',
    '80',
    'eda080',
    'f4908080',
    'c080',
    'e08080',
  ];
  for (const filler of ['a', 'é', '中', '😀']) {
    const width = Buffer.byteLength(filler);
    for (let offset = 0; offset < 140; offset++) {
      const before = Buffer.from('x'.repeat(offset % width) + filler.repeat(Math.floor(offset / width)));
      for (const sequence of sequences) {
        yield [...before, ...Buffer.from(sequence, 'hex')];
        yield [...before, ...Buffer.from(sequence, 'hex'), ...Buffer.from(filler.repeat(3))];
      }
    }
  }
}

/** ASCII runs, well-formed sequences and bytes at the edges, up to a few hundred bytes. */
function mixture(): fc.Arbitrary<number[]> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => [...Buffer.from(text)]),
    fc.string({ unit: 'binary', maxLength: 10 }).map((text) => [...Buffer.from(text)]),
    fc.array(fc.constantFrom(...EDGES), { maxLength: 5 }),
    fc.array(fc.nat(255), { maxLength: 5 }),
  );
  return fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.flat());
}
