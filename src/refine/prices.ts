import { MillraceError } from '../core/errors.js';
import { checkNumber, checkOptions, optionPath } from '../core/options.js';
import type { Usage } from './providers/provider.js';

/** What a model costs, in USD per million tokens, each from 0 to 10000. A millionth of a USD is the least step. */
export interface PriceOptions {
  readonly input: number;
  /** Input that comes out of the provider's prompt cache. @defaultValue `input` */
  readonly cachedInput?: number;
  /** Input that is written to it. @defaultValue `input` */
  readonly cacheWrite?: number;
  readonly output: number;
}

/** Prices by model. A name that ends with `*` stands for all that begin so; of several that fit, the longest counts. */
export type PricesOptions = Readonly<Record<string, PriceOptions>>;

/** A price as it is calculated with: integers of 1e-12 USD for a token. */
export interface Price {
  readonly inputPicoUsd: number;
  readonly cachedInputPicoUsd: number;
  readonly cacheWritePicoUsd: number;
  readonly outputPicoUsd: number;
}

/** Costs nothing: a model on a machine of one's own. */
export const FREE: Price = Object.freeze({
  inputPicoUsd: 0,
  cachedInputPicoUsd: 0,
  cacheWritePicoUsd: 0,
  outputPicoUsd: 0,
});

/** The day on which all of `KNOWN_PRICES` were the vendors'. */
export const PRICES_AS_OF = '2026-03-21';

/**
 * List prices in USD per million tokens, from the vendors' public price pages (openai.com/api/pricing and
 * docs.claude.com/en/docs/about-claude/pricing), for calls one at a time, without a surcharge for region, priority or long
 * context. A model that charges more for long prompts without being asked for them is left out, since a budget could not hold.
 */
export const KNOWN_PRICES: PricesOptions = Object.freeze({
  'gpt-5.1': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5': { input: 1.25, cachedInput: 0.125, output: 10 },
  'gpt-5-mini': { input: 0.25, cachedInput: 0.025, output: 2 },
  'gpt-5-nano': { input: 0.05, cachedInput: 0.005, output: 0.4 },
  'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, cachedInput: 0.025, output: 0.4 },
  'gpt-4o': { input: 2.5, cachedInput: 1.25, output: 10 },
  'gpt-4o-2024-05-13': { input: 5, output: 15 },
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
  o3: { input: 2, cachedInput: 0.5, output: 8 },
  'o4-mini': { input: 1.1, cachedInput: 0.275, output: 4.4 },

  'claude-opus-4-6': { input: 5, cachedInput: 0.5, cacheWrite: 6.25, output: 25 },
  'claude-opus-4-5': { input: 5, cachedInput: 0.5, cacheWrite: 6.25, output: 25 },
  'claude-opus-4-1': { input: 15, cachedInput: 1.5, cacheWrite: 18.75, output: 75 },
  'claude-opus-4': { input: 15, cachedInput: 1.5, cacheWrite: 18.75, output: 75 },
  'claude-opus-4-0': { input: 15, cachedInput: 1.5, cacheWrite: 18.75, output: 75 },
  'claude-sonnet-4-6': { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 },
  'claude-sonnet-4-5': { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 },
  'claude-sonnet-4': { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 },
  'claude-sonnet-4-0': { input: 3, cachedInput: 0.3, cacheWrite: 3.75, output: 15 },
  'claude-haiku-4-5': { input: 1, cachedInput: 0.1, cacheWrite: 1.25, output: 5 },
  'claude-3-5-haiku': { input: 0.8, cachedInput: 0.08, cacheWrite: 1, output: 4 },
  'claude-3-haiku': { input: 0.25, cachedInput: 0.03, cacheWrite: 0.3, output: 1.25 },
});

/** What a vendor puts behind a model's name for one of its versions: `-2025-08-07`, `-20250514`, `-latest`. */
const VERSION = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

const USD_PER_MILLION_MAX = 10_000;
const NAMES = ['input', 'cachedInput', 'cacheWrite', 'output'];

/** The price of each model: those a user gave come before those that are known. */
export class Prices {
  readonly #exact = new Map<string, Price>();
  readonly #prefixes: (readonly [prefix: string, price: Price])[] = [];
  readonly #known = new Map<string, Price>();

  /**
   * @param prices - of a user, which may be what a JSON file holds.
   * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
   */
  constructor(prices: PricesOptions = {}, path = 'prices') {
    for (const [model, price] of Object.entries(KNOWN_PRICES)) this.#known.set(model, resolvePrice(price, model));
    for (const [model, given] of Object.entries(checkOptions(path, prices, Object.keys(prices)))) {
      const price = resolvePrice(given, optionPath(path, model));
      if (model.endsWith('*')) this.#prefixes.push([model.slice(0, -1), price]);
      else this.#exact.set(model, price);
    }
    this.#prefixes.sort(([a], [b]) => b.length - a.length);
  }

  /** Undefined for a model of which no price is known. */
  of(model: string): Price | undefined {
    const given = this.#exact.get(model) ?? this.#prefixes.find(([prefix]) => model.startsWith(prefix))?.[1];
    return given ?? this.#known.get(model) ?? this.#known.get(unversioned(model));
  }
}

/** The name of a model without that of its version. */
export function unversioned(model: string): string {
  return model.replace(VERSION, '');
}

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
export function resolvePrice(price: unknown, path: string): Price {
  const given = checkOptions(path, price, NAMES);
  const picoUsd = (name: string, value: unknown): number => {
    return Math.round(checkNumber(optionPath(path, name), value, 0, USD_PER_MILLION_MAX) * 1e6);
  };
  const { input, output, cachedInput = input, cacheWrite = input } = given;
  return Object.freeze({
    inputPicoUsd: picoUsd('input', input),
    cachedInputPicoUsd: picoUsd('cachedInput', cachedInput),
    cacheWritePicoUsd: picoUsd('cacheWrite', cacheWrite),
    outputPicoUsd: picoUsd('output', output),
  });
}

/** What a call cost, rounded up to whole nano-USD (1e-9 USD). */
export function costNanoUsd(price: Price, usage: Usage): number {
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const freshTokens = Math.max(0, inputTokens - cachedInputTokens - cacheWriteTokens);
  return nanoUsd(
    freshTokens * price.inputPicoUsd +
      cachedInputTokens * price.cachedInputPicoUsd +
      cacheWriteTokens * price.cacheWritePicoUsd +
      outputTokens * price.outputPicoUsd,
  );
}

/** The most that a call of so many tokens can cost: all input at its highest price. */
export function worstNanoUsd(price: Price, inputTokens: number, outputTokens: number): number {
  const { inputPicoUsd, cachedInputPicoUsd, cacheWritePicoUsd, outputPicoUsd } = price;
  const highestPicoUsd = Math.max(inputPicoUsd, cachedInputPicoUsd, cacheWritePicoUsd);
  return nanoUsd(inputTokens * highestPicoUsd + outputTokens * outputPicoUsd);
}

/** A budget in USD as nano-USD, rounded down. @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`. */
export function budgetNanoUsd(path: string, usd: unknown): number {
  // Beyond this, sums of nano-USD would not be exact.
  return Math.floor(Math.round(checkNumber(path, usd, 0, 1e6) * 1e12) / 1000);
}

/** The refusal of a budget where the price of the model is not known. */
export function unpricedError(model: string): MillraceError {
  const message = `a budget needs the price of ${JSON.stringify(model)}, which is not known; give it as an option (prices)`;
  return new MillraceError('ERR_BUDGET', message);
}

function nanoUsd(picoUsd: number): number {
  return Math.ceil(picoUsd / 1000);
}
