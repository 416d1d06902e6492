import type { Parts } from './parts.js';
import type { InputBatch, InputDocument } from './read-documents.js';
import type { Places, ReadPlaces } from './read-places.js';

/** A document that is to be done or copied, and its number in the run. */
export interface WorkItem {
  readonly ordinal: number;
  readonly input: InputDocument;
}

/** What a session has to do. */
export interface Work {
  /** Items in the order in which they are taken, as many at a time as are scored together. */
  readonly batches: AsyncIterable<readonly WorkItem[]>;
  readonly places: Places;
  /** Undefined: no document waits for another. */
  readonly parts: Parts | undefined;
}

/** The documents as they are read. @param skip - how many of them are written already. */
export async function* itemsInOrder(
  batches: AsyncIterable<InputBatch>,
  places: ReadPlaces,
  skip: number,
): AsyncGenerator<readonly WorkItem[], void> {
  let left = skip;
  for await (const batch of batches) {
    const first = places.push(batch);
    // Batches may be cut elsewhere than when the checkpoint was made.
    const dropped = Math.min(left, batch.documents.length);
    left -= dropped;
    yield batch.documents.slice(dropped).map((input, index) => ({ ordinal: first + dropped + index, input }));
  }
}
