/** The layout of a slab of texts (`DocumentsRequest`), written by the main thread and read by a worker. */

const HEADER_FIELDS = 2;
const HEADER_BYTES = HEADER_FIELDS * Uint32Array.BYTES_PER_ELEMENT;

/** Where the first text of `documentCount` begins. */
export function textsStart(documentCount: number): number {
  return documentCount * HEADER_BYTES;
}

/** A document's header: the UTF-8 bytes of its text, and how many ill-formed parts were replaced on the way. */
export function writeHeader(headers: Uint32Array, index: number, bytes: number, replaced: number): void {
  headers[index * HEADER_FIELDS] = bytes;
  headers[index * HEADER_FIELDS + 1] = replaced;
}

export function headerBytes(headers: Uint32Array, index: number): number {
  return headers[index * HEADER_FIELDS] ?? 0;
}

export function headerReplaced(headers: Uint32Array, index: number): number {
  return headers[index * HEADER_FIELDS + 1] ?? 0;
}

export function headersOf(slab: ArrayBuffer, documentCount: number): Uint32Array {
  return new Uint32Array(slab, 0, documentCount * HEADER_FIELDS);
}
