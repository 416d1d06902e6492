import type { Finished } from './calls.js';

/** Lines of finished documents in memory, by their ordinal, and how many bytes they are. */
export class HeldLines {
  readonly #bytesMax: number;
  readonly #lines = new Map<number, Finished>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax;
  }

  /** Whoever adds one has asked for room, or knows better. */
  add(ordinal: number, end: Finished): void {
    this.#lines.set(ordinal, end);
    this.#bytes += end.line.length;
  }

  /** The line, which is held no longer. */
  take(ordinal: number): Finished | undefined {
    const end = this.#lines.get(ordinal);
    if (end === undefined) return undefined;
    this.#lines.delete(ordinal);
    this.#bytes -= end.line.length;
    return end;
  }
}
