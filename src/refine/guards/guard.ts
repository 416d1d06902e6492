import type { ResolvedGuardOptions } from './options.js';
import type { TextFacts } from './text-facts.js';

/** Why a version is rolled back though its score rose. Rows of a run hold these reasons: append, never rename. */
export const GUARD_REASONS = {
  length: 'The text grew or shrank too much.',
  cut_off: 'The text ends in the middle of a sentence or of a code block, and the original does not.',
  code: 'A code block of the original was changed or is gone.',
  links: 'Links of the original are gone.',
  headings: 'Headings of the original are gone.',
  numbers: 'Numbers of the original are gone.',
  language: 'The text is in another language or script.',
  meaning: 'Too few of the words that carry the meaning of the original are left.',
  repetition: 'The text says much the same again and again, and the original does not.',
  added_links: 'The text has links to targets that the original names nowhere.',
  added_numbers: 'The text has numbers that the original has nowhere.',
} as const;
export type GuardReason = keyof typeof GUARD_REASONS;

export function isGuardReason(value: string): value is GuardReason {
  return Object.hasOwn(GUARD_REASONS, value);
}

/** What a guard has against a version. */
export interface Objection {
  readonly reason: GuardReason;
  /** One line: what was measured, and its bound. No text of the document, so that a row stays small. */
  readonly details: string;
}

/** Compares a version with the original; `undefined` when there is nothing against it. Linear in both. */
export type Guard = (original: TextFacts, version: TextFacts, options: ResolvedGuardOptions) => string | undefined;

/** A share for `details`. */
export function share(value: number): string {
  return value.toFixed(3);
}
