import { deserialize, serialize } from 'node:v8';
import { Packr } from 'msgpackr';
import { messageOf, MillraceError } from '../core/errors.js';
import { formOf } from './cacheable-value.js';

/** How the bytes of a value are to be read. Written to disk: append, never renumber. */
export const PAYLOAD_KINDS = Object.freeze({ none: 0, text: 1, plain: 2, structured: 3, buffer: 4, vector: 16 });

/** The kind of a typed array is `vector` and its place here: its elements as they lie in memory. Append, never reorder. */
const VECTORS: readonly VectorConstructor[] = [
  ...[Float32Array, Float64Array, Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array],
  ...[Uint32Array, Int32Array, BigInt64Array, BigUint64Array],
];
const VIEW_KINDS = new Map<unknown, number>([
  [Buffer.prototype, PAYLOAD_KINDS.buffer],
  ...VECTORS.map(({ prototype }, place) => [prototype, PAYLOAD_KINDS.vector + place] as const),
]);

interface VectorConstructor {
  readonly prototype: ArrayBufferView;
  new (elements: ArrayBuffer): ArrayBufferView;
}

export interface Payload {
  readonly kind: number;
  /** May lie in a buffer that is used again: to be copied before anything else is encoded. */
  readonly bytes: Uint8Array;
}

const NONE: Payload = Object.freeze({ kind: PAYLOAD_KINDS.none, bytes: new Uint8Array(0) });

/** A packer for plain data whose output can be read without knowing anything else. */
export function makeSelfContainedPackr(): Packr {
  return new Packr({ useRecords: false, mapsAsObjects: true, moreTypes: true });
}

/**
 * Writes a value in the form that is read back fastest.
 *
 * @throws MillraceError `ERR_CACHE_VALUE` when it would not read back equal.
 */
export function encodePayload(value: unknown, packr: Packr): Payload {
  if (value === undefined) return NONE;
  const form = formOf(value);
  if (typeof value === 'string' && form === 'plain') return { kind: PAYLOAD_KINDS.text, bytes: Buffer.from(value) };
  if (ArrayBuffer.isView(value)) {
    const kind = VIEW_KINDS.get(Object.getPrototypeOf(value));
    if (kind !== undefined) return { kind, bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  }
  try {
    return form === 'plain'
      ? { kind: PAYLOAD_KINDS.plain, bytes: packr.pack(value) }
      : { kind: PAYLOAD_KINDS.structured, bytes: serialize(value) };
  } catch (error) {
    throw new MillraceError('ERR_CACHE_VALUE', `cannot cache value: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Reads a value back; it shares no memory with `bytes`.
 *
 * @throws anything, when the bytes are not what `encodePayload` wrote.
 */
export function decodePayload(kind: number, bytes: Buffer, packr: Packr): unknown {
  switch (kind) {
    case PAYLOAD_KINDS.none:
      return undefined;
    case PAYLOAD_KINDS.text:
      return bytes.toString('utf8');
    case PAYLOAD_KINDS.plain:
      return packr.unpack(bytes);
    case PAYLOAD_KINDS.structured:
      // `deserialize` makes typed arrays that are views of what it reads.
      return deserialize(new Uint8Array(bytes));
    case PAYLOAD_KINDS.buffer:
      return Buffer.from(new Uint8Array(bytes).buffer);
    default:
      return decodeVector(kind, bytes);
  }
}

function decodeVector(kind: number, bytes: Buffer): unknown {
  const Vector = VECTORS[kind - PAYLOAD_KINDS.vector];
  if (Vector === undefined) throw new RangeError(`no payload is of kind ${kind}`);
  return new Vector(new Uint8Array(bytes).buffer); // Elements start at a multiple of their size only in a buffer of their own.
}
