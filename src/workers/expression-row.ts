import { MillraceError } from '../core/errors.js';
import { compileExpression, type FieldReader } from '../core/expression/compile.js';
import type { ExpressionNode } from '../core/expression/nodes.js';
import { FILTER_NAMES, FILTER_REASONS, FILTER_STATS, type FilterName } from '../core/filters.js';
import * as slots from './kernel/report-slots.js';

/** A report as the kernel wrote it: `rows[at + slot]`, with NaN for null. */
export interface ReportRow {
  readonly rows: Float64Array;
  /** Index of the row's first double. */
  readonly at: number;
}

/**
 * Compiles an expression to a decision on the kernel's rows, no report is made.
 *
 * @param width - doubles of a row, of which there must be enough for every field that the expression names.
 */
export function compileForRows(node: ExpressionNode, width: number): (rows: Float64Array, at: number) => boolean {
  const predicate = compileExpression(node, rowFields(width));
  // One object for all rows; it lets go of the last one, whose memory may be the kernel's.
  const row: { rows: Float64Array; at: number } = { rows: NO_ROWS, at: 0 };
  return (rows, at) => {
    row.rows = rows;
    row.at = at;
    const holds = predicate(row);
    row.rows = NO_ROWS;
    return holds;
  };
}

/** Reads fields out of rows of `width` doubles. */
export function rowFields(width: number): FieldReader<ReportRow> {
  return {
    number(path) {
      const slot = slotOf(NUMBER_SLOTS, path, width);
      return (row) => row.rows[row.at + slot]!;
    },
    boolean(path) {
      const slot = slotOf(KEEP_SLOTS, path, width);
      return (row) => row.rows[row.at + slot] === 0;
    },
    textIs(path, text) {
      const slot = slotOf(REASON_SLOTS, path, width);
      const verdict = verdictOf(path, text);
      return (row) => row.rows[row.at + slot] === verdict;
    },
  };
}

const NO_ROWS = new Float64Array(0);

const VERDICT_SLOTS: Readonly<Record<FilterName, number>> = {
  gopher_quality: slots.SLOT_GOPHER_QUALITY,
  gopher_repetition: slots.SLOT_GOPHER_REPETITION,
  c4_quality: slots.SLOT_C4_QUALITY,
  fineweb_quality: slots.SLOT_FINEWEB_QUALITY,
};

const FIRST_STAT_SLOTS: Readonly<Record<FilterName, number>> = {
  gopher_quality: slots.SLOT_GOPHER_QUALITY_STATS,
  gopher_repetition: slots.SLOT_GOPHER_REPETITION_STATS,
  c4_quality: slots.SLOT_C4_QUALITY_STATS,
  fineweb_quality: slots.SLOT_FINEWEB_QUALITY_STATS,
};

const NUMBER_SLOTS: ReadonlyMap<string, number> = new Map([
  ['bytes', slots.SLOT_BYTES],
  ['chars', slots.SLOT_CHARS],
  ['words', slots.SLOT_WORDS],
  ['tokens', slots.SLOT_TOKENS],
  ['distinctTokens', slots.SLOT_DISTINCT_TOKENS],
  ['lines', slots.SLOT_LINES],
  ['paragraphs', slots.SLOT_PARAGRAPHS],
  ['sentences', slots.SLOT_SENTENCES],
  ['replaced', slots.SLOT_REPLACED],
  ['entropy.char', slots.SLOT_ENTROPY_CHAR],
  ['entropy.token', slots.SLOT_ENTROPY_TOKEN],
  ['entropy.sentence', slots.SLOT_ENTROPY_SENTENCE],
  ['entropy.evenness', slots.SLOT_EVENNESS],
  ['entropy.redundancy', slots.SLOT_REDUNDANCY],
  ['entropy.aggregate', slots.SLOT_AGGREGATE],
  ['readability.fleschReadingEase', slots.SLOT_READING_EASE],
  ['readability.fleschKincaidGrade', slots.SLOT_KINCAID_GRADE],
  ['coherence', slots.SLOT_COHERENCE],
  ['documentation.completeness', slots.SLOT_COMPLETENESS],
  ['documentation.clarity', slots.SLOT_CLARITY],
  ['documentation.consistency', slots.SLOT_CONSISTENCY],
  ['documentation.accuracy', slots.SLOT_ACCURACY],
  ['documentation.overall', slots.SLOT_OVERALL],
  ['miair', slots.SLOT_MIAIR],
  ...FILTER_NAMES.flatMap(statSlots),
]);

const KEEP_SLOTS = verdictSlots('keep');
const REASON_SLOTS = verdictSlots('reason');

const REASONS: ReadonlyMap<string, readonly string[]> = new Map(
  FILTER_NAMES.map((filter) => [`filters.${filter}.reason`, FILTER_REASONS[filter]]),
);

function statSlots(filter: FilterName): [string, number][] {
  return FILTER_STATS[filter].map((stat, i) => [`filters.${filter}.stats.${stat}`, FIRST_STAT_SLOTS[filter] + i]);
}

function verdictSlots(what: 'keep' | 'reason'): ReadonlyMap<string, number> {
  return new Map(FILTER_NAMES.map((filter) => [`filters.${filter}.${what}`, VERDICT_SLOTS[filter]]));
}

/** What stands in the slot of a verdict: the number of the reason, from 1, and 0 for none. */
function verdictOf(path: string, reason: string | null): number {
  if (reason === null) return 0;
  const index = REASONS.get(path)?.indexOf(reason) ?? -1;
  if (index < 0) throw new MillraceError('ERR_INTERNAL', `${path} is never ${JSON.stringify(reason)}`);
  return index + 1;
}

function slotOf(table: ReadonlyMap<string, number>, path: string, width: number): number {
  const slot = table.get(path);
  if (slot === undefined) throw new MillraceError('ERR_INTERNAL', `a row has no field ${path} of that type`);
  if (slot >= width) throw new MillraceError('ERR_INTERNAL', `a row of ${width} doubles has no field ${path}`);
  return slot;
}
