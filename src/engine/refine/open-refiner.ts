/** Puts a refiner together; what talks HTTP is loaded here, when a run begins. */
import type { Report } from '../../core/report.js';
import { Caller } from '../../refine/caller/caller.js';
import type { CallerOptions, CallerProvider } from '../../refine/caller/options.js';
import { makeRefinePlan } from '../../refine/plan.js';
import { fencedDocument } from '../../refine/fence.js';
import { FREE, Prices } from '../../refine/prices.js';
import { createProvider } from '../../refine/providers/create-provider.js';
import type { Provider } from '../../refine/providers/provider.js';
import { RulesProvider } from '../../refine/providers/rules/rules-provider.js';
import { Completions } from './completions.js';
import { gateOf } from './gate.js';
import type { RefineProvider, RefineRunOptions, ResolvedRefineRunOptions } from './options.js';
import { Refiner, type ScoreVersion } from './refiner.js';

export interface OpenedRefiner {
  readonly refiner: Refiner;
  readonly caller: Caller;
}

/** @throws MillraceError `ERR_EXPRESSION`, `ERR_DEPENDENCY_*`, `ERR_OPTION_*`, `ERR_BUDGET`, `ERR_PROVIDER_AUTH`. */
export async function openRefiner(
  options: RefineRunOptions,
  resolved: ResolvedRefineRunOptions,
  score: ScoreVersion,
): Promise<OpenedRefiner> {
  const gate = await gateOf(resolved.gate, 'refine.gate');
  const plan = await makeRefinePlan(resolved.refine, (report: Report) => gate(report));
  const prices = new Prices(options.prices, 'refine.prices');
  const providers = resolved.providers.map((each) => callerProvider(each, prices));
  const caller = new Caller({ ...callerOptions(options), providers });
  const [first] = providers;
  const identity = {
    provider: first?.provider.name ?? '',
    model: first?.model ?? '',
    temperature: resolved.temperature,
  };
  return { refiner: new Refiner(plan, new Completions(caller, options.cache, identity), score), caller };
}

function callerProvider({ provider, model, limits }: RefineProvider, prices: Prices): CallerProvider {
  const price = provider === 'rules' ? FREE : prices.of(model);
  return { provider: providerOf(provider), model, price, ...(limits === undefined ? {} : { limits }) };
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
