import { FREE, Prices, type Price, type PricesOptions } from '../../refine/prices.js';
import { namedProviders } from '../refine/named-providers.js';
import type { RefineProvider } from '../refine/options.js';

/** The models of a run and what they cost. */
export class ModelPrices {
  /** The one that is asked first. */
  readonly first: { readonly name: string; readonly price: Price | undefined };
  readonly #prices = new Map<string, Price | undefined>();

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(providers: readonly RefineProvider[], options: PricesOptions | undefined) {
    const prices = new Prices(options, 'refine.prices');
    const named = namedProviders(providers);
    for (const { name, provider, model } of named)
      this.#prices.set(name, provider === 'rules' ? FREE : prices.of(model));
    const [first] = named;
    const price = first && this.#prices.get(first.name);
    this.first = { name: first?.model ?? '', price };
  }

  /** Whether the price of a provider's model is known. */
  readonly isPriced = (provider: string): boolean => this.#prices.get(provider) !== undefined;

  /** Whether it is of all of them. */
  get areAllPriced(): boolean {
    return [...this.#prices.values()].every((price) => price !== undefined);
  }
}
