import { MillraceError, fromWireError, isMillraceError, messageOf } from '../../core/errors.js';
import type { Chunk } from '../../io/chunk.js';
import type { DeadLetter } from '../../io/dead-letters.js';
import type { Input } from '../../io/input.js';
import { openSource, type OpenSourceOptions } from '../../io/source.js';
import type { Progress } from '../../ledger/run.js';
import type { DocumentPlace } from '../../monitor/page/model.js';
import { REJECTION_AS_REPEAT } from '../../workers/kernel/rejections.js';
import type { RejectedRows, RowFailure, RowSettings, RowsResponse } from '../../workers/protocol.js';
import type { NamedDocument } from '../../workers/tally.js';
import { NO_CACHE_COUNTS, type CacheCounts } from '../../workers/report-cache.js';
import { abortable, abortedError } from '../../core/abort.js';
import { ChunkBatch, type ScoredChunk } from './chunk-batch.js';
import type { Repeats, Sifted } from '../dedup/repeats.js';
import type { FileDependencies } from '../dependencies/file-dependencies.js';
import { Monitor } from '../../monitor/monitor.js';
import { INPUT_ERRORS, brokenInput } from '../input-errors.js';
import { insertLineIds } from './line-ids.js';
import { OrderedWindow } from '../ordered-window.js';
import { addRejections } from './rejections.js';
import { RunMeters } from '../run-meters.js';
import type { RunTally } from '../run-report/run-tally.js';
import type { Scheduler } from '../threads/scheduler.js';
import type { SlabPool } from '../threads/slab-pool.js';

/** Rows are handed to the operating system and noted in the ledger about so often; a kill costs the work in between. */
const CHECKPOINT_MS = 50;

/** Slabs whose rows wait to be written before they are waited for; more would have to be made anew. */
const SLABS_IN_USE_MAX = 4;

/** A chunk weighs at least so much in the window, since its output may be much larger than it is. */
const CHUNK_COST_MIN = 64 * 1024;

/** What is written of one chunk. */
export interface WrittenRows {
  readonly rows: Uint8Array;
  /** Rows that were rejected, if they are kept. */
  readonly rejected: Uint8Array;
  readonly deadLetters: readonly DeadLetter[];
  /** What a run that goes on after this one has to know of the texts; empty unless repeated ones are taken out. */
  readonly seen: Uint8Array;
}

/** Where the rows of a run go, in order. */
export interface RowsOutput {
  /** Whether an interrupted run can be gone on with. */
  readonly isResumable: boolean;
  /** The bytes belong to the caller again when `flush` or `checkpoint` has resolved. */
  write(written: WrittenRows): Promise<void>;
  flush(): Promise<void>;
  /** Hands everything on and notes that it is there. */
  checkpoint(state: RunState): Promise<unknown>;
}

export interface FileRunOptions {
  readonly inputs: readonly Input[];
  readonly settings: RowSettings;
  readonly source: OpenSourceOptions;
  readonly scheduler: Scheduler;
  readonly slabs: SlabPool;
  readonly output: RowsOutput;
  /** Takes repeated documents out; undefined: they stay. */
  readonly repeats: Repeats | undefined;
  /** Knows which documents fail because of others; undefined: none does. */
  readonly dependencies: FileDependencies | undefined;
  /** Learns what the documents are like; undefined: nobody asks. */
  readonly tally: RunTally | undefined;
  /** Input bytes that may be read and not yet written. */
  readonly windowBytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (state: RunState) => void;
  /** Takes the stages `source`, `write` and `ledger`. @defaultValue one that nobody looks at */
  readonly monitor?: Monitor | undefined;
}

/** How far the run is; what the ledger keeps, but for the lengths of the files. */
export type RunState = Omit<Progress, 'outputBytes' | 'failedBytes' | 'rejectedBytes' | 'seenBytes'>;

/** What the window delivers: a scored chunk, or an input that broke off. */
type Delivery = ScoredChunk | { readonly input: Input; readonly error: MillraceError };

export const RUN_START: RunState = Object.freeze({
  input: 0,
  position: 0,
  lines: 0,
  ordinal: 0,
  documents: 0,
  rejected: 0,
  rejections: Object.freeze([]),
  unremembered: 0,
  failed: 0,
  bytes: 0,
});

/** One pass over the inputs: chunks out to the workers, rows in order to the output. */
export class FileRun {
  readonly #options: FileRunOptions;
  readonly #window: OrderedWindow<Delivery>;
  readonly #meters: RunMeters;
  #state: RunState;
  #cache: CacheCounts = NO_CACHE_COUNTS;
  /** Slabs whose rows may not have been written yet. */
  #slabsInUse: ArrayBuffer[] = [];
  #checkpointAtMs = performance.now() + CHECKPOINT_MS;

  constructor(options: FileRunOptions, start: RunState) {
    this.#options = options;
    this.#state = start;
    this.#window = new OrderedWindow(options.windowBytes);
    this.#meters = new RunMeters(options.monitor ?? new Monitor());
  }

  get state(): RunState {
    return this.#state;
  }

