/**
 * `murmurhash-native`, an independent MurmurHash3, where it could be installed (`test/oracles/`, which needs a compiler).
 *
 * Strings are hashed as latin1 unless they come as bytes, so only bytes are taken.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const ORACLES = resolve(import.meta.dirname, '../oracles/package.json');

/** For the name of a skipped test. */
export const NATIVE_ABSENT_NOTE = 'murmurhash-native could not be installed in test/oracles';

/** Sixteen bytes, each half big end first, which is `swap64` of what the kernel writes; undefined when it is not installed. */
export const nativeMurmur3 = load();

function load(): ((bytes: Buffer) => Buffer) | undefined {
  const hash = find();
  if (hash === undefined) {
    console.warn(`${NATIVE_ABSENT_NOTE}: comparisons with it are skipped`);
    return undefined;
  }
  return (bytes) => {
    const digest: unknown = hash(bytes, 'buffer');
    if (!Buffer.isBuffer(digest)) throw new TypeError('murmurHash128x64 must return a Buffer');
    return digest;
  };
}

function find(): ((bytes: Buffer, encoding: 'buffer') => unknown) | undefined {
  try {
    const library: unknown = createRequire(ORACLES)('murmurhash-native');
    if (typeof library !== 'object' || library === null || !('murmurHash128x64' in library)) return undefined;
    const hash = library.murmurHash128x64;
    return isHash(hash) ? hash : undefined;
  } catch {
    return undefined;
  }
}

function isHash(value: unknown): value is (bytes: Buffer, encoding: 'buffer') => unknown {
  return typeof value === 'function';
}
