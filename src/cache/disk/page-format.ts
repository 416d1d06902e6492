/**
 * The parts of an lmdb data file (version 2 of the format, as lmdb 3 writes it: 64 bit, little endian) that have to be right for
 * lmdb to follow them safely.
 *
 *     page  0: number u64 · 8: transaction u64 · 18: flags u16 · 20: pointer bytes u16 │ pages of an overflow u32 · 22: free end u16
 *           24: pointers u16 each, counted from here, to nodes
 *     node  0: size u32, or in a branch the low 48 bits of a page number · 4: flags u16 · 6: key bytes u16 · 8: key, value
 *     tree  4: flags u16 · 6: depth u16 · 8: branch pages u64 · 16: leaf pages · 24: overflow pages · 32: entries · 40: root
 *     meta  pages 0 and 1, 24: magic u32 · 28: version u32 · 32: address u64 · 40: map bytes u64 · 48: tree of the free pages (with the
 *           page size in its first u32) · 96: tree of the tables · 144: last page u64 · 152: transaction u64
 */
export const PAGE_HEADER_BYTES = 24;
export const TREE_BYTES = 48;
export const PAGE = Object.freeze({ branch: 1, leaf: 2, overflow: 4, meta: 8 });
export const NODE = Object.freeze({ headerBytes: 8, bigData: 1, subTree: 2 });
/** What a node holds in place of a value that has pages of its own: page u64, transaction u64, pages u64. */
export const OVERFLOW_REFERENCE_BYTES = 24;
export const META_PAGES = 2;

const META = Object.freeze({
  magic: 24,
  version: 28,
  address: 32,
  mapBytes: 40,
  free: 48,
  main: 96,
  last: 144,
  txn: 152,
});
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const PAGE_BYTES_MIN = 512;
const PAGE_BYTES_MAX = 65536;
/** What a process can map; lmdb maps at once what the file asks for. */
const MAP_BYTES_MAX = 2 ** 46;
const NO_ROOT = 2n ** 64n - 1n;

/** A B+ tree: one table, the list of tables or the list of free pages. */
export interface Tree {
  /** `undefined`: it is empty. */
  readonly root: number | undefined;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
}

export interface Meta {
  readonly pageBytes: number;
  readonly flags: number;
  readonly free: Tree;
  readonly main: Tree;
  readonly lastPage: number;
  readonly txn: number;
}

/** What is wrong with a file. */
export class Damage extends Error {}

export function parseMeta(bytes: Buffer, page: number): Meta {
  if (bytes.length < META_BYTES) throw new Damage('the file ends within a meta page');
  const pageBytes = bytes.readUInt32LE(META.free);
  const mapBytes = readCount(bytes, META.mapBytes, 'map size', MAP_BYTES_MAX);
  if (
    readCount(bytes, 0, 'page number', META_PAGES) !== page ||
    bytes.readUInt16LE(18) !== PAGE.meta ||
    bytes.readUInt32LE(META.magic) !== MAGIC ||
    bytes.readUInt32LE(META.version) !== VERSION ||
    bytes.readBigUInt64LE(META.address) !== 0n ||
    pageBytes < PAGE_BYTES_MIN ||
    pageBytes > PAGE_BYTES_MAX ||
    (pageBytes & (pageBytes - 1)) !== 0 ||
    mapBytes % pageBytes !== 0
  ) {
    throw new Damage(`meta page ${page} is none`);
  }
  return {
    pageBytes,
    flags: bytes.readUInt16LE(META.free + 4),
    free: parseTree(bytes, META.free),
    main: parseTree(bytes, META.main),
    lastPage: readCount(bytes, META.last, 'last page'),
    txn: readCount(bytes, META.txn, 'transaction'),
  };
}

export function parseTree(bytes: Buffer, at: number): Tree {
  const depth = bytes.readUInt16LE(at + 6);
  const hasRoot = bytes.readBigUInt64LE(at + 40) !== NO_ROOT;
  if (hasRoot !== depth > 0) throw new Damage('a tree has a depth and no root, or a root and no depth');
  return {
    root: hasRoot ? readCount(bytes, at + 40, 'root') : undefined,
    depth,
    branchPages: readCount(bytes, at + 8, 'branch pages'),
    leafPages: readCount(bytes, at + 16, 'leaf pages'),
    overflowPages: readCount(bytes, at + 24, 'overflow pages'),
    entries: readCount(bytes, at + 32, 'entries'),
  };
}

/** A u64 that has to be a number of something. */
export function readCount(bytes: Buffer, at: number, what: string, max = Number.MAX_SAFE_INTEGER): number {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at);
  if (value > max) throw new Damage(`a number is impossible: ${what} ${value}`);
  return value;
}
