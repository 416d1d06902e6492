/**
 * Time, handed in: whatever waits or expires takes a `Clock`, so that a test can move time by hand.
 */
export interface Clock {
  /** Milliseconds from an arbitrary origin; never goes back. For durations. */
  monotonicMs(): number;
  /** Milliseconds since 1970. For what outlives the process. */
  epochMs(): number;
  /** Calls back once after `delayMs`, unless cancelled. The process does not wait for it with `keepsAlive: false`. */
  schedule(callback: () => void, delayMs: number, options?: ScheduleOptions): Timer;
}

export interface ScheduleOptions {
  /** Whether the process stays alive until the call. @defaultValue true */
  readonly keepsAlive?: boolean;
}

export interface Timer {
  /** Nothing happens when the call has been made already. */
  cancel(): void;
}

/** Longer delays overflow `setTimeout`, which then calls back at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

class SystemTimer implements Timer {
  #handle: NodeJS.Timeout | undefined;

  constructor(callback: () => void, delayMs: number, keepsAlive: boolean) {
    this.#wait(callback, delayMs, keepsAlive);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  #wait(callback: () => void, delayMs: number, keepsAlive: boolean): void {
    const stepMs = Math.min(delayMs, DELAY_MS_MAX);
    this.#handle = setTimeout(() => {
      if (delayMs > stepMs) this.#wait(callback, delayMs - stepMs, keepsAlive);
      else callback();
    }, stepMs);
    if (!keepsAlive) this.#handle.unref();
  }
}

/** The clock of the machine. */
export const SYSTEM_CLOCK: Clock = Object.freeze({
  monotonicMs: () => performance.now(),
  epochMs: () => Date.now(),
  schedule: (callback: () => void, delayMs: number, { keepsAlive = true }: ScheduleOptions = {}) =>
    new SystemTimer(callback, delayMs, keepsAlive),
});
