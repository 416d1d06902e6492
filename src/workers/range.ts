import { readSync } from 'node:fs';
import { becameShorter } from '../core/became-shorter.js';
import type { Kernel } from './kernel-host.js';
import { timedRead } from './read-clock.js';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
/** Read behind a range at first, for the rest of its last line. */
const TAIL_BYTES = 4 * 1024;

/** Addresses of whole lines in a kernel's memory. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A range of a file of lines, and how its room in the kernel is laid out. */
export interface Range {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** A line longer than this is cut off behind it. */
  readonly lineBytesMax: number;
  /** Lays out room for so many bytes and returns where they go; a larger room keeps what is there. */
  readonly room: (bytes: number) => number;
}

/**
 * Reads the lines that start in a range of a file straight into the kernel's memory.
 *
 * The byte before the range tells whether a line starts with it; the last line is read to its end, wherever that is.
 *
 * @throws MillraceError `ERR_INPUT_UNREADABLE` when the file has become shorter than the range.
 */
export function readRange(file: number, kernel: Kernel, range: Range): Span {
  const before = range.start === 0 ? 0 : 1;
  const wanted = range.end - range.start + before;
  const address = range.room(wanted + TAIL_BYTES);
  const read = readInto(file, kernel, address, wanted, range.start - before);
  if (read < wanted) {
    throw becameShorter(range.path, range.end, range.start - before + read);
  }
  const start = firstLine(kernel, address, read, before);
  if (start >= address + wanted) return { start: address, end: address }; // in the midst of a line that goes on behind
  return { start, end: readLastLine(file, kernel, range, wanted) };
}

/** Where a byte order mark at the start of a source ends; it is no part of the first line. */
export function skipByteOrderMark(kernel: Kernel, start: number, end: number): number {
  const { bytes } = kernel;
  return end - start >= 3 && BYTE_ORDER_MARK.every((byte, at) => bytes[start + at] === byte) ? start + 3 : start;
}

function firstLine(kernel: Kernel, address: number, length: number, before: number): number {
  if (before === 0) return skipByteOrderMark(kernel, address, address + length);
  return indexOfNewline(kernel, address, address + length) + 1;
}

/** Reads on behind the range until the line that reaches out of it ends or is too long; returns the end of the data. */
function readLastLine(file: number, kernel: Kernel, range: Range, wanted: number): number {
  const first = range.room(wanted);
  if (kernel.bytes[first + wanted - 1] === NEWLINE) return first + wanted;
  const lineStart = kernel.bytes.subarray(first, first + wanted).lastIndexOf(NEWLINE) + 1;
  let length = wanted;
  for (let tail = TAIL_BYTES; ; tail *= 2) {
    const address = range.room(length + tail);
    const read = readInto(file, kernel, address + length, tail, range.end + length - wanted);
    const end = address + length + read;
    const newline = indexOfNewline(kernel, address + length, end);
    length += read;
    if (newline < end || read < tail || length - lineStart > range.lineBytesMax) return newline;
  }
}

/** Address of the first newline, or `end`. */
function indexOfNewline(kernel: Kernel, start: number, end: number): number {
  const at = kernel.bytes.subarray(start, end).indexOf(NEWLINE);
  return at === -1 ? end : start + at;
}

/** Reads until `length` bytes are there or the file ends; returns how many are. */
function readInto(file: number, kernel: Kernel, address: number, length: number, position: number): number {
  let read = 0;
  while (read < length) {
    const into = address + read;
    const got = timedRead(() => readSync(file, kernel.bytes, into, length - read, position + read));
    if (got === 0) break;
    read += got;
  }
  return read;
}
