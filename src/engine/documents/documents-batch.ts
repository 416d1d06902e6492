import type { Document, DocumentId } from '../../core/document.js';
import { MillraceError, fromWireError } from '../../core/errors.js';
import { describe } from '../../core/options.js';
import type { CountsReport, Failure, Report } from '../../core/report.js';
import { writeUnits } from '../../workers/kernel-host.js';
import type { DocumentsResponse, Request, Response, VersionComparison } from '../../workers/protocol.js';
import type { ReportDecoder } from '../../workers/report-layout.js';
import { lengthsOf, slabBytesFor, textsStart } from '../../workers/slab.js';
import { MissedDocument, type EngineCache } from '../report-cache/engine-cache.js';
import type { Batch, BatchRun } from '../threads/scheduler.js';
import type { SlabPool } from '../threads/slab-pool.js';
import { VersionDocument } from './version-document.js';

/** Name of the source of documents that an embedder hands over. */
export const MEMORY_SOURCE = 'memory';

/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const UTF8_BYTES_MAX = 3;

/** @typeParam R - the report that the engine's measures ask for. */
export type Outcome<R extends CountsReport = Report> = R | Failure;

/** What the batches of an engine share. */
export interface BatchSettings<R extends CountsReport> {
  readonly maxBytes: number;
  readonly slabs: SlabPool;
  readonly decoder: ReportDecoder<R>;
  readonly cache: EngineCache | undefined;
}

/** Takes the outcomes of a batch, or the error for which there are none. */
export interface BatchListener<R extends CountsReport = Report> {
  /** @param latencyMs - from the hand-over to a worker until its answer. */
  done(outcomes: readonly Outcome<R>[], latencyMs: number): void;
  fail(error: MillraceError): void;
}

/** Documents that are scored in one go; the texts are encoded into a slab only when a worker has room for them. */
export class DocumentsBatch<R extends CountsReport = Report> implements Batch {
  readonly costBytes: number;
  readonly #documents: readonly Document[];
  readonly #firstOrdinal: number;
  readonly #settings: BatchSettings<R>;
  readonly #listener: BatchListener<R>;
  #requestedAtMs = 0;
  /** Documents that never reach a worker, by position. */
  readonly #refused = new Map<number, MillraceError>();
  /** The rows of those that the cache has, likewise. */
  readonly #found = new Map<number, Float64Array>();
  /** What takes the rows of those that it has not. */
  readonly #missed = new Map<number, (row: Float64Array) => void>();

  constructor(
    documents: readonly Document[],
    place: { readonly firstOrdinal: number; readonly costBytes: number },
    settings: BatchSettings<R>,
    listener: BatchListener<R>,
  ) {
    this.#documents = documents;
    this.#firstOrdinal = place.firstOrdinal;
    this.costBytes = place.costBytes;
    this.#settings = settings;
    this.#listener = listener;
  }

  request({ slot, batch, condemned }: BatchRun): Request {
    this.#requestedAtMs = performance.now();
    const { slab, slabBytes } = this.#pack();
    const documentCount = this.#documents.length;
    return {
      kind: 'documents',
      slot,
      batch,
      condemned,
      slab,
      slabBytes,
      documentCount,
      comparisons: this.#comparisons(),
    };
  }

