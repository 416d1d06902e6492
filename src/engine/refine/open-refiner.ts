/** Puts a refiner together; what talks HTTP is loaded here, when a run begins. */
import type { Report } from '../../core/report.js';
import { Caller } from '../../refine/caller/caller.js';
import type { CallJournal } from '../../refine/caller/journal.js';
import { resolveCallerOptions, type CallerOptions, type CallerProvider } from '../../refine/caller/options.js';
import { makeRefinePlan } from '../../refine/plan.js';
import { fencedDocument } from '../../refine/fence.js';
import { FREE, Prices } from '../../refine/prices.js';
import { createProvider } from '../../refine/providers/create-provider.js';
import type { Provider } from '../../refine/providers/provider.js';
import { RulesProvider } from '../../refine/providers/rules/rules-provider.js';
import { Completions, type OnShared } from './completions.js';
import { gateOf } from './gate.js';
import { namedProviders, type NamedProvider } from './named-providers.js';
import type { RefineProvider, RefineRunOptions, ResolvedRefineRunOptions } from './options.js';
import { Refiner, type ScoreVersion } from './refiner.js';

/** What a run that is recorded adds. */
export interface RecordedCalls {
  readonly journal: CallJournal;
  readonly onShared: OnShared;
  /** What earlier sessions spent, in 1e-9 USD. Integer. */
  readonly spentNanoUsd: number;
}

export interface OpenedRefiner {
  readonly refiner: Refiner;
  readonly caller: Caller;
}

/** Begins what was prepared. */
export type OpenRefiner = (score: ScoreVersion, recorded?: RecordedCalls) => OpenedRefiner;

/**
 * Checks and loads all that a refiner needs. Nothing is refused after that.
 *
 * @throws MillraceError `ERR_EXPRESSION`, `ERR_DEPENDENCY_*`, `ERR_OPTION_*`, `ERR_BUDGET`, `ERR_PROVIDER_AUTH`.
 */
export async function prepareRefiner(
  options: RefineRunOptions,
  resolved: ResolvedRefineRunOptions,
): Promise<OpenRefiner> {
  const gate = await gateOf(resolved.gate, 'refine.gate');
  const plan = await makeRefinePlan(resolved.refine, (report: Report) => gate(report));
  const prices = new Prices(options.prices, 'refine.prices');
  const providers = namedProviders(resolved.providers).map((each) => callerProvider(each, prices));
  const calling = { ...callerOptions(options), providers };
  resolveCallerOptions(calling);
  const [first] = providers;
  const identity = {
    provider: first?.provider.name ?? '',
    model: first?.model ?? '',
    temperature: resolved.temperature,
  };
  return (score, recorded) => {
    const { onShared, ...journaled } = recorded ?? NOT_RECORDED;
    const caller = new Caller({ ...calling, ...journaled });
    const completions = new Completions(caller, options.cache, identity, onShared);
    return { refiner: new Refiner(plan, completions, score, caller.concurrency), caller };
  };
}

const NOT_RECORDED: Partial<RecordedCalls> = {};

function callerProvider({ name, provider, model, limits }: NamedProvider, prices: Prices): CallerProvider {
  const price = provider === 'rules' ? FREE : prices.of(model);
  return { name, provider: providerOf(provider), model, price, ...(limits === undefined ? {} : { limits }) };
}

function providerOf(provider: RefineProvider['provider']): Provider {
  if (provider === 'rules') return new RulesProvider(fencedDocument);
  return 'call' in provider ? provider : createProvider(provider);
}

/** What is left out keeps the caller's default. */
function callerOptions({
  concurrency,
  limits,
  retry,
  breaker,
  callTimeoutMs,
  budgetUsd,
}: RefineRunOptions): Omit<CallerOptions, 'providers'> {
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(limits === undefined ? {} : { limits }),
    ...(retry === undefined ? {} : { retry }),
    ...(breaker === undefined ? {} : { breaker }),
    ...(callTimeoutMs === undefined ? {} : { timeoutMs: callTimeoutMs }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
  };
}
