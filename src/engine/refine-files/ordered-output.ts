import { abortable } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import { isPromise } from '../../core/maybe-promise.js';
import type { DeadLetters } from '../../io/dead-letters.js';
import type { Sink } from '../../io/sink.js';
import type { Checkpoint, Finished } from '../../ledger/calls/calls.js';
import type { FinishedRows } from './finished-rows.js';
import type { RunMeters } from '../run-meters.js';
import type { Places } from './read-places.js';
import { RunTally, type Totals } from './tally.js';
import { Wake } from './wake.js';

/** Bytes that are written at once; fewer when nothing more comes for a while. */
const WRITE_BYTES = 256 * 1024;

/** Between two checkpoints: what a killed run has to take from its ledger, or to score, once more. */
const CHECKPOINT_BYTES = 8 * 1024 * 1024;
const CHECKPOINT_MS = 1000;

export interface OrderedOutputSettings {
  readonly rows: FinishedRows;
  readonly sink: Sink;
  readonly deadLetters: DeadLetters;
  readonly places: Places;
  /** Where the run goes on. */
  readonly start: Checkpoint;
  /** Counts that checkpoints carry beside those of rows. */
  readonly otherTotals: Totals;
  readonly clock: Clock;
  /** Takes the stage `write`. */
  readonly meters: Pick<RunMeters, 'write'>;
  /**
   * Given when the output is not waited for any longer, since its reader may stand still. `undefined` for a file, which is soon
   * written.
   */
  readonly abandoned: AbortSignal | undefined;
  /** Called when something was written, or noted as written. */
  readonly onRoom: () => void;
}

/** Writes finished documents in their order, and notes every so often how far it is. */
export class OrderedOutput {
  readonly #settings: OrderedOutputSettings;
  readonly #wake = new Wake();
  /** Of what is written. */
  readonly written: RunTally;
  #next: number;
  #pending: Uint8Array[] = [];
  #pendingLetters: Uint8Array[] = [];
  #pendingBytes = 0;
  #bytesSinceCheckpoint = 0;
  #checkpointAtMs: number;
  #checkpointOrdinal: number;
  #isTickDue = false;
  #isCheckpointWanted = false;
  #isEnded = false;
  #outputBytes: number;

  constructor(settings: OrderedOutputSettings) {
    this.#settings = settings;
    const { start, clock } = settings;
    this.written = new RunTally(start.totals);
    this.#next = start.ordinal;
    this.#checkpointOrdinal = start.ordinal;
    this.#checkpointAtMs = clock.monotonicMs();
    this.#outputBytes = start.outputBytes;
  }

  /** The document that is to be written next: all before it are. */
  get next(): number {
    return this.#next;
  }

  /** All before it are in a checkpoint. */
  get committed(): number {
    return this.#checkpointOrdinal;
  }

  /** Length of the output at the last checkpoint. */
  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** Input bytes of what is in the last checkpoint, about. */
  get inputBytes(): number {
    return this.#settings.places.inputBytes;
  }

