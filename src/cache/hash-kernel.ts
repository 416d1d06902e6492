import { readFileSync } from 'node:fs';
import { MillraceError } from '../core/errors.js';

const KERNEL_FILE = new URL('./kernel/hash.wasm', import.meta.url);

/** A WebAssembly memory: the hash kernel's host's own, or that of the scoring kernel. */
export interface LinearMemory {
  /** Another one after the memory has grown. */
  readonly buffer: ArrayBuffer;
}

/** Bytes that the kernel needs at a state's address: the state, and room for what is mixed in last. */
export const STATE_BYTES = 64;

/**
 * The hash kernel's functions; see `src/cache/kernel/` for what they do. All arguments are addresses, numbers of bytes, and
 * 32-bit words of keys and contexts.
 */
export interface HashKernel {
  /** Sixteen bytes of MurmurHash3 x64 128 at `out`. */
  digest(address: number, bytes: number, out: number): void;
  /** The same in steps, for content that comes in blocks: of a multiple of 16 bytes, the last of any number. */
  startDigest(state: number, seed: number): void;
  absorbBlocks(address: number, bytes: number, state: number): void;
  finishDigest(address: number, bytes: number, totalBytes: number, state: number): void;
  /** Makes the digest at `out` that of its content in this context. */
  mixContext(out: number, word0: number, word1: number, word2: number, word3: number): void;

  /** Eight bytes of SipHash-1-3 at `out`. */
  check(address: number, bytes: number, out: number, key0: number, key1: number, key2: number, key3: number): void;
  /** The same in steps, for content that comes in blocks: of a multiple of 8 bytes, the last of any number. */
  startCheck(state: number, key0: number, key1: number, key2: number, key3: number): void;
  absorbWords(address: number, bytes: number, state: number): void;
  finishCheck(address: number, bytes: number, totalBytes: number, state: number): void;

  /** Encodes the UTF-16 in [start, end) as UTF-8, lone surrogates as in WTF-8; returns the end of it. */
  encodeUnits(start: number, end: number, out: number): number;
}

const FUNCTIONS: readonly (keyof HashKernel)[] = [
  'digest',
  'startDigest',
  'absorbBlocks',
  'finishDigest',
  'mixContext',
  'check',
  'startCheck',
  'absorbWords',
  'finishCheck',
  'encodeUnits',
];

let compiled: WebAssembly.Module | undefined;

/** The kernel on a memory. It has no data of its own: it reads and writes only what its arguments name. */
export function loadHashKernel(memory: LinearMemory): HashKernel {
  compiled ??= new WebAssembly.Module(readFileSync(KERNEL_FILE)); // 2 KB: as quick as sending it to a thread would be.
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  if (!isHashKernel(exports))
    throw new MillraceError('ERR_INTERNAL', `${KERNEL_FILE.href} is not the hash kernel of this version`);
  return exports;
}

function isHashKernel(exports: WebAssembly.Exports): exports is WebAssembly.Exports & HashKernel {
  return FUNCTIONS.every((name) => typeof exports[name] === 'function');
}
