import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import { resolveBackoffOptions, BACKOFF_DEFAULTS, type BackoffOptions } from '../../core/flow/backoff.js';
import { checkInteger, checkKnown, checkString, optionPath } from '../../core/options.js';
import { budgetNanoUsd, unpricedError, type Price } from '../prices.js';
import type { Provider } from '../providers/provider.js';
import { resolveBreakerOptions, type BreakerOptions, type ResolvedBreakerOptions } from './breaker.js';
import { NO_JOURNAL, type CallJournal } from './journal.js';
import { resolveLimitsOptions, type LimitsOptions } from './limits.js';

/** A provider, and what is asked of it. */
export interface CallerProvider {
  readonly provider: Provider;
  /** The model that calls are made to. */
  readonly model: string;
  /** Undefined when it is not known. */
  readonly price: Price | undefined;
  /** No other provider of the caller has the same. @defaultValue the provider's own */
  readonly name?: string;
  /** @defaultValue `limits` of the caller */
  readonly limits?: LimitsOptions;
}

export interface CallRetryOptions extends BackoffOptions {
  /** Attempts at each provider after the first. Integer, 0 to 100. @defaultValue 3 */
  readonly retries?: number;
  /** Retries over all calls of a document. Integer, 0 or more. @defaultValue 12 */
  readonly retriesPerDocument?: number;
}

export type ResolvedCallRetryOptions = Required<CallRetryOptions>;

export const CALL_RETRY_DEFAULTS = Object.freeze({ ...BACKOFF_DEFAULTS, retries: 3, retriesPerDocument: 12 });

export interface CallerOptions {
  /** In the order in which they are asked: the second when the first is out of service or used up its retries. One or more. */
  readonly providers: readonly CallerProvider[];
  /** Of each provider. @defaultValue none */
  readonly limits?: LimitsOptions;
  /** Calls in flight at each provider, at first and at most: fewer under pressure. Integer, 1 to 65536. @defaultValue 16 */
  readonly concurrency?: number;
  /** Calls under way, those that wait among them; more are refused. Integer, 1 to 2^24. @defaultValue 65536 */
  readonly callsMax?: number;
  /** From sending a request to its answer. Integer, 1 to 3600000. @defaultValue 180000 */
  readonly timeoutMs?: number;
  readonly retry?: CallRetryOptions;
  readonly breaker?: BreakerOptions;
  /**
   * How long all providers may be out of service until the run ends; also the longest `Retry-After` that is waited for in
   * place. Integer, 1 or more. @defaultValue 600000
   */
  readonly outageMsMax?: number;
  /** USD that may be spent, from 0 to a million. @defaultValue no cap */
  readonly budgetUsd?: number | undefined;
  /** What earlier runs spent, with the worst case of calls whose end is not known, in 1e-9 USD. @defaultValue 0 */
  readonly spentNanoUsd?: number;
  readonly journal?: CallJournal;
  readonly clock?: Clock;
  /** Uniform in [0, 1). @defaultValue `Math.random` */
  readonly random?: () => number;
}

export interface ResolvedCallerProvider extends Required<CallerProvider> {
  readonly price: Price | undefined;
}

export interface ResolvedCallerOptions {
  readonly providers: readonly ResolvedCallerProvider[];
  readonly concurrency: number;
  readonly callsMax: number;
  readonly timeoutMs: number;
  readonly retry: ResolvedCallRetryOptions;
  readonly breaker: ResolvedBreakerOptions;
  readonly outageMsMax: number;
  readonly capNanoUsd: number;
  readonly spentNanoUsd: number;
  readonly journal: CallJournal;
  readonly clock: Clock;
  readonly random: () => number;
}

export const CALLER_DEFAULTS = Object.freeze({
  limits: Object.freeze({}),
  concurrency: 16,
  callsMax: 65_536,
  timeoutMs: 180_000,
  outageMsMax: 600_000,
  spentNanoUsd: 0,
  journal: NO_JOURNAL,
  clock: SYSTEM_CLOCK,
  random: Math.random,
});

const NAMES = ['providers', 'retry', 'breaker', 'budgetUsd', ...Object.keys(CALLER_DEFAULTS)];

/**
 * Takes partial options, returns frozen and complete ones, refuses with the option's path.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_BUDGET` for a budget where a model has no price.
 */
export function resolveCallerOptions(options: CallerOptions, path = 'caller'): ResolvedCallerOptions {
  checkKnown(path, options, NAMES);
  const given = { ...CALLER_DEFAULTS, ...options };
  const at = (name: string): string => optionPath(path, name);
  const limits = resolveLimitsOptions(given.limits, at('limits'));
  const providers = resolveProviders(given.providers, limits, at('providers'));
  const hasCap = given.budgetUsd !== undefined;
  const unpriced = providers.find(({ price }) => price === undefined);
  if (hasCap && unpriced !== undefined) throw unpricedError(unpriced.model);
  return Object.freeze({
    providers,
    concurrency: checkInteger(at('concurrency'), given.concurrency, 1, 65_536),
    callsMax: checkInteger(at('callsMax'), given.callsMax, 1, 2 ** 24),
    timeoutMs: checkInteger(at('timeoutMs'), given.timeoutMs, 1, 3_600_000),
    retry: resolveCallRetryOptions(given.retry, at('retry')),
    breaker: resolveBreakerOptions(given.breaker, at('breaker')),
    outageMsMax: checkInteger(at('outageMsMax'), given.outageMsMax, 1),
    capNanoUsd: hasCap ? budgetNanoUsd(at('budgetUsd'), given.budgetUsd) : Infinity,
    spentNanoUsd: checkInteger(at('spentNanoUsd'), given.spentNanoUsd, 0),
    journal: given.journal,
    clock: given.clock,
    random: given.random,
  });
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveCallRetryOptions(options: CallRetryOptions = {}, path = 'retry'): ResolvedCallRetryOptions {
  checkKnown(path, options, Object.keys(CALL_RETRY_DEFAULTS));
  const { retries, retriesPerDocument, ...backoff } = { ...CALL_RETRY_DEFAULTS, ...options };
  return Object.freeze({
    ...resolveBackoffOptions(backoff, path),
    retries: checkInteger(optionPath(path, 'retries'), retries, 0, 100),
    retriesPerDocument: checkInteger(optionPath(path, 'retriesPerDocument'), retriesPerDocument, 0),
  });
}

function resolveProviders(
  given: readonly CallerProvider[],
  limits: LimitsOptions,
  path: string,
): readonly ResolvedCallerProvider[] {
  const providers = given.map((each, index) => {
    const at = `${path}[${index}]`;
    return Object.freeze({
      provider: each.provider,
      model: checkString(`${at}.model`, each.model),
      price: each.price,
      name: checkString(`${at}.name`, each.name ?? each.provider.name),
      limits: each.limits === undefined ? limits : resolveLimitsOptions(each.limits, `${at}.limits`),
    });
  });
  if (providers.length === 0)
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must have a provider or more, got none`);
  const names = new Set<string>();
  for (const { name } of providers) {
    if (names.has(name))
      throw new MillraceError(
        'ERR_OPTION_RANGE',
        `${path} must have different names, got ${JSON.stringify(name)} twice`,
      );
    names.add(name);
  }
  return Object.freeze(providers);
}
