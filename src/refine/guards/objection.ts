import { addedLinksGuard } from './added-links.js';
import { addedNumbersGuard } from './added-numbers.js';
import { codeGuard } from './code.js';
import { cutOffGuard } from './cut-off.js';
import type { Guard, GuardReason, Objection } from './guard.js';
import { headingsGuard } from './headings.js';
import { languageGuard } from './language.js';
import { lengthGuard } from './length.js';
import { linksGuard } from './links.js';
import { meaningGuard } from './meaning.js';
import { numbersGuard } from './numbers.js';
import { repetitionGuard } from './repetition.js';
import type { ResolvedGuardOptions } from './options.js';
import type { TextFacts } from './text-facts.js';

/** What is lost before what is added; of the former the cheap ones first, those that read words after those that read lines. */
const GUARDS: readonly (readonly [GuardReason, Guard])[] = [
  ['length', lengthGuard],
  ['cut_off', cutOffGuard],
  ['code', codeGuard],
  ['links', linksGuard],
  ['headings', headingsGuard],
  ['numbers', numbersGuard],
  ['language', languageGuard],
  ['meaning', meaningGuard],
  ['repetition', repetitionGuard],
  ['added_links', addedLinksGuard],
  ['added_numbers', addedNumbersGuard],
];

/** The first objection to a version; `undefined` when it may stay. */
export function objectionTo(
  version: TextFacts,
  original: TextFacts,
  options: ResolvedGuardOptions,
): Objection | undefined {
  for (const [reason, guard] of GUARDS) {
    const details = guard(original, version, options);
    if (details !== undefined) return { reason, details };
  }
  return undefined;
}
