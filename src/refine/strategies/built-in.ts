import type { Strategy } from './strategy.js';

/** The strategies that come with the engine. */
export const STRATEGY_NAMES = ['entropy', 'completeness', 'accuracy', 'consistency', 'clarity', 'readability'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];

/** Each is loaded when a run that uses it begins. */
const LOADERS: Readonly<Record<StrategyName, () => Promise<Strategy>>> = {
  entropy: async () => (await import('./entropy.js')).entropy,
  completeness: async () => (await import('./completeness.js')).completeness,
  accuracy: async () => (await import('./accuracy.js')).accuracy,
  consistency: async () => (await import('./consistency.js')).consistency,
  clarity: async () => (await import('./clarity.js')).clarity,
  readability: async () => (await import('./readability.js')).readability,
};

export function isStrategyName(value: unknown): value is StrategyName {
  return STRATEGY_NAMES.some((name) => name === value);
}

export async function loadStrategy(name: StrategyName): Promise<Strategy> {
  return LOADERS[name]();
}
