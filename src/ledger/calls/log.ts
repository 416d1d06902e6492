import { MillraceError } from '../../core/errors.js';
import type { Location } from './document-window.js';
import { HEAD_BYTES, RECORD_KIND, textPayload, writeRecord, type Payload, type RecordHead } from './record.js';
import { removeSegment, SegmentFile } from './segment-file.js';

export interface LogSettings {
  readonly dir: string;
  readonly marker: Buffer;
  readonly segmentBytes: number;
  /** Number of the segment to begin with; there is none of it or above. */
  readonly segment: number;
  /** What the first two records of each segment carry: all that the segments before it add up to. */
  readonly snapshot: () => string;
}

/** A segment of an earlier session. */
export interface OldSegment {
  readonly number: number;
  readonly bytes: number;
  /** The highest ordinal in it; −1 when it is about no document. */
  readonly ordinalMax: number;
}

interface Segment {
  readonly number: number;
  bytes: number;
  ordinalMax: number;
  file: Promise<SegmentFile> | undefined;
}

/** Records of one segment that go to the operating system in one write. */
interface Chunk {
  readonly segment: Segment;
  readonly at: number;
  readonly bytes: Buffer;
  used: number;
}

interface Batch {
  readonly written: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends records to numbered segments. What is appended while a write is under way, or in one turn of the event loop,
 * shares the next write and one promise.
 */
export class Log {
  readonly #settings: LogSettings;
  readonly #segments = new Map<number, Segment>();
  #current: Segment;
  /** Not with the operating system yet, in order. */
  #chunks: Chunk[] = [];
  #batch: Batch | undefined;
  #isDraining = false;
  #drained: Promise<void> = Promise.resolve();
  #spare: Buffer[] = [];
  #pendingBytes = 0;
  #diskBytes = 0;
  #failure: MillraceError | undefined;
  #measure: (write: () => Promise<void>) => Promise<void> = (write) => write();

  constructor(settings: LogSettings, old: readonly OldSegment[]) {
    this.#settings = settings;
    for (const { number, bytes, ordinalMax } of old) this.#addSegment(number, bytes, ordinalMax);
    this.#current = this.#addSegment(settings.segment, 0, NO_ORDINAL);
    this.#appendSnapshot();
  }

  /** Number of the newest segment. */
  get segment(): number {
    return this.#current.number;
  }

