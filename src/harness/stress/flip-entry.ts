import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { decodeHead, rawBytesOf } from '../../cache/entry-codec.js';

/** Of a cache directory. */
const DATA = 'entries.mdb';
/** What stands before the payload of an entry; and where it says its version and how long its check is. */
const HEAD_BYTES = 32;
const AT = Object.freeze({ version: 4, checkBytes: 6 });
const CHECK_BYTES_MAX = 64;
/** A report is smaller, and what is larger is not worth a checksum for the guess that it is an entry. */
const ENTRY_BYTES_MAX = 4096;

/**
 * Flips one bit of an entry in the file of a cache, which may be in use.
 *
 * Entries are found by their checksums, so it is never a page of the tree that is hit: lmdb follows these without a check, and a
 * process that follows a wrong one ends. Reading and writing happen in one go, lest the page becomes another one in between.
 *
 * @param random - numbers in [0, 1).
 * @returns where the bit is, in bytes of the file; undefined when there is no entry yet.
 */
export function flipEntryBit(dir: string, random: () => number): number | undefined {
  const path = join(dir, DATA);
  const bytes = readFileSync(path);
  const entry = findEntry(bytes, Math.floor(random() * bytes.length));
  if (entry === undefined) return undefined;
  const at = entry.from + HEAD_BYTES + Math.floor(random() * (entry.to - entry.from - HEAD_BYTES));
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Uint8Array.of(bytes[at]! ^ (1 << Math.floor(random() * 8))), 0, 1, at);
  } finally {
    closeSync(file);
  }
  return at;
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** The first entry from `start` on, and from the beginning where there is none; values begin at even offsets. */
function findEntry(bytes: Buffer, start: number): Place | undefined {
  const even = start - (start % 2);
  return findBetween(bytes, even, bytes.length) ?? findBetween(bytes, 0, even);
}

function findBetween(bytes: Buffer, start: number, end: number): Place | undefined {
  for (let from = start; from < Math.min(end, bytes.length - HEAD_BYTES); from += 2) {
    const checkBytes = bytes.readUInt16LE(from + AT.checkBytes);
    if (bytes[from + AT.version] !== 1 || checkBytes === 0 || checkBytes > CHECK_BYTES_MAX) continue;
    const length = rawBytesOf(bytes.subarray(from, from + HEAD_BYTES));
    if (length <= HEAD_BYTES || length > ENTRY_BYTES_MAX) continue;
    if (decodeHead(bytes.subarray(from, from + length)) !== undefined) return { from, to: from + length };
  }
  return undefined;
}
