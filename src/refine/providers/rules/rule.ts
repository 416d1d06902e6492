import type { Structure } from './structure.js';

/** Rules in the order in which they are applied: each may rely on what those before it have done. */
export const RULE_NAMES = [
  'line-endings',
  'mojibake',
  'hyphenation',
  'invisible',
  'code-fences',
  'headings',
  'lists',
  'repeats',
  'punctuation',
  'spacing',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** A text with the number of places that were changed in it. */
export interface Edit {
  readonly text: string;
  readonly count: number;
}

export interface RuleContext {
  /** Lines of a text, and what they are; those of the last text asked for are remembered. */
  structureOf(text: string): Structure;
  /** Times that a line or paragraph may occur before it counts as boilerplate. */
  readonly repeatsMax: number;
}

/**
 * One repair. A rule is pure, takes time linear in the text, changes nothing in code or addresses, and finds nothing left to do in
 * its own result.
 */
export interface Rule {
  readonly name: RuleName;
  /** Whether the text holds anything of the kind that the rule repairs: one cheap scan, wrong only on the careful side. */
  mayApply(text: string): boolean;
  apply(text: string, context: RuleContext): Edit;
}

/** Replaces every match of a global pattern, and counts those that the replacement differs from. */
export function replaceCounted(
  text: string,
  pattern: RegExp,
  replacement: (match: string, offset: number) => string,
): Edit {
  let count = 0;
  const replaced = text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const offset = rest.find((each) => typeof each === 'number') ?? 0;
    const target = replacement(match, offset);
    if (target !== match) count++;
    return target;
  });
  return { text: count === 0 ? text : replaced, count };
}
