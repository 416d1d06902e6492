/** In the registry of all symbols: two copies of a package may meet. */
const FINAL = Symbol.for('millrace.final');

/**
 * Marks an error as final: to try again would change nothing, so `retry` does not.
 *
 * ```ts
 * if (status === 401) throw finalError(new Error('the key is not valid'));
 * ```
 *
 * @returns the same error, so that its class, code and stack stay; of anything that cannot be marked (no object, or a
 * frozen one) an `Error` with it as `cause`. The mark does not survive a structured clone.
 */
export function finalError(thrown: unknown): Error {
  const error =
    thrown instanceof Error && Object.isExtensible(thrown) ? thrown : new Error(String(thrown), { cause: thrown });
  // Not enumerable, so that it is not printed with the error.
  Object.defineProperty(error, FINAL, { value: true, configurable: true });
  return error;
}

/** True for an error marked by `finalError` of this or another copy of the package. */
export function isFinalError(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && Reflect.get(thrown, FINAL) === true;
}
