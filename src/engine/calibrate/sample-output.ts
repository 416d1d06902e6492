import type { DeadLetter } from '../../io/dead-letters.js';
import type { RowsOutput, WrittenRows } from '../score-files/file-run.js';
import type { Reservoir } from './reservoir.js';
import type { Totals } from './totals.js';

/** Dead letters that are kept to be shown. */
const DEAD_LETTERS_MAX = 10;

/** Takes rows of doubles instead of writing them: every row is counted, and some are sampled. */
export class SampleOutput implements RowsOutput {
  readonly isResumable = false;
  /** The first ones. */
  readonly deadLetters: DeadLetter[] = [];
  readonly #totals: Totals;
  readonly #sample: Reservoir;

  constructor(totals: Totals, sample: Reservoir) {
    this.#totals = totals;
    this.#sample = sample;
  }

  async write({ rows, deadLetters }: WrittenRows): Promise<void> {
    this.deadLetters.push(...deadLetters.slice(0, DEAD_LETTERS_MAX - this.deadLetters.length));
    const doubles = doublesOf(rows);
    for (let at = 0; at < doubles.length; at += this.#sample.width) {
      this.#totals.add(doubles, at);
      this.#sample.add(doubles, at);
    }
  }

  async flush(): Promise<void> {
    // Nothing waits: what is written has been counted.
  }

  async checkpoint(): Promise<void> {
    // Nothing is kept that could be gone on with.
  }
}

/** Rows stand at the start of their slab; of bytes elsewhere a copy is made. */
function doublesOf(rows: Uint8Array): Float64Array {
  const { buffer, byteOffset, length } = byteOffsetOf(rows) === 0 ? rows : rows.slice();
  return new Float64Array(buffer, byteOffset, length / Float64Array.BYTES_PER_ELEMENT);
}

function byteOffsetOf({ byteOffset }: Uint8Array): number {
  return byteOffset % Float64Array.BYTES_PER_ELEMENT;
}
