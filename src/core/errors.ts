/**
 * Every error code with what it means for whoever meets it.
 *
 * Codes are public API: append, never rename. `docs/errors.md` lists the same table (a test compares the two).
 */
export const ERROR_CODES = {
  ERR_ABORTED: 'The caller aborted the operation, or the engine was closed without draining.',
  ERR_BASELINE: 'The saved baseline is not there, is damaged, or is of a newer format.',
  ERR_BUDGET: 'The next call could cross the budget, or a budget was given for a model without a price.',
  ERR_CACHE_DIR: 'The cache directory is a file, cannot be written, or is of a newer format.',
  ERR_CACHE_LOCKED: 'The cache directory is being changed by another process and stayed so.',
  ERR_CACHE_VALUE: 'The value cannot be stored: it holds what cannot be serialised.',
  ERR_CLOSED: 'The engine is closed and takes no more work.',
  ERR_DEPENDENCY_CYCLE: 'Tasks or documents depend on each other in a cycle.',
  ERR_DEPENDENCY_FAILED: 'A task or document was not begun because one that it depends on failed.',
  ERR_DEPENDENCY_MISSING: 'A task or document depends on one that is not there.',
  ERR_DOCUMENT_TOO_LARGE: 'The text (or the line that holds it) is larger than `maxBytes` allows.',
  ERR_EXPRESSION: 'An expression over the report is malformed, or names or compares what it cannot.',
  ERR_INPUT_CORRUPT: 'The input cannot be decoded: a damaged or truncated gzip stream.',
  ERR_INPUT_NOT_FOUND: 'An input names no file, or a directory or glob holds none.',
  ERR_INPUT_UNREADABLE: 'The input exists but cannot be read.',
  ERR_INTERNAL: 'The engine broke one of its own invariants. Please report it.',
  ERR_ITEM_FAILED: 'The processor of a job rejected an item, and no retry is left.',
  ERR_ITEM_TIMEOUT: 'The processor of a job took longer for an item than `timeoutMs`.',
  ERR_JOB_NOT_FOUND: 'There is no job of that id.',
  ERR_LEDGER: 'The ledger of a run is damaged, of another format, or in use by another process.',
  ERR_OUT_OF_MEMORY: 'The tables for this one document did not fit into memory.',
  ERR_OPTION_RANGE: 'An option has the right type and a value out of bounds.',
  ERR_OPTION_TYPE: 'An option has a value of the wrong type.',
  ERR_OPTION_UNKNOWN: 'There is no option of that name.',
  ERR_OUTPUT_UNWRITABLE: 'The output cannot be created or written.',
  ERR_PROCESSOR: 'The module of a processor cannot be loaded or exports no function.',
  ERR_PROVIDER_ANSWER: 'The provider answered with something that is no completion.',
  ERR_PROVIDER_AUTH: 'The provider refused the key.',
  ERR_PROVIDER_NOT_FOUND: 'The provider does not know the model, or there is nothing at the base URL.',
  ERR_PROVIDER_QUOTA: 'The account has no credit or quota left.',
  ERR_PROVIDER_RATE_LIMITED: 'The provider refused the call because there were too many.',
  ERR_PROVIDER_REQUEST: 'The provider refused this one call as malformed, too long or not allowed.',
  ERR_PROVIDER_TIMEOUT: 'The provider did not answer in time.',
  ERR_PROVIDER_UNAVAILABLE: 'The provider cannot be reached, failed, or broke the connection.',
  ERR_QUEUE_FULL: 'More would wait than a bound such as `queueBytesMax` allows.',
  ERR_RESUME_MISMATCH: 'The run to resume was made with other options or other inputs.',
  ERR_RESULTS_GONE: 'The results of a job were let go, since nobody took them in time.',
  ERR_ROW_JSON: 'The line is not valid JSON.',
  ERR_ROW_TYPE: 'The line is valid JSON but not an object.',
  ERR_SOURCE: 'The source given to `stream` failed.',
  ERR_TASK_FAILED: 'A task of a graph threw or rejected.',
  ERR_TEXT_MISSING: 'The row has no text field.',
  ERR_TEXT_TYPE: 'The text field is null or not a string.',
  ERR_USAGE: 'The command line is not understood.',
  ERR_WORKER_CRASHED: 'The document ended two workers in a row, or a task its own (a crash or out of memory).',
  ERR_WORKER_TIMEOUT: 'The document kept two workers busy beyond `workerTimeoutMs`.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The one error class of the library. Prefer `code` over `instanceof`: two copies of a package may meet. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** True for a code of this version of the library. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}

/** True for a `MillraceError` of this or another copy of the package. */
export function isMillraceError(value: unknown): value is MillraceError {
  return (
    value instanceof Error &&
    'code' in value &&
    typeof value.code === 'string' &&
    Object.hasOwn(ERROR_CODES, value.code)
  );
}

/** What crosses a thread boundary in place of an error: structured clone drops the class and its `code`. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
}

export function toWireError(error: MillraceError): WireError {
  return { code: error.code, message: error.message };
}

export function fromWireError(wire: WireError): MillraceError {
  return new MillraceError(wire.code, wire.message);
}

/** The message of anything thrown, for use inside a message of our own. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