  /** Of this pass, not of those that an earlier run has made. */
  get cache(): CacheCounts {
    return this.#cache;
  }

  /**
   * Scores everything and writes it; what is written when this rejects is noted in the ledger.
   *
   * @throws MillraceError `ERR_ABORTED`, `ERR_OUTPUT_UNWRITABLE`, `ERR_RESUME_MISMATCH`, `ERR_INTERNAL`.
   */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const stop = new AbortController();
    const onAbort = (): void => {
      stop.abort(signal.reason);
      this.#window.abandon(abortedError(signal));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const producing = this.#produce(stop.signal);
    try {
      await abortable(this.#consume(), signal, () => undefined); // even if the reader of the output stands still
    } catch (thrown) {
      stop.abort(thrown);
      await this.#checkpointAfter(thrown);
      throw thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
      stop.abort();
      this.#window.end();
      await producing;
    }
  }

  async #produce(signal: AbortSignal): Promise<void> {
    const { inputs } = this.#options;
    const { input: first, position } = this.#state;
    try {
      for (const input of inputs.slice(first)) {
        await this.#produceInput(input, input.index === first ? position : 0, signal);
        if (this.#window.isEnded) return;
      }
      this.#window.end();
    } catch (thrown) {
      this.#window.end(asMillraceError(thrown));
    }
  }

  /** An input that breaks off ends there, behind the rows that were read; the run goes on with the next one. */
  async #produceInput(input: Input, from: number, signal: AbortSignal): Promise<void> {
    try {
      const chunks = openSource(input, this.#options.source).read(from, signal);
      for await (const chunk of this.#meters.from(chunks, ({ bytes }) => bytes)) {
        this.#window.push(this.#score(chunk), Math.max(chunk.bytes, CHUNK_COST_MIN));
        if (this.#window.isFull) await this.#window.room();
        if (this.#window.isEnded) return;
      }
    } catch (thrown) {
      const error = asMillraceError(thrown);
      if (!INPUT_ERRORS.has(error.code)) throw error;
      this.#window.push(Promise.resolve({ input, error }), CHUNK_COST_MIN);
    }
  }

  async #score(chunk: Chunk): Promise<ScoredChunk> {
    const { scheduler, settings, slabs, dependencies, tally } = this.#options;
    const passedOver = dependencies?.passedOver(chunk) ?? [];
    return new Promise((resolve, reject) => {
      scheduler.add(new ChunkBatch(chunk, passedOver, settings, slabs, { done: resolve, fail: reject }, tally));
    });
  }

  async #consume(): Promise<void> {
    for (let delivery = await this.#window.next(); delivery !== undefined; delivery = await this.#window.next()) {
      if ('input' in delivery) await this.#writeBroken(delivery.input, delivery.error);
      else await this.#write(await this.#settle(delivery));
      if (performance.now() >= this.#checkpointAtMs) await this.#checkpoint();
      else if (this.#slabsInUse.length >= SLABS_IN_USE_MAX) await this.#releaseSlabs();
      this.#options.onProgress(this.#state);
    }
  }

  /** Scores a chunk again as long as a document in it depends on one that was found to fail after the chunk was sent off. */
  async #settle(scored: ScoredChunk): Promise<ScoredChunk> {
    const { dependencies, output, slabs } = this.#options;
    let latest = scored;
    while (dependencies?.isOutdatedBy(latest) === true) {
      slabs.give(latest.response.slab);
      latest = await this.#score(latest.chunk);
    }
    if (dependencies?.isStale === true && !output.isResumable) throw writtenTooEarly();
    return latest;
  }

  async #write(scored: ScoredChunk): Promise<void> {
    const { chunk, response } = scored;
    const before = this.#atInput(chunk.input);
    const letters = this.#lettersOf(scored, before);
    if (response.inputError !== undefined)
      letters.push(brokenInput(chunk.source, before.ordinal, fromWireError(response.inputError)));
    const sifted = this.#options.repeats?.sift(response, chunk.source, before.lines);
    const { kept, rejected, log, unremembered } = sifted ?? unsifted(response);
    if (sifted !== undefined) response.rejections[REJECTION_AS_REPEAT] = sifted.repeated;
    this.#slabsInUse.push(response.slab);
    const written = {
      rows: rowsOf(kept, before.lines),
      rejected: rejected === undefined ? NO_ROWS : rowsOf(rejected, before.lines),
      deadLetters: letters,
      seen: log,
    };
    await this.#meters.write.measure(() => this.#options.output.write(written));
    this.#cache = addCounts(this.#cache, response.cache);
    if (response.tally !== undefined) {
      this.#options.tally?.add(response.tally, (document) => placeOf(chunk, document, before));
    }
    this.#meters.cached(response.cache);
    const unread = response.inputError === undefined ? 0 : 1;
    this.#state = {
      ...before,
      position: chunk.end,
      lines: before.lines + response.lines,
      ordinal: before.ordinal + response.documents,
      documents: before.documents + response.documents + unread,
      rejected: before.rejected + sumOf(response.rejections),
      rejections: addRejections(before.rejections, response.rejections),
      unremembered: before.unremembered + unremembered,
      failed: before.failed + letters.length,
      bytes: before.bytes + response.bytes,
      ...this.#late(),
    };
  }

