import { crc32 } from 'node:zlib';

/** What is stored of a guard. */
export interface StoredGuard {
  readonly entriesExpected: number;
  readonly falsePositiveRate: number;
  readonly entries: number;
  readonly bitsSet: number;
  readonly bitCount: number;
  readonly bitsPerEntry: number;
  readonly bits: Uint8Array;
}

/*
 *   0        8              16           64
 *   │ format │ CRC-32, zero │ six doubles │ bits ─▶
 *
 * The doubles are those of `StoredGuard` in order, little end first; the CRC-32 is of everything from them on. Raise the last character of the format when the layout changes, or which bits stand for a digest.
 */
const FORMAT = Buffer.from('mrbloom1', 'latin1');
const CHECKSUM = 8;
const NUMBERS = 16;
const BITS = 64;
const DOUBLE_BYTES = 8;

export function writeGuard(guard: StoredGuard): Uint8Array {
  const bytes = Buffer.alloc(BITS + guard.bits.length);
  bytes.set(FORMAT);
  const { entriesExpected, falsePositiveRate, entries, bitsSet, bitCount, bitsPerEntry } = guard;
  const numbers = [entriesExpected, falsePositiveRate, entries, bitsSet, bitCount, bitsPerEntry];
  for (const [index, number] of numbers.entries()) bytes.writeDoubleLE(number, NUMBERS + index * DOUBLE_BYTES);
  bytes.set(guard.bits, BITS);
  bytes.writeUInt32LE(crc32(bytes.subarray(NUMBERS)), CHECKSUM);
  return bytes;
}

/** Undefined for bytes that are damaged or of another format. */
export function readGuard(bytes: Uint8Array): StoredGuard | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < BITS || !view.subarray(0, FORMAT.length).equals(FORMAT)) return undefined;
  if (view.readUInt32LE(CHECKSUM) !== crc32(view.subarray(NUMBERS))) return undefined;
  const numberAt = (index: number) => view.readDoubleLE(NUMBERS + index * DOUBLE_BYTES);
  return {
    entriesExpected: numberAt(0),
    falsePositiveRate: numberAt(1),
    entries: numberAt(2),
    bitsSet: numberAt(3),
    bitCount: numberAt(4),
    bitsPerEntry: numberAt(5),
    bits: view.subarray(BITS),
  };
}
