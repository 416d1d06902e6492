/**
 * What the main thread and its workers say to each other.
 *
 * A request is one batch: many documents, one message. Each carries a slab, an ArrayBuffer that is moved to the worker and
 * moved back with the answer in it, so that a steady stream of batches allocates nothing.
 */
import type { WireError } from '../core/errors.js';
import type { ExpressionNode } from '../core/expression/nodes.js';
import type { FilterName } from '../core/filters.js';
import type { Comparison, Difference } from './comparison.js';
import type { CacheCounts } from './report-cache.js';
import type { Tally, TallyBounds } from './tally.js';

export type Request = DocumentsRequest | LinesRequest | FilesRequest;

interface RequestBase {
  /** Number of the batch, from 1; with the document it is at, the worker notes it in the shared `Progress`. */
  readonly batch: number;
  /** Row of `Progress` that the worker writes. */
  readonly slot: number;
  readonly slab: ArrayBuffer;
  /** Documents, by their position in the batch, that have ended two workers and are passed over. */
  readonly condemned: readonly number[];
}

/**
 * Texts in the slab, as UTF-16, which is what strings are: writing it takes the main thread as long for every script, and
 * the kernel makes UTF-8 of it.
 *
 *   │ length in units u32 │ × documentCount │ text │ text │ …
 *
 * When it comes back, it holds one report of doubles for each.
 */
export interface DocumentsRequest extends RequestBase {
  readonly kind: 'documents';
  readonly documentCount: number;
  /** Bytes of the slab in use. */
  readonly slabBytes: number;
  /** Documents that are versions of another one. Strings, since what compares them reads strings; most batches have none. */
  readonly comparisons: readonly VersionComparison[];
}

/** A document of the batch that is to be compared, beside being scored. */
export interface VersionComparison extends Comparison {
  /** Its position in the batch. */
  readonly index: number;
}

/** How rows are read and written; the same for a whole run. */
export interface RowSettings {
  /** `numbers` are the doubles of each report, for whoever goes on counting with them. */
  readonly emit: 'reports' | 'rows' | 'both' | 'numbers';
  /** Filters whose verdict rejects a document. */
  readonly rejectBy: readonly FilterName[];
  /** Of the documents that these keep, those are kept for which the expression holds. */
  readonly keepIf: KeepIf | undefined;
  /** Whether rows that are rejected are written as well, apart, with the reason. */
  readonly keepsRejected: boolean;
  /** Whether the answer tells the text of each row that is kept, so that repeated ones can be cut out of it. */
  readonly tellsKept: boolean;
  /** Whether C4's cleaned text takes the place of the text in the rows that are kept. */
  readonly cleans: boolean;
  readonly textField: string;
  readonly idField: string;
  readonly maxBytes: number;
  readonly lineBytesMax: number;
}

/** An expression over the report, as it was written and as it is evaluated. */
export interface KeepIf {
  readonly text: string;
  readonly node: ExpressionNode;
}

interface RowsRequest extends RequestBase {
  readonly settings: RowSettings;
  /** Asks what the documents are like, and for those that stand out beyond these bounds. */
  readonly tally?: TallyBounds | undefined;
}

/** Lines of JSON: those that start in [start, end) of a file, or all in `data`. */
export interface LinesRequest extends RowsRequest {
  readonly kind: 'lines';
  /** Name of the source, the front of the ids of rows that have none. */
  readonly source: string;
  /** A file to read, or the lines themselves. */
  readonly from: string | Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Text files, a document each. */
export interface FilesRequest extends RowsRequest {
  readonly kind: 'files';
  readonly files: readonly { readonly path: string; readonly id: string }[];
}

/** Asks a worker to put in order what it holds, before its thread is ended. */
export interface EndRequest {
  readonly kind: 'end';
}

export type Response = DocumentsResponse | RowsResponse;

/** What a worker sends back: an answer and how long it took, by the worker's own clock. */
export type TimedResponse = Response & {
  readonly busyMs: number;
  /** Of that, the time in which files were read. */
  readonly readMs: number;
  /** Of that, the time in which the cache was asked and told, by a sample of the texts. */
  readonly cacheMs: number;
};

/** A document of the batch that has no result. */
export interface DocumentFailure {
  /** Its position in the batch. */
  readonly index: number;
  readonly error: WireError;
}

export interface DocumentsResponse {
  readonly kind: 'documents';
  readonly slab: ArrayBuffer;
  readonly failures: readonly DocumentFailure[];
  readonly objections: readonly VersionObjection[];
}

/** What there is against a version of the batch. */
export interface VersionObjection extends Difference {
  /** Its position in the batch. */
  readonly index: number;
}

/** A row or file that has no row in the output. */
export interface RowFailure extends DocumentFailure {
  /** Line within the request, from 1; undefined for a text file. */
  readonly line: number | undefined;
  readonly id: string | number | undefined;
}

/** Rows without an id: where in their slab the line number is missing, and that number within the request, in pairs. */
export type LineIds = Uint32Array;

export interface RejectedRows {
  readonly slab: ArrayBuffer;
  readonly slabBytes: number;
  readonly lineIds: LineIds;
}

/** The rows that are kept, in order, each by the hash of its text; laid out in `kept-texts.ts`. */
export interface KeptTexts {
  readonly rows: Uint32Array;
  readonly ids: Uint8Array;
}

export interface RowsResponse {
  readonly kind: 'rows';
  /** The rows of output, from the start of the slab. */
  readonly slab: ArrayBuffer;
  readonly slabBytes: number;
  readonly lineIds: LineIds;
  /** Rows that were rejected; undefined when they are not kept. */
  readonly rejected: RejectedRows | undefined;
  /** How many rows were rejected for each reason, by its number (`rejections.ts`). */
  readonly rejections: Uint32Array;
  /** The texts of the rows that are kept; undefined when they were not asked for. */
  readonly keptTexts: KeptTexts | undefined;
  readonly cache: CacheCounts;
  /** What the documents are like; undefined when it was not asked for. */
  readonly tally?: Tally | undefined;
  readonly failures: readonly RowFailure[];
  /** Documents handled, failures among them. */
  readonly documents: number;
  /** Lines read, blank ones among them; 0 for text files. */
  readonly lines: number;
  /** Text bytes scored. */
  readonly bytes: number;
  /** A whole input that could not be read, for all documents left in the request. */
  readonly inputError: WireError | undefined;
}

/** Shared with the workers: for each slot the batch it is on (0 between batches) and the document within it, int32 each. */
export const PROGRESS_FIELDS = 2;
export const PROGRESS_BATCH = 0;
export const PROGRESS_DOCUMENT = 1;
