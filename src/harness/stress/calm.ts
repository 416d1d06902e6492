import { hash } from 'node:crypto';
import { checkAborted } from '../../core/abort.js';
import { isFailure, type Report } from '../../core/report.js';
import type { Engine } from '../../engine/engine.js';
import { essentialNumbers } from '../../refine/row.js';
import type { CalmComparison } from './criteria.js';
import type { ArrivingDocuments } from './documents.js';

/** Arrivals whose outcomes are kept as one sum. */
const RANGE = 1024;
/** Of the digest of an outcome; sums of a range stay exact in a double. */
const DIGEST_BYTES = 5;
/** Arrivals that did not end well and have to be left out of the comparison; beyond this it is given up. */
const MISSING_MAX = 1_000_000;

/** What of a report is compared. */
export type Essence = (report: Report) => unknown;

export const WHOLE_REPORT: Essence = (report) => report;
/** What a row of `refine` tells of the document as it came. */
export const BEFORE_REFINING: Essence = (report) => essentialNumbers(report, report.documentation.overall);

/**
 * The outcomes of a run, a sum of digests for each range of arrivals: eight bytes for 1,024 of them.
 *
 * Sums do not care for the order in which outcomes come, and an outcome that is wrong, missing or there twice makes another one.
 */
export class OutcomeSums {
  readonly #sums: number[] = [];
  #count = 0;

  add(arrival: number, content: unknown): void {
    const range = Math.floor(arrival / RANGE);
    const digest = hash('md5', JSON.stringify(content), 'buffer').readUIntLE(0, DIGEST_BYTES);
    while (this.#sums.length <= range) this.#sums.push(0);
    this.#sums[range]! += digest;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** Ranges that differ from those of another run, and all that either has. */
  compare(other: OutcomeSums): { readonly ranges: number; readonly different: number } {
    const ranges = Math.max(this.#sums.length, other.#sums.length);
    let different = 0;
    for (let range = 0; range < ranges; range++) {
      if ((this.#sums[range] ?? 0) !== (other.#sums[range] ?? 0)) different++;
    }
    return { ranges, different };
  }
}

/** Arrivals without an outcome to compare. */
export class Missing {
  readonly #arrivals = new Set<number>();
  isTooMany = false;

  add(arrival: number): void {
    if (this.#arrivals.size < MISSING_MAX) this.#arrivals.add(arrival);
    else this.isTooMany = true;
  }

  has(arrival: number): boolean {
    return this.#arrivals.has(arrival);
  }
}

/** Documents that the calm run scores in one go. */
const SLICE = 4096;

/**
 * Scores the documents of a run again, undisturbed, and compares.
 *
 * @param engine - one that has no cache.
 * @throws MillraceError `ERR_ABORTED`.
 */
export async function compareWithCalm(
  engine: Engine,
  documents: ArrivingDocuments,
  arrivals: number,
  disturbed: OutcomeSums,
  missing: Missing,
  essence: Essence,
  signal: AbortSignal,
): Promise<CalmComparison> {
  if (missing.isTooMany) return { ranges: 0, different: 0, note: 'too many arrivals did not end well' };
  if (disturbed.count === 0) return { ranges: 0, different: 0, note: 'no arrival ended well' };
  const calm = new OutcomeSums();
  for (let from = 0; from < arrivals; from += SLICE) {
    checkAborted(signal);
    const to = Math.min(from + SLICE, arrivals);
    const asked = Array.from({ length: to - from }, (_, index) => from + index).filter((each) => !missing.has(each));
    const outcomes = await engine.scoreAll(
      asked.map((arrival) => documents.at(arrival)),
      { signal },
    );
    for (const [index, outcome] of outcomes.entries()) {
      if (!isFailure(outcome)) calm.add(asked[index]!, essence(outcome));
    }
  }
  return disturbed.compare(calm);
}
