/**
 * Linear memory by hand.
 *
 *   0 ───────── __heap_base ──────────── inputStart ───── outputStart ───── rejectedStart ── workStart ─────────▶ grows
 *   │ constants │ permanent tables      │ bytes to score │ rows or reports │ rejected rows │ one document's work │
 *
 * Permanent tables are taken once. Input and output are laid anew for each unit of work (`layOut`). The work area is a
 * bump allocator that starts empty for each document; a table takes the address space of its worst case, and the
 * operating system backs only the pages that are touched. Memory never shrinks: the host replaces an instance that
 * an outsized document has blown up.
 */

/** Every region may be read and written this far past its end, so that loops need no tail. */
export const PADDING: usize = 64;

const PAGE_BYTES: usize = 65536;
/** Tables up to this are zeroed without a call. */
const SMALL_TABLE_BYTES: usize = 8192;
/** What 32-bit addresses can reach, less one page: an end of 4 GiB would be an address of 0. */
const MEMORY_BYTES_MAX: u64 = 0xffff0000;

let permanentEnd: usize = __heap_base;
let inputStart: usize = 0;
let outputStart: usize = 0;
let outputEnd: usize = 0;
let rejectedStart: usize = 0;
let rejectedEnd: usize = 0;
let workStart: usize = 0;
let workEnd: usize = 0;

/** Memory that stays for the life of the instance; only before the first `layOut`. Zeroed, 64-byte aligned. */
export function takePermanent(bytes: usize): usize {
  const start = alignUp(permanentEnd);
  permanentEnd = endOf(start, bytes);
  return start;
}

/** Lays out room for bytes to score, for answers, and for rows that are rejected; returns the input's address. */
export function layOut(inputBytes: usize, outputBytes: usize, rejectedBytes: usize): usize {
  inputStart = alignUp(permanentEnd);
  outputStart = alignUp(endOf(inputStart, inputBytes));
  outputEnd = outputStart + outputBytes;
  rejectedStart = alignUp(endOf(outputStart, outputBytes));
  rejectedEnd = rejectedStart + rejectedBytes;
  workStart = alignUp(endOf(rejectedStart, rejectedBytes));
  workEnd = workStart;
  return inputStart;
}

export function outputAddress(): usize {
  return outputStart;
}

export function outputLimit(): usize {
  return outputEnd;
}

export function rejectedAddress(): usize {
  return rejectedStart;
}

export function rejectedLimit(): usize {
  return rejectedEnd;
}

/** Forgets the previous document's tables. */
export function startWork(): void {
  workEnd = workStart;
}

/** Room for one table of the current document: 64-byte aligned, contents arbitrary. */
export function takeWork(bytes: usize): usize {
  const start = workEnd;
  workEnd = alignUp(endOf(start, bytes));
  return start;
}

/** Where the next table will begin: what is taken from there on can be given back with `releaseWork`. */
export function workMark(): usize {
  return workEnd;
}

/** Gives back all tables that were taken since the mark. */
export function releaseWork(mark: usize): void {
  workEnd = mark;
}

/** Zeros the bytes of a table, and up to 63 more behind it. For a small one that is faster than `memory.fill`, which is a call. */
export function clear(table: usize, bytes: usize): void {
  if (bytes > SMALL_TABLE_BYTES) return memory.fill(table, 0, bytes);
  const zero = i8x16.splat(0);
  for (let at = table; at < table + bytes; at += 64) {
    v128.store(at, zero);
    v128.store(at, zero, 16);
    v128.store(at, zero, 32);
    v128.store(at, zero, 48);
  }
}

function alignUp(address: usize): usize {
  return (address + 63) & ~63;
}

/**
 * The end of a region with its padding, once memory reaches that far.
 *
 * Traps when addresses or the host have no room for it; the host turns the trap into the document's failure.
 */
function endOf(start: usize, bytes: usize): usize {
  const end = <u64>start + <u64>bytes + <u64>PADDING;
  if (end > MEMORY_BYTES_MAX) unreachable();
  const present = <usize>memory.size() * PAGE_BYTES;
  if (<usize>end <= present) return <usize>end;
  const pages = <i32>((<usize>end - present + PAGE_BYTES - 1) / PAGE_BYTES);
  if (memory.grow(pages) < 0) unreachable();
  return <usize>end;
}
