import { broken } from './checks.js';
import type { Checkpoint } from './calls.js';
import type { DocumentWindow } from './document-window.js';
import { OrdinalRuns } from './ordinal-runs.js';
import type { Written } from './recover.js';
import type { CheckpointEntry } from './snapshot.js';
import { Witness } from './witness.js';

/** How far the outputs of a run are, which of its documents are dead letters, and the checksums of all lines. */
export class WrittenDocuments {
  #checkpoint: Checkpoint;
  readonly #rowsWitness: Witness;
  readonly #deadLettersWitness: Witness;
  readonly #deadLetters: OrdinalRuns;
  #deadLetterCount: number;

  /** Goes on from `written`, whose runs are its own from now on. */
  constructor({ checkpoint, witnessed, deadLetters, deadLetterCount }: Written) {
    this.#checkpoint = checkpoint;
    this.#rowsWitness = new Witness(witnessed.rows);
    this.#deadLettersWitness = new Witness(witnessed.deadLetters);
    this.#deadLetters = deadLetters;
    this.#deadLetterCount = deadLetterCount;
  }

  /** All of it, as a snapshot holds it. */
  get sums(): Written {
    return {
      checkpoint: this.#checkpoint,
      witnessed: { rows: this.#rowsWitness.value, deadLetters: this.#deadLettersWitness.value },
      deadLetters: this.#deadLetters,
      deadLetterCount: this.#deadLetterCount,
    };
  }

  /**
   * Enters the documents below `checkpoint.ordinal`.
   *
   * @param documents - from the oldest on that is not written.
   * @returns what a record of the checkpoint carries.
   * @throws MillraceError `ERR_INTERNAL` when one of them is not finished, or the run goes back.
   */
  advance(checkpoint: Checkpoint, documents: DocumentWindow): CheckpointEntry {
    const { ordinal, outputBytes, failedBytes } = checkpoint;
    const { base } = documents;
    if (ordinal < base || outputBytes < this.#checkpoint.outputBytes || failedBytes < this.#checkpoint.failedBytes) {
      throw broken(`the run goes back to document ${ordinal}`);
    }
    for (let written = base; written < ordinal; written++) {
      if (documents.state(written) !== 'finished') throw broken(`document ${written} is written unfinished`);
    }
    const deadLetters = this.#enter(documents, ordinal);
    this.#checkpoint = checkpoint;
    return { ...this.sums, deadLetters };
  }

  /** Enters documents into the checksums, and the dead letters among them into their list. */
  #enter(documents: DocumentWindow, end: number): OrdinalRuns {
    const deadLetters = OrdinalRuns.empty();
    for (let written = documents.base; written < end; written++) {
      const place = documents.finished(written);
      if (place?.kind === 'row') this.#rowsWitness.add(written, place.crc);
      if (place?.kind !== 'dead-letter') continue;
      this.#deadLettersWitness.add(written, place.crc);
      deadLetters.push(written);
    }
    this.#deadLetters.append(deadLetters);
    this.#deadLetterCount += deadLetters.count;
    return deadLetters;
  }
}
