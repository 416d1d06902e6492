import { Writable } from 'node:stream';
import { widthOf, type CliContext, type TerminalStream } from './context.js';
import { slide, type Timed } from './progress.js';
import { understandsEscapes } from './styles.js';

const REDRAW_MS = 100;
const ERASE = '\r\x1b[K';

/** Makes the line of the latest state, and of those of the last seconds, the latest among them. */
export type FormatState<State> = (latest: State, recent: readonly State[], width: number) => string;

/** One line on a terminal, drawn over itself. */
export class ProgressLine<State extends Timed> {
  readonly #stream: TerminalStream;
  readonly #now: () => number;
  readonly #format: FormatState<State>;
  #recent: readonly State[] = [];
  #drawnAtMs = -Infinity;
  #isShown = false;

  /** @param now - milliseconds of a clock that never goes back. */
  constructor(stream: TerminalStream, now: () => number, format: FormatState<State>) {
    this.#stream = stream;
    this.#now = now;
    this.#format = format;
  }

  /** Draws the line, unless that was done less than 100 ms ago. */
  update(state: State): void {
    const nowMs = this.#now();
    if (nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = nowMs;
    this.#recent = slide(this.#recent, state);
    // In the last column the cursor would wrap, and the next line would be drawn below this one.
    const width = widthOf(this.#stream) - 1;
    this.#stream.write(`${ERASE}${this.#format(state, this.#recent, width)}`);
    this.#isShown = true;
  }

  /** Takes the line away, for something else to be printed. */
  clear(): void {
    if (!this.#isShown) return;
    this.#stream.write(ERASE);
    this.#isShown = false;
  }

  /** What is written there takes the place of the line, which comes back below it. */
  around(stream: Writable): Writable {
    return new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        this.clear();
        stream.write(chunk, done);
      },
    });
  }
}

/**
 * The line of a run that writes rows: on a terminal only, and not where the rows themselves are printed on it.
 *
 * @param output - path of the rows; undefined for stdout.
 */
export function progressLineFor<State extends Timed>(
  output: string | undefined,
  quiet: boolean | undefined,
  { stdout, stderr, env, now }: CliContext,
  format: FormatState<State>,
): ProgressLine<State> | undefined {
  const rowsOnTerminal = output === undefined && stdout.isTTY === true;
  const isShown = quiet !== true && !rowsOnTerminal && understandsEscapes(stderr, env);
  return isShown ? new ProgressLine(stderr, now, format) : undefined;
}
