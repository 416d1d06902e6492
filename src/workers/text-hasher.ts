/** Words that a text is known by: four of its digest and two of its check. */
export const TEXT_HASH_WORDS = 6;

/**
 * Hashes texts where they stand in the memory of one kernel.
 *
 * The digest may collide, and colliding texts can be written on purpose; the check is keyed with a secret, so nobody can write
 * two texts that share both.
 */
export interface TextHasher {
  /** Writes digest and check of the bytes at `address` into `words` from `at` on. */
  hash(address: number, bytes: number, words: Uint32Array, at: number): void;
}
