import type { RefineEstimate } from '../../engine/refine-files/options.js';
import type { Range } from '../../refine/estimate.js';
import { formatCount, formatDuration, formatUsd } from '../numbers.js';
import { formatRows, type Row } from '../run-facts.js';
import type { Styles } from '../styles.js';

/** What `--estimate` prints. @param budgetUsd - the cap, if there is one. */
export function formatEstimate(estimate: RefineEstimate, budgetUsd: number | undefined, styles: Styles): string {
  const { documents, isExact, usd, bottleneck } = estimate;
  const how = isExact ? 'all of them scored' : 'by a sample of them';
  const rows: Row[] = [
    ['documents', `${formatCount(estimate.inputDocuments)}, ${how}`],
    ['to be sent', formatRange(documents, formatCount)],
    ['model', estimate.model],
    ['calls', formatRange(estimate.calls, formatCount)],
    ['tokens in', formatRange(estimate.inputTokens, formatCount)],
    ['tokens out', formatRange(estimate.outputTokens, formatCount)],
    ['price', usd === null ? 'not known: give the price of the model (--price)' : formatRange(usd, formatUsd)],
    ...(usd === null || budgetUsd === undefined ? [] : [budgetRow(usd, budgetUsd)]),
    ['time', `${formatRange(estimate.seconds, formatDuration)}; at most that by ${BOTTLENECKS[bottleneck]}`],
  ];
  return formatRows(rows, styles);
}

const BOTTLENECKS: Readonly<Record<RefineEstimate['bottleneck'], string>> = {
  concurrency: 'concurrency',
  requestsPerMinute: 'requests per minute',
  tokensPerMinute: 'tokens per minute',
  inputTokensPerMinute: 'input tokens per minute',
  outputTokensPerMinute: 'output tokens per minute',
};

function formatRange({ low, high }: Range, format: (value: number) => string): string {
  const [least, most] = [format(low), format(high)];
  return least === most ? least : `${least} to ${most}`;
}

/** Calls are sent as long as their worst case fits, so that a budget is used up a little before it is spent. */
function budgetRow({ low, high }: Range, budgetUsd: number): Row {
  const word = high <= budgetUsd ? 'suffices' : low <= budgetUsd ? 'may be used up' : 'will be used up';
  return ['budget', `${formatUsd(budgetUsd)} ${word}`];
}

/** What `--summary` holds of an estimate. */
export function estimateJson(estimate: RefineEstimate): object {
  return { schema: 1, command: 'refine', estimate };
}
