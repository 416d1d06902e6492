import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  Damage,
  META_PAGES,
  NODE,
  OVERFLOW_REFERENCE_BYTES,
  PAGE,
  PAGE_HEADER_BYTES,
  parseMeta,
  parseTree,
  readCount,
  TREE_BYTES,
  type Meta,
  type Tree,
} from './page-format.js';

/**
 * Looks for damage in an lmdb file that nobody has open, and says what it found; `undefined`: lmdb can use the file safely.
 *
 * lmdb follows the page numbers and offsets that it finds in the file as they are: a damaged or truncated file can end the process.
 * So all trees are walked here: every page is within the file, is what refers to it says and belongs to one place only, nodes lie within
 * their page, keys are in order, the counts add up, and no page that is in use counts as free. Values are not looked at, since
 * every entry carries a checksum of its own.
 *
 * Reads each page but the insides of large values once, 2–4 µs each (about a second per GB of small entries), and lets the event
 * loop turn in between.
 */
export async function findDamage(path: string): Promise<string | undefined> {
  const fd = openSync(path, 'r');
  try {
    await new PageCheck(fd, fstatSync(fd).size).run();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Damage || thrown instanceof RangeError) return thrown.message;
    throw thrown;
  } finally {
    closeSync(fd);
  }
}

const DEPTH_MAX = 32;
const PAGES_PER_TURN = 512;
const MAIN_ORDER: Order = (a, b) => a.compare(b);
/** Keys of the list of free pages are transactions. */
const FREE_ORDER: Order = (a, b) => readCount(a, 0, 'transaction') - readCount(b, 0, 'transaction');

type Order = (a: Buffer, b: Buffer) => number;
type Visit = (key: Buffer, flags: number, value: () => Buffer) => void;

/** A page that is still to be looked at, and the keys that it may hold: from the first up to before the second. */
interface Step {
  readonly page: number;
  readonly depth: number;
  readonly from: Buffer | undefined;
  readonly before: Buffer | undefined;
}

/** What a tree was found to have. */
interface Found {
  branchPages: number;
  leafPages: number;
  overflowPages: number;
  entries: number;
}

class PageCheck {
  readonly #fd: number;
  readonly #fileBytes: number;
  #meta: Meta;
  #taken: Uint8Array;

  constructor(fd: number, fileBytes: number) {
    this.#fd = fd;
    this.#fileBytes = fileBytes;
    this.#meta = this.#readMeta();
    this.#taken = new Uint8Array(Math.ceil((this.#meta.lastPage + 1) / 8));
  }