  /** A document has finished. */
  finished(ordinal: number): void {
    if (ordinal === this.#next) this.#wake.wake();
  }

  /** Some time has passed: what waits for more to be written with is written alone. */
  tick(): void {
    this.#isTickDue = true;
    this.#wake.wake();
  }

  /** Whether all that has finished in its turn is written and noted, so that only a further document can make room. */
  get isAtRest(): boolean {
    return this.#next === this.#checkpointOrdinal && !this.#isNextFinished;
  }

  /** Others wait for room that only a checkpoint makes. */
  wantCheckpoint(): void {
    this.#isCheckpointWanted = true;
    this.#wake.wake();
  }

  /** No more documents will finish. */
  end(): void {
    this.#isEnded = true;
    this.#wake.wake();
  }

  /**
   * Writes until there are no more.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_LEDGER`.
   */
  async run(): Promise<void> {
    for (;;) {
      const isLast = this.#isEnded; // Asked first: documents may finish while others are written.
      await this.#gather();
      const isMore = this.#isNextFinished;
      if (this.#pendingBytes >= WRITE_BYTES || this.#isTickDue) await this.#write();
      if (this.#isCheckpointDue) await this.checkpoint();
      if (isMore) continue;
      if (isLast) return;
      await this.#wake.sleep();
    }
  }

  /** Hands all that is written to the operating system, and notes that it is there. @throws MillraceError as `run`. */
  async checkpoint(): Promise<void> {
    const checkpoint = await this.#flush();
    await this.#settings.rows.committed(checkpoint);
    this.#checkpointOrdinal = checkpoint.ordinal;
    this.#settings.onRoom();
  }

  /** Ends a run of which everything is written: outputs take their names. @throws MillraceError as `run`. */
  async complete(): Promise<void> {
    const { rows, sink, deadLetters } = this.#settings;
    await rows.complete(await this.#flush());
    await deadLetters.commit();
    await sink.commit();
  }

  get #isNextFinished(): boolean {
    return this.#settings.rows.state(this.#next) === 'finished';
  }

  /** Takes rows whose turn it is, up to one write. */
  async #gather(): Promise<void> {
    const { rows } = this.#settings;
    while (this.#pendingBytes < WRITE_BYTES && this.#isNextFinished) {
      const taken = rows.take(this.#next);
      const end = isPromise(taken) ? await taken : taken;
      if (end === undefined) throw damagedError(this.#next);
      this.#add(end);
    }
  }

  #add({ kind, line, counts }: Finished): void {
    if (kind === 'row') {
      // Those that are copied from the round before were counted there.
      if (counts !== undefined) this.written.addRow(counts);
      this.#pending.push(line);
    } else {
      this.written.addDeadLetter();
      this.#pendingLetters.push(line);
    }
    this.#pendingBytes += line.length;
    this.#next++;
  }

  async #write(): Promise<void> {
    const { sink, deadLetters, onRoom } = this.#settings;
    const [rows, letters] = [this.#pending, this.#pendingLetters];
    this.#bytesSinceCheckpoint += this.#pendingBytes;
    this.#pending = [];
    this.#pendingLetters = [];
    this.#pendingBytes = 0;
    this.#isTickDue = false;
    if (rows.length > 0) await this.#wait(sink.write(Buffer.concat(rows)));
    if (letters.length > 0) await this.#wait(deadLetters.addLines(Buffer.concat(letters)));
    onRoom();
  }

  async #wait<T>(written: Promise<T>): Promise<T> {
    const { abandoned, meters } = this.#settings;
    return meters.write.measure(() => abortable(written, abandoned, () => undefined));
  }

  get #isCheckpointDue(): boolean {
    if (this.#next === this.#checkpointOrdinal) return false;
    if (this.#isCheckpointWanted || this.#bytesSinceCheckpoint >= CHECKPOINT_BYTES) return true;
    return this.#settings.clock.monotonicMs() - this.#checkpointAtMs >= CHECKPOINT_MS;
  }

  async #flush(): Promise<Checkpoint> {
    const { sink, deadLetters, places, otherTotals, clock } = this.#settings;
    await this.#write();
    this.#outputBytes = await this.#wait(sink.flush());
    const failedBytes = await this.#wait(deadLetters.flush());
    const place = places.at(this.#next);
    const { inputBytes } = places;
    const totals = { ...this.written.totals(), ...otherTotals, inputBytes };
    this.#bytesSinceCheckpoint = 0;
    this.#checkpointAtMs = clock.monotonicMs();
    this.#isCheckpointWanted = false;
    return { ordinal: this.#next, outputBytes: this.#outputBytes, failedBytes, place, totals };
  }
}

function damagedError(ordinal: number): MillraceError {
  const message = `the record of document ${ordinal} is damaged; run the same command again to have it done once more`;
  return new MillraceError('ERR_LEDGER', message);
}
