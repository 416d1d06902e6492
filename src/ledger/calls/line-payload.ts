import type { Finished } from './calls.js';
import type { Payload } from './record.js';

/**
 * What the record of a finished document carries:
 *
 * ```
 *  0       1               1 + 8 n
 *  ┌───────┬───────────────┬──────┐
 *  │ n, u8 │ n counts, f64 │ line │
 *  └───────┴───────────────┴──────┘
 * ```
 */
export function linePayload({ line, counts = NO_COUNTS }: Finished): Payload {
  const lineAt = COUNTS + BYTES_PER_COUNT * counts.length;
  return {
    bytesMax: lineAt + line.length,
    write: (target, at) => {
      target[at] = counts.length;
      for (const [index, count] of counts.entries()) target.writeDoubleLE(count, at + COUNTS + BYTES_PER_COUNT * index);
      target.set(line, at + lineAt);
      return lineAt + line.length;
    },
  };
}

/** The line in the payload, in its bytes. */
export function lineIn(payload: Buffer): Buffer {
  return payload.subarray(COUNTS + BYTES_PER_COUNT * (payload[0] ?? 0));
}

/** The document's end with bytes of its own. */
export function readFinished(kind: Finished['kind'], payload: Buffer): Finished {
  const line = Buffer.from(lineIn(payload));
  const counts = Array.from({ length: payload[0] ?? 0 }, (_, index) =>
    payload.readDoubleLE(COUNTS + BYTES_PER_COUNT * index),
  );
  return counts.length === 0 ? { kind, line } : { kind, line, counts };
}

const NO_COUNTS: readonly number[] = Object.freeze([]);
const COUNTS = 1;
const BYTES_PER_COUNT = 8;