  /** Appended, and not with the operating system yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** In all segments that are not removed. */
  get diskBytes(): number {
    return this.#diskBytes;
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, the error of a write before. */
  append(head: RecordHead, payload: Payload): Location {
    if (this.#failure !== undefined) throw this.#failure;
    const bytesMax = HEAD_BYTES + payload.bytesMax;
    if (this.#current.bytes + bytesMax > this.#settings.segmentBytes && !isEmpty(this.#current)) this.#roll();
    const location = this.#write(head, payload);
    this.#current.ordinalMax = Math.max(this.#current.ordinalMax, head.ordinal);
    return location;
  }

  /**
   * Resolves when all that was appended is with the operating system, where it survives the end of this process.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`; then nothing more is written.
   */
  flushed(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#chunks.length === 0) return this.#drained;
    this.#batch ??= newBatch();
    return this.#batch.written;
  }

  /** Has each write from now on run by `measure`. */
  measureWrites(measure: (write: () => Promise<void>) => Promise<void>): void {
    this.#measure = measure;
  }

  /** What there is of a range of a segment. @throws MillraceError `ERR_LEDGER`. */
  async read(segment: number, at: number, bytes: number): Promise<Buffer> {
    const found = this.#segments.get(segment);
    if (found === undefined) return Buffer.alloc(0);
    found.file ??= SegmentFile.open(this.#settings.dir, segment);
    return (await found.file).read(at, bytes);
  }

  /** Removes the segments that are about documents below `ordinal` only. @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async removeBelow(ordinal: number): Promise<void> {
    const gone = [...this.#segments.values()].filter(
      (segment) => segment !== this.#current && segment.ordinalMax < ordinal,
    );
    for (const segment of gone) {
      this.#segments.delete(segment.number);
      this.#diskBytes -= segment.bytes;
    }
    // One whose last records wait yet is written before it is removed, to keep the order simple.
    if (gone.length > 0) await this.flushed();
    for (const segment of gone) {
      await closeSegment(segment);
      await removeSegment(this.#settings.dir, segment.number);
    }
  }

  /** Removes every segment, after its last write. @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async remove(): Promise<void> {
    await this.close();
    for (const { number } of this.#segments.values()) await removeSegment(this.#settings.dir, number);
    this.#segments.clear();
  }

  /** Waits for what was appended. Never rejects; may be called twice. */
  async close(): Promise<void> {
    await this.flushed().catch(() => {});
    this.#failure ??= new MillraceError('ERR_CLOSED', `the ledger of ${this.#settings.dir} is closed`);
    for (const segment of this.#segments.values()) await closeSegment(segment);
  }

  #roll(): void {
    this.#current = this.#addSegment(this.#current.number + 1, 0, NO_ORDINAL);
    this.#appendSnapshot();
  }

  /** Twice, since all depends on it: damage to one leaves the other. */
  #appendSnapshot(): void {
    const head = { kind: RECORD_KIND.snapshot, ordinal: 0, iteration: 0, attempt: 0, nanoUsd: 0 };
    const payload = textPayload(this.#settings.snapshot());
    this.#write(head, payload);
    this.#write(head, payload);
  }

  #addSegment(number: number, bytes: number, ordinalMax: number): Segment {
    const segment: Segment = { number, bytes, ordinalMax, file: undefined };
    this.#segments.set(number, segment);
    this.#diskBytes += bytes;
    return segment;
  }

  #write(head: RecordHead, payload: Payload): Location {
    const chunk = this.#chunkFor(HEAD_BYTES + payload.bytesMax);
    const bytes = writeRecord(chunk.bytes, chunk.used, this.#settings.marker, head, payload);
    const offset = chunk.at + chunk.used;
    chunk.used += bytes;
    this.#current.bytes += bytes;
    this.#pendingBytes += bytes;
    this.#diskBytes += bytes;
    this.#startDraining();
    return { segment: this.#current.number, offset, bytes };
  }

  #chunkFor(bytesMax: number): Chunk {
    const last = this.#chunks.at(-1);
    if (last?.segment === this.#current && last.used + bytesMax <= last.bytes.length) return last;
    const bytes = bytesMax > CHUNK_BYTES ? Buffer.allocUnsafeSlow(bytesMax) : this.#spare.pop();
    const chunk = {
      segment: this.#current,
      at: this.#current.bytes,
      bytes: bytes ?? Buffer.allocUnsafeSlow(CHUNK_BYTES),
      used: 0,
    };
    this.#chunks.push(chunk);
    return chunk;
  }

  #startDraining(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    setImmediate(() => void this.#drain());
  }

  /** Never rejects: whoever waits for `flushed` hears of a failure. */
  async #drain(): Promise<void> {
    while (this.#chunks.length > 0 && this.#failure === undefined) {
      const batch = this.#batch ?? newBatch();
      const chunks = this.#chunks;
      this.#batch = undefined;
      this.#chunks = [];
      this.#drained = batch.written;
      try {
        await this.#measure(() => this.#writeChunks(chunks));
        batch.resolve();
      } catch (thrown) {
        this.#fail(thrown);
        batch.reject(this.#failure);
      }
    }
    this.#isDraining = false;
  }

  async #writeChunks(chunks: readonly Chunk[]): Promise<void> {
    for (const chunk of chunks) await this.#writeChunk(chunk);
  }

  async #writeChunk({ segment, at, bytes, used }: Chunk): Promise<void> {
    segment.file ??= SegmentFile.create(this.#settings.dir, segment.number);
    await (await segment.file).write(bytes.subarray(0, used), at);
    this.#pendingBytes -= used;
    if (bytes.length === CHUNK_BYTES && this.#spare.length < SPARE_CHUNKS_MAX) this.#spare.push(bytes);
  }

  #fail(thrown: unknown): void {
    this.#failure =
      thrown instanceof MillraceError ? thrown : new MillraceError('ERR_INTERNAL', String(thrown), { cause: thrown });
    this.#chunks = [];
    this.#pendingBytes = 0;
    this.#batch?.reject(this.#failure);
  }
}

/** Records of one turn of the event loop, mostly; a chunk is one write. */
const CHUNK_BYTES = 256 * 1024;
const SPARE_CHUNKS_MAX = 8;
const NO_ORDINAL = -1;

/** Holds its snapshot and no more. */
function isEmpty(segment: Segment): boolean {
  return segment.ordinalMax === NO_ORDINAL;
}

async function closeSegment(segment: Segment): Promise<void> {
  const file = await segment.file?.catch(() => undefined);
  segment.file = undefined;
  await file?.close();
}

function newBatch(): Batch {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const written = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever waits hears of it; perhaps nobody does.
  written.catch(() => {});
  return { written, resolve, reject };
}
