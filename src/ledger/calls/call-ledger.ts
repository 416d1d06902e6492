import { MillraceError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { ledgerError } from '../journal-file.js';
import type { Journal } from '../journal.js';
import type { RunHeader } from '../run.js';
import { CallAccount, type Money } from './account.js';
import { answerPayload, readAnswer } from './answer-payload.js';
import {
  NOBODY,
  type AnsweredCall,
  type CallId,
  type Checkpoint,
  type FailedCall,
  type Finished,
  type RecordedAnswer,
  type SentCall,
  type SharedCall,
} from './calls.js';
import { broken, checkBounds, checkFinished, checkMoney } from './checks.js';
import type { DocumentState, DocumentWindow, Location } from './document-window.js';
import { FinishedLines } from './finished-lines.js';
import { linePayload } from './line-payload.js';
import { Log } from './log.js';
import { openRun, type OpenedRun } from './open-run.js';
import type { Opened, OpenedComplete, OpenSettings, WrittenFiles } from './opening.js';
import { resolveCallLedgerOptions } from './options.js';
import type { OrdinalRuns } from './ordinal-runs.js';
import { RecordReader } from './record-reader.js';
import { RECORD_KIND, textPayload, type Payload, type RecordKind } from './record.js';
import { recover, type Recovered, type Written } from './recover.js';
import { Room } from './room.js';
import type { RunEvent } from './run-file.js';
import type { Snapshot } from './snapshot.js';
import { WrittenDocuments } from './written-documents.js';

/**
 * The ledger of a run that sends documents to language models: what was sent, answered, finished and written. The process
 * may be killed at any instant, and whoever opens the directory again goes on there:
 *
 * - A call with a recorded answer need not be made again (`answersOf`); others that were sent stay charged (`money`).
 * - A finished document has its line, byte for byte (`take`).
 * - Documents below the checkpoint are in the output, each once.
 *
 * ```
 *  DIR/run.journal         what the run was asked to do; what it added up to, when it is complete
 *  DIR/run.journal.lock    the process that uses it
 *  DIR/calls-00000007.log  ┌──────────┬──────┬──────┬──────────┬──────┬─────┬────────────┬─────
 *  DIR/calls-00000008.log  │ snapshot │ sent │ sent │ answered │ sent │ row │ checkpoint │ …
 *  …                       └──────────┴──────┴──────┴──────────┴──────┴─────┴────────────┴─────
 * ```
 *
 * A record (drawn in `record.ts`) is never changed. A snapshot (written twice) is the sum of everything before it: calls,
 * money, checkpoint, dead letters. So a segment all of whose documents are written is removed, and a run that keeps up with
 * its input holds one or two. Each opening begins a segment; what was torn or damaged stays as it is, behind or between
 * records that are sound.
 *
 * The row of a finished document is on disk before it is its turn, so holding it in memory is a matter of speed: beyond
 * `rowsBytesMax` rows are read back. A document has 18 bytes outside of the heap from its first record until it is written.
 *
 * A round of retries is a run over the same inputs in which only the dead letters of the round before are `reopened`. It
 * writes a new output, in order: the rows of all other documents are copied from the old one, which is replaced at the end.
 * Retried documents begin anew, without answers; calls, money and the totals of checkpoints go on from round to round.
 */
export class CallLedger {
  readonly #dir: string;
  readonly #journal: Journal<RunEvent>;
  readonly #log: Log;
  readonly #reader: RecordReader;
  readonly #reopened: OrdinalRuns | undefined;
  readonly #session: number;
  readonly #account: CallAccount;
  readonly #documents: DocumentWindow;
  /** Of documents that an earlier session began and none has finished. */
  readonly #answers: Map<number, Location[]>;
  readonly #lines: FinishedLines;
  readonly #written: WrittenDocuments;
  readonly #room: Room;

  private constructor(dir: string, run: OpenedRun, recovered: Recovered, written: Written, settings: OpenSettings) {
    const options = resolveCallLedgerOptions(settings.options ?? {});
    this.#dir = dir;
    this.#journal = run.journal;
    this.#reopened = run.phase.reopened;
    this.#session = recovered.session + 1;
    this.#account = recovered.account;
    this.#account.endSession();
    this.#documents = recovered.documents;
    this.#answers = recovered.answers;
    this.#written = new WrittenDocuments(written);
    this.#log = new Log(
      {
        dir,
        marker: run.marker,
        segmentBytes: options.segmentBytes,
        segment: Math.max(run.phase.segment, (recovered.segments.at(-1)?.number ?? 0) + 1),
        snapshot: () => JSON.stringify(this.#snapshot()),
      },
      recovered.segments,
    );
    this.#reader = new RecordReader((segment, at, bytes) => this.#log.read(segment, at, bytes), run.marker);
    this.#lines = new FinishedLines(options.rowsBytesMax, this.#documents, this.#log, this.#reader);
    this.#room = new Room(options, this.#documents, this.#log, settings.signal);
    this.#release(written.checkpoint.ordinal);
  }

  /**
   * Begins a run in `dir`, which is made, or goes on with the one that is there.
   *
   * @throws MillraceError `ERR_RESUME_MISMATCH` naming every option and input that differs; `ERR_LEDGER` when another process
   * uses it, it is damaged where nothing can be gone on from, or the outputs are shorter than it remembers; `ERR_USAGE` for
   * retries in a run that is not complete; `ERR_OUTPUT_UNWRITABLE`; `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`,
   * `ERR_OPTION_UNKNOWN`.
   */
  static async open(dir: string, header: RunHeader, settings: OpenSettings): Promise<Opened | OpenedComplete> {
    resolveCallLedgerOptions(settings.options ?? {});
    const run = await openRun(dir, header, settings.retryFailed === true);
    try {
      const { phase } = run;
      if (phase.isComplete) {
        await run.journal.close();
        const account = new CallAccount(phase.initial.totals, phase.initial.outstanding);
        return { state: 'complete', checkpoint: phase.initial.checkpoint, money: account.money() };
      }
      const recovered = await recover(dir, run.marker, phase, isCoveredBy(settings.files));
      if (recovered.written === undefined)
        throw ledgerError(dir, 'the outputs are shorter than what it says is written');
      const ledger = new CallLedger(dir, run, recovered, recovered.written, settings);
      await ledger.#start();
      const { checkpoint } = recovered.written;
      return { state: run.isNew ? 'new' : 'resumed', ledger, checkpoint, damage: recovered.damage };
    } catch (thrown) {
      await run.journal.close();
      throw thrown;
    }
  }

  /**
   * Records that a call is about to be made. Resolves when that survives the end of this process: send it then.
   *
   * Waits while the ledger is at a bound, unless the document is the oldest or was begun before.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_ABORTED`, `ERR_CLOSED`; `ERR_INTERNAL` for a document that is
   * finished, an iteration that is not its next one, or an attempt that has not ended.
   */
  sent(call: SentCall): Promise<void> {
    return this.#record(call.ordinal, () => {
      const { ordinal, attempt, provider, worstNanoUsd } = call;
      this.#checkUnfinished(ordinal);
      checkBounds(call);
      checkMoney(worstNanoUsd);
      this.#checkNext(call);
      if (this.#account.isOutstanding(call)) throw broken(`document ${ordinal} sends attempt ${attempt} twice`);
      this.#append(RECORD_KIND.sent, call, worstNanoUsd, textPayload(provider));
      this.#account.sent(call, worstNanoUsd);
      this.#documents.begin(ordinal);
    });
  }

  /**
   * Records an answer. Once this resolves, the call is never made again.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_CLOSED`; `ERR_INTERNAL` for a call that is not under way.
   */
  answered(call: AnsweredCall): Promise<void> {
    return this.#record(call.ordinal, () => {
      const { ordinal, iteration, provider, completion, chargedNanoUsd } = call;
      this.#checkUnfinished(ordinal);
      this.#checkOutstanding(call);
      checkMoney(chargedNanoUsd);
      if (iteration !== this.#documents.answers(ordinal)) throw broken(`document ${ordinal} has two answers`);
      this.#append(RECORD_KIND.answered, call, chargedNanoUsd, answerPayload(provider, completion));
      this.#account.answered(call, chargedNanoUsd, completion);
      this.#documents.setAnswers(ordinal, iteration + 1);
    });
  }

  /**
   * Records an answer that cost no call: so the answers of a document are those of its prompts, whoever paid for them. There is
   * nothing to record before it.
   *
   * @throws MillraceError as `sent`.
   */
  shared({ ordinal, iteration, completion }: SharedCall): Promise<void> {
    return this.#record(ordinal, () => {
      const call = { ordinal, iteration, attempt: 0, provider: NOBODY };
      this.#checkUnfinished(ordinal);
      checkBounds(call);
      this.#checkNext(call);
      this.#append(RECORD_KIND.answered, call, 0, answerPayload(NOBODY, { ...completion, usage: undefined }));
      this.#account.shared();
      this.#documents.setAnswers(ordinal, iteration + 1);
    });
  }

  /**
   * Records that an attempt has no answer.
   *
   * @throws MillraceError as `answered`.
   */
  failed(call: FailedCall): Promise<void> {
    return this.#record(call.ordinal, () => {
      const { code, provider, chargedNanoUsd } = call;
      this.#checkOutstanding(call);
      checkMoney(chargedNanoUsd);
      this.#append(RECORD_KIND.failed, call, chargedNanoUsd, textPayload(`${code} ${provider}`));
      this.#account.failed(call, chargedNanoUsd, code);
    });
  }

  /**
   * Records how a document ended. Its line is kept as it is, not copied, until it is taken or must be dropped for others:
   * hand over one that owns its buffer. There is no need to wait before it is taken.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_ABORTED`, `ERR_CLOSED`; `ERR_INTERNAL` for a document that is
   * finished already, and for what does not end a line.
   */
  finished(ordinal: number, end: Finished): Promise<void> {
    return this.#record(ordinal, () => {
      this.#checkUnfinished(ordinal);
      checkFinished(ordinal, end);
      const kind = end.kind === 'row' ? RECORD_KIND.row : RECORD_KIND.deadLetter;
      const location = this.#append(kind, { ordinal, iteration: 0, attempt: 0 }, 0, linePayload(end));
      this.#finish(ordinal, end, location);
    });
  }

  /**
   * Takes a document that needed no call and costs nothing to do again. It is recorded only where memory has no room for its
   * line, or a call was sent for it after all.
   *
   * @throws MillraceError as `finished`.
   */
  passed(ordinal: number, end: Finished): MaybePromise<void> {
    const isCheap = this.#documents.state(ordinal) === 'new' && ordinal >= this.#documents.base;
    if (!isCheap || !this.#room.has(ordinal) || !this.#lines.hasRoom(ordinal, end)) return this.finished(ordinal, end);
    checkFinished(ordinal, end);
    this.#finish(ordinal, end, undefined);
    return undefined;
  }

  /** What is known of a document that is not written. A line of a finished one can be taken. */
  state(ordinal: number): DocumentState {
    return this.#documents.state(ordinal);
  }

  /** Whether a document is done in this round: every one in the first, the dead letters of the round before in others. */
  isOpen(ordinal: number): boolean {
    return this.#reopened === undefined || this.#reopened.has(ordinal);
  }

  /** The documents of a round of retries; `undefined` in the first round. */
  get reopened(): OrdinalRuns | undefined {
    return this.#reopened;
  }

  /** The documents of this round that are written as dead letters; `undefined` when damage has lost some of them. */
  get writtenDeadLetters(): OrdinalRuns | undefined {
    const { deadLetters, deadLetterCount } = this.#written.sums;
    return deadLetters.count === deadLetterCount ? deadLetters : undefined;
  }

  /**
   * The dead letters that sessions before have left to be written, with their lines. To be asked for before any document finishes.
   *
   * @throws MillraceError `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`.
   */
  async *unwrittenDeadLetters(): AsyncGenerator<readonly [ordinal: number, line: Uint8Array], void, undefined> {
    for (let ordinal = this.#documents.base; ordinal < this.#documents.end; ordinal++) {
      const isDeadLetter = this.#documents.finished(ordinal)?.kind === 'dead-letter';
      const end = isDeadLetter ? await this.#lines.take(ordinal) : undefined; // which is on disk
      if (end !== undefined) yield [ordinal, end.line];
    }
  }

  /**
   * The line of a finished document, when it is its turn to be written. May be asked for once: then memory has it no longer.
   *
   * @returns `undefined` when the line was damaged on disk; the document is then `new` again.
   * @throws MillraceError `ERR_INTERNAL` when it is not finished; `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`.
   */
  take(ordinal: number): MaybePromise<Finished | undefined> {
    return this.#lines.take(ordinal);
  }

  /**
   * The answers that earlier sessions recorded for a document, those of iterations 0, 1, 2 and so on.
   *
   * @throws MillraceError `ERR_LEDGER`.
   */
  async answersOf(ordinal: number): Promise<readonly RecordedAnswer[]> {
    const answers: RecordedAnswer[] = [];
    const locations = this.#answers.get(ordinal) ?? [];
    for (const location of locations) {
      const record = await this.#reader.read(location);
      const answer = record === undefined ? undefined : readAnswer(record.payload, record.nanoUsd);
      if (answer === undefined) break;
      answers.push(answer);
    }
    if (answers.length < locations.length) this.#documents.setAnswers(ordinal, answers.length);
    return answers;
  }

  /** Calls and money of the whole run, sessions and rounds before included. */
  money(): Money {
    return this.#account.money();
  }

  /** Bytes of the segments on disk. */
  get diskBytes(): number {
    return this.#log.diskBytes;
  }

  /** Has each write to the disk from now on, of however many records, run by `measure`, which hands on what it gets. */
  measureWrites(measure: (write: () => Promise<void>) => Promise<void>): void {
    this.#log.measureWrites(measure);
  }

  /**
   * Records that all documents below `checkpoint.ordinal` are with the operating system, in order, each once; frees what the
   * ledger knows of them.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`; `ERR_INTERNAL` when one of them is not finished, or the run goes back.
   */
  async committed(checkpoint: Checkpoint): Promise<void> {
    const { ordinal } = checkpoint;
    const entry = this.#written.advance(checkpoint, this.#documents);
    this.#release(ordinal);
    this.#append(RECORD_KIND.checkpoint, NO_CALL, 0, textPayload(JSON.stringify(entry)));
    await this.#log.flushed();
    await this.#log.removeBelow(ordinal);
    this.#room.wake();
  }

  /**
   * Ends the run: all is written, up to `checkpoint`. Call it before the outputs take their names. It survives a power cut;
   * what `verifyRun` needs stays. Then close.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`; `ERR_INTERNAL` when documents are under way.
   */
  async complete(checkpoint: Checkpoint): Promise<void> {
    await this.committed(checkpoint);
    if (this.#documents.end > checkpoint.ordinal) throw broken(`documents from ${checkpoint.ordinal} on are under way`);
    this.#account.endSession();
    await this.#journal.append({ event: 'complete', segment: this.#log.segment + 1, snapshot: this.#snapshot() });
    await this.#journal.sync();
    await this.#log.remove();
  }

  /** Leaves the run as it is. Never rejects; may be called twice. */
  async close(): Promise<void> {
    this.#room.close(new MillraceError('ERR_CLOSED', `the ledger of ${this.#dir} is closed`));
    await this.#log.close();
    await this.#journal.close();
  }

  /** The snapshot of this opening makes what came before it unnecessary, but for documents that are not written. */
  async #start(): Promise<void> {
    try {
      await this.#log.flushed();
      await this.#log.removeBelow(this.#documents.base);
    } catch (thrown) {
      await this.#log.close();
      throw thrown;
    }
  }

  #snapshot(): Snapshot {
    const { totals } = this.#account;
    return { session: this.#session, totals, outstanding: this.#account.outstanding(), ...this.#written.sums };
  }

  /** Does `work` as soon as there is room. The promises of one write are one. */
  #record(ordinal: number, work: () => void): Promise<void> {
    if (!this.#room.has(ordinal)) return this.#room.wait(ordinal).then(() => this.#record(ordinal, work));
    try {
      work();
      return this.#log.flushed();
    } catch (thrown) {
      return Promise.reject(toError(thrown));
    }
  }

  #append(kind: RecordKind, call: Omit<CallId, 'provider'>, nanoUsd: number, payload: Payload): Location {
    const { ordinal, iteration, attempt } = call;
    return this.#log.append({ kind, ordinal, iteration, attempt, nanoUsd }, payload);
  }

  #finish(ordinal: number, end: Finished, location: Location | undefined): void {
    this.#lines.add(ordinal, end, location);
    this.#answers.delete(ordinal);
  }

  #release(ordinal: number): void {
    for (let written = this.#documents.base; written < ordinal; written++) {
      this.#lines.drop(written);
      this.#answers.delete(written);
    }
    this.#documents.release(ordinal);
  }

  #checkUnfinished(ordinal: number): void {
    const isWritten = ordinal < this.#documents.base;
    if (isWritten || this.#documents.state(ordinal) === 'finished') throw broken(`document ${ordinal} is finished`);
  }

  #checkNext({ ordinal, iteration }: CallId): void {
    const answers = this.#documents.answers(ordinal);
    if (iteration !== answers) throw broken(`document ${ordinal} has ${answers} answers and asks for ${iteration}`);
  }

  #checkOutstanding(call: CallId): void {
    if (!this.#account.isOutstanding(call)) throw broken(`document ${call.ordinal} ends a call that was not sent`);
  }
}

const NO_CALL = Object.freeze({ ordinal: 0, iteration: 0, attempt: 0 });

function isCoveredBy(files: WrittenFiles): (checkpoint: Checkpoint) => boolean {
  return ({ outputBytes, failedBytes }) => outputBytes <= files.outputBytes && failedBytes <= files.failedBytes;
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : broken(String(thrown));
}
