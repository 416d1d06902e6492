import type { CompletionRequest } from './provider.js';

/** Beginnings that are kept; the oldest goes first. A run has one for each strategy. */
const BEGINNINGS_MAX = 64;

/**
 * Writes request bodies: what is the same in every call of a strategy is made into JSON once.
 *
 * @param beginningOf - the JSON of a request up to where its user's text stands.
 * @param endOf - the JSON behind it.
 */
export class RequestBodies {
  readonly #beginnings = new Map<string, string>();
  readonly #beginningOf: (request: CompletionRequest) => string;
  readonly #endOf: (request: CompletionRequest) => string;

  constructor(beginningOf: (request: CompletionRequest) => string, endOf: (request: CompletionRequest) => string) {
    this.#beginningOf = beginningOf;
    this.#endOf = endOf;
  }

  of(request: CompletionRequest): string {
    return `${this.#beginning(request)}${JSON.stringify(request.user)}${this.#endOf(request)}`;
  }

  #beginning(request: CompletionRequest): string {
    const { model, system, temperature } = request;
    const key = `${model}\0${temperature ?? ''}\0${system}`;
    const known = this.#beginnings.get(key);
    if (known !== undefined) return known;
    const beginning = this.#beginningOf(request);
    const [oldest] = this.#beginnings.keys();
    if (this.#beginnings.size >= BEGINNINGS_MAX && oldest !== undefined) this.#beginnings.delete(oldest);
    this.#beginnings.set(key, beginning);
    return beginning;
  }
}
