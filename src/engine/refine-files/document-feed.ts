import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { isFailure } from '../../core/report.js';
import { deadLetterLine, type DeadLetter } from '../../io/dead-letters.js';
import type { Finished } from '../../ledger/calls/calls.js';
import type { RefinedRow } from '../../refine/row.js';
import type { RowLine } from '../../workers/row-reader.js';
import { costOf, type Outcome } from '../documents-batch.js';
import type { Emit } from '../emit.js';
import type { Engine } from '../engine.js';
import type { Asked } from '../refine/completions.js';
import type { Refined, Refiner } from '../refine/refiner.js';
import type { RefineTally } from '../run-report/refine-tally.js';
import type { FinishedRows } from './finished-rows.js';
import type { OrderedOutput } from './ordered-output.js';
import { outputRow } from './output-row.js';
import type { InputBatch, InputDocument } from './read-documents.js';
import type { ReadPlaces } from './read-places.js';
import { askedOf } from './spending.js';
import { countsOf } from './tally.js';
import { Wake } from './wake.js';

export interface DocumentFeedSettings {
  /** Documents that are written, finished or closed are skipped in them. */
  readonly batches: AsyncIterable<InputBatch>;
  /** Documents that are written already: the first ones of the batches. */
  readonly skip: number;
  readonly places: ReadPlaces;
  readonly engine: Pick<Engine, 'scoreAll'>;
  readonly refiner: Pick<Refiner, 'refine'>;
  readonly rows: FinishedRows;
  readonly output: OrderedOutput;
  /** The rows of documents that this run does not do, in order. */
  readonly oldRows: AsyncIterator<Uint8Array> | undefined;
  readonly emit: Emit;
  /** Undefined: nobody asks what the documents are like. */
  readonly tally: RefineTally | undefined;
  readonly isPriced: (provider: string) => boolean;
  /** Documents that may be under way. */
  readonly documentsMax: number;
  /** Text that may be under way, in UTF-16 units, with the bytes of lines that are kept; a document may be larger while it is the only one. */
  readonly bytesMax: number;
  /** Whether there is room for the row of a further document, which is `ordinal`. */
  readonly hasRoom: (ordinal: number) => boolean;
  /** Given when nothing more is to be begun. */
  readonly ending: AbortSignal;
  /** Given when what is under way is to be given up. */
  readonly cancelled: AbortSignal;
  /** Ends the run; the first error counts. */
  readonly onError: (error: unknown) => void;
}

/** Documents of a batch that are to be done, with their reports to come. */
interface Scored {
  readonly first: number;
  readonly inputs: readonly InputDocument[];
  readonly outcomes: Promise<readonly Outcome[]>;
}

/**
 * Reads, has scored, and begins documents, as many at a time as there is room for. One batch is scored while the documents of the
 * one before are begun.
 */
export class DocumentFeed {
  readonly #settings: DocumentFeedSettings;
  readonly #room = new Wake();
  readonly #idle = new Wake();
  #underWay = 0;
  #bytes = 0;
  #begun: number;

  constructor(settings: DocumentFeedSettings) {
    this.#settings = settings;
    this.#begun = settings.output.next;
    settings.ending.addEventListener('abort', () => {
      this.#room.wake();
    });
  }

  /** Above the last document that was begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Documents that were begun and have not finished. */
  get underWay(): number {
    return this.#underWay;
  }

  /** There may be room now. */
  wake(): void {
    this.#room.wake();
  }

  /**
   * Begins all documents, or those up to where the run ends.
   *
   * @throws what reading and scoring throw.
   */
  async run(): Promise<void> {
    const { batches, places, ending } = this.#settings;
    let { skip } = this.#settings;
    let before: Scored | undefined;
    for await (const batch of batches) {
      if (ending.aborted) break;
      // Batches may be cut elsewhere than when the checkpoint was made.
      const dropped = Math.min(skip, batch.documents.length);
      skip -= dropped;
      const scored = this.#score(places.push(batch) + dropped, batch.documents.slice(dropped));
      if (before !== undefined) await this.#begin(before);
      before = scored;
    }
    if (before !== undefined) await this.#begin(before);
  }

  /** Resolves when no document is under way. */
  async idle(): Promise<void> {
    while (this.#underWay > 0) await this.#idle.sleep();
  }

  #score(first: number, inputs: readonly InputDocument[]): Scored {
    const { engine, cancelled } = this.#settings;
    const documents = inputs.flatMap((input) => (input.kind === 'document' ? input.document : []));
    const outcomes = engine.scoreAll(documents, { signal: cancelled });
    outcomes.catch(() => undefined); // Thrown where they are waited for.
    return { first, inputs, outcomes };
  }

