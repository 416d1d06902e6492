/** Entries that can be told right from wrong by their number alone. */
import type { Entry, Key } from '../../../src/cache/tier.js';

export function keyOf(number: number): Key {
  const mixed = Buffer.alloc(16);
  // Spread like a hash, and different for different numbers.
  mixed.writeUInt32BE(Math.imul(number, 0x9e3779b1) >>> 0, 0);
  mixed.writeUInt32BE(number, 12);
  return { digest: mixed.toString('latin1'), check: () => `check ${number}` };
}

/** Most values are small; each 16th has pages of its own. */
export function valueOf(number: number): string {
  return `${number} `.repeat(number % 16 === 0 ? 3000 : 10 + (number % 50));
}

export function entryOf(number: number, expiresAtMs = Infinity): Entry {
  return { check: `check ${number}`, value: valueOf(number), expiresAtMs, bytes: 100, name: undefined, tags: [] };
}
