import { crc32 } from 'node:zlib';
import { rawBytesOf } from '../entry-codec.js';
import { HASH_BYTES } from './disk-shapes.js';
import { tableSize, type Environment, type Table } from './environment.js';

/**
 * The entries of one namespace: a log, and an index into it.
 *
 *     entries   sequence u48 BE, digest 16   →  used at f64, hash of its shapes 8, the encoded entry
 *     index     digest 16                    →  sequence u48 BE, expires at f64, raw bytes f64
 *     account   (a row of `meta`)            →  sequence u48 BE, raw bytes f64
 *     guard     (a row of `meta`)            →  CRC-32 of what follows, sequence u48 BE, the guard's filter
 *
 * Every write, and every use that is recorded, puts an entry at the end of the log under a new sequence number. So the log is in the order
 * of last use, what has to go is at its front, pages are filled and freed one after the other, and what others have added is
 * found behind the last sequence number seen. The numbers go on over evictions and `clear`.
 *
 * What the entries take is not counted here: lmdb knows the pages of its trees, exactly and as of each transaction.
 *
 * Methods below "in a transaction" are to be called in one of the environment, between `begin` and `end`.
 */
export class DiskTable {
  readonly #environment: Environment;
  readonly #index: Table;
  readonly #entries: Table;
  readonly #meta: Table;
  readonly #accountKey: Buffer;
  readonly #guardKey: Buffer;
  readonly #digestKey = Buffer.alloc(DIGEST_BYTES);
  readonly #entryKey = Buffer.alloc(ENTRY_KEY_BYTES);
  readonly #indexRow = Buffer.alloc(INDEX_ROW_BYTES);
  #record = Buffer.allocUnsafeSlow(RECORD_BYTES_KEPT_MAX);
  #sequence = 0;
  #rawBytes = 0;

  constructor(environment: Environment, meta: Table, namespace: string) {
    this.#environment = environment;
    this.#index = environment.table(`index/${namespace}`);
    this.#entries = environment.table(`entries/${namespace}`);
    this.#meta = meta;
    this.#accountKey = Buffer.from(`account/${namespace}`);
    this.#guardKey = Buffer.from(`guard/${namespace}`);
  }

  /** To be asked before others: makes what is read in this turn all that was committed before it. */
  turn(): number {
    return this.#environment.turn();
  }

