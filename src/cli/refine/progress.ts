import type { RefineProgress } from '../../engine/refine-files/options.js';
import { formatCount, formatShare, formatShort, formatUsd } from '../numbers.js';
import { deadLetterParts, documentsPart, fitLine, inputParts, rateOf, type Part } from '../progress.js';
import { holdOf, openRoute } from './holding.js';

/** The progress line of a run that refines: what fits into `width` columns. */
export function formatProgress(latest: RefineProgress, recent: readonly RefineProgress[], width: number): string {
  const parts = [
    documentsPart(latest),
    ...callParts(latest, recent),
    ...moneyParts(latest),
    ...savedParts(latest),
    ...inputParts(latest, recent),
    ...deadLetterParts(latest),
  ];
  return fitLine(parts, width);
}

/** How fast calls are made, and what holds them back. */
function callParts({ caller }: RefineProgress, recent: readonly RefineProgress[]): Part[] {
  if (caller === undefined || caller.calls === 0) return [];
  const callsPerSecond = rateOf(recent, (state) => state.caller?.calls ?? 0);
  const speed = callsPerSecond === undefined ? [] : [{ text: `${formatShort(callsPerSecond)} calls/s`, rank: 4 }];
  const hold = holdOf(caller);
  const held = hold === undefined ? [] : [{ text: `held by ${hold}`, rank: 3 }];
  const route = openRoute(caller);
  const isFallback = route !== undefined && route !== caller.routes[0];
  const fallback = isFallback ? [{ text: `on ${route.name}`, rank: 2 }] : [];
  return [...speed, { text: `${formatCount(caller.inFlight)} in flight`, rank: 2 }, ...fallback, ...held];
}

/** Below this share of the inputs a projection says nothing. */
const PROJECTED_FROM = 0.01;

/** What is spent, of what may be, and what it will have been at the end. */
function moneyParts({ caller, budgetUsd, inputBytes, inputBytesTotal }: RefineProgress): Part[] {
  const spentUsd = (caller?.budget.spentNanoUsd ?? 0) / 1e9;
  if (spentUsd === 0 && budgetUsd === undefined) return [];
  const cap = budgetUsd === undefined ? '' : ` of ${formatUsd(budgetUsd)}`;
  const share = inputBytesTotal === undefined || inputBytesTotal === 0 ? 0 : inputBytes / inputBytesTotal;
  const isProjected = share >= PROJECTED_FROM && share < 1;
  const projection = isProjected ? `, about ${formatUsd(spentUsd / share)} in all` : '';
  return [{ text: `${formatUsd(spentUsd)}${cap}${projection}`, rank: 6 }];
}

/** The share of documents that needed no call, and of answers that were there. */
function savedParts({ documents, fastPath, shared, calls }: RefineProgress): Part[] {
  const gate = fastPath === 0 ? [] : [`gate ${formatShare(fastPath, documents)}`];
  const cache = shared === 0 ? [] : [`cache ${formatShare(shared, shared + calls)}`];
  const saved = [...gate, ...cache];
  return saved.length === 0 ? [] : [{ text: `saved by ${saved.join(', ')}`, rank: 1 }];
}
