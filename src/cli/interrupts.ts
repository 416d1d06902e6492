import { isMillraceError } from '../core/errors.js';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';

/**
 * One key press can arrive twice: the terminal signals the whole process group, and npm (as in `npm start`) passes on what
 * it got. So a repetition counts as another one only after this time.
 */
const REPEAT_MS = 200;

/** Turns each SIGINT or SIGTERM into the next of its aborted signals; the one behind the last ends the process at once. */
export class Interrupts {
  readonly #stages: readonly AbortController[];
  readonly #context: CliContext;
  #stage = 0;
  /** The first that came. */
  #received: 'SIGINT' | 'SIGTERM' | undefined;
  #receivedAtMs = -Infinity;

  /** @param stages - ways to end the work, the most patient first. */
  constructor(context: CliContext, stages = 1) {
    this.#context = context;
    this.#stages = Array.from({ length: stages }, () => new AbortController());
    context.signals.on('SIGINT', this.#onInterrupt);
    context.signals.on('SIGTERM', this.#onTerminate);
  }

  /** Aborted by the last signal before the one that ends the process. */
  get signal(): AbortSignal {
    return this.signalOf(this.#stages.length - 1);
  }

  /** Aborted by the signal of that stage, from 0. */
  signalOf(stage: number): AbortSignal {
    const controller = this.#stages[stage];
    if (controller === undefined) throw new RangeError(`there is no stage ${stage}`);
    return controller.signal;
  }

  /** What the process ends with when the work ended with this error because of a signal; undefined for another cause. */
  exitCodeOf(error: unknown): number | undefined {
    const isAbort = isMillraceError(error) && error.code === 'ERR_ABORTED';
    return this.#received !== undefined && isAbort ? CODES[this.#received] : undefined;
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
    if (nowMs - this.#receivedAtMs < REPEAT_MS) return;
    const controller = this.#stages[this.#stage];
    if (controller === undefined) {
      this.#context.exit(CODES[name]);
      return;
    }
    this.#received ??= name;
    this.#receivedAtMs = nowMs;
    this.#stage++;
    controller.abort();
  }
}

/**
 * Does work that signals may end.
 *
 * @param stages - ways to end it, the most patient first.
 * @param work - returns the exit code.
 * @param farewell - what is said on stderr when a signal ended it.
 * @returns the exit code.
 */
export async function interruptible(
  context: CliContext,
  stages: number,
  work: (interrupts: Interrupts) => Promise<number>,
  farewell: () => Promise<string> | string,
): Promise<number> {
  const interrupts = new Interrupts(context, stages);
  try {
    return await work(interrupts);
  } catch (error) {
    const exitCode = interrupts.exitCodeOf(error);
    if (exitCode === undefined) throw error;
    context.stderr.write(await farewell());
    return exitCode;
  } finally {
    interrupts.stop();
  }
}

/** What is said when there is nothing to go on with. */
export const INTERRUPTED = 'millrace: interrupted\n';

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;