  /** The entry of a digest. What it refers to is overwritten by the next read. */
  find(digest: string): Found | undefined {
    const row = this.#index.getBinaryFast(this.#keyOf(digest));
    if (row === undefined) return undefined;
    if (row.length !== INDEX_ROW_BYTES) return DAMAGED;
    const expiresAtMs = row.readDoubleBE(6);
    row.copy(this.#entryKey, 0, 0, 6);
    this.#digestKey.copy(this.#entryKey, 6);
    const found: Uint8Array | undefined = this.#entries.getBinaryFast(this.#entryKey);
    if (found === undefined || found.length < RECORD_HEAD_BYTES) return DAMAGED;
    // From 16 MiB on, what lmdb gives is no Buffer.
    const record = Buffer.isBuffer(found) ? found : Buffer.from(found.buffer, found.byteOffset, found.byteLength);
    return {
      expiresAtMs,
      usedAtMs: record.readDoubleBE(0),
      shapes: record.toString('latin1', 8, RECORD_HEAD_BYTES),
      encoded: record.subarray(RECORD_HEAD_BYTES, record.length),
    };
  }

  /** Up to `limit` digests behind `cursor`, in their own order, with the time each expires. */
  digestsFrom(cursor: string | undefined, limit: number): { readonly digest: string; readonly expiresAtMs: number }[] {
    const start = cursor === undefined ? FIRST_KEY : Buffer.from(`${cursor}\0`, 'latin1');
    return [...this.#index.getRange({ start, limit })].map(({ key, value }) => ({
      digest: digestIn(key, 0),
      expiresAtMs: value.length === INDEX_ROW_BYTES ? value.readDoubleBE(6) : 0,
    }));
  }

  /** Up to `limit` digests that were written behind a sequence number, oldest first. */
  addedSince(sequence: number, limit: number): { readonly digest: string; readonly sequence: number }[] {
    const start = Buffer.alloc(ENTRY_KEY_BYTES);
    start.writeUIntBE(sequence + 1, 0, 6);
    return [...this.#entries.getKeys({ start, limit })].map((key) => {
      const bytes = Buffer.from(key);
      return { digest: digestIn(bytes, 6), sequence: bytes.readUIntBE(0, 6) };
    });
  }

  /** Up to `limit` keys of the log behind `cursor`, and which of them no digest leads to. */
  logFrom(
    cursor: Uint8Array | undefined,
    limit: number,
  ): { readonly keys: readonly Buffer[]; readonly strays: readonly Buffer[] } {
    const start = cursor === undefined ? FIRST_KEY : Buffer.concat([cursor, FIRST_KEY]);
    const keys = [...this.#entries.getKeys({ start, limit })].map((key) => Buffer.from(key));
    return { keys, strays: keys.filter((key) => this.#isStray(key)) };
  }

  readGuard(): SavedGuard | undefined {
    const row = this.#meta.getBinary(this.#guardKey);
    if (row === undefined || row.length < GUARD_HEAD_BYTES || crc32(row.subarray(4)) !== row.readUInt32BE(0)) {
      return undefined;
    }
    return { sequence: row.readUIntBE(4, 6), bytes: row.subarray(GUARD_HEAD_BYTES) };
  }

  /** The last sequence number that was given away, as of this turn. */
  lastSequence(): number {
    return this.#account()?.readUIntBE(0, 6) ?? 0;
  }

  /** Takes about 30 µs: lmdb tells all that it knows. */
  size(): TableSize {
    const { bytes, rows } = tableSize(this.#index);
    return { entries: rows, bytes: bytes + tableSize(this.#entries).bytes };
  }

  /** The entries' bytes before compression. */
  rawBytes(): number {
    return this.#account()?.readDoubleBE(6) ?? 0;
  }

  // In a transaction:

  /** Removes everything. The pages are free for others at once, and the file shrinks when its last user leaves. */
  clear(): void {
    this.#index.clearSync();
    this.#entries.clearSync();
    this.#rawBytes = 0;
    this.#meta.removeSync(this.#guardKey);
  }

  begin(): void {
    const [last] = this.#entries.getKeys({ reverse: true, limit: 1 });
    // The log itself has the last word, should a transaction ever have been committed in part.
    const written = last === undefined ? 0 : Buffer.from(last).readUIntBE(0, 6);
    this.#sequence = Math.max(this.lastSequence(), written);
    this.#rawBytes = this.rawBytes();
  }

  end(): void {
    const row = Buffer.alloc(ACCOUNT_BYTES);
    row.writeUIntBE(this.#sequence, 0, 6);
    row.writeDoubleBE(Math.max(0, this.#rawBytes), 6);
    this.#meta.putSync(this.#accountKey, row);
  }

  get sequence(): number {
    return this.#sequence;
  }

  put(digest: string, encoded: Buffer, shapes: string, expiresAtMs: number, usedAtMs: number): void {
    this.remove(digest);
    const rawBytes = rawBytesOf(encoded);
    const record = this.#recordOf(RECORD_HEAD_BYTES + encoded.length);
    record.writeDoubleBE(usedAtMs, 0);
    record.write(shapes, 8, 'latin1');
    encoded.copy(record, RECORD_HEAD_BYTES);
    this.#append(digest, record, expiresAtMs, rawBytes);
    this.#rawBytes += rawBytes;
  }

  /** Notes that an entry was used, unless that is known well enough. */
  use(digest: string, usedAtMs: number, lastUseMs: number): void {
    const row = this.#index.getBinary(this.#keyOf(digest));
    const found = this.find(digest);
    if (row === undefined || found === undefined || found === DAMAGED || usedAtMs - found.usedAtMs < lastUseMs) return;
    const record = this.#recordOf(RECORD_HEAD_BYTES + found.encoded.length);
    record.writeDoubleBE(usedAtMs, 0);
    record.write(found.shapes, 8, 'latin1');
    found.encoded.copy(record, RECORD_HEAD_BYTES);
    this.#removeEntry(row, digest);
    this.#append(digest, record, row.readDoubleBE(6), row.readDoubleBE(14));
  }

  /** Whether there was such an entry. */
  remove(digest: string): boolean {
    const row = this.#index.getBinary(this.#keyOf(digest));
    if (row === undefined) return false;
    if (row.length === INDEX_ROW_BYTES) {
      this.#removeEntry(row, digest);
      this.#rawBytes -= row.readDoubleBE(14);
    }
    this.#index.removeSync(this.#keyOf(digest));
    return true;
  }

  removeExpired(digest: string, nowMs: number): boolean {
    const found = this.find(digest);
    return found !== undefined && found.expiresAtMs <= nowMs && this.remove(digest);
  }

  /** Removes an entry of the log, unless its digest leads to it. */
  removeStray(key: Buffer): boolean {
    return this.#isStray(key) && this.#entries.removeSync(key);
  }

  /** Keeps what a guard knows, unless one is kept that knows more. */
  saveGuard({ sequence, bytes }: SavedGuard): void {
    if ((this.readGuard()?.sequence ?? -1) >= sequence) return;
    const row = Buffer.allocUnsafeSlow(GUARD_HEAD_BYTES + bytes.length);
    row.writeUIntBE(sequence, 4, 6);
    row.set(bytes, GUARD_HEAD_BYTES);
    // A number that is too high would make the guard call entries absent that it has never seen.
    row.writeUInt32BE(crc32(row.subarray(4)), 0);
    this.#meta.putSync(this.#guardKey, row);
  }

  /**
   * Removes the entries used longest ago until the rest takes at most `bytesMax`, or `isTimeUp`.
   *
   * @returns how many have gone.
   */
  evict(bytesMax: number, isTimeUp: () => boolean): number {
    let evicted = 0;
    for (let { bytes, entries } = this.size(); bytes > bytesMax && entries > 0; { bytes, entries } = this.size()) {
      // As many as are expected to be enough, since asking for the size takes longer than an eviction.
      const wanted = Math.ceil(((bytes - bytesMax) / bytes) * entries);
      const keys = [...this.#entries.getKeys({ limit: Math.min(wanted, EVICTED_AT_ONCE_MAX) })];
      if (keys.length === 0) break;
      for (const key of keys) evicted += this.#evictEntry(Buffer.from(key));
      if (isTimeUp()) break;
    }
    return evicted;
  }

  #evictEntry(key: Buffer): number {
    const digest = digestIn(key, 6);
    const row = this.#index.getBinary(this.#keyOf(digest));
    this.#entries.removeSync(key);
    if (row?.length !== INDEX_ROW_BYTES || row.compare(key, 0, 6, 0, 6) !== 0) return 0;
    this.#index.removeSync(this.#keyOf(digest));
    this.#rawBytes -= row.readDoubleBE(14);
    return 1;
  }

  #append(digest: string, record: Buffer, expiresAtMs: number, rawBytes: number): void {
    this.#sequence++;
    this.#indexRow.writeUIntBE(this.#sequence, 0, 6);
    this.#indexRow.writeDoubleBE(expiresAtMs, 6);
    this.#indexRow.writeDoubleBE(rawBytes, 14);
    this.#index.putSync(this.#keyOf(digest), this.#indexRow);
    this.#indexRow.copy(this.#entryKey, 0, 0, 6);
    this.#digestKey.copy(this.#entryKey, 6);
    this.#entries.putSync(this.#entryKey, record, APPEND);
  }

  #isStray(key: Buffer): boolean {
    if (key.length !== ENTRY_KEY_BYTES) return true;
    const row = this.#index.getBinary(this.#keyOf(digestIn(key, 6)));
    return row?.length !== INDEX_ROW_BYTES || row.compare(key, 0, 6, 0, 6) !== 0;
  }

  #removeEntry(row: Buffer, digest: string): void {
    row.copy(this.#entryKey, 0, 0, 6);
    this.#keyOf(digest).copy(this.#entryKey, 6);
    this.#entries.removeSync(this.#entryKey);
  }

  #account(): Buffer | undefined {
    const row = this.#meta.getBinaryFast(this.#accountKey);
    return row?.length === ACCOUNT_BYTES ? row : undefined;
  }

  #keyOf(digest: string): Buffer {
    this.#digestKey.write(digest, 0, DIGEST_BYTES, 'latin1');
    return this.#digestKey;
  }

  /** Room for a record. lmdb copies it at once, and asks for the address of each new buffer: one is used again and again. */
  #recordOf(bytes: number): Buffer {
    return bytes <= RECORD_BYTES_KEPT_MAX ? this.#record.subarray(0, bytes) : Buffer.allocUnsafeSlow(bytes);
  }
}

export interface Found {
  readonly expiresAtMs: number;
  /** The hash of the list of shapes that reading it takes. */
  readonly shapes: string;
  /** The use that was recorded last. */
  readonly usedAtMs: number;
  readonly encoded: Buffer;
}

/** What a guard remembers over the end of the process. */
export interface SavedGuard {
  /** It knows all that was written up to this number. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export interface TableSize {
  readonly entries: number;
  /** Bytes of the file, in whole pages. */
  readonly bytes: number;
}

/** An entry whose index or log is damaged. */
export const DAMAGED: Found = Object.freeze({
  expiresAtMs: Infinity,
  usedAtMs: 0,
  shapes: '',
  encoded: Buffer.alloc(0),
});

export const DIGEST_BYTES = 16;
const ENTRY_KEY_BYTES = 6 + DIGEST_BYTES;
const INDEX_ROW_BYTES = 22;
const ACCOUNT_BYTES = 14;
const GUARD_HEAD_BYTES = 10;
const RECORD_HEAD_BYTES = 8 + HASH_BYTES;
const RECORD_BYTES_KEPT_MAX = 2 ** 16;
const EVICTED_AT_ONCE_MAX = 64;
const FIRST_KEY = Buffer.from([0]);
/** The key is behind all others: lmdb fills pages one after the other instead of halving them. */
const APPEND = Object.freeze({ append: true });

function digestIn(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', at, at + DIGEST_BYTES);
}