  async #begin({ first, inputs, outcomes }: Scored): Promise<void> {
    const scored = (await outcomes)[Symbol.iterator]();
    for (const [index, input] of inputs.entries()) {
      const ordinal = first + index;
      if (!this.#hasRoom(ordinal)) await this.#waitForRoom(ordinal);
      if (this.#settings.ending.aborted) return;
      if (!this.#settings.rows.isOpen(ordinal)) await this.#copy(ordinal);
      else if (input.kind === 'skipped') this.#settings.output.finished(ordinal);
      else if (input.kind === 'dead-letter') this.#start(this.#bury(ordinal, input.letter), 0);
      else this.#start(this.#process(ordinal, input, outcomeOf(scored.next())), bytesOf(input));
      this.#begun = ordinal + 1;
    }
  }

  #hasRoom(ordinal: number): boolean {
    const { documentsMax, bytesMax, hasRoom } = this.#settings;
    if (this.#underWay === 0 && ordinal === this.#settings.output.next) return true;
    return this.#underWay < documentsMax && this.#bytes < bytesMax && hasRoom(ordinal);
  }

  async #waitForRoom(ordinal: number): Promise<void> {
    const { ending, output } = this.#settings;
    while (!this.#hasRoom(ordinal) && !ending.aborted) {
      if (!this.#settings.hasRoom(ordinal)) output.wantCheckpoint();
      await this.#room.sleep();
    }
  }

  /** Follows a document that has been begun to its end. */
  #start(work: Promise<void>, bytes: number): void {
    this.#underWay++;
    this.#bytes += bytes;
    const leave = (): void => {
      this.#underWay--;
      this.#bytes -= bytes;
      this.#room.wake();
      if (this.#underWay === 0) this.#idle.wake();
    };
    work.then(leave, (thrown: unknown) => {
      leave();
      this.#settings.onError(thrown);
    });
  }

  async #process(ordinal: number, input: DocumentInput, outcome: Outcome): Promise<void> {
    if (isFailure(outcome)) {
      await this.#bury(ordinal, letterOf(input, outcome.error));
      return;
    }
    const { refiner, cancelled, tally } = this.#settings;
    const beganAtMs = tally?.begin() ?? 0;
    const { id = outcome.id, text } = input.document;
    const answers = await this.#answersOf(ordinal);
    const refined = await refiner.refine({ id, text, report: outcome }, { ordinal, signal: cancelled, ...answers });
    const error = lostBy(refined);
    if (error !== undefined) {
      await this.#bury(ordinal, letterOf(input, error));
      return;
    }
    tally?.refined({ id, source: input.source, line: input.line }, refined.row, beganAtMs);
    await this.#keep(ordinal, refined.row, input.raw);
  }

  /** Those that an earlier session recorded. */
  async #answersOf(ordinal: number): Promise<{ readonly answers?: readonly Asked[] }> {
    const { rows, isPriced } = this.#settings;
    if (rows.state(ordinal) === 'new') return NO_ANSWERS;
    const answers = await rows.answersOf(ordinal);
    return { answers: answers.map((answer) => askedOf(answer, isPriced)) };
  }

  async #keep(ordinal: number, row: RefinedRow, raw: RowLine | undefined): Promise<void> {
    const line = outputRow(this.#settings.emit, row, raw);
    await this.#finish(ordinal, { kind: 'row', line, counts: countsOf(row) });
  }

  async #bury(ordinal: number, letter: DeadLetter): Promise<void> {
    this.#settings.tally?.lost(letter.code);
    await this.#finish(ordinal, { kind: 'dead-letter', line: Buffer.from(deadLetterLine(letter)) });
  }

  async #copy(ordinal: number): Promise<void> {
    const { oldRows, rows, output } = this.#settings;
    const old = await oldRows?.next();
    if (old === undefined || old.done === true) throw missingRowError(ordinal);
    // An earlier session of the round may have recorded it.
    if (ordinal < output.next || rows.state(ordinal) === 'finished') output.finished(ordinal);
    else await this.#finish(ordinal, { kind: 'row', line: old.value });
  }

  async #finish(ordinal: number, end: Finished): Promise<void> {
    const { rows, output } = this.#settings;
    const noted = rows.passed(ordinal, end);
    if (noted !== undefined) {
      output.finished(ordinal);
      await noted;
    }
    output.finished(ordinal);
  }
}

type DocumentInput = Extract<InputDocument, { kind: 'document' }>;

function bytesOf({ document, raw }: DocumentInput): number {
  return costOf(document) + (raw?.bytes.length ?? 0);
}

const NO_ANSWERS = Object.freeze({});

/** Why a document is lost: its last call failed for good, and nothing that came before it is worth keeping. */
function lostBy({ row, error }: Refined): MillraceError | undefined {
  return row.accepted ? undefined : error;
}

function letterOf({ source, ordinal, line, document }: DocumentInput, { code, message }: MillraceError): DeadLetter {
  const at = { source, ordinal, ...(line !== undefined && { line }) };
  const id: { readonly id?: DocumentId } = document.id === undefined ? {} : { id: document.id };
  return { ...at, ...id, code, message };
}

function outcomeOf(next: IteratorResult<Outcome, unknown>): Outcome {
  if (next.done === true) throw new MillraceError('ERR_INTERNAL', 'there are fewer reports than documents');
  return next.value;
}

function missingRowError(ordinal: number): MillraceError {
  return new MillraceError('ERR_LEDGER', `the output of the round before has no row of document ${ordinal}`);
}
