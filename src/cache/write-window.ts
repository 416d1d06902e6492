/** Writes under way, up to a number of them; the first that fails fails those behind it. */
export class WriteWindow {
  readonly #countMax: number;
  readonly #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Resolves when there is room for another. @throws what a write failed with. */
  async add(write: Promise<void>): Promise<void> {
    const settled: Promise<void> = write
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#underWay.delete(settled);
        this.#wake?.();
      });
    this.#underWay.add(settled);
    while (this.#underWay.size >= this.#countMax) await new Promise<void>((wake) => (this.#wake = wake));
    this.#throwFailure();
  }

  /** Resolves when none is under way. @throws what a write failed with. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