  async run(): Promise<void> {
    const tables: Tree[] = [];
    await this.#walk(this.#meta.main, MAIN_ORDER, (_, flags, value) => {
      if ((flags & NODE.subTree) === 0) return;
      const tree = value();
      if (tree.length !== TREE_BYTES) throw new Damage('a table is described in a wrong length');
      tables.push(parseTree(tree, 0));
    });
    for (const table of tables) {
      await this.#walk(table, MAIN_ORDER, (_, flags) => {
        if ((flags & ~NODE.bigData) !== 0) throw new Damage('an entry of a table is no value');
      });
    }
    const lists: Buffer[] = [];
    await this.#walk(this.#meta.free, FREE_ORDER, (key, _, value) => {
      readCount(key, 0, 'transaction', this.#meta.txn);
      lists.push(value());
    });
    for (const list of lists) this.#takeFree(list);
  }

  /** The newer of the two. lmdb writes them in turn, so they are one transaction apart. */
  #readMeta(): Meta {
    const first = parseMeta(this.#read(0, PAGE_HEADER_BYTES + 4096, 0), 0);
    const second = parseMeta(this.#read(first.pageBytes, PAGE_HEADER_BYTES + 4096, 0), 1);
    if (first.pageBytes !== second.pageBytes || first.flags !== second.flags) throw new Damage('the meta pages differ');
    const isFresh = first.txn === 0 && second.txn === 0;
    if (!isFresh && (Math.abs(first.txn - second.txn) !== 1 || first.txn % 2 !== 0)) {
      throw new Damage('the meta pages are not of consecutive transactions');
    }
    const newer = first.txn > second.txn ? first : second;
    if (newer.lastPage < META_PAGES - 1 || newer.lastPage >= 2 ** 40) throw new Damage('the last page is impossible');
    if (newer.lastPage * newer.pageBytes > this.#fileBytes * 8 + 2 ** 30) throw new Damage('the file is far too short');
    return newer;
  }

  async #walk(tree: Tree, order: Order, visit: Visit): Promise<void> {
    if (tree.depth > DEPTH_MAX) throw new Damage('a tree is too deep');
    const found: Found = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
    const steps: Step[] = [];
    if (tree.root !== undefined) steps.push({ page: tree.root, depth: 1, from: undefined, before: undefined });
    for (let step = steps.pop(), pages = 1; step !== undefined; step = steps.pop(), pages++) {
      if (pages % PAGES_PER_TURN === 0) await nextTurn();
      const bytes = this.#readPage(step.page);
      const isLeaf = step.depth === tree.depth;
      if (bytes.readUInt16LE(18) !== (isLeaf ? PAGE.leaf : PAGE.branch)) throw new Damage('a page is of a wrong kind');
      const nodes = nodesOf(bytes);
      if (isLeaf) {
        found.leafPages++;
        found.entries += nodes.length;
        checkPacking(
          bytes,
          nodes.map((at) => [at, this.#checkLeafNode(bytes, at, found, visit)]),
        );
        checkOrder(
          nodes.map((at) => keyOf(bytes, at)),
          step,
          order,
        );
      } else {
        found.branchPages++;
        if (nodes.length < 2) throw new Damage('a branch has one way only');
        const keys = nodes.map((at) => keyOf(bytes, at));
        checkPacking(
          bytes,
          nodes.map((at, place) => [at, at + NODE.headerBytes + keys[place]!.length]),
        );
        checkOrder(keys.slice(1), step, order);
        for (let place = nodes.length - 1; place >= 0; place--) {
          const [from, before] = [place === 0 ? step.from : keys[place], keys[place + 1] ?? step.before];
          steps.push({ page: childOf(bytes, nodes[place]!), depth: step.depth + 1, from, before });
        }
      }
    }
    for (const name of ['branchPages', 'leafPages', 'overflowPages', 'entries'] as const) {
      if (found[name] !== tree[name]) throw new Damage(`a tree has ${found[name]} ${name} and says ${tree[name]}`);
    }
  }

  /** Where the node ends. */
  #checkLeafNode(bytes: Buffer, at: number, found: Found, visit: Visit): number {
    const size = bytes.readUInt32LE(at);
    const flags = bytes.readUInt16LE(at + 4);
    const key = keyOf(bytes, at);
    const valueAt = at + NODE.headerBytes + key.length;
    const isBig = (flags & NODE.bigData) !== 0;
    const inlineBytes = isBig ? OVERFLOW_REFERENCE_BYTES : size;
    if (valueAt + inlineBytes > bytes.length) throw new Damage('a node reaches beyond its page');
    if ((flags & ~(NODE.bigData | NODE.subTree)) !== 0) throw new Damage('a node has unknown flags');
    if (!isBig) {
      visit(key, flags, () => bytes.subarray(valueAt, valueAt + size));
      return valueAt + inlineBytes;
    }
    const first = readCount(bytes, valueAt, 'page');
    const pages = readCount(bytes, valueAt + 16, 'pages', this.#meta.lastPage);
    if (pages !== Math.ceil((PAGE_HEADER_BYTES + size) / this.#meta.pageBytes))
      throw new Damage('a value is of a wrong size');
    found.overflowPages += pages;
    this.#takeOverflow(first, pages);
    visit(key, flags, () => Buffer.from(this.#read(first * this.#meta.pageBytes + PAGE_HEADER_BYTES, size, size)));
    return valueAt + inlineBytes;
  }

  #takeOverflow(first: number, pages: number): void {
    this.#take(first, pages);
    if ((first + pages) * this.#meta.pageBytes > this.#fileBytes) throw new Damage('the file ends within a value');
    const header = this.#read(first * this.#meta.pageBytes, PAGE_HEADER_BYTES, PAGE_HEADER_BYTES);
    this.#checkHeader(header, first);
    if (header.readUInt16LE(18) !== PAGE.overflow || header.readUInt32LE(20) !== pages) {
      throw new Damage('the pages of a value are none');
    }
  }

  #takeFree(list: Buffer): void {
    const count = list.length < 8 ? 0 : readCount(list, 0, 'free pages', list.length / 8 - 1);
    for (let place = 1; place <= count; place++) {
      // A negative number is the length of the run of pages whose first one follows; 0 is an unused place.
      let entry = list.readBigInt64LE(place * 8);
      let pages = 1;
      if (entry < 0n) {
        if (place === count) return;
        pages = Number(-entry);
        entry = list.readBigInt64LE(++place * 8);
      }
      if (entry !== 0n) this.#take(Number(entry), pages);
    }
  }

  /** Notes that pages have been met; each may be only once. */
  #take(first: number, pages: number): void {
    if (first < META_PAGES || pages < 1 || first + pages - 1 > this.#meta.lastPage)
      throw new Damage('a page is out of range');
    for (let page = first; page < first + pages; page++) {
      const [place, bit] = [page >>> 3, 1 << (page & 7)];
      if ((this.#taken[place]! & bit) !== 0) throw new Damage(`page ${page} has two uses`);
      this.#taken[place]! |= bit;
    }
  }

  #readPage(page: number): Buffer {
    this.#take(page, 1);
    const { pageBytes } = this.#meta;
    const bytes = Buffer.from(this.#read(page * pageBytes, pageBytes, pageBytes));
    this.#checkHeader(bytes, page);
    return bytes;
  }

  #checkHeader(bytes: Buffer, page: number): void {
    if (readCount(bytes, 0, 'page number') !== page) throw new Damage(`page ${page} is another one`);
    readCount(bytes, 8, 'transaction', this.#meta.txn);
  }

  #read(at: number, bytes: number, bytesMin: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes);
    const read = readSync(this.#fd, buffer, 0, bytes, at);
    if (read < bytesMin) throw new Damage('the file is too short');
    return buffer.subarray(0, read);
  }
}

/** Where the nodes of a branch or leaf are in its page. */
function nodesOf(bytes: Buffer): number[] {
  const pointerBytes = bytes.readUInt16LE(20);
  const freeEnd = bytes.readUInt16LE(22);
  if (pointerBytes % 2 !== 0 || pointerBytes > freeEnd || PAGE_HEADER_BYTES + freeEnd > bytes.length) {
    throw new Damage('the pointers of a page are impossible');
  }
  const nodes: number[] = [];
  for (let at = PAGE_HEADER_BYTES; at < PAGE_HEADER_BYTES + pointerBytes; at += 2) {
    const node = PAGE_HEADER_BYTES + bytes.readUInt16LE(at);
    if (node < PAGE_HEADER_BYTES + freeEnd || node + NODE.headerBytes > bytes.length || node % 2 !== 0) {
      throw new Damage('a node is out of its page');
    }
    if (node + NODE.headerBytes + bytes.readUInt16LE(node + 6) > bytes.length) {
      throw new Damage('a key reaches beyond its page');
    }
    nodes.push(node);
  }
  if (nodes.length === 0) throw new Damage('a page is empty');
  return nodes;
}

/** The nodes, each with its begin and end, lie one behind the other from the end of the free space to that of the page. */
function checkPacking(bytes: Buffer, nodes: readonly (readonly [number, number])[]): void {
  let end = PAGE_HEADER_BYTES + bytes.readUInt16LE(22);
  for (const [begin, nodeEnd] of [...nodes].sort(([a], [b]) => a - b)) {
    if (begin !== end) throw new Damage('nodes overlap');
    end = nodeEnd + (nodeEnd % 2);
  }
  if (end !== bytes.length) throw new Damage('nodes do not fill their page');
}

function keyOf(bytes: Buffer, node: number): Buffer {
  const at = node + NODE.headerBytes;
  return bytes.subarray(at, at + bytes.readUInt16LE(node + 6));
}

function childOf(bytes: Buffer, node: number): number {
  return bytes.readUInt32LE(node) + bytes.readUInt16LE(node + 4) * 2 ** 32;
}

function checkOrder(keys: readonly Buffer[], { from, before }: Step, order: Order): void {
  const [first, last] = [keys[0], keys.at(-1)];
  if (first === undefined || last === undefined) return;
  if (from !== undefined && order(first, from) < 0) throw new Damage('a key is in a page before its own');
  if (before !== undefined && order(last, before) >= 0) throw new Damage('a key is in a page behind its own');
  for (let place = 1; place < keys.length; place++) {
    if (order(keys[place - 1]!, keys[place]!) >= 0) throw new Damage('keys are out of order');
  }
}
