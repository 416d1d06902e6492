import type { RunProgress } from '../engine/score-files-options.js';
import { widthOf, type TerminalStream } from './context.js';
import { formatProgress, ratesOf, slide, type Sample } from './progress.js';

const REDRAW_MS = 100;
const ERASE = '\r\x1b[K';

/** One line on a terminal, drawn over itself. */
export class ProgressLine {
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  #samples: readonly Sample[] = [];
  #drawnAtMs = -Infinity;
  #isShown = false;

  /** @param now - milliseconds of a clock that never goes back. */
  constructor(stream: TerminalStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
  }

  /** Draws the line, unless that was done less than 100 ms ago. */
  update(progress: RunProgress): void {
    const nowMs = this.#now();
    if (nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#samples = slide(this.#samples, progress);
    // In the last column the cursor would wrap, and the next line would be drawn below this one.
    const width = widthOf(this.#stream) - 1;
    this.#stream.write(`${ERASE}${formatProgress(progress, ratesOf(this.#samples), width)}`);
    this.#isShown = true;
  }

  /** Takes the line away, for something else to be printed. */
  clear(): void {
    if (!this.#isShown) return;
    this.#stream.write(ERASE);
    this.#isShown = false;
  }
}
