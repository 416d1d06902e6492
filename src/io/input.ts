import type { TextFile } from './chunk.js';

/** One source of documents, in the order of the arguments. */
export type Input = JsonLinesInput | JsonLinesGzipInput | PipeInput | StdinInput | FilesInput;

interface InputBase {
  /** Position in the resolved inputs, from 0. */
  readonly index: number;
  /** Name for messages and progress. */
  readonly source: string;
  /** Bytes that its chunks will stand for; `undefined` where only reading tells. */
  readonly bytes: number | undefined;
  readonly identity: InputIdentity;
}

/** A JSON Lines file. */
export interface JsonLinesInput extends InputBase {
  readonly kind: 'jsonl';
  readonly path: string;
  readonly bytes: number;
}

/** A gzipped JSON Lines file. */
export interface JsonLinesGzipInput extends InputBase {
  readonly kind: 'jsonl.gz';
  readonly path: string;
  readonly bytes: undefined;
}

/** A named pipe or a device, such as a shell's `<(…)`: JSON Lines, read once from front to back. */
export interface PipeInput extends InputBase {
  readonly kind: 'pipe';
  readonly path: string;
  readonly bytes: undefined;
}

/** `-`: JSON Lines on standard input. */
export interface StdinInput extends InputBase {
  readonly kind: 'stdin';
  readonly bytes: undefined;
}

/** Text files that follow each other. */
export interface FilesInput extends InputBase {
  readonly kind: 'files';
  readonly bytes: number;
  readonly files: readonly TextFile[];
  /** Ordinal of the first of them among the text files of all inputs. */
  readonly start: number;
}

/** What must be the same when a run is resumed; plain JSON. */
export interface InputIdentity {
  readonly source: string;
  readonly kind: Input['kind'];
  /** Bytes on disk; the sum for `files`. */
  readonly bytes: number | null;
  /** Time of the last change, in milliseconds; the latest for `files`. */
  readonly mtimeMs: number | null;
  /** For `files`: a digest of every name, size and time, so that a renamed file is seen. */
  readonly digest: string | null;
}