  #lettersOf({ chunk, response, condemned, passedOver }: ScoredChunk, before: RunState): DeadLetter[] {
    const { dependencies } = this.#options;
    if (dependencies === undefined) {
      return response.failures.map((failure) => deadLetter(chunk, failure, condemned.get(failure.index), before));
    }
    const notScored = new Set(passedOver);
    return response.failures.map((failure) => {
      const { index } = failure;
      const reason = notScored.has(index) ? dependencies.errorOf(chunk, index) : condemned.get(index);
      return deadLetter(chunk, { ...failure, id: failure.id ?? dependencies.idOf(chunk, index) }, reason, before);
    });
  }

  #late(): Pick<RunState, 'late'> {
    const late = this.#options.dependencies?.late;
    return late === undefined ? {} : { late };
  }

  async #writeBroken(input: Input, error: MillraceError): Promise<void> {
    const before = this.#atInput(input.index);
    this.#options.dependencies?.checkEnd(input, before.position);
    const deadLetters = [brokenInput(input.source, before.ordinal, error)];
    await this.#options.output.write({ rows: NO_ROWS, rejected: NO_ROWS, deadLetters, seen: NO_ROWS });
    const next = { input: input.index + 1, position: 0, lines: 0, ordinal: 0 };
    this.#state = { ...before, ...next, documents: before.documents + 1, failed: before.failed + 1 };
  }

  /** The state, at the beginning of the input if that is a new one. */
  #atInput(input: number): RunState {
    return input === this.#state.input ? this.#state : { ...this.#state, input, position: 0, lines: 0, ordinal: 0 };
  }

  /** Waits until all rows are written, so that their slabs can be used again. */
  async #releaseSlabs(): Promise<void> {
    await this.#meters.write.measure(() => this.#options.output.flush());
    for (const slab of this.#slabsInUse.splice(0)) this.#options.slabs.give(slab);
  }

  async #checkpoint(): Promise<void> {
    await this.#releaseSlabs();
    await this.#meters.ledger.measure(() => this.#options.output.checkpoint(this.#state));
    this.#checkpointAtMs = performance.now() + CHECKPOINT_MS;
  }

  /** Keeps what is whole after a failure; one of the output itself says already why that cannot be. */
  async #checkpointAfter(thrown: unknown): Promise<void> {
    const isLost = isMillraceError(thrown) && thrown.code === 'ERR_OUTPUT_UNWRITABLE';
    if (isLost || !this.#options.output.isResumable) return;
    await this.#checkpoint().catch(() => undefined);
  }
}

const NO_ROWS = new Uint8Array(0);

/** The rows of a run in which repeated documents stay. */
function unsifted({ slab, slabBytes, lineIds, rejected }: RowsResponse): Sifted {
  return { kept: { slab, slabBytes, lineIds }, rejected, repeated: 0, unremembered: 0, log: NO_ROWS };
}

/** The rows in a slab, with the numbers of lines that were missing. */
function rowsOf({ slab, slabBytes, lineIds }: RejectedRows, linesBefore: number): Uint8Array {
  return insertLineIds(new Uint8Array(slab, 0, slabBytes), lineIds, linesBefore);
}

function addCounts(counts: CacheCounts, more: CacheCounts): CacheCounts {
  return {
    l1: counts.l1 + more.l1,
    l2: counts.l2 + more.l2,
    l3: counts.l3 + more.l3,
    miss: counts.miss + more.miss,
  };
}

function sumOf(counts: Uint32Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function deadLetter(
  chunk: Chunk,
  failure: RowFailure,
  condemned: MillraceError | undefined,
  before: RunState,
): DeadLetter {
  const { code, message } = condemned ?? failure.error;
  const id = failure.id === undefined ? {} : { id: failure.id };
  if (failure.line === undefined) return { source: fileOf(chunk, failure.index), ordinal: 0, ...id, code, message };
  const { lines, ordinal } = before;
  return { source: chunk.source, ordinal: ordinal + failure.index, line: lines + failure.line, ...id, code, message };
}

function placeOf(chunk: Chunk, { index, line, id }: NamedDocument, { lines }: RunState): DocumentPlace {
  if (line === undefined) return { source: fileOf(chunk, index) };
  return { ...(id !== undefined && { id }), source: chunk.source, line: lines + line };
}

/** A text file is a source by itself. */
function fileOf(chunk: Chunk, index: number): string {
  return (chunk.kind === 'files' ? chunk.paths[index]?.id : undefined) ?? chunk.source;
}

function writtenTooEarly(): MillraceError {
  const message = 'a document was written before one that it depends on failed, and a stream cannot be written anew';
  return new MillraceError('ERR_DEPENDENCY_FAILED', `${message}; name an output file`);
}

function asMillraceError(thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_INTERNAL', `a source failed: ${messageOf(thrown)}`, { cause: thrown });
}
