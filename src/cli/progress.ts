import type { RunProgress } from '../engine/score-files-options.js';
import { formatCount, formatMegabytesPerSecond, formatShort, formatTimeLeft } from './numbers.js';

/** Speed of late. */
export interface Rates {
  readonly documentsPerSecond: number;
  /** Of text. */
  readonly bytesPerSecond: number;
  readonly inputBytesPerSecond: number;
}

/** Long enough to be calm, short enough to follow a change. */
const WINDOW_SECONDS = 5;

/** What of a state the rates need. */
export type Sample = Pick<RunProgress, 'documents' | 'bytes' | 'inputBytes' | 'seconds'>;

/**
 * The samples of the last seconds, with `next` among them: oldest first, two at least as soon as there are two. Speed is
 * measured between samples and not from zero, since a resumed run starts with the documents of the run before.
 */
export function slide(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const from = samples.findIndex(({ seconds }) => seconds >= next.seconds - WINDOW_SECONDS);
  return [...samples.slice(from === -1 ? -1 : from), next];
}

/** Undefined until two samples at different times tell a speed. */
export function ratesOf(samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined || last.seconds <= first.seconds) return undefined;
  const seconds = last.seconds - first.seconds;
  return {
    documentsPerSecond: (last.documents - first.documents) / seconds,
    bytesPerSecond: (last.bytes - first.bytes) / seconds,
    inputBytesPerSecond: (last.inputBytes - first.inputBytes) / seconds,
  };
}

interface Part {
  readonly text: string;
  /** The least important parts go first where the line is too long. */
  readonly rank: number;
}

/** The progress line: what fits into `width` columns. */
export function formatProgress(progress: RunProgress, rates: Rates | undefined, width: number): string {
  const parts = partsOf(progress, rates);
  for (;;) {
    const line = parts.map(({ text }) => text).join(' · ');
    if (line.length <= width) return line;
    if (parts.length === 1) return line.slice(0, Math.max(0, width));
    const rank = Math.min(...parts.map((part) => part.rank));
    parts.splice(
      parts.findIndex((part) => part.rank === rank),
      1,
    );
  }
}

function partsOf(progress: RunProgress, rates: Rates | undefined): Part[] {
  const { documents, rejected, failed, inputBytes, inputBytesTotal } = progress;
  const parts: Part[] = [{ text: `${formatCount(documents)} ${documents === 1 ? 'document' : 'documents'}`, rank: 6 }];
  if (rates !== undefined) {
    parts.push({ text: `${formatShort(rates.documentsPerSecond)} docs/s`, rank: 2 });
    parts.push({ text: formatMegabytesPerSecond(rates.bytesPerSecond), rank: 1 });
  }
  if (inputBytesTotal !== undefined && inputBytesTotal > 0) {
    // Rounded down: 100 % is said when all is done.
    parts.push({ text: `${Math.min(100, Math.floor((100 * inputBytes) / inputBytesTotal))} %`, rank: 5 });
    if (rates !== undefined && rates.inputBytesPerSecond > 0) {
      const secondsLeft = Math.max(0, inputBytesTotal - inputBytes) / rates.inputBytesPerSecond;
      parts.push({ text: `${formatTimeLeft(secondsLeft)} left`, rank: 3 });
    }
  }
  if (rejected > 0) {
    const scored = Math.max(documents - failed, rejected);
    parts.push({ text: `${Math.floor((100 * (scored - rejected)) / scored)} % kept`, rank: 0 });
  }
  if (failed > 0) parts.push({ text: `${formatCount(failed)} dead ${failed === 1 ? 'letter' : 'letters'}`, rank: 4 });
  return parts;
}
