import { createHash } from 'node:crypto';
import { Packr } from 'msgpackr';
import { decodeEntry, encodeEntry } from '../entry-codec.js';
import { makeSelfContainedPackr } from '../payload.js';
import type { Entry } from '../tier.js';
import type { Table } from './environment.js';

/**
 * The names of fields of the objects of a namespace, kept once and not with each entry: reports take a third of the bytes, and a quarter of
 * the time to read.
 *
 * A list of shapes is never changed: one more shape makes another list, which is found by the hash of its content. Each entry says which
 * list it was written with, so that processes need not agree on one, and a list that is damaged or gone makes entries unreadable,
 * never wrong.
 *
 *     shapes/<namespace>/<hash>   the list, as JSON
 *     shapes/<namespace>          the hash of the one to go on from
 */
export class DiskShapes {
  readonly #meta: Table;
  readonly #prefix: string;
  /** Of each list that is known by its hash, what reads entries that were written with it. */
  readonly #readers = new Map<string, Packr>([[NO_SHAPES, makeSelfContainedPackr()]]);
  readonly #writer: Packr;
  #list: ShapeList = { hash: NO_SHAPES, json: undefined };

  constructor(meta: Table, namespace: string) {
    this.#meta = meta;
    this.#prefix = `shapes/${namespace}`;
    const hash = meta.getBinary(Buffer.from(this.#prefix))?.toString('latin1');
    const shapes = hash === undefined ? undefined : this.#read(hash);
    if (hash !== undefined && shapes !== undefined) this.#list = { hash, json: undefined };
    this.#writer = this.#isFull()
      ? makeSelfContainedPackr()
      : new Packr({
          moreTypes: true,
          getStructures: () => shapes ?? [],
          saveStructures: (list) => {
            this.#extend(list);
          },
        });
    this.#readers.set(this.#list.hash, this.#writer);
  }

  /** @throws MillraceError `ERR_CACHE_VALUE`. */
  encode(entry: Entry, compressFromBytes: number): Shaped {
    // It is there until it is written: small ones share their memory, which costs less than a block of each.
    const encoded = encodeEntry(entry, compressFromBytes, this.#writer, 'shared');
    return { encoded, list: this.#list };
  }

  /** `undefined` for an entry that cannot be read. The list must be known. */
  decode(hash: string, encoded: Buffer): Entry | undefined {
    const reader = this.#readers.get(hash);
    return reader === undefined ? undefined : decodeEntry(encoded, reader);
  }

  knows(hash: string): boolean {
    return this.#readers.has(hash);
  }

  /** Looks for a list that is not known; this is a read of its own. */
  learn(hash: string): void {
    const shapes = this.#read(hash);
    if (shapes === undefined || this.#readers.size > LISTS_MAX * 2) return;
    this.#readers.set(hash, new Packr({ moreTypes: true, getStructures: () => shapes }));
  }

  /** Writes a list that may not be there, in a transaction. */
  save({ hash, json }: ShapeList): void {
    if (json === undefined) return;
    this.#meta.putSync(this.#keyOf(hash), json);
    this.#meta.putSync(Buffer.from(this.#prefix), Buffer.from(hash, 'latin1'));
  }

  /** To be told when a list is committed. */
  noteSaved(list: ShapeList): void {
    if (this.#list.hash === list.hash) this.#list = { hash: list.hash, json: undefined };
  }

  /** The writer has met a new shape, and has put it behind the others. */
  #extend(list: unknown): void {
    const json = Buffer.from(JSON.stringify(list));
    this.#list = { hash: hashOf(json), json };
    this.#readers.set(this.#list.hash, this.#writer);
  }

  #read(hash: string): string[][] | undefined {
    const json = this.#meta.getBinary(this.#keyOf(hash));
    return json === undefined || hashOf(json) !== hash ? undefined : parseShapes(json);
  }

  #isFull(): boolean {
    const [start, end] = [Buffer.from(`${this.#prefix}/`), Buffer.from(`${this.#prefix}0`)];
    return this.#meta.getKeysCount({ start, end }) >= LISTS_MAX;
  }

  #keyOf(hash: string): Buffer {
    return Buffer.from(`${this.#prefix}/${Buffer.from(hash, 'latin1').toString('hex')}`);
  }
}

/** An entry as bytes, and the list that reading it takes. */
export interface Shaped {
  readonly encoded: Buffer;
  readonly list: ShapeList;
}

export interface ShapeList {
  /** A byte a character. */
  readonly hash: string;
  /** `undefined`: it is in the store. */
  readonly json: Buffer | undefined;
}

export const HASH_BYTES = 8;
const NO_SHAPES = '\0'.repeat(HASH_BYTES);
/** Lists from which on none is begun; a list has at most 32 shapes, so that a process adds at most as many lists. */
const LISTS_MAX = 256;

function hashOf(json: Buffer): string {
  return createHash('sha256').update(json).digest().toString('latin1', 0, HASH_BYTES);
}

function parseShapes(json: Buffer): string[][] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
  const isShape = (shape: unknown): shape is string[] =>
    Array.isArray(shape) && shape.every((name) => typeof name === 'string');
  return Array.isArray(parsed) && parsed.every(isShape) ? parsed : undefined;
}
