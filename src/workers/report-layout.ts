import type { DocumentId } from '../core/document.js';
import type { Report } from '../core/report.js';
import * as slots from './kernel/report-slots.js';

/**
 * Makes the report of one document from the kernel's row of doubles.
 *
 * @param rows - one or more rows of `SLOT_COUNT` doubles.
 * @param at - index of the row's first double.
 */
export function decodeReport(id: DocumentId, rows: Float64Array, at: number): Report {
  const number = (slot: number): number => rows[at + slot] ?? Number.NaN;
  const nullable = (slot: number): number | null => (Number.isNaN(number(slot)) ? null : number(slot));
  const report: Report = {
    schema: 1,
    id,
    bytes: number(slots.SLOT_BYTES),
    chars: number(slots.SLOT_CHARS),
    words: number(slots.SLOT_WORDS),
    tokens: number(slots.SLOT_TOKENS),
    distinctTokens: number(slots.SLOT_DISTINCT_TOKENS),
    lines: number(slots.SLOT_LINES),
    paragraphs: number(slots.SLOT_PARAGRAPHS),
    sentences: number(slots.SLOT_SENTENCES),
    entropy: {
      char: number(slots.SLOT_ENTROPY_CHAR),
      token: number(slots.SLOT_ENTROPY_TOKEN),
      sentence: number(slots.SLOT_ENTROPY_SENTENCE),
      evenness: nullable(slots.SLOT_EVENNESS),
      redundancy: nullable(slots.SLOT_REDUNDANCY),
      aggregate: number(slots.SLOT_AGGREGATE),
    },
  };
  const replaced = number(slots.SLOT_REPLACED);
  return replaced === 0 ? report : { ...report, replaced };
}
