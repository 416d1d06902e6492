/**
 * The documentation profile: four dimensions of a text, each the mean of those of its parts that apply, and their
 * weighted mean. All are 0–1.
 */
import { countEach } from './entropy.js';
import type { ReferenceWeights } from './options.js';
import { countOf, isWhiteSpace, lengthOf, strip, stripEndWhere, stripStart, stripStartWhere } from './strings.js';
import { fences, headings, links, proseLines, type Fence, type Link } from './structure.js';
import { paragraphs, sentences, tokenPairs, tokens, words } from './text-units.js';

export interface ReferenceDocumentation {
  readonly completeness: number;
  readonly clarity: number;
  readonly consistency: number;
  readonly accuracy: number;
  readonly overall: number;
}

/** A part of a dimension; `null` when it does not apply. */
type Part = number | null;

const MARKERS: ReadonlySet<string> = new Set(['TODO', 'FIXME', 'XXX', 'TBD']);
const ESSENTIALS = ['introduction', 'usage', 'example', 'reference'];
const TO_BE: ReadonlySet<string> = new Set(['am', 'are', 'be', 'been', 'being', 'is', 'was', 'were']);
/** One token, and the same as two with a hyphen between. */
const VARIANTS: readonly (readonly [first: string, second: string])[] = [
  ['e', 'mail'],
  ['set', 'up'],
  ['on', 'line'],
  ['web', 'site'],
  ['data', 'base'],
  ['file', 'name'],
];
const NOTICES: ReadonlySet<string> = new Set(['deprecated', 'warning', 'note', 'important']);
const BRACKETS: readonly (readonly [open: string, close: string])[] = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
];
const TARGET_STARTS = ['http://', 'https://', 'mailto:', '/', '#', './', '../'];
const TARGET_ENDS = ['.md', '.html', '.pdf'];
/** Backtracking is part of the definition: `1.2.3x` holds `1.2`. */
const VERSION = /(?<![\p{L}\p{M}\p{N}_])[vV]?[0-9]+\.[0-9]+(?:\.[0-9]+)?(?![\p{L}\p{M}\p{N}_])/gu;

/** The profile of a well-formed text; that of a text without a token is all 0. The weights' sum is 1. */
export function referenceDocumentation(text: string, asOf: number, weights: ReferenceWeights): ReferenceDocumentation {
  if (tokens(text).length === 0) return { completeness: 0, clarity: 0, consistency: 0, accuracy: 0, overall: 0 };
  const profile = {
    completeness: meanOfParts(completenessParts(text)),
    clarity: meanOfParts(clarityParts(text)),
    consistency: meanOfParts(consistencyParts(text)),
    accuracy: meanOfParts(accuracyParts(text, asOf)),
  };
  const overall =
    weights.completeness * profile.completeness +
    weights.clarity * profile.clarity +
    weights.consistency * profile.consistency +
    weights.accuracy * profile.accuracy;
  return { ...profile, overall };
}

// --- Completeness ------------------------------------------------------------------------------------------------------

function completenessParts(text: string): Part[] {
  return [
    Math.min(headings(text).length / 5, 1),
    Math.min(fences(text).length / 3, 1),
    Math.min(links(text).length / 2, 1),
    Math.max(0, 1 - 0.1 * markers(text)),
    Math.min(words(text).length / 500, 1),
    essentials(text) / ESSENTIALS.length,
  ];
}

/** Words of the whole text, also of fences. */
function markers(text: string): number {
  return words(text).filter((word) => MARKERS.has(stripPunctuation(word))).length;
}

function stripPunctuation(word: string): string {
  return stripStartWhere(stripEndWhere(word, isAsciiPunctuation), isAsciiPunctuation);
}

