import type { Checkpoint } from '../../ledger/calls/calls.js';
import type { InputBatch, ReadPlace } from './read-documents.js';

/** Where to read on, and how many documents to drop there. */
export interface ResumePlace {
  /** `undefined`: at the beginning. */
  readonly from: ReadPlace | undefined;
  readonly skip: number;
}

/** Where documents of the run are in its inputs. */
export interface Places {
  /** What goes into a checkpoint before the document `ordinal`; what is before that may be forgotten. */
  at(ordinal: number): Checkpoint['place'];
  /** Input bytes that are behind the last such document, about. */
  readonly inputBytes: number;
}

interface Stretch {
  /** Ordinals in the run: from the first document of a batch to behind its last. */
  readonly from: number;
  readonly to: number;
  readonly place: ReadPlace | undefined;
  readonly next: ReadPlace;
  readonly inputBytes: number;
}

/**
 * Which batch a document of the run came in. Reading can go on at a batch only, so a checkpoint inside of one holds the place
 * of the batch and how many of its documents are written.
 */
export class ReadPlaces implements Places {
  readonly #stretches: Stretch[] = [];
  #place: ReadPlace | undefined;
  /** Ordinal of the first document behind all batches. */
  #end: number;
  #inputBytes: number;

  /**
   * @param ordinal - of the first document at `start`.
   * @param inputBytes - of the batches before it.
   */
  constructor({ from }: ResumePlace, ordinal: number, inputBytes: number) {
    this.#place = from;
    this.#end = ordinal;
    this.#inputBytes = inputBytes;
  }

  /** A batch was read; returns the ordinal of its first document. */
  push({ documents, place, inputBytes }: InputBatch): number {
    const from = this.#end;
    this.#end += documents.length;
    this.#stretches.push({ from, to: this.#end, place: this.#place, next: place, inputBytes });
    this.#place = place;
    return from;
  }

  /** Input bytes of the batches that are behind us. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  at(ordinal: number): Checkpoint['place'] {
    let stretch = this.#stretches[0];
    let place = stretch === undefined ? this.#place : stretch.place;
    while (stretch !== undefined && stretch.to <= ordinal) {
      this.#inputBytes += stretch.inputBytes;
      place = stretch.next;
      this.#stretches.shift(); // There are never more than a few.
      stretch = this.#stretches[0];
    }
    const first = stretch?.from ?? this.#end;
    return { ...place, skip: ordinal - first };
  }
}

/** The place of a checkpoint. */
export function resumePlaceOf({ place }: Checkpoint): ResumePlace {
  const { input, position, lines, ordinal, skip = 0 } = place;
  if (input === undefined || position === undefined || lines === undefined || ordinal === undefined)
    return { from: undefined, skip };
  return { from: { input, position, lines, ordinal }, skip };
}
