/** Ids repeat in real data, so an id is payload: it is printed as it came and never used as a key. */
export type DocumentId = string | number;

/** A document as an embedder hands it over. */
export interface Document {
  /** Any string or finite number. A missing id becomes `memory:<ordinal + 1>`. */
  readonly id?: DocumentId;
  /** The text, any string; lone surrogates are replaced by U+FFFD and counted in the report. */
  readonly text: string;
  /** Carried along untouched; the engine never reads it. */
  readonly metadata?: unknown;
}
