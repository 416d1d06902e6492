import type { Document } from '../../core/document.js';
import type { Engine } from '../../engine/engine.js';
import type { RefineRunOptions } from '../../engine/refine/options.js';
import type { RefineOutcome, RefineRun } from '../../engine/refine/refine-run.js';
import type { RefinedRow } from '../../refine/row.js';
import { ArrivalQueue } from './arrival-queue.js';
import type { Outcome } from './accounts.js';
import type { ArrivingDocuments } from './documents.js';
import { codeOf } from './score-target.js';
import type { OnOutcome, OpenTarget, Target } from './target.js';

/** Sees what ended well, for comparison with another run. */
export type OnRow = (arrival: number, row: RefinedRow) => void;

/** Puts all documents through one run of `engine.refine`, whose outcomes come in order: one that takes its time delays those behind it. */
export function refineTarget(
  engine: Engine,
  options: RefineRunOptions,
  documents: ArrivingDocuments,
  onRow: OnRow,
  onOpen: (run: RefineRun) => void,
): OpenTarget {
  return async (onOutcome) => {
    const queue = new ArrivalQueue<Document>();
    const run = engine.refine(queue, options);
    onOpen(run);
    return new RefineTarget(run, queue, documents, onRow, onOutcome);
  };
}

class RefineTarget implements Target {
  readonly #run: RefineRun;
  readonly #queue: ArrivalQueue<Document>;
  readonly #documents: ArrivingDocuments;
  readonly #onRow: OnRow;
  readonly #onOutcome: OnOutcome;
  readonly #consumed: Promise<void>;
  /** Arrivals without an outcome, for the case that the run ends before them. */
  readonly #open = new Set<number>();
  #endCode: string | undefined;

  constructor(
    run: RefineRun,
    queue: ArrivalQueue<Document>,
    documents: ArrivingDocuments,
    onRow: OnRow,
    onOutcome: OnOutcome,
  ) {
    this.#run = run;
    this.#queue = queue;
    this.#documents = documents;
    this.#onRow = onRow;
    this.#onOutcome = onOutcome;
    this.#consumed = this.#consume();
  }

  offer(arrival: number): void {
    if (this.#endCode !== undefined) {
      this.#onOutcome(arrival, { code: this.#endCode });
      return;
    }
    this.#open.add(arrival);
    this.#queue.push(this.#documents.at(arrival));
  }

  async close(): Promise<void> {
    this.#queue.end();
    await this.#run.return();
    await this.#consumed;
  }

  /** What ends the run, such as an outage, is the outcome of all that it had not finished, and of all that still come. */
  async #consume(): Promise<void> {
    try {
      for await (const outcome of this.#run) this.#end(outcome);
    } catch (thrown) {
      this.#endCode = codeOf(thrown);
      for (const arrival of this.#open) this.#onOutcome(arrival, { code: this.#endCode });
      this.#open.clear();
    }
  }

  #end(outcome: RefineOutcome): void {
    const arrival = Number(outcome.id);
    this.#open.delete(arrival);
    if ('error' in outcome) {
      this.#onOutcome(arrival, { code: outcome.error.code });
      return;
    }
    const ended = outcomeOf(outcome);
    if (ended.code === undefined) this.#onRow(arrival, outcome);
    this.#onOutcome(arrival, ended);
  }
}

/** A row that stopped at a failed call is there, with the best version so far, and yet is not what was asked for. */
function outcomeOf({ stopped, steps }: RefinedRow): Outcome {
  if (stopped !== 'failed' && stopped !== 'aborted' && stopped !== 'budget') return { code: undefined };
  return { code: steps.findLast(({ outcome }) => outcome === 'failed')?.reason ?? stopped };
}
