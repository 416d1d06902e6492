import { loadHashKernel, type HashKernel } from '../../cache/hash-kernel.js';
import type { Kernel } from '../../workers/kernel-host.js';
import { TEXT_HASH_WORDS, type TextHasher } from '../../workers/text-hasher.js';

const DIGEST_BYTES = 16;

/** Hashes texts where they stand in a scoring kernel's memory, by the hash kernel on the same memory. */
export class KernelHasher implements TextHasher {
  readonly #scoring: Kernel;
  readonly #hashing: HashKernel;
  readonly #secret: Uint32Array;
  readonly #out: number;
  #words: Uint32Array;

  /** @param secret - of the checks, 16 bytes. */
  constructor(scoring: Kernel, secret: Uint8Array) {
    const { memory } = scoring.exports;
    this.#scoring = scoring;
    this.#hashing = loadHashKernel(memory);
    this.#secret = new Uint32Array(Uint8Array.from(secret).buffer);
    this.#out = scoring.exports.hashAddress() >>> 0;
    this.#words = new Uint32Array(memory.buffer, this.#out, TEXT_HASH_WORDS);
  }

  hash(address: number, bytes: number, words: Uint32Array, at: number): void {
    const [key0 = 0, key1 = 0, key2 = 0, key3 = 0] = this.#secret;
    this.#hashing.digest(address, bytes, this.#out);
    this.#hashing.check(address, bytes, this.#out + DIGEST_BYTES, key0, key1, key2, key3);
    const hash = this.#hashWords();
    for (let word = 0; word < TEXT_HASH_WORDS; word++) words[at + word] = hash[word]!;
  }

  #hashWords(): Uint32Array {
    const { buffer } = this.#scoring.exports.memory;
    if (this.#words.buffer !== buffer) this.#words = new Uint32Array(buffer, this.#out, TEXT_HASH_WORDS); // it has grown
    return this.#words;
  }
}
