import type { DocumentId } from '../core/document.js';
import type { Kernel } from './kernel-host.js';
import { SLOT_BYTES, SLOT_OVERALL } from './kernel/report-slots.js';
import { rowId } from './row-errors.js';
import { NAMED_MAX, type NamedDocument, type Tally, type TallyBounds } from './tally.js';
import { bucketOf, BUCKET_COUNT, TALLIED, TIME_BUCKETS, timeBucketOf } from './tally-buckets.js';

/** Longest id that is handed on. */
const ID_LENGTH_MAX = 200;

/**
 * Counts what the documents of a request are like, while their reports stand in the kernel's memory: no row has to be read
 * for it again, and rejected documents count as well.
 *
 * A document takes as long as from the one before it, or from `start`: reading its line, scoring it and writing its row.
 */
export class TallyCounter {
  readonly #counts = new Uint32Array(BUCKET_COUNT);
  readonly #times = new Uint32Array(TIME_BUCKETS);
  readonly #lowest: Extremes;
  readonly #slowest: Extremes;
  #startedAtMs = 0;
  #busyMs = 0;

  constructor({ lowerThan, slowerThanMs }: TallyBounds) {
    this.#lowest = new Extremes(-lowerThan);
    this.#slowest = new Extremes(slowerThanMs);
  }

  /** From here on time counts for the next document. */
  start(): void {
    this.#startedAtMs = performance.now();
  }

  /** Takes the document whose row the kernel has just handled. */
  add(outcome: number, kernel: Kernel, index: number, line: number | undefined): void {
    const nowMs = performance.now();
    const ms = nowMs - this.#startedAtMs;
    this.#startedAtMs = nowMs;
    this.#busyMs += ms;
    const { report, reportSlots } = kernel;
    for (const measure of TALLIED) {
      if (measure.slot >= reportSlots) continue;
      const value = report[measure.slot]!;
      if (!Number.isNaN(value)) this.#counts[bucketOf(measure, value)]!++;
    }
    this.#times[timeBucketOf(ms)]!++;
    if (SLOT_OVERALL < reportSlots) {
      const quality = report[SLOT_OVERALL]!;
      if (this.#lowest.takes(-quality)) this.#lowest.add(-quality, name(quality, outcome, kernel, index, line));
    }
    if (this.#slowest.takes(ms)) this.#slowest.add(ms, name(ms, outcome, kernel, index, line));
  }

  tally(): Tally {
    const [lowest, slowest] = [this.#lowest.documents, this.#slowest.documents];
    return { counts: this.#counts, times: this.#times, busyMs: this.#busyMs, lowest, slowest };
  }
}

/** Only of those that stand out: an id is read from the kernel's memory. */
function name(value: number, outcome: number, kernel: Kernel, index: number, line: number | undefined): NamedDocument {
  const id = line === undefined ? undefined : shortened(rowId(outcome, kernel));
  return { index, line, id, bytes: kernel.report[SLOT_BYTES]!, value };
}

/** The documents with the greatest of some number, up to a bound; of equal ones the first. */
class Extremes {
  readonly documents: NamedDocument[] = [];
  readonly #values: number[] = [];
  #least: number;

  constructor(least: number) {
    this.#least = least;
  }

  takes(value: number): boolean {
    return value > this.#least;
  }

  add(value: number, document: NamedDocument): void {
    const behind = this.#values.findIndex((each) => each < value);
    const at = behind === -1 ? this.#values.length : behind;
    this.#values.splice(at, 0, value);
    this.documents.splice(at, 0, document);
    if (this.#values.length > NAMED_MAX) {
      this.#values.pop();
      this.documents.pop();
    }
    if (this.#values.length === NAMED_MAX) this.#least = this.#values.at(-1) ?? this.#least;
  }
}

function shortened(id: DocumentId | undefined): DocumentId | undefined {
  return typeof id === 'string' && id.length > ID_LENGTH_MAX ? `${id.slice(0, ID_LENGTH_MAX)}…` : id;
}
