import { FILTER_NAMES, type FilterName } from '../../core/filters.js';
import type { Explanation } from '../../engine/explain/explain.js';
import type { Check } from '../../engine/explain/checks.js';
import { formatBeside, formatDecimal } from './decimals.js';
import { excerptOf } from './excerpt.js';
import { WIDTH, type Drawing } from './drawing.js';

const NAME_WIDTH = 22;
const COMPARISON_WIDTH = 20;
const WHAT_WIDTH = WIDTH - 2 - 2 - NAME_WIDTH - COMPARISON_WIDTH - 2 * 2;

/** Each filter's verdict, then its checks in their order. */
export function formatFilters(explanation: Explanation, drawing: Drawing): string[] {
  const each = FILTER_NAMES.map((filter) => formatFilter(filter, explanation, drawing));
  return each.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function formatFilter(filter: FilterName, { report, checks }: Explanation, drawing: Drawing): string[] {
  const { keep, reason } = report.filters[filter];
  const { bold } = drawing.styles;
  const verdict = keep ? 'kept' : `dropped: ${reason}`;
  return [`${bold(filter)}  ${verdict}`, ...checks[filter].map((check) => formatCheck(check, drawing))];
}

function formatCheck(check: Check, drawing: Drawing): string {
  const { styles, glyphs } = drawing;
  const name = (check.stat ?? check.option ?? '').padEnd(NAME_WIDTH);
  const what = excerptOf(check.what.replace('the threshold', String(check.threshold)), WHAT_WIDTH, glyphs.cut);
  const line = `  ${markOf(check, drawing).padEnd(1)} ${name}  ${comparisonOf(check, drawing).padEnd(COMPARISON_WIDTH)}  `;
  return check.outcome === 'failed' ? `${styles.bold(line)}${what}` : `${line}${styles.dim(what)}`;
}

function markOf({ outcome }: Check, { glyphs }: Drawing): string {
  if (outcome === 'passed') return glyphs.passed;
  return outcome === 'failed' ? glyphs.failed : '-';
}

/** The value against its threshold, with the relation that holds. */
function comparisonOf(check: Check, drawing: Drawing): string {
  const { kind, outcome, value, threshold } = check;
  if (outcome === 'off') return value === null || kind === 'lines' ? 'off' : `${formatDecimal(value)}, off`;
  if (kind === 'phrase') return phraseOutcome(check);
  if (kind === 'lines') return `${value ?? 0} ${value === 1 ? 'line' : 'lines'} dropped`;
  if (kind === 'cleaning') return 'on';
  if (kind === 'definition') return String(threshold);
  if (value === null) return 'does not apply';
  if (outcome === 'unknown') return 'not reached';
  return boundOf(check, value, Number(threshold), drawing);
}

/** A value equal to its threshold passes. */
function boundOf({ direction, outcome }: Check, value: number, threshold: number, { glyphs }: Drawing): string {
  const within = direction === 'max' ? glyphs.atMost : glyphs.atLeast;
  const beyond = direction === 'max' ? '>' : '<';
  return `${formatBeside(value, threshold)} ${outcome === 'passed' ? within : beyond} ${threshold}`;
}

function phraseOutcome({ outcome }: Check): string {
  if (outcome === 'unknown') return 'not reached';
  return outcome === 'failed' ? 'found' : 'not found';
}
