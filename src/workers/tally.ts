import type { DocumentId } from '../core/document.js';

/** Documents that one answer names at most, of each kind. */
export const NAMED_MAX = 20;

/** What a document has to be to be named: those named before are worse. */
export interface TallyBounds {
  /** Below this `documentation.overall`. */
  readonly lowerThan: number;
  /** Above this time. */
  readonly slowerThanMs: number;
}

/** A document that stands out, by its place in the request. */
export interface NamedDocument {
  readonly index: number;
  /** Line within the request, from 1; undefined for a text file. */
  readonly line: number | undefined;
  readonly id: DocumentId | undefined;
  readonly bytes: number;
  /** What it stands out by: its quality, or its milliseconds. */
  readonly value: number;
}

/** What the documents of a request are like, in bounded room. */
export interface Tally {
  /** Documents by bucket of each measure, laid out in `tally-buckets.ts`. */
  readonly counts: Uint32Array;
  /** Documents by bucket of the time that they took. */
  readonly times: Uint32Array;
  /** Time of all of them together. */
  readonly busyMs: number;
  /** The worst first; {@link NAMED_MAX} or fewer. */
  readonly lowest: readonly NamedDocument[];
  /** The slowest first; likewise. */
  readonly slowest: readonly NamedDocument[];
}
