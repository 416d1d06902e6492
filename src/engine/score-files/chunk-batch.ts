import { MillraceError } from '../../core/errors.js';
import type { Chunk } from '../../io/chunk.js';
import type { Request, Response, RowSettings, RowsResponse } from '../../workers/protocol.js';
import type { TallyBounds } from '../../workers/tally.js';
import type { Batch, BatchRun } from '../threads/scheduler.js';
import type { SlabPool } from '../threads/slab-pool.js';

/** A chunk's rows, and the documents in it that were given up, with the reason. */
export interface ScoredChunk {
  readonly chunk: Chunk;
  readonly response: RowsResponse;
  readonly condemned: ReadonlyMap<number, MillraceError>;
  /** Documents in it that were not to be scored, by position. */
  readonly passedOver: readonly number[];
}

export interface ChunkListener {
  done(scored: ScoredChunk): void;
  fail(error: MillraceError): void;
}

/** A chunk of a source as a batch of work: the worker reads, scores and writes it, bytes to bytes. */
export class ChunkBatch implements Batch {
  readonly costBytes: number;
  readonly #chunk: Chunk;
  readonly #passedOver: readonly number[];
  readonly #settings: RowSettings;
  readonly #slabs: SlabPool;
  readonly #listener: ChunkListener;
  readonly #tally: { readonly bounds: TallyBounds } | undefined;

  /**
   * @param passedOver - documents in the chunk that are not to be scored, by position.
   * @param tally - set to be told what the documents are like, and those that stand out beyond its bounds when the chunk is sent.
   */
  constructor(
    chunk: Chunk,
    passedOver: readonly number[],
    settings: RowSettings,
    slabs: SlabPool,
    listener: ChunkListener,
    tally?: { readonly bounds: TallyBounds },
  ) {
    this.costBytes = chunk.bytes;
    this.#chunk = chunk;
    this.#passedOver = passedOver;
    this.#settings = settings;
    this.#slabs = slabs;
    this.#listener = listener;
    this.#tally = tally;
  }

  request(run: BatchRun): Request {
    const chunk = this.#chunk;
    const condemned = [...run.condemned, ...this.#passedOver];
    const tally = this.#tally?.bounds;
    const base = { ...run, condemned, settings: this.#settings, slab: this.#slabs.take(), tally };
    switch (chunk.kind) {
      case 'range':
        return { ...base, kind: 'lines', source: chunk.source, from: chunk.path, start: chunk.start, end: chunk.end };
      case 'block':
        return { ...base, kind: 'lines', source: chunk.source, from: chunk.data, start: chunk.start, end: chunk.end };
      case 'files':
        return { ...base, kind: 'files', files: chunk.paths };
    }
  }

  done(response: Response, condemned: ReadonlyMap<number, MillraceError>): void {
    if (response.kind !== 'rows') throw new MillraceError('ERR_INTERNAL', `got ${response.kind} for rows`);
    this.#listener.done({ chunk: this.#chunk, response, condemned, passedOver: this.#passedOver });
  }

  fail(error: MillraceError): void {
    this.#listener.fail(error);
  }
}
