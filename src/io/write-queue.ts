/** Bytes that a sink buffers before its writer has to wait. */
export const BUFFER_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Hands bytes to a slow `put`, one call at a time and in order, and holds the writer back while too much waits.
 *
 * The first error is final: it rejects every later call, and what waits is dropped.
 */
export class WriteQueue {
  readonly #put: (bytes: Uint8Array) => Promise<void>;
  readonly #bufferBytesMax: number;
  #waiting: Uint8Array[] = [];
  /** Bytes waiting and in the hands of `put`. */
  #buffered = 0;
  #running = false;
  #failure: { readonly error: unknown } | undefined;
  /** Callers waiting for room or for the end; all are woken after each `put`, and look for themselves. */
  #sleepers: (() => void)[] = [];

  /** @param bufferBytesMax - `push` resolves when fewer bytes than this wait. */
  constructor(put: (bytes: Uint8Array) => Promise<void>, bufferBytesMax: number) {
    this.#put = put;
    this.#bufferBytesMax = bufferBytesMax;
  }

  async push(bytes: Uint8Array): Promise<void> {
    this.#throwFailure();
    this.#waiting.push(bytes);
    this.#buffered += bytes.length;
    if (!this.#running) void this.#run();
    while (this.#running && this.#buffered >= this.#bufferBytesMax) await this.#sleep();
    this.#throwFailure();
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#sleep();
    this.#throwFailure();
  }

  /** Ends the queue with an error from outside, as when the stream behind `put` breaks between two calls. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#waiting = [];
    if (!this.#running) this.#buffered = 0;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const bytes of batch) {
        if (this.#failure !== undefined) break;
        try {
          await this.#put(bytes);
        } catch (error) {
          this.fail(error);
        }
        this.#buffered -= bytes.length;
        this.#wake();
      }
    }
    this.#running = false;
    this.#wake();
  }

  #sleep(): Promise<void> {
    return new Promise((wake) => this.#sleepers.push(wake));
  }

  #wake(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