  done(response: Response, condemned: ReadonlyMap<number, MillraceError>): void {
    if (response.kind !== 'documents') throw new MillraceError('ERR_INTERNAL', `got ${response.kind} for documents`);
    const latencyMs = performance.now() - this.#requestedAtMs;
    const errors = new Map([...condemned, ...this.#refused]);
    for (const { index, error } of response.failures) errors.set(index, fromWireError(error));
    this.#noteObjections(response);
    const { decoder, slabs } = this.#settings;
    const rows = new Float64Array(response.slab, 0, this.#documents.length * decoder.slots);
    const outcomes: Outcome<R>[] = [];
    let ordinal = this.#firstOrdinal;
    for (const document of this.#documents) {
      const index = outcomes.length;
      const error = errors.size === 0 ? undefined : errors.get(index);
      const found = this.#found.size === 0 ? undefined : this.#found.get(index);
      if (error !== undefined) outcomes.push(failureOf(document, ordinal, error));
      else if (found !== undefined) outcomes.push(decoder.decode(idOf(document, ordinal), found, 0));
      else outcomes.push(decoder.decode(idOf(document, ordinal), rows, index * decoder.slots));
      ordinal++;
    }
    for (const [index, keep] of this.#missed) {
      if (!errors.has(index)) keep(rows.subarray(index * decoder.slots, (index + 1) * decoder.slots));
    }
    slabs.give(response.slab);
    this.#listener.done(outcomes, latencyMs);
  }

  fail(error: MillraceError): void {
    this.#listener.fail(error);
  }

  /** Versions are compared whether or not the cache has their reports. */
  #comparisons(): VersionComparison[] {
    const comparisons: VersionComparison[] = [];
    let index = 0;
    for (const document of this.#documents) {
      if (document instanceof VersionDocument && !this.#refused.has(index)) {
        const { text: version, original, guards: bounds } = document;
        comparisons.push({ index, version, original, bounds });
      }
      index++;
    }
    return comparisons;
  }

  #noteObjections({ objections }: DocumentsResponse): void {
    for (const { index, ...difference } of objections) {
      const document = this.#documents[index];
      if (document instanceof VersionDocument) document.differs(difference);
    }
  }

  #pack(): { slab: ArrayBuffer; slabBytes: number } {
    const documentCount = this.#documents.length;
    const units = this.#sortOut();
    const slabBytes = slabBytesFor(documentCount, units);
    const { decoder, slabs } = this.#settings;
    const reportsBytes = documentCount * decoder.slots * Float64Array.BYTES_PER_ELEMENT;
    const slab = slabs.take(Math.max(slabBytes, reportsBytes));
    const view = Buffer.from(slab);
    const lengths = lengthsOf(slab, documentCount);
    let at = textsStart(documentCount);
    let index = 0;
    for (const { text } of this.#documents) {
      const isSettled = this.#refused.has(index) || this.#found.has(index);
      lengths[index++] = isSettled ? 0 : text.length;
      if (!isSettled) at += writeUnits(view, text, at);
    }
    return { slab, slabBytes };
  }

  /** Notes what cannot be scored and what need not be; returns the UTF-16 units of the rest. */
  #sortOut(): number {
    this.#found.clear(); // A batch whose worker died is packed again.
    this.#missed.clear();
    let units = 0;
    let index = 0;
    for (const document of this.#documents) {
      const refusal = refusalOf(document.text, this.#settings.maxBytes);
      if (refusal !== undefined) this.#refused.set(index, refusal);
      else if (!this.#isFound(document, index)) units += document.text.length;
      index++;
    }
    return units;
  }

  #isFound(document: Document, index: number): boolean {
    if (document instanceof MissedDocument) {
      this.#missed.set(index, document.keep);
      return false;
    }
    const { cache } = this.#settings;
    const answer = cache?.asksFor(document.text) === true ? cache.ask(document.text) : undefined;
    if (cache === undefined || answer === undefined) return false;
    if (answer.row !== undefined) {
      this.#found.set(index, answer.row);
      return true;
    }
    const { key } = answer;
    this.#missed.set(index, (row) => {
      cache.store(key, row);
    });
    return false;
  }
}

/** Why a text cannot be scored, if it cannot. */
export function refusalOf(text: unknown, maxBytes: number): MillraceError | undefined {
  if (typeof text !== 'string')
    return new MillraceError('ERR_TEXT_TYPE', `text must be a string, got ${describe(text)}`);
  if (text.length * UTF8_BYTES_MAX <= maxBytes) return undefined;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return undefined;
  return new MillraceError(
    'ERR_DOCUMENT_TOO_LARGE',
    `the text must have at most maxBytes, ${maxBytes}, got ${bytes} bytes`,
  );
}

/** The document's own id, or one made from where it came from. */
export function idOf(document: Document, ordinal: number): DocumentId {
  return document.id ?? `${MEMORY_SOURCE}:${ordinal + 1}`;
}

export function failureOf(document: Document, ordinal: number, error: MillraceError): Failure {
  return { error, source: MEMORY_SOURCE, ordinal, id: idOf(document, ordinal) };
}

/** What a document weighs beside its text, so that any number of empty ones is bounded as well. */
const DOCUMENT_COST = 128;

/** What batches are cut by and queues are bounded by: the UTF-16 units of the text, and of the original that goes with it, and a little for each document. */
export function costOf(document: Document): number {
  const text: unknown = document.text;
  const original = document instanceof VersionDocument ? document.original.length : 0;
  return DOCUMENT_COST + (typeof text === 'string' ? text.length : 0) + original;
}
