import type { BenchProgress } from '../../harness/bench/options.js';
import { widthOf, type TerminalStream } from '../context.js';

const ERASE = '\r\x1b[K';

/** What a bench is at, on one line of a terminal. */
export class BenchProgressLine {
  readonly #stream: TerminalStream;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  update(progress: BenchProgress): void {
    // In the last column the cursor would wrap, and the next line would be drawn below this one.
    this.#stream.write(`${ERASE}${formatBenchProgress(progress).slice(0, widthOf(this.#stream) - 1)}`);
  }

  clear(): void {
    this.#stream.write(ERASE);
  }
}

/** `2 of 7  score  round 3 of 7  library`. */
export function formatBenchProgress({ suite, case: name, round, rounds, suitesDone, suites }: BenchProgress): string {
  const step = name === '' ? 'making ready' : round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
  return [`${suitesDone + 1} of ${suites}`, suite, step, name].join('  ').trimEnd();
}
