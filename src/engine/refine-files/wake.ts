/** One sleeper, whom others wake. A call that finds nobody asleep counts for the next sleep, so that none is missed. */
export class Wake {
  #isDue = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    const resolve = this.#resolve;
    this.#resolve = undefined;
    if (resolve === undefined) this.#isDue = true;
    else resolve();
  }

  async sleep(): Promise<void> {
    if (this.#isDue) {
      this.#isDue = false;
      return;
    }
    await new Promise<void>((resolve) => (this.#resolve = resolve));
  }
}
