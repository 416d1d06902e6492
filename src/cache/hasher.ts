import { createHash, hash } from 'node:crypto';
import { MillraceError } from '../core/errors.js';
import { hashContext, type HashContext } from './hash-context.js';
import { STATE_BYTES, type LinearMemory } from './hash-kernel.js';
import { PlaceHasher, type HashPlace } from './place-hasher.js';

/** Bytes of the secret that checks are keyed with. */
export const SECRET_BYTES = 16;

/*
 * The hasher's own memory. Content of any size goes through it in blocks, so it never grows:
 *
 *   0 ── state ── units of a block, UTF-16 ── padding ── what the last block left, and the block as bytes ── padding ──▶
 *
 * 64 KB of units and 96 KB of bytes stay in the second-level cache. The end of the first padding takes what SHA-256 is to hash in
 * front of a block.
 */
const UNIT_BYTES = 2;
const BYTES_PER_UNIT_MAX = 3;
const PADDING_BYTES = 64;
/** The kernel absorbs multiples of this. */
const STEP_BYTES = 16;
const BLOCK_UNITS = 32 * 1024;
const BLOCK_BYTES = BLOCK_UNITS * BYTES_PER_UNIT_MAX;
const STATE = 0;
const UNITS = STATE + STATE_BYTES;
const CONTENT = UNITS + BLOCK_UNITS * UNIT_BYTES + PADDING_BYTES;
const MEMORY_BYTES = CONTENT + STEP_BYTES + BLOCK_BYTES + PADDING_BYTES;
const PAGE_BYTES = 65536;

/** Content of a document: a string stands for its UTF-8 bytes. */
export type Content = string | Uint8Array;

/**
 * Hashes strings, bytes, and what lies in another WebAssembly memory; one for a thread.
 *
 * A string and its UTF-8 bytes have the same hashes. A string with lone surrogates has no UTF-8; it is hashed as WTF-8, where
 * they stay what they are, so it never has the hashes of the text with replacement characters in their place. Content may
 * have any length.
 */
export class Hasher {
  readonly #secret: Uint8Array;
  readonly #own: PlaceHasher;
  readonly #buffer: Buffer;
  readonly #place: PlaceHasher | undefined;
  /** The text whose bytes lie in the block: of one that is found, the check is asked for right after the digest. */
  #loaded: string | undefined;
  #loadedBytes = 0;

  /**
   * @param secret - `SECRET_BYTES` random bytes, the same for all who share a cache.
   * @param place - where `digestAt` and `checkAt` find content.
   * @throws MillraceError `ERR_OPTION_RANGE` when the secret has another length.
   */
  constructor(secret: Uint8Array, place?: HashPlace) {
    if (secret.length !== SECRET_BYTES)
      throw new MillraceError('ERR_OPTION_RANGE', `secret must have ${SECRET_BYTES} bytes, got ${secret.length}`);
    this.#secret = Uint8Array.from(secret);
    const memory: LinearMemory = new WebAssembly.Memory({ initial: Math.ceil(MEMORY_BYTES / PAGE_BYTES) });
    this.#own = new PlaceHasher({ memory, scratchAddress: STATE });
    this.#buffer = Buffer.from(memory.buffer);
    this.#place = place === undefined ? undefined : new PlaceHasher(place);
  }

  /** What hashes depend on beside the content: a few strings, in order. */
  contextOf(parts: readonly string[]): HashContext {
    return hashContext(this.#secret, parts);
  }

  /** MurmurHash3 x64 128 with seed 0: sixteen characters, a byte each. In a context, of that digest and the context. */
  digestOf(content: Content, context?: HashContext): string {
    const { kernel } = this.#own;
    if (fitsBlock(content)) {
      kernel.digest(CONTENT, this.#load(content), STATE);
    } else {
      kernel.startDigest(STATE, 0);
      this.#feed(content, {
        absorb: (address, bytes) => kernel.absorbBlocks(address, bytes, STATE),
        finish: (address, bytes, totalBytes) => kernel.finishDigest(address, bytes, totalBytes, STATE),
      });
    }
    return this.#own.takeDigest(context);
  }