/** Visible and neither letter nor digit; `_` is punctuation here. */
function isAsciiPunctuation(unit: string): boolean {
  return /^[!-/:-@[-`{-~]$/u.test(unit);
}

function essentials(text: string): number {
  const distinct = [...new Set(tokens(text))];
  return ESSENTIALS.filter((essential) => distinct.some((token) => token.startsWith(essential))).length;
}

// --- Clarity -----------------------------------------------------------------------------------------------------------

function clarityParts(text: string): Part[] {
  const sentenceCount = sentences(text).length;
  const wordCount = words(text).length;
  return [
    sentenceCount > 0 ? Math.max(0, 1 - Math.abs(wordCount / sentenceCount - 17.5) / 20) : null,
    sentenceCount > 0 ? Math.max(0, 1 - (2 * longSentences(text)) / sentenceCount) : null,
    wordCount > 0 ? Math.max(0, 1 - (20 * passives(text)) / wordCount) : null,
    meanOrNull(paragraphs(text).map(paragraphShape)),
    headingLength(text),
  ];
}

function longSentences(text: string): number {
  return sentences(text).filter((sentence) => lengthOf(strip(sentence)) > 150).length;
}

function passives(text: string): number {
  return tokenPairs(text).filter(
    ({ first, between, second }) =>
      TO_BE.has(first) && Array.from(between).every(isWhiteSpace) && second.endsWith('ed') && lengthOf(second) >= 3,
  ).length;
}

/** A paragraph is a text of its own: its sentences are not those that the whole text has in its place. */
function paragraphShape(paragraph: string): number {
  const count = sentences(paragraph).length;
  if (count >= 3 && count <= 5) return 1;
  return count === 2 || count === 6 || count === 7 ? 0.7 : 0.4;
}

function headingLength(text: string): Part {
  const mean = meanOrNull(headings(text).map((heading) => tokens(heading.text).length));
  return mean === null ? null : Math.min(mean / 3, 1);
}

// --- Consistency -------------------------------------------------------------------------------------------------------

function consistencyParts(text: string): Part[] {
  return [
    meanOrNull(variantShares(text)),
    meanOrNull(fences(text).map(({ info }) => (info === '' ? 0 : 1))),
    headingDepth(text),
    bulletShare(text),
    Math.max(0, 1 - gaps(text) / 100),
  ];
}

/** For each group present, the share of its more frequent form. */
function variantShares(text: string): number[] {
  const counts = countEach(tokens(text));
  const hyphened = countEach(
    tokenPairs(text)
      .filter(({ between }) => between === '-')
      .map(({ first, second }) => `${first}-${second}`),
  );
  return VARIANTS.flatMap(([first, second]) => {
    const joined = counts.get(first + second) ?? 0;
    const parted = hyphened.get(`${first}-${second}`) ?? 0;
    return joined + parted > 0 ? [Math.max(joined, parted) / (joined + parted)] : [];
  });
}

function headingDepth(text: string): Part {
  const levels = headings(text).map((heading) => heading.level);
  if (levels.length === 0) return null;
  const skips = levels.filter((level, index) => level - (levels[index - 1] ?? level) > 1).length;
  return Math.max(0, 1 - 0.1 * skips);
}

function bulletShare(text: string): Part {
  const counts = countEach(proseLines(text).flatMap((line) => bulletOf(line) ?? []));
  if (counts.size === 0) return null;
  const largest = Math.max(...counts.values());
  return largest / sum([...counts.values()]);
}

function bulletOf(line: string): string | undefined {
  const [bullet, next] = stripStart(line);
  if (bullet === undefined || next === undefined) return undefined;
  return '-*+'.includes(bullet) && isWhiteSpace(next) ? bullet : undefined;
}

/** Runs of two or more spaces between the first and the last visible code point of a prose line. */
function gaps(text: string): number {
  return sum(proseLines(text).map((line) => Array.from(strip(line).matchAll(/ {2,}/gu)).length));
}

// --- Accuracy ----------------------------------------------------------------------------------------------------------

function accuracyParts(text: string, asOf: number): Part[] {
  return [
    Math.min(versions(text) / 2, 1),
    meanOrNull(years(text).map((year) => (year >= asOf - 3 ? 1 : 0))),
    meanOrNull(fences(text).map(balance)),
    meanOrNull(links(text).map(targetQuality)),
    0.5 + 0.5 * Math.min(notices(text) / 3, 1),
  ];
}

function versions(text: string): number {
  return Array.from(text.matchAll(VERSION)).length;
}

function years(text: string): number[] {
  return tokens(text)
    .filter((token) => /^20[0-9]{2}$/u.test(token))
    .map(Number);
}

function balance({ content }: Fence): number {
  const balanced = BRACKETS.filter(([open, close]) => countOf(content, open) === countOf(content, close));
  return balanced.length / BRACKETS.length;
}

/** The target as it stands: with its title, if it has one, and its case. */
function targetQuality({ target }: Link): number {
  const [beforeHash = ''] = target.split('#');
  const isKnown =
    TARGET_STARTS.some((start) => target.startsWith(start)) || TARGET_ENDS.some((end) => beforeHash.endsWith(end));
  return isKnown ? 1 : 0.5;
}

function notices(text: string): number {
  return tokens(text).filter((token) => NOTICES.has(token)).length;
}

// --- Means -------------------------------------------------------------------------------------------------------------

/** The mean of the parts that apply. */
function meanOfParts(parts: readonly Part[]): number {
  return meanOrNull(parts.filter((part) => part !== null)) ?? 0;
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
