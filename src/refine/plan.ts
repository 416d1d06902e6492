import type { Report } from '../core/report.js';
import type { ResolvedRefineOptions } from './options.js';
import { scoreBy, type Score } from './profile.js';
import { loadStrategies, type StrategySet } from './strategies/strategy-set.js';

/** Whether a document is good enough: it is not sent to a model, or no further. */
export type Gate = (report: Report) => boolean;

/** What all documents of a run have in common. */
export interface RefinePlan {
  readonly options: ResolvedRefineOptions;
  readonly gate: Gate;
  readonly score: Score;
  readonly strategies: StrategySet;
}

/** Loads the strategies of a run. @throws MillraceError `ERR_DEPENDENCY_MISSING`, `ERR_DEPENDENCY_CYCLE`. */
export async function makeRefinePlan(options: ResolvedRefineOptions, gate: Gate): Promise<RefinePlan> {
  const strategies = await loadStrategies(options.strategies);
  return Object.freeze({ options, gate, score: scoreBy(options.profile), strategies });
}
