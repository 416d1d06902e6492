import { setMaxListeners } from 'node:events';
import { abortedError } from '../../core/abort.js';

/** The signals by which a run may be ended from outside. */
export interface EndSignals {
  readonly stop?: AbortSignal | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Why and how a run ends before all is done. */
export class RunEnd {
  readonly #ending = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #signals: EndSignals;

  /** Hears of the signals until `close`. */
  constructor(signals: EndSignals) {
    this.#signals = signals;
    setMaxListeners(0, this.#ending.signal, this.#cancelled.signal); // every document under way listens
    const { stop, signal } = signals;
    stop?.addEventListener('abort', this.#onStop);
    signal?.addEventListener('abort', this.#onSignal);
    if (stop?.aborted === true) this.#onStop();
    if (signal?.aborted === true) this.#onSignal();
  }

  /** Given when nothing more is begun or sent; its reason is why. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Given when what is under way is given up, too. */
  get cancelled(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** Ends the run in order. The first reason counts. */
  readonly because = (reason: unknown): void => {
    this.#ending.abort(reason);
  };

  close(): void {
    const { stop, signal } = this.#signals;
    stop?.removeEventListener('abort', this.#onStop);
    signal?.removeEventListener('abort', this.#onSignal);
  }

  readonly #onStop = (): void => {
    if (this.#signals.stop !== undefined) this.because(abortedError(this.#signals.stop));
  };

  readonly #onSignal = (): void => {
    if (this.#signals.signal === undefined) return;
    const reason = abortedError(this.#signals.signal);
    this.because(reason);
    this.#cancelled.abort(reason);
  };
}
