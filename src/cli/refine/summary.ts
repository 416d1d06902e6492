import type { RefineFilesSummary } from '../../engine/refine-files/options.js';
import { formatCount, formatCountOf, formatUsd } from '../numbers.js';
import { documentRows, formatRows, runRows, toSummaryJson, type Row } from '../run-facts.js';
import type { Styles } from '../styles.js';

/** What is printed at the end of a run: a label and a value a line, and below it what to do better the next time. */
export function formatSummary(summary: RefineFilesSummary, styles: Styles): string {
  const rows = [...documentRows(summary), ...refinedRows(summary), ...runRows(summary)];
  return `${formatRows(rows, styles)}${recommendationLines(summary)}`;
}

function refinedRows(summary: RefineFilesSummary): readonly Row[] {
  const { fastPath, accepted, rolledBack, calls, retries, shared, before, after } = summary;
  const versions = rolledBack > 0 ? `; ${formatCountOf(rolledBack, 'better version')} rolled back` : '';
  const again = retries > 0 ? `, ${formatCount(retries)} of them again` : '';
  const known = shared > 0 ? `; ${formatCountOf(shared, 'answer')} without one` : '';
  const rows: Row[] = [
    ['as they came', `${formatCount(fastPath)} passed the gate`],
    ['improved', formatCount(accepted) + versions],
    ['score', `${before.score.toFixed(3)} before, ${after.score.toFixed(3)} after`],
    ['stopped by', stoppedBy(summary)],
    ['calls', formatCount(calls) + again + known],
    ['tokens', tokens(summary)],
    ['price', priceOf(summary)],
    ...savedRows(summary),
  ];
  if (summary.wasComplete) rows.unshift(['', `the run was complete: nothing was done${retryHint(summary)}`]);
  return rows;
}

function retryHint({ failed }: RefineFilesSummary): string {
  return failed > 0 ? '; --retry-failed tries its dead letters again' : '';
}

/** Why documents went no further, the most frequent reason first. */
function stoppedBy({ stopped }: RefineFilesSummary): string {
  const reasons = Object.entries(stopped).filter(([, documents]) => documents > 0);
  reasons.sort(([, a], [, b]) => b - a);
  return reasons.map(([reason, documents]) => `${reason} ${formatCount(documents)}`).join(', ') || 'nothing';
}

function tokens({ inputTokens, cachedInputTokens, outputTokens }: RefineFilesSummary): string {
  const cached = cachedInputTokens > 0 ? ` (${formatCount(cachedInputTokens)} out of the provider's cache)` : '';
  return `${formatCount(inputTokens)} in${cached}, ${formatCount(outputTokens)} out`;
}

function priceOf({ usd, calls }: RefineFilesSummary): string {
  if (usd === null) return 'not known: no price is given for the model (--price)';
  return calls > 0 && usd > 0 ? `${formatUsd(usd)}, ${formatUsd(usd / calls)} a call` : formatUsd(usd);
}

function savedRows({ saved: { promptCacheUsd, answerCacheUsd, gateUsd } }: RefineFilesSummary): readonly Row[] {
  const savings: (readonly [usd: number | null, by: string])[] = [
    [gateUsd, 'by the gate'],
    [answerCacheUsd, 'by known answers'],
    [promptCacheUsd, "by the provider's cache"],
  ];
  const told = savings.flatMap(([usd, by]) => (usd !== null && usd > 0 ? [`${formatUsd(usd)} ${by}`] : []));
  return told.length === 0 ? [] : [['saved', told.join(', ')]];
}

function recommendationLines({ recommendations }: RefineFilesSummary): string {
  if (recommendations.length === 0) return '';
  return `\nWhat the numbers speak for:\n${recommendations.map(({ message }) => `- ${message}\n`).join('')}`;
}

/** The content of `--summary`. */
export function refineSummaryJson(summary: RefineFilesSummary): object {
  const { inputTokens, cachedInputTokens, outputTokens } = summary;
  return toSummaryJson('refine', summary, {
    rejected: 0,
    calls: summary.calls,
    retries: summary.retries,
    shared: summary.shared,
    accepted: summary.accepted,
    rolledBack: summary.rolledBack,
    fastPath: summary.fastPath,
    usage: { inputTokens, cachedInputTokens, outputTokens },
    usd: summary.usd,
    saved: summary.saved,
    stopped: summary.stopped,
    before: summary.before,
    after: summary.after,
    recommendations: summary.recommendations,
    wasComplete: summary.wasComplete,
  });
}
