import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { isPromise } from '../../core/maybe-promise.js';
import { isFailure } from '../../core/report.js';
import { deadLetterLine, type DeadLetter } from '../../io/dead-letters.js';
import type { Finished } from '../../ledger/calls/calls.js';
import type { RefinedRow } from '../../refine/row.js';
import type { RowLine } from '../../workers/row-reader.js';
import { costOf, type Outcome } from '../documents/documents-batch.js';
import type { Emit } from '../emit.js';
import type { Engine } from '../engine.js';
import type { Asked } from '../refine/completions.js';
import type { Refined, Refiner } from '../refine/refiner.js';
import type { RefineTally } from '../run-report/refine-tally.js';
import type { FinishedRows } from './finished-rows.js';
import type { OrderedOutput } from './ordered-output.js';
import { outputRow } from './output-row.js';
import type { Parts } from './parts.js';
import type { ReadDocument } from './read-documents.js';
import { askedOf } from './spending.js';
import { countsOf } from './tally.js';
import { Wake } from './wake.js';
import type { Work, WorkItem } from './work.js';

/** Documents that may wait for others, beside those that are under way. */
const WAITING_MAX = 16_384;

export interface DocumentFeedSettings {
  readonly batches: Work['batches'];
  /** Undefined: no document waits for another. */
  readonly parts: Parts | undefined;
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

/** Items of a batch, with the reports to come of those that are to be refined. */
interface Scored {
  readonly items: readonly ScoredItem[];
  readonly outcomes: Promise<readonly Outcome[]>;
}

interface ScoredItem extends WorkItem {
  readonly isToDo: boolean;
  /** What is scored; undefined: there is nothing to refine, for whatever reason. */
  readonly scored: ReadDocument | undefined;
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
      settings.parts?.end();
    });
  }

  /** Documents that were begun, those of earlier sessions that are written among them. */
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
    const { batches, ending } = this.#settings;
    let before: Scored | undefined;
    for await (const batch of batches) {
      if (ending.aborted) break;
      const scored = this.#score(batch);
      if (before !== undefined) await this.#begin(before);
      before = scored;
    }
    if (before !== undefined) await this.#begin(before);
  }

  /** Resolves when no document is under way. */
  async idle(): Promise<void> {
    while (this.#underWay > 0) await this.#idle.sleep();
  }

  #score(batch: readonly WorkItem[]): Scored {
    const { engine, cancelled, parts } = this.#settings;
    const items = batch.map((item): ScoredItem => {
      const { ordinal, input } = item;
      const isToDo = input.kind !== 'skipped' && this.#isToDo(ordinal);
      const isScored = isToDo && input.kind === 'document' && parts?.isPassedOver(ordinal) !== true;
      return { ...item, isToDo, scored: isScored ? input : undefined };
    });
    const documents = items.flatMap(({ scored }) => scored?.document ?? []);
    const outcomes = engine.scoreAll(documents, { signal: cancelled });
    outcomes.catch(() => undefined); // Thrown where they are waited for.
    return { items, outcomes };
  }

  #isToDo(ordinal: number): boolean {
    const { rows, output } = this.#settings;
    return ordinal >= output.next && rows.isOpen(ordinal) && rows.state(ordinal) !== 'finished';
  }

  async #begin({ items, outcomes }: Scored): Promise<void> {
    const reports = (await outcomes)[Symbol.iterator]();
    for (const { ordinal, input, isToDo, scored } of items) {
      // Asked before waiting: of a document that is written meanwhile nothing is known any more.
      const isOpen = this.#settings.rows.isOpen(ordinal);
      const isFinished = isOpen && !isToDo; // in an earlier session: its row has its room
      if (!isFinished && !this.#hasRoom(ordinal)) await this.#waitForRoom(ordinal);
      if (this.#settings.ending.aborted) return;
      if (!isOpen) await this.#copy(ordinal);
      else if (isFinished) this.#settings.output.finished(ordinal);
      else if (scored !== undefined)
        this.#start(this.#process(ordinal, scored, outcomeOf(reports.next())), bytesOf(scored));
      else this.#start(this.#bury(ordinal, this.#letterWithoutReport({ ordinal, input })), 0);
      this.#begun++;
    }
  }

  #letterWithoutReport({ ordinal, input }: WorkItem): DeadLetter {
    if (input.kind === 'dead-letter') return input.letter;
    const error = this.#settings.parts?.errorOf(ordinal);
    if (input.kind === 'skipped' || error === undefined)
      throw new MillraceError('ERR_INTERNAL', `document ${ordinal} was not scored`);
    return letterOf(input, error);
  }

  #hasRoom(ordinal: number): boolean {
    const { documentsMax, bytesMax, hasRoom, parts } = this.#settings;
    if (this.#underWay === 0 && ordinal === this.#settings.output.next) return true;
    const waiting = parts?.waiting ?? 0;
    if (this.#underWay - waiting >= documentsMax || waiting >= WAITING_MAX) return false;
    return this.#bytes < bytesMax && hasRoom(ordinal);
  }

  async #waitForRoom(ordinal: number): Promise<void> {
    const { ending, output } = this.#settings;
    while (!this.#hasRoom(ordinal) && !ending.aborted) {
      if (!this.#settings.hasRoom(ordinal)) {
        if (this.#underWay === 0 && output.isAtRest) throw noRoomError(output.next, ordinal);
        output.wantCheckpoint();
      }
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

  async #process(ordinal: number, input: ReadDocument, outcome: Outcome): Promise<void> {
    if (isFailure(outcome)) {
      await this.#bury(ordinal, letterOf(input, outcome.error));
      return;
    }
    const { refiner, cancelled, tally, parts } = this.#settings;
    if (parts !== undefined) {
      const isTurn = parts.take(ordinal);
      if (!(isPromise(isTurn) ? await isTurn : isTurn)) return;
      const lost = parts.errorOf(ordinal);
      if (lost !== undefined) {
        await this.#bury(ordinal, letterOf(input, lost));
        return;
      }
    }
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
    this.#settings.parts?.failed(ordinal, letter);
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
    const { rows, output, parts } = this.#settings;
    const noted = rows.passed(ordinal, end);
    if (noted !== undefined) {
      output.finished(ordinal);
      await noted;
    }
    output.finished(ordinal);
    parts?.finished(ordinal);
  }
}

function bytesOf({ document, raw }: ReadDocument): number {
  return costOf(document) + (raw?.bytes.length ?? 0);
}

const NO_ANSWERS = Object.freeze({});

/** Why a document is lost: its last call failed for good, and nothing that came before it is worth keeping. */
function lostBy({ row, error }: Refined): MillraceError | undefined {
  return row.accepted ? undefined : error;
}

function letterOf({ source, ordinal, line, document }: ReadDocument, { code, message }: MillraceError): DeadLetter {
  const at = { source, ordinal, ...(line !== undefined && { line }) };
  const id: { readonly id?: DocumentId } = document.id === undefined ? {} : { id: document.id };
  return { ...at, ...id, code, message };
}

function outcomeOf(next: IteratorResult<Outcome, unknown>): Outcome {
  if (next.done === true) throw new MillraceError('ERR_INTERNAL', 'there are fewer reports than documents');
  return next.value;
}

/** A bound is reached, and only the document that waits for room could make some. */
function noRoomError(next: number, ordinal: number): MillraceError {
  const message = `the rows that wait for document ${next} of the run, which depends on document ${ordinal}, take all the room there is`;
  const advice =
    'put parts before what depends on them, or raise windowBytes or, of a run that is recorded, the bounds of its ledger';
  return new MillraceError('ERR_OPTION_RANGE', `${message}: ${advice}`);
}

function missingRowError(ordinal: number): MillraceError {
  return new MillraceError('ERR_LEDGER', `the output of the round before has no row of document ${ordinal}`);
}
