import { AdaptiveBatch } from '../../core/flow/adaptive-batch.js';
import type { MemoryGuard } from '../../core/flow/memory-guard.js';

/** Text of a batch, at least: below it the hand-over costs more than the scoring. */
export const BATCH_BYTES_MIN = 64 * 1024;

/** Batches are so many times smaller while memory is short. */
const PRESSED_DIVISOR = 4;

/**
 * How large the batches of a stream are, and whether its source may be read: batches follow their latency towards a target,
 * shrink while memory is short, and the source stands still while it is shorter.
 */
export class StreamPace {
  readonly #batch: AdaptiveBatch;
  readonly #guard: MemoryGuard;

  constructor(limits: { readonly batchBytes: number; readonly batchTargetMs: number }, guard: MemoryGuard) {
    const { batchBytes, batchTargetMs } = limits;
    const min = Math.min(BATCH_BYTES_MIN, batchBytes);
    this.#batch = new AdaptiveBatch({ min, max: batchBytes, initial: batchBytes, targetMs: batchTargetMs });
    this.#guard = guard;
  }

  /** Text that a batch should have now, in UTF-16 units. */
  get batchBytes(): number {
    const { size } = this.#batch;
    return this.#guard.state === 'normal' ? size : Math.ceil(size / PRESSED_DIVISOR);
  }

  /** Whether the source is to wait for `room`. */
  get isPaused(): boolean {
    return this.#guard.state === 'paused';
  }

  /** Resolves when the source may be read. @throws MillraceError `ERR_ABORTED`, `ERR_CLOSED`. */
  async room(signal: AbortSignal | undefined): Promise<void> {
    await this.#guard.room(signal);
  }

  /** Takes in how long a batch took from its hand-over to its answer. */
  answered(batchBytes: number, latencyMs: number): void {
    this.#batch.observe(batchBytes, latencyMs);
  }
}
