import type { DocumentId } from '../core/document.js';
import type { Report } from '../core/report.js';
import {
  SLOT_AGGREGATE,
  SLOT_BYTES,
  SLOT_CHARS,
  SLOT_DISTINCT_TOKENS,
  SLOT_ENTROPY_CHAR,
  SLOT_ENTROPY_SENTENCE,
  SLOT_ENTROPY_TOKEN,
  SLOT_EVENNESS,
  SLOT_LINES,
  SLOT_PARAGRAPHS,
  SLOT_REDUNDANCY,
  SLOT_REPLACED,
  SLOT_SENTENCES,
  SLOT_TOKENS,
  SLOT_WORDS,
} from './kernel/report-slots.js';

/**
 * Makes the report of one document from the kernel's row of doubles.
 *
 * `| 0` has the counts, which all fit, stored in the object itself: as doubles each would be an allocation of its own.
 *
 * @param rows - one or more rows of `SLOT_COUNT` doubles.
 * @param at - index of the row's first double; the row must be there.
 */
export function decodeReport(id: DocumentId, rows: Float64Array, at: number): Report {
  const report: Report = {
    schema: 1,
    id,
    bytes: rows[at + SLOT_BYTES]! | 0,
    chars: rows[at + SLOT_CHARS]! | 0,
    words: rows[at + SLOT_WORDS]! | 0,
    tokens: rows[at + SLOT_TOKENS]! | 0,
    distinctTokens: rows[at + SLOT_DISTINCT_TOKENS]! | 0,
    lines: rows[at + SLOT_LINES]! | 0,
    paragraphs: rows[at + SLOT_PARAGRAPHS]! | 0,
    sentences: rows[at + SLOT_SENTENCES]! | 0,
    entropy: {
      char: rows[at + SLOT_ENTROPY_CHAR]!,
      token: rows[at + SLOT_ENTROPY_TOKEN]!,
      sentence: rows[at + SLOT_ENTROPY_SENTENCE]!,
      evenness: nullable(rows[at + SLOT_EVENNESS]!),
      redundancy: nullable(rows[at + SLOT_REDUNDANCY]!),
      aggregate: rows[at + SLOT_AGGREGATE]!,
    },
  };
  const replaced = rows[at + SLOT_REPLACED]!;
  return replaced === 0 ? report : { ...report, replaced };
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
