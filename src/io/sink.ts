/** Takes output bytes in order. Everything it buffers is bounded. */
export interface Sink {
  /**
   * Appends `bytes`, which belong to the sink from here on: nobody may change them.
   *
   * Resolves when there is room for more, which may be before they are written; an error that comes later rejects the
   * next call. Callers that do not wait are served in the order of their calls, each adding its bytes to the buffer.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  write(bytes: Uint8Array): Promise<void>;

  /**
   * Resolves when all that was written so far is with the operating system, where it survives the end of this process.
   *
   * @returns the length of the output in bytes, as written: compressed, and with what it held when it was resumed.
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  flush(): Promise<number>;

  /**
   * Finishes the output: all of it is on disk and has its name. Nothing may be written afterwards.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  commit(): Promise<void>;

  /** Gives the output up, keeping what can be kept. Never rejects; may follow a failed call of any kind. */
  abort(): Promise<void>;
}
