/** Lines of finished documents in memory, by their ordinal, and how many bytes they are. */
export class HeldLines {
  readonly #bytesMax: number;
  readonly #lines = new Map<number, Uint8Array>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#bytesMax;
  }

  /** Whoever adds one has asked for room, or knows better. */
  add(ordinal: number, line: Uint8Array): void {
    this.#lines.set(ordinal, line);
    this.#bytes += line.length;
  }

  /** The line, which is held no longer. */
  take(ordinal: number): Uint8Array | undefined {
    const line = this.#lines.get(ordinal);
    if (line === undefined) return undefined;
    this.#lines.delete(ordinal);
    this.#bytes -= line.length;
    return line;
  }
}
