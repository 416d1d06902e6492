import { Packr } from 'msgpackr';
import type { Clock } from '../core/clock.js';
import { checkInteger, checkOptions, optionPath } from '../core/options.js';
import { BoundedTier, type Form, type Held } from './bounded-tier.js';
import {
  COMPRESS_FROM_BYTES_DEFAULT,
  decodeEntry,
  decodeHead,
  encodeEntry,
  HEAD_BYTES,
  PAYLOAD_BYTES_MAX,
  rawBytesOf,
} from './entry-codec.js';
import { Lru } from './lru.js';
import { BYTES_LIMIT, ENTRIES_LIMIT } from './memory-tier.js';
import type { Entry, EntryHead } from './tier.js';

const MIB = 2 ** 20;

export interface CompressedTierOptions {
  /** Entries held; each costs about 300 bytes beside its encoded form. Integer, 1 to 16,777,216. @defaultValue 131072 */
  readonly entriesMax?: number;
  /** What the entries held may weigh together, encoded. Integer, 1 to 2^50. @defaultValue 128 MiB */
  readonly bytesMax?: number;
  /** Values that take so many bytes or more are compressed, if that makes them smaller. Integer, 0 to 2^30. @defaultValue 2048 */
  readonly compressFromBytes?: number;
}

export type ResolvedCompressedTierOptions = Required<CompressedTierOptions>;

export const COMPRESSED_TIER_DEFAULTS: ResolvedCompressedTierOptions = Object.freeze({
  entriesMax: 131_072,
  bytesMax: 128 * MIB,
  compressFromBytes: COMPRESS_FROM_BYTES_DEFAULT,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveCompressedTierOptions(
  options: CompressedTierOptions = {},
  path = 'l2',
): ResolvedCompressedTierOptions {
  const given = { ...COMPRESSED_TIER_DEFAULTS, ...checkOptions(path, options, Object.keys(COMPRESSED_TIER_DEFAULTS)) };
  return Object.freeze({
    entriesMax: checkInteger(optionPath(path, 'entriesMax'), given.entriesMax, 1, ENTRIES_LIMIT),
    bytesMax: checkInteger(optionPath(path, 'bytesMax'), given.bytesMax, 1, BYTES_LIMIT),
    compressFromBytes: checkInteger(
      optionPath(path, 'compressFromBytes'),
      given.compressFromBytes,
      0,
      PAYLOAD_BYTES_MAX,
    ),
  });
}

/**
 * L2: entries as bytes, the least recently used goes first. Each `get` makes a new value.
 *
 * A text too short to be compressed stays the string that it is: bytes of it would take as much, and some µs both ways.
 */
export class CompressedTier extends BoundedTier<HeldBytes> {
  constructor(name: string, options: ResolvedCompressedTierOptions, clock: Clock) {
    super(name, new Encoded(options.compressFromBytes), new Lru(options.entriesMax), options, clock);
  }
}

interface HeldBytes extends Held {
  /** The bytes of an entry, or itself where they would take no less. */
  readonly content: Buffer | Entry;
}

class Encoded implements Form<HeldBytes> {
  readonly #compressFromBytes: number;
  /**
   * Keeps the names of the fields of the first 32 shapes of objects once for all entries (msgpackr's own bound): reports take a
   * third of the bytes and a quarter of the time. What it writes can be read by itself only, so it does not leave the tier.
   */
  readonly #packr = new Packr({ structures: [], moreTypes: true });
  readonly release = undefined;

  constructor(compressFromBytes: number) {
    this.#compressFromBytes = compressFromBytes;
  }

  hold(digest: string, entry: Entry): HeldBytes {
    const { expiresAtMs } = entry;
    const textBytes = shortTextBytes(entry, this.#compressFromBytes);
    if (textBytes !== undefined) {
      const bytes = HEAD_BYTES + entry.check.length + textBytes;
      return { digest, expiresAtMs, bytes, rawBytes: bytes, slot: 0, content: entry };
    }
    const encoded = encodeEntry(entry, this.#compressFromBytes, this.#packr);
    return { digest, expiresAtMs, bytes: encoded.length, rawBytes: rawBytesOf(encoded), slot: 0, content: encoded };
  }

  read({ content }: HeldBytes): Entry | undefined {
    return Buffer.isBuffer(content) ? decodeEntry(content, this.#packr) : content;
  }

  head({ content }: HeldBytes): Omit<EntryHead, 'digest'> | undefined {
    return Buffer.isBuffer(content) ? decodeHead(content) : content;
  }
}

/** What a text takes in memory that is not to be compressed: a byte a character of ASCII, at most two of any other. */
function shortTextBytes({ value, name, tags }: Entry, compressFromBytes: number): number | undefined {
  if (typeof value !== 'string' || value.length >= compressFromBytes) return undefined;
  if (name !== undefined || tags.length > 0) return undefined; // which would have to be weighed as well
  const bytes = Buffer.byteLength(value);
  if (bytes >= compressFromBytes) return undefined;
  return bytes === value.length ? bytes : 2 * value.length;
}
