import { createHash } from 'node:crypto';
import { openSync, closeSync, writeSync } from 'node:fs';

/** Lines are written together, at the latest after so long. */
const FLUSH_MS = 20;
const FLUSH_BYTES = 256 * 1024;

/** One call as the server saw it. */
export interface LoggedCall {
  /** Milliseconds since 1970 at which it came in. */
  readonly atMs: number;
  readonly digest: string;
  readonly outcome: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
}

/** Appends every call to a file. Not more than a buffer of lines is ever in memory. */
export class CallLog {
  readonly #file: number;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(call: LoggedCall): void {
    this.#lines += `${JSON.stringify(call)}\n`;
    if (this.#lines.length >= FLUSH_BYTES) this.#flush();
    else this.#timer ??= setTimeout(this.#flush, FLUSH_MS);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === '') return;
    writeSync(this.#file, this.#lines);
    this.#lines = '';
  };
}

/** What a prompt is recognised by in the log. */
export function digestOf(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, 32);
}
