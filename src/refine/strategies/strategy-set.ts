import { MillraceError } from '../../core/errors.js';
import type { Report } from '../../core/report.js';
import { isStrategyName, loadStrategy, STRATEGY_NAMES, type StrategyName } from './built-in.js';
import { defineStrategy, type ResolvedStrategy } from './strategy.js';

/** What has been asked of one document. */
export interface Tried {
  /** Strategies that were asked at least once. */
  readonly asked: ReadonlySet<string>;
  /** Of these, those that brought nothing the last time. */
  readonly failed: ReadonlySet<string>;
}

/** The strategies of a run, dependencies first. */
export class StrategySet {
  readonly #strategies: readonly Ordered[];

  /**
   * @param chosen - strategies that may be asked.
   * @param others - strategies that only order the chosen ones: `a` after `b` after `c` puts `a` after `c` without `b`.
   * @throws MillraceError `ERR_DEPENDENCY_MISSING`, `ERR_DEPENDENCY_CYCLE`.
   */
  constructor(chosen: readonly ResolvedStrategy[], others: readonly ResolvedStrategy[] = []) {
    const names = new Set(chosen.map(({ name }) => name));
    const ordered: Ordered[] = [];
    for (const strategy of orderTopologically([...chosen, ...others])) {
      const before = ordered.filter(({ strategy: { name } }) => strategy.after.includes(name));
      ordered.push({ strategy, before, isChosen: names.has(strategy.name) });
    }
    this.#strategies = ordered;
  }

  /** Names of the strategies that may be asked, dependencies first. */
  get names(): string[] {
    return this.#strategies.filter(({ isChosen }) => isChosen).map(({ strategy }) => strategy.name);
  }

  /**
   * What to ask next: of the strategies that are due, were not asked in vain, and wait for no other, the one whose watches are
   * furthest from good. Of equals, the first in order. `undefined` when there is none.
   *
   * A strategy waits for those it comes after until each was asked once or is not due; it need not bring anything.
   */
  choose(report: Report, { asked, failed }: Tried): ResolvedStrategy | undefined {
    const settled = new Set<Ordered>();
    let chosen: ResolvedStrategy | undefined;
    let needMost = 0;
    for (const ordered of this.#strategies) {
      const { strategy, before, isChosen } = ordered;
      if (!before.every((other) => settled.has(other))) continue;
      const need = isChosen ? strategy.need(report) : 0;
      if (need <= 0 || asked.has(strategy.name)) settled.add(ordered);
      if (need <= needMost || failed.has(strategy.name)) continue;
      needMost = need;
      chosen = strategy;
    }
    return chosen;
  }
}

interface Ordered {
  readonly strategy: ResolvedStrategy;
  readonly before: readonly Ordered[];
  readonly isChosen: boolean;
}

/**
 * Loads the built-in strategies that a run needs, and puts all in order.
 *
 * @param chosen - names of built-in strategies, and strategies of one's own. One of one's own may take the name of a built-in
 * one that is not listed, and stands in its place.
 * @throws MillraceError `ERR_DEPENDENCY_MISSING`, `ERR_DEPENDENCY_CYCLE`.
 */
export async function loadStrategies(chosen: readonly (StrategyName | ResolvedStrategy)[]): Promise<StrategySet> {
  const loaded = await Promise.all(chosen.map(async (each) => (typeof each === 'string' ? load(each) : each)));
  const names = new Set(loaded.map(({ name }) => name));
  const isNeeded = loaded.some(({ after }) => after.some((name) => isStrategyName(name) && !names.has(name)));
  // All of the others: what stands between two chosen ones is known only when they are loaded, and they are small.
  const left = isNeeded ? STRATEGY_NAMES.filter((name) => !names.has(name)) : [];
  const others = await Promise.all(left.map(load));
  return new StrategySet(loaded, others);
}

async function load(name: StrategyName): Promise<ResolvedStrategy> {
  return defineStrategy(await loadStrategy(name), `strategies.${name}`);
}

/** Depth first, in the order given; the path from the first strategy down is what a cycle is told by. */
function orderTopologically(strategies: readonly ResolvedStrategy[]): ResolvedStrategy[] {
  const byName = new Map(strategies.map((strategy) => [strategy.name, strategy]));
  const ordered = new Set<ResolvedStrategy>();
  const visit = (strategy: ResolvedStrategy, path: readonly string[]): void => {
    if (ordered.has(strategy)) return;
    const begun = path.indexOf(strategy.name);
    if (begun >= 0) {
      const cycle = [...path.slice(begun), strategy.name].join(' → ');
      throw new MillraceError('ERR_DEPENDENCY_CYCLE', `strategies come after each other in a cycle: ${cycle}`);
    }
    for (const name of strategy.after) {
      const other = byName.get(name);
      if (other === undefined) {
        const message = `strategy ${strategy.name} comes after ${name}, which is not there`;
        throw new MillraceError('ERR_DEPENDENCY_MISSING', message);
      }
      visit(other, [...path, strategy.name]);
    }
    ordered.add(strategy);
  };
  for (const strategy of strategies) visit(strategy, []);
  return [...ordered];
}
