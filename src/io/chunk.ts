/** A unit of work: what a source yields, a worker scores in one go, and the engine puts back in order. */
export type Chunk = RangeChunk | BlockChunk | FilesChunk;

interface ChunkBase {
  /** Index of the input it came from, in the resolved inputs. */
  readonly input: number;
  /** The input's display name, as its user wrote it. */
  readonly source: string;
  /** Where it starts: a byte offset in the (decompressed) stream; for `files` the ordinal of its first file. */
  readonly start: number;
  /** Where the next chunk starts, in the same unit. */
  readonly end: number;
  /** Bytes of input it stands for, for costing and progress; compressed bytes for a gzipped text file. */
  readonly bytes: number;
}

/** The lines that start in `[start, end)` of an uncompressed JSON Lines file; whoever scores them reads them. */
export interface RangeChunk extends ChunkBase {
  readonly kind: 'range';
  readonly path: string;
}

/** Whole lines of a JSON Lines stream. */
export interface BlockChunk extends ChunkBase {
  readonly kind: 'block';
  /**
   * The lines; the last one of the stream may lack its LF. It is all of its `ArrayBuffer`, so it can be transferred.
   * Shorter than `end - start` when it holds the beginning of a line that was too long to carry.
   */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Text files, a document each; `start` and `end` count the text files of all inputs together. */
export interface FilesChunk extends ChunkBase {
  readonly kind: 'files';
  readonly paths: readonly TextFile[];
}

/** A document that is a file of its own. */
export interface TextFile {
  /** Where to open it; a name ending in `.gz` (any case) is gzipped. */
  readonly path: string;
  /** The document's id: the path as given or walked, with `/` between its parts. */
  readonly id: string;
  /** Size on disk when the inputs were resolved; 0 for a file that could not be looked at. */
  readonly bytes: number;
}

/** Yields an input's chunks in order; reads no further ahead than one chunk. */
export interface Source {
  /**
   * @param from - 0, or the `end` of an earlier chunk of the same input, to go on behind it.
   * @throws MillraceError `ERR_ABORTED`, and per source `ERR_INPUT_NOT_FOUND`, `ERR_INPUT_UNREADABLE`,
   * `ERR_INPUT_CORRUPT`, `ERR_RESUME_MISMATCH`.
   */
  read(from: number, signal: AbortSignal): AsyncIterable<Chunk>;
}
