import type { RunProgress } from '../../engine/score-files/options.js';
import { formatMegabytesPerSecond, formatShare, formatShort } from '../numbers.js';
import { deadLetterParts, documentsPart, fitLine, inputParts, rateOf, type Part } from '../progress.js';

/** The progress line of a run that scores: what fits into `width` columns. */
export function formatProgress(latest: RunProgress, recent: readonly RunProgress[], width: number): string {
  const parts = [
    documentsPart(latest),
    ...speedParts(recent),
    ...inputParts(latest, recent),
    ...keptParts(latest),
    ...deadLetterParts(latest),
  ];
  return fitLine(parts, width);
}

function speedParts(recent: readonly RunProgress[]): Part[] {
  const documentsPerSecond = rateOf(recent, ({ documents }) => documents);
  const bytesPerSecond = rateOf(recent, ({ bytes }) => bytes);
  if (documentsPerSecond === undefined || bytesPerSecond === undefined) return [];
  return [
    { text: `${formatShort(documentsPerSecond)} docs/s`, rank: 2 },
    { text: formatMegabytesPerSecond(bytesPerSecond), rank: 1 },
  ];
}

function keptParts({ documents, rejected, failed }: RunProgress): Part[] {
  if (rejected === 0) return [];
  const scored = Math.max(documents - failed, rejected);
  return [{ text: `${formatShare(scored - rejected, scored)} kept`, rank: 0 }];
}