  /** The keyed check, SipHash-1-3: eight characters, a byte each. */
  checkOf(content: Content, context: HashContext): string {
    const { kernel } = this.#own;
    if (fitsBlock(content)) return this.#own.checkAt(CONTENT, this.#load(content), context);
    const [key0, key1, key2, key3] = context.checkKey;
    kernel.startCheck(STATE, key0, key1, key2, key3);
    this.#feed(content, {
      absorb: (address, bytes) => kernel.absorbWords(address, bytes, STATE),
      finish: (address, bytes, totalBytes) => kernel.finishCheck(address, bytes, totalBytes, STATE),
    });
    return this.#own.takeCheck();
  }

  /** SHA-256 of the context and the content: thirty-two characters, a byte each. */
  sha256Of(content: Content, { prefix }: HashContext): string {
    if (fitsBlock(content)) {
      // At once, where the content lies for the digest already: half of what steps take.
      const end = CONTENT + this.#load(content);
      this.#buffer.set(prefix, CONTENT - prefix.length);
      return hash('sha256', this.#buffer.subarray(CONTENT - prefix.length, end), 'binary');
    }
    const steps = createHash('sha256').update(prefix);
    if (typeof content !== 'string') return steps.update(content).digest('binary');
    const take = (address: number, bytes: number) => void steps.update(this.#buffer.subarray(address, address + bytes));
    this.#feed(content, { absorb: take, finish: take });
    return steps.digest('binary');
  }

  /** `digestOf` the bytes at an address of the place. */
  digestAt(address: number, bytes: number, context?: HashContext): string {
    return this.#placed().digestAt(address, bytes, context);
  }

  /** `checkOf` the bytes at an address of the place. */
  checkAt(address: number, bytes: number, context: HashContext): string {
    return this.#placed().checkAt(address, bytes, context);
  }

  /** `sha256Of` the bytes at an address of the place. */
  sha256At(address: number, bytes: number, context: HashContext): string {
    return this.sha256Of(this.#placed().bytes.subarray(address, address + bytes), context);
  }

  #placed(): PlaceHasher {
    if (this.#place === undefined) throw new MillraceError('ERR_INTERNAL', 'this hasher was made without a place');
    return this.#place;
  }

  /** Puts content that fits a block where the kernel reads it, unless it still lies there; returns its bytes. */
  #load(content: Content): number {
    if (content === this.#loaded) return this.#loadedBytes;
    if (typeof content !== 'string') {
      this.#loaded = undefined;
      this.#own.bytes.set(content, CONTENT);
      return content.length;
    }
    this.#loadedBytes = this.#encode(content, CONTENT);
    this.#loaded = content;
    return this.#loadedBytes;
  }

  #encode(text: string, address: number): number {
    const unitBytes = this.#buffer.write(text, UNITS, 'utf16le');
    return this.#own.kernel.encodeUnits(UNITS, UNITS + unitBytes, address) - address;
  }

  /** Hands content over in blocks of whole steps, and at last the bytes that do not fill one. */
  #feed(content: Content, steps: Steps): void {
    this.#loaded = undefined;
    let totalBytes = 0;
    let left = 0;
    for (let start = 0; start < content.length;) {
      const block =
        typeof content === 'string' ? unitsFrom(content, start) : content.subarray(start, start + BLOCK_BYTES);
      start += block.length;
      const bytes = typeof block === 'string' ? this.#encode(block, CONTENT + left) : this.#copy(block, CONTENT + left);
      totalBytes += bytes;
      const end = left + bytes;
      left = end % STEP_BYTES;
      steps.absorb(CONTENT, end - left);
      this.#own.bytes.copyWithin(CONTENT, CONTENT + end - left, CONTENT + end);
    }
    steps.finish(CONTENT, left, totalBytes);
  }

  #copy(block: Uint8Array, address: number): number {
    this.#own.bytes.set(block, address);
    return block.length;
  }
}

/** What is done with content that comes in blocks. */
interface Steps {
  /** Of a multiple of `STEP_BYTES` bytes. */
  absorb(address: number, bytes: number): void;
  finish(address: number, bytes: number, totalBytes: number): void;
}

function fitsBlock(content: Content): boolean {
  return content.length <= (typeof content === 'string' ? BLOCK_UNITS : BLOCK_BYTES);
}

/** The block of a text from here, which does not end within a code point. */
function unitsFrom(text: string, start: number): string {
  const end = start + BLOCK_UNITS;
  const isCut = end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return text.slice(start, isCut ? end - 1 : end);
}
