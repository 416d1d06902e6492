import { formatCountOf, formatShare, formatTimeLeft } from './numbers.js';

/** A state of a run, and when it was. */
export interface Timed {
  readonly seconds: number;
}

/** How far a run has come. */
export interface Distance extends Timed {
  readonly documents: number;
  readonly failed: number;
  readonly inputBytes: number;
  /** Undefined when an input's size is not known beforehand. */
  readonly inputBytesTotal: number | undefined;
}

/** Long enough to be calm, short enough to follow a change. */
const WINDOW_SECONDS = 5;

/**
 * The states of the last seconds, with `next` among them: oldest first, two at least as soon as there are two. Speed is
 * measured between states and not from zero, since a resumed run starts with the documents of the run before.
 */
export function slide<State extends Timed>(states: readonly State[], next: State): readonly State[] {
  const from = states.findIndex(({ seconds }) => seconds >= next.seconds - WINDOW_SECONDS);
  return [...states.slice(from === -1 ? -1 : from), next];
}

/** Growth of a counter in each second of late; undefined until two states at different times tell it. */
export function rateOf<State extends Timed>(
  recent: readonly State[],
  counterOf: (state: State) => number,
): number | undefined {
  const [first, last] = [recent.at(0), recent.at(-1)];
  if (first === undefined || last === undefined || last.seconds <= first.seconds) return undefined;
  return (counterOf(last) - counterOf(first)) / (last.seconds - first.seconds);
}

/** A part of a progress line. */
export interface Part {
  readonly text: string;
  /** The least important parts go first where the line is too long. */
  readonly rank: number;
}

/** Ranks of the parts that every run has; those of its own are below or between them. */
const RANK = { documents: 9, share: 8, deadLetters: 7, timeLeft: 5 };

/** What fits into `width` columns. */
export function fitLine(all: readonly Part[], width: number): string {
  let parts = all;
  for (;;) {
    const line = parts.map(({ text }) => text).join(' · ');
    if (line.length <= width) return line;
    if (parts.length === 1) return line.slice(0, Math.max(0, width));
    const rank = Math.min(...parts.map((part) => part.rank));
    const dropped = parts.find((part) => part.rank === rank);
    parts = parts.filter((part) => part !== dropped);
  }
}

export function documentsPart({ documents }: Distance): Part {
  return { text: formatCountOf(documents, 'document'), rank: RANK.documents };
}

/** The share that is read and the time that is left, as far as they are known. */
export function inputParts<State extends Distance>(latest: State, recent: readonly State[]): Part[] {
  const { inputBytes, inputBytesTotal } = latest;
  if (inputBytesTotal === undefined || inputBytesTotal === 0) return [];
  const parts: Part[] = [{ text: formatShare(inputBytes, inputBytesTotal), rank: RANK.share }];
  const bytesPerSecond = rateOf(recent, (state) => state.inputBytes);
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) {
    const secondsLeft = Math.max(0, inputBytesTotal - inputBytes) / bytesPerSecond;
    parts.push({ text: `${formatTimeLeft(secondsLeft)} left`, rank: RANK.timeLeft });
  }
  return parts;
}

export function deadLetterParts({ failed }: Distance): Part[] {
  if (failed === 0) return [];
  return [{ text: formatCountOf(failed, 'dead letter'), rank: RANK.deadLetters }];
}
