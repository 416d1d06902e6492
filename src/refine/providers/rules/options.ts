import { MillraceError } from '../../../core/errors.js';
import { checkChoice, checkInteger, checkOptions, optionPath, typeError } from '../../../core/options.js';
import { RULE_NAMES, type RuleName } from './rule.js';

/** Options of the refiner by rules. */
export interface RulesOptions {
  /** Rules that are applied, whatever the order they are named in; at least one. @defaultValue all */
  readonly rules?: readonly RuleName[];
  /** Times that a paragraph may occur within a section before all but the first are removed. Integer, 1 to 1000000. @defaultValue 5 */
  readonly repeatsMax?: number;
}

export type ResolvedRulesOptions = Required<RulesOptions>;

export const RULES_DEFAULTS: ResolvedRulesOptions = Object.freeze({ rules: RULE_NAMES, repeatsMax: 5 });

/**
 * Takes partial options, returns frozen and complete ones.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveRulesOptions(options: RulesOptions = {}, path = 'rules'): ResolvedRulesOptions {
  const given = { ...RULES_DEFAULTS, ...checkOptions(path, options, Object.keys(RULES_DEFAULTS)) };
  return Object.freeze({
    rules: Object.freeze(checkRules(optionPath(path, 'rules'), given.rules)),
    repeatsMax: checkInteger(optionPath(path, 'repeatsMax'), given.repeatsMax, 1, 1_000_000),
  });
}

/** The rules that are named, in the order in which they are applied. */
function checkRules(path: string, value: unknown): readonly RuleName[] {
  if (!Array.isArray(value)) throw typeError(path, 'an array of names of rules', value);
  const named = new Set(value.map((name, at) => checkChoice(`${path}[${at}]`, name, RULE_NAMES)));
  if (named.size === 0) throw new MillraceError('ERR_OPTION_RANGE', `${path} must name at least one rule, got none`);
  return RULE_NAMES.filter((name) => named.has(name));
}
