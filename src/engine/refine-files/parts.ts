import { MillraceError, type WireError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { RowFailures } from '../dependencies/row-failures.js';
import { workOrder } from '../dependencies/work-order.js';

/** A document that waits for so many others. */
interface Wait {
  missing: number;
  readonly resolve: (isTurn: boolean) => void;
}

/**
 * The parts of documents: those that each depends on, and that must be finished before it is begun.
 *
 * Documents are taken in `order`, so whatever one waits for was taken before it, and of those that are taken the first has nothing
 * to wait for: however few there is room for, they never wait for one that has not been read.
 */
export class Parts {
  readonly #failures: RowFailures;
  /** Documents that are taken and not finished, each with those that wait for it. */
  readonly #underWay = new Map<number, Wait[]>();
  readonly #waits = new Set<Wait>();
  #isEnded = false;

  constructor(failures: RowFailures) {
    this.#failures = failures;
  }

  /** Documents that wait for others. */
  get waiting(): number {
    return this.#waits.size;
  }

  /**
   * The order in which documents are to be taken, from `first` on; those before it are finished.
   *
   * @param isOpen - whether a document is done in this run. What is not is finished.
   */
  order(first: number, isOpen: (ordinal: number) => boolean): Iterable<number> {
    return workOrder(this.#failures.graph, first, (ordinal) => this.#failures.has(ordinal) || !isOpen(ordinal));
  }

  /** Whether a document is known to fail, and neither reading nor scoring would tell. */
  isPassedOver(ordinal: number): boolean {
    return this.#failures.isPassedOver(ordinal);
  }

  /** A document has been taken. Returns whether its turn has come, at once or when all its parts are finished; false: the run has ended. */
  take(ordinal: number): MaybePromise<boolean> {
    this.#underWay.set(ordinal, []);
    if (this.#isEnded) return false;
    if (this.#failures.has(ordinal)) return true;
    const unfinished = this.#unfinishedParts(ordinal);
    if (unfinished.length === 0) return true;
    return new Promise((resolve) => {
      const wait = { missing: unfinished.length, resolve };
      for (const waits of unfinished) waits.push(wait);
      this.#waits.add(wait);
    });
  }

  /** Why a document fails for the sake of others. To be asked when its turn has come. */
  errorOf(ordinal: number): MillraceError | undefined {
    if (!this.#failures.failsForOthers(ordinal)) return undefined;
    return this.#failures.isPassedOver(ordinal) ? this.#failures.errorOf(ordinal) : undefined;
  }

  /** A document is to be a dead letter. */
  failed(ordinal: number, { code, message }: WireError): void {
    this.#failures.note(ordinal, new MillraceError(code, message));
  }

  /** A document is finished, whatever became of it: those wait no longer for which it was the last. */
  finished(ordinal: number): void {
    const waits = this.#underWay.get(ordinal) ?? [];
    this.#underWay.delete(ordinal);
    for (const wait of waits) if (--wait.missing === 0) this.#resolve(wait, true);
  }

  /** Nothing more is to be begun. */
  end(): void {
    this.#isEnded = true;
    for (const wait of this.#waits) this.#resolve(wait, false);
  }

  #resolve(wait: Wait, isTurn: boolean): void {
    if (this.#waits.delete(wait)) wait.resolve(isTurn);
  }

  /** Those who wait for each part that is not finished. */
  #unfinishedParts(ordinal: number): Wait[][] {
    const { offsets, targets } = this.#failures.graph;
    const unfinished: Wait[][] = [];
    for (let edge = offsets[ordinal]!; edge < offsets[ordinal + 1]!; edge++) {
      const waits = this.#underWay.get(targets[edge]!);
      if (waits !== undefined) unfinished.push(waits);
    }
    return unfinished;
  }
}
