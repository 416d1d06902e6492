import { crc32 } from 'node:zlib';
import { compressSync, uncompressSync } from 'lz4-napi';
import { MillraceError } from '../core/errors.js';
import { decodePayload, encodePayload, makeSelfContainedPackr } from './payload.js';
import type { Entry, EntryHead } from './tier.js';

/**
 * An entry as bytes, little endian:
 *
 *     0         4   5   6       8             16            24        28         32
 *     ├─────────┼───┼───┼───────┼─────────────┼─────────────┼─────────┼──────────┼───────┬──────┬─────────┐
 *     │ CRC-32  │ver│knd│ check │ expires at  │ bytes in    │ meta    │ payload, │ check │ meta │ payload │
 *     │ of what │   │   │ bytes │ ms, f64     │ memory, f64 │ bytes   │ raw bytes│       │      │         │
 *     │ follows │ u8│ u8│ u16   │             │             │ u32     │ u32      │       │      │         │
 *     └─────────┴───┴───┴───────┴─────────────┴─────────────┴─────────┴──────────┴───────┴──────┴─────────┘
 *
 * `kind` is the payload's (`payload.ts`), with bit 7 set when the payload is an LZ4 block. The check is a byte a character. Meta is
 * JSON, which also keeps lone surrogates: `[name or null, ...tags]`, no bytes at all when there is neither.
 */
const AT = Object.freeze({
  checksum: 0,
  version: 4,
  kind: 5,
  checkBytes: 6,
  expiresAtMs: 8,
  bytes: 16,
  metaBytes: 24,
  rawBytes: 28,
  check: 32,
});
/** Of an encoded entry beside its check, name, tags and value. */
export const HEAD_BYTES = AT.check;
const VERSION = 1;
const COMPRESSED = 0x80;

/** The payload of one entry, before compression. */
export const PAYLOAD_BYTES_MAX = 2 ** 30;
/** Below this LZ4 takes longer than it saves. */
export const COMPRESS_FROM_BYTES_DEFAULT = 2048;

/** One byte of an LZ4 block stands for at most 255 of its content: what says that it is more is damaged. */
const LZ4_RATIO_MAX = 255;
/** `lz4-napi` puts the size of the content before the block, and allocates that much without looking at the block. */
const LZ4_SIZE_BYTES = 4;
const CHECK_BYTES_MAX = 0xffff;

const SELF_CONTAINED = makeSelfContainedPackr();

/**
 * Writes an entry into a buffer that shares no memory with the value.
 *
 * @param compressFromBytes - a payload of so many bytes or more is compressed, if that makes it smaller; `Infinity`: none is.
 * @param memory - of the buffer: `'shared'` costs less than its `'own'`, and keeps up to 8 KB of others' while it is there.
 * @throws MillraceError `ERR_CACHE_VALUE` when the value would not read back equal.
 */
export function encodeEntry(
  entry: Entry,
  compressFromBytes: number,
  packr = SELF_CONTAINED,
  memory: 'own' | 'shared' = 'own',
): Buffer {
  const { kind, bytes: raw } = encodePayload(entry.value, packr);
  if (raw.length > PAYLOAD_BYTES_MAX) {
    throw new MillraceError('ERR_CACHE_VALUE', `cannot cache value: it is ${raw.length} bytes of ${PAYLOAD_BYTES_MAX}`);
  }
  if (entry.check.length > CHECK_BYTES_MAX) {
    throw new MillraceError('ERR_INTERNAL', `a check has ${entry.check.length} bytes of ${CHECK_BYTES_MAX}`);
  }
  const compressed = raw.length >= compressFromBytes ? compress(raw) : undefined;
  const payload = compressed ?? raw;
  const meta = encodeMeta(entry);
  const metaAt = AT.check + entry.check.length;

  const encodedBytes = metaAt + meta.length + payload.length;
  const encoded = memory === 'own' ? Buffer.allocUnsafeSlow(encodedBytes) : Buffer.allocUnsafe(encodedBytes);
  encoded[AT.version] = VERSION;
  encoded[AT.kind] = compressed === undefined ? kind : kind | COMPRESSED;
  encoded.writeUInt16LE(entry.check.length, AT.checkBytes);
  encoded.writeDoubleLE(entry.expiresAtMs, AT.expiresAtMs);
  encoded.writeDoubleLE(entry.bytes, AT.bytes);
  encoded.writeUInt32LE(meta.length, AT.metaBytes);
  encoded.writeUInt32LE(raw.length, AT.rawBytes);
  encoded.write(entry.check, AT.check, 'latin1');
  encoded.set(meta, metaAt);
  encoded.set(payload, metaAt + meta.length);
  encoded.writeUInt32LE(crc32(encoded.subarray(AT.version)), AT.checksum);
  return encoded;
}

