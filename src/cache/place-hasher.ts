import type { HashContext } from './hash-context.js';
import { loadHashKernel, type HashKernel, type LinearMemory } from './hash-kernel.js';
import { latin1Of16, latin1Of8 } from './latin1.js';

/** Where content lies that is hashed without a copy: the scoring kernel's memory. */
export interface HashPlace {
  readonly memory: LinearMemory;
  /** `STATE_BYTES` bytes of that memory which nobody else uses while a hash is computed. */
  readonly scratchAddress: number;
}

/** Hashes bytes where they lie in a WebAssembly memory, which may grow between two calls. */
export class PlaceHasher {
  readonly kernel: HashKernel;
  readonly #memory: LinearMemory;
  readonly #scratch: number;
  #bytes: Uint8Array;

  constructor({ memory, scratchAddress }: HashPlace) {
    this.kernel = loadHashKernel(memory);
    this.#memory = memory;
    this.#scratch = scratchAddress;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** MurmurHash3 x64 128, in a context if one is given: sixteen characters, a byte each. */
  digestAt(address: number, bytes: number, context: HashContext | undefined): string {
    this.kernel.digest(address, bytes, this.#scratch);
    return this.takeDigest(context);
  }

  /** SipHash-1-3 with the context's key: eight characters, a byte each. */
  checkAt(address: number, bytes: number, { checkKey: [key0, key1, key2, key3] }: HashContext): string {
    this.kernel.check(address, bytes, this.#scratch, key0, key1, key2, key3);
    return this.takeCheck();
  }

  /** All of memory; read it anew after every call that may grow it. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#memory.buffer); // detached by growth
    return this.#bytes;
  }

  /** The digest that the kernel has left in the scratch memory. */
  takeDigest(context: HashContext | undefined): string {
    if (context !== undefined) {
      const [word0, word1, word2, word3] = context.digestWords;
      this.kernel.mixContext(this.#scratch, word0, word1, word2, word3);
    }
    return latin1Of16(this.bytes, this.#scratch);
  }

  /** The check that the kernel has left in the scratch memory. */
  takeCheck(): string {
    return latin1Of8(this.bytes, this.#scratch);
  }
}
