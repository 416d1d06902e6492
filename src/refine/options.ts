import { MillraceError } from '../core/errors.js';
import { checkInteger, checkNumber, checkOptions, describe, optionPath, typeError } from '../core/options.js';
import { GUARD_DEFAULTS, resolveGuardOptions, type GuardOptions, type ResolvedGuardOptions } from './guards/options.js';
import { resolveProfile, type Profile, type ResolvedProfile } from './profile.js';
import { isStrategyName, STRATEGY_NAMES, type StrategyName } from './strategies/built-in.js';
import { defineStrategy, type ResolvedStrategy, type Strategy } from './strategies/strategy.js';

/** What is asked about each document, and which versions are kept. */
export interface RefineOptions {
  /** Prompts for a document at most. Integer, 1 to 100. @defaultValue 7 */
  readonly iterations?: number;
  /** Iterations without gain, in a row, after which a document is left as it is. Integer, 1 to 100. @defaultValue 2 */
  readonly noGainMax?: number;
  /** What a version's score must gain over the best one before it. 0 or more; 0 keeps any gain. @defaultValue 0.005 */
  readonly gainMin?: number;
  /** What versions are judged by. @defaultValue 'documentation.overall' */
  readonly profile?: Profile;
  /** Names of built-in strategies, and strategies of one's own; 1 to 64. @defaultValue all that are built in */
  readonly strategies?: readonly (StrategyName | Strategy)[];
  /** What a version must keep of the original. @defaultValue `GUARD_DEFAULTS` */
  readonly guards?: GuardOptions;
  /** Tokens that an answer may have. A document asks for no more than it needs. Integer, 256 to 1048576. @defaultValue 16384 */
  readonly answerTokensMax?: number;
  /** Decides the tags around the document: the same seed makes the same prompts. Integer, 0 to 4294967295. @defaultValue 0 */
  readonly seed?: number;
}

export interface ResolvedRefineOptions {
  readonly iterations: number;
  readonly noGainMax: number;
  readonly gainMin: number;
  readonly profile: ResolvedProfile;
  readonly strategies: readonly (StrategyName | ResolvedStrategy)[];
  readonly guards: ResolvedGuardOptions;
  readonly answerTokensMax: number;
  readonly seed: number;
}

export const REFINE_DEFAULTS = Object.freeze({
  iterations: 7,
  noGainMax: 2,
  gainMin: 0.005,
  profile: 'documentation.overall',
  strategies: STRATEGY_NAMES,
  guards: GUARD_DEFAULTS,
  answerTokensMax: 16_384,
  seed: 0,
});

const ITERATIONS_MAX = 100;
const STRATEGIES_MAX = 64;

/**
 * Takes partial options, returns frozen and complete ones. Dependencies of strategies are checked when these are loaded.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveRefineOptions(options: RefineOptions = {}, path = 'refine'): ResolvedRefineOptions {
  const names = Object.keys(REFINE_DEFAULTS);
  const given: Record<string, unknown> = { ...REFINE_DEFAULTS, ...checkOptions(path, options, names) };
  const at = (name: keyof RefineOptions): string => optionPath(path, name);
  return Object.freeze({
    iterations: checkInteger(at('iterations'), given['iterations'], 1, ITERATIONS_MAX),
    noGainMax: checkInteger(at('noGainMax'), given['noGainMax'], 1, ITERATIONS_MAX),
    gainMin: checkNumber(at('gainMin'), given['gainMin'], 0),
    profile: resolveProfile(at('profile'), given['profile']),
    strategies: resolveStrategies(at('strategies'), given['strategies']),
    guards: resolveGuardOptions(at('guards'), given['guards']),
    answerTokensMax: checkInteger(at('answerTokensMax'), given['answerTokensMax'], 256, 2 ** 20),
    seed: checkInteger(at('seed'), given['seed'], 0, 2 ** 32 - 1),
  });
}

function resolveStrategies(path: string, value: unknown): ResolvedRefineOptions['strategies'] {
  if (!Array.isArray(value)) throw typeError(path, 'an array', value);
  if (value.length === 0 || value.length > STRATEGIES_MAX) {
    const expected = `${path} must hold 1 to ${STRATEGIES_MAX} strategies`;
    throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${value.length}`);
  }
  const strategies = value.map((each: unknown, index) => resolveStrategy(`${path}[${index}]`, each));
  const names = new Set<string>();
  for (const each of strategies) {
    const name = typeof each === 'string' ? each : each.name;
    if (names.has(name))
      throw new MillraceError('ERR_OPTION_RANGE', `${path} must name each strategy once, got ${name} twice`);
    names.add(name);
  }
  return Object.freeze(strategies);
}

function resolveStrategy(path: string, value: unknown): StrategyName | ResolvedStrategy {
  if (isStrategyName(value)) return value;
  if (typeof value === 'object' && value !== null) return defineStrategy(value as Strategy, path);
  const expected = `one of ${STRATEGY_NAMES.join(', ')}, or a strategy of your own`;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be ${expected}, got ${describe(value)}`);
}
