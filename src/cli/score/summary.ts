import type { RunSummary } from '../../engine/score-files/options.js';
import { formatCount } from '../numbers.js';
import { documentRows, formatRows, runRows, toSummaryJson, type Row } from '../run-facts.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';

/** What is printed at the end of a run: a label and a value a line. */
export function formatSummary(summary: RunSummary, styles: Styles): string {
  const { unremembered, restarts } = summary;
  const rows: Row[] = [...documentRows(summary), ...rejectedRows(summary)];
  if (unremembered > 0) rows.push(['not remembered', `${formatCount(unremembered)}: --dedup-bytes was full`]);
  return formatRows([...rows, ...runRows(summary, restarts)], styles);
}

/** The content of `--summary`. */
export function scoreSummaryJson(summary: RunSummary): object {
  const { rejected, rejections, unremembered, restarts, rejectedOutput = null } = summary;
  return toSummaryJson('score', summary, { rejected, rejections, unremembered, restarts, rejectedOutput });
}

/** Reasons for rejection that are listed; of the others only the number is told. */
const REASONS_SHOWN_MAX = 10;

/** An expression may be long. */
const REASON_LENGTH_MAX = 60;

/** How many documents were rejected and where they are, and below it why: counts, and shares of those that were. */
function rejectedRows({ rejected, rejectedOutput, rejections }: RunSummary): readonly Row[] {
  if (rejected === 0 && rejectedOutput === undefined) return [];
  const reasons = rejections.slice(0, REASONS_SHOWN_MAX).map(({ filter, reason, documents }) => {
    return [`${filter} ${shorten(reason)}`, formatCount(documents), `${((100 * documents) / rejected).toFixed(1)} %`];
  });
  const lines = alignColumns(reasons, ['left', 'right', 'right']);
  if (rejections.length > REASONS_SHOWN_MAX) lines.push(`and ${rejections.length - REASONS_SHOWN_MAX} more`);
  const place = rejectedOutput === undefined ? '' : `, in ${rejectedOutput}`;
  return [['rejected', formatCount(rejected) + place], ...lines.map((line): Row => ['', line])];
}

function shorten(reason: string): string {
  const line = reason.replace(/\s+/g, ' ');
  return line.length > REASON_LENGTH_MAX ? `${line.slice(0, REASON_LENGTH_MAX)}…` : line;
}
