import type { Document } from '../../core/document.js';
import { MillraceError, messageOf } from '../../core/errors.js';
import type { CountsReport } from '../../core/report.js';
import { Kernel } from '../../workers/kernel-host.js';
import type { ReportDecoder } from '../../workers/report-layout.js';
import { idOf, costOf } from './documents-batch.js';
import { MissedDocument } from '../report-cache/engine-cache.js';

/** Text that may be scored on the calling thread in one turn of the event loop: less than a millisecond of work. */
const TURN_BYTES_MAX = 128 * 1024;

/**
 * Scores small texts where they are, since a hand-over to a worker and back takes longer.
 *
 * Only so much in one turn of the event loop: many calls at once are better off in the workers, and a loop that awaits one
 * call after the other would otherwise never let the event loop go round.
 */
export class InlineScorer<R extends CountsReport> {
  readonly #bytesMax: number;
  readonly #measures: Float64Array;
  readonly #decoder: ReportDecoder<R>;
  #kernel: Kernel | undefined;
  #turnBytes = 0;
  #isTurnScheduled = false;

  /**
   * @param measures - a `measureRow`.
   * @param decoder - of the reports that it asks for.
   */
  constructor(bytesMax: number, measures: Float64Array, decoder: ReportDecoder<R>) {
    this.#bytesMax = bytesMax;
    this.#measures = measures;
    this.#decoder = decoder;
  }

  /** Whether the document is small enough, and there is time for it in this turn. */
  accepts(document: Document): boolean {
    if (this.#bytesMax === 0 || document.text.length > this.#bytesMax) return false;
    return this.#turnBytes + costOf(document) <= TURN_BYTES_MAX;
  }

  score(document: Document): R {
    this.#turnBytes += costOf(document);
    this.#scheduleTurn();
    try {
      this.#kernel ??= Kernel.load(this.#measures);
      const row = this.#kernel.scoreText(document.text);
      const report = this.#decoder.decode(idOf(document, 0), row, 0);
      if (document instanceof MissedDocument) document.keep(row);
      if (this.#kernel.isOutsized) this.#kernel = undefined;
      return report;
    } catch (thrown) {
      this.#kernel = undefined;
      throw new MillraceError('ERR_OUT_OF_MEMORY', `the kernel stopped: ${messageOf(thrown)}`, { cause: thrown });
    }
  }

  #scheduleTurn(): void {
    if (this.#isTurnScheduled) return;
    this.#isTurnScheduled = true;
    setImmediate(() => {
      this.#isTurnScheduled = false;
      this.#turnBytes = 0;
    }).unref();
  }
}
