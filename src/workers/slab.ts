/** The layout of a slab of texts (`DocumentsRequest`), written by the main thread and read by a worker. */
import { UNIT_BYTES } from './kernel-host.js';

const LENGTH_BYTES = Uint32Array.BYTES_PER_ELEMENT;

/** Where the first text of `documentCount` begins. */
export function textsStart(documentCount: number): number {
  return documentCount * LENGTH_BYTES;
}

/** Bytes that a slab of so many documents with so many UTF-16 units takes. */
export function slabBytesFor(documentCount: number, units: number): number {
  return textsStart(documentCount) + units * UNIT_BYTES;
}

/** The length of each text in UTF-16 units. */
export function lengthsOf(slab: ArrayBuffer, documentCount: number): Uint32Array {
  return new Uint32Array(slab, 0, documentCount);
}
