/**
 * How long this thread waited for files. It scores one batch after the other, so one counter tells how much of a batch was reading.
 */
let readMs = 0;

/** Runs what reads a file, and adds its time to the counter. */
export function timedRead<T>(read: () => T): T {
  const startedAtMs = performance.now();
  try {
    return read();
  } finally {
    readMs += performance.now() - startedAtMs;
  }
}

/** The time since this was last asked for. */
export function takeReadMs(): number {
  const takenMs = readMs;
  readMs = 0;
  return takenMs;
}
