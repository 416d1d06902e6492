import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';

/**
 * One key press can arrive twice: the terminal signals the whole process group, and npm (as in `npm start`) passes on what
 * it got. So a repetition counts as a second one only after this time.
 */
const REPEAT_MS = 200;

/** Turns the first SIGINT or SIGTERM into an aborted signal; the second ends the process at once. */
export class Interrupts {
  /** The first signal that came. */
  received: 'SIGINT' | 'SIGTERM' | undefined;
  readonly #controller = new AbortController();
  readonly #context: CliContext;
  #receivedAtMs = 0;

  constructor(context: CliContext) {
    this.#context = context;
    context.signals.on('SIGINT', this.#onInterrupt);
    context.signals.on('SIGTERM', this.#onTerminate);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the signals back to whoever had them. */
  stop(): void {
    this.#context.signals.off('SIGINT', this.#onInterrupt);
    this.#context.signals.off('SIGTERM', this.#onTerminate);
  }

  readonly #onInterrupt = (): void => this.#receive('SIGINT');
  readonly #onTerminate = (): void => this.#receive('SIGTERM');

  #receive(name: 'SIGINT' | 'SIGTERM'): void {
    const nowMs = this.#context.now();
    if (this.received === undefined) {
      this.received = name;
      this.#receivedAtMs = nowMs;
      this.#controller.abort();
    } else if (nowMs - this.#receivedAtMs >= REPEAT_MS) {
      this.#context.exit(name === 'SIGINT' ? EXIT.interrupted : EXIT.terminated);
    }
  }
}
