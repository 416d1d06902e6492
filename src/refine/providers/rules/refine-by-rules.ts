import { codeFences } from './code-fences.js';
import { headings } from './headings.js';
import { hyphenation } from './hyphenation.js';
import { invisible } from './invisible.js';
import { lineEndings } from './line-endings.js';
import { lists } from './lists.js';
import { mojibake } from './mojibake.js';
import { resolveRulesOptions, type ResolvedRulesOptions, type RulesOptions } from './options.js';
import { punctuation } from './punctuation.js';
import { repeats } from './repeats.js';
import type { Rule, RuleContext, RuleName } from './rule.js';
import { spacing } from './spacing.js';
import { structureOf, type Structure } from './structure.js';

const RULES: Readonly<Record<RuleName, Rule>> = {
  'line-endings': lineEndings,
  mojibake,
  hyphenation,
  invisible,
  'code-fences': codeFences,
  headings,
  lists,
  repeats,
  punctuation,
  spacing,
};

/**
 * One pass and one that finds nothing left to do is what nearly every text takes. What a rule repairs can uncover work for one
 * before it (a letter spelt wrongly around a zero-width space); each time costs a pass.
 */
const PASSES_MAX = 8;

export interface AppliedRule {
  readonly rule: RuleName;
  /** Places that it changed. */
  readonly count: number;
}

export interface RefinedText {
  /** The very string that was given when nothing applies. */
  readonly text: string;
  /** Rules that changed something, in their order. */
  readonly applied: readonly AppliedRule[];
}

/**
 * Repairs what needs no model: endings of lines, wrongly decoded characters, invisible ones, words divided at line ends, code fences
 * left open, forms of headings and lists, repetitions, blanks. It says nothing new: words, numbers, links, headings and code stay.
 * Applied to its own result it changes nothing. Time is linear in the text.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function refineByRules(text: string, options?: RulesOptions): RefinedText {
  return applyRules(text, resolveRulesOptions(options));
}

/** The same with options that are resolved already. */
export function applyRules(text: string, { rules, repeatsMax }: ResolvedRulesOptions): RefinedText {
  const context: RuleContext = { structureOf: rememberLast(structureOf), repeatsMax };
  const counts = new Map<RuleName, number>();
  let refined = text;
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const before = refined;
    for (const name of rules) {
      const rule = RULES[name];
      if (!rule.mayApply(refined)) continue;
      const edit = rule.apply(refined, context);
      if (edit.count === 0) continue;
      refined = edit.text;
      counts.set(name, (counts.get(name) ?? 0) + edit.count);
    }
    if (refined === before) break;
  }
  const applied = rules.flatMap((rule) => {
    const count = counts.get(rule);
    return count === undefined ? [] : [{ rule, count }];
  });
  return { text: refined, applied };
}

/** Rules that change nothing ask for the structure of the same text one after another. */
function rememberLast(compute: (text: string) => Structure): (text: string) => Structure {
  let last: { readonly text: string; readonly structure: Structure } | undefined;
  return (text) => {
    last = last?.text === text ? last : { text, structure: compute(text) };
    return last.structure;
  };
}