/** Reads an entry back; `undefined` when these are not the bytes of one, whatever they are. */
export function decodeEntry(encoded: Uint8Array, packr = SELF_CONTAINED): Entry | undefined {
  const bytes = toBuffer(encoded);
  const head = readHead(bytes);
  if (head === undefined) return undefined;
  const { check, expiresAtMs, bytes: weight, name, tags } = head;
  try {
    const value = decodePayload(bytes[AT.kind]! & ~COMPRESSED, readPayload(bytes), packr);
    return { check, value, expiresAtMs, bytes: weight, name, tags };
  } catch {
    return undefined;
  }
}

/** Reads all of an entry but its value; `undefined` when these are not the bytes of one. */
export function decodeHead(encoded: Uint8Array): Omit<EntryHead, 'digest'> | undefined {
  return readHead(toBuffer(encoded));
}

/** What an encoded entry's payload weighs before compression; the rest of it is not compressed. */
export function rawBytesOf(encoded: Buffer): number {
  return payloadAt(encoded) + encoded.readUInt32LE(AT.rawBytes);
}

function toBuffer(encoded: Uint8Array): Buffer {
  return Buffer.isBuffer(encoded) ? encoded : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
}

function readHead(bytes: Buffer): Omit<EntryHead, 'digest'> | undefined {
  if (bytes.length < AT.check || bytes[AT.version] !== VERSION || payloadAt(bytes) > bytes.length) return undefined;
  if (crc32(bytes.subarray(AT.version)) !== bytes.readUInt32LE(AT.checksum)) return undefined;
  const metaAt = AT.check + bytes.readUInt16LE(AT.checkBytes);
  const meta = decodeMeta(bytes.subarray(metaAt, payloadAt(bytes)));
  if (meta === undefined) return undefined;
  return {
    check: bytes.toString('latin1', AT.check, metaAt),
    expiresAtMs: bytes.readDoubleLE(AT.expiresAtMs),
    bytes: bytes.readDoubleLE(AT.bytes),
    name: meta.name,
    tags: meta.tags,
  };
}

function payloadAt(bytes: Buffer): number {
  return AT.check + bytes.readUInt16LE(AT.checkBytes) + bytes.readUInt32LE(AT.metaBytes);
}

/** The payload as it was before compression, which is not trusted to be as large as it says. */
function readPayload(bytes: Buffer): Buffer {
  const payload = bytes.subarray(payloadAt(bytes));
  const rawBytes = bytes.readUInt32LE(AT.rawBytes);
  if ((bytes[AT.kind]! & COMPRESSED) === 0) {
    if (payload.length !== rawBytes) throw new RangeError('the payload is not as large as it says');
    return payload;
  }
  if (rawBytes > PAYLOAD_BYTES_MAX || rawBytes > payload.length * LZ4_RATIO_MAX) {
    throw new RangeError('the payload cannot be as large as it says');
  }
  if (payload.readUInt32LE(0) !== rawBytes) throw new RangeError('the payload says two sizes');
  const raw = uncompressSync(payload);
  if (raw.length !== rawBytes) throw new RangeError('the payload is not as large as it says');
  return raw;
}

function compress(raw: Uint8Array): Buffer | undefined {
  if (raw.length <= LZ4_SIZE_BYTES) return undefined;
  const compressed = compressSync(toBuffer(raw));
  return compressed.length < raw.length ? compressed : undefined;
}

interface Meta {
  readonly name: string | undefined;
  readonly tags: readonly string[];
}

const NO_BYTES = new Uint8Array(0);
const NO_META: Meta = Object.freeze({ name: undefined, tags: Object.freeze([]) });

function encodeMeta({ name, tags }: Meta): Uint8Array {
  if (name === undefined && tags.length === 0) return NO_BYTES;
  return Buffer.from(JSON.stringify([name ?? null, ...tags]));
}

function decodeMeta(bytes: Buffer): Meta | undefined {
  if (bytes.length === 0) return NO_META;
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [name, ...tags] = parsed as readonly unknown[];
  if (typeof name !== 'string' && name !== null) return undefined;
  return tags.every((tag) => typeof tag === 'string') ? { name: name ?? undefined, tags } : undefined;
}
