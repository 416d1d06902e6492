import { MillraceError } from './errors.js';
import {
  FILTER_DEFAULTS,
  FILTER_NAMES,
  type AllThresholds,
  type FilterName,
  type FilterThresholds,
} from './filters.js';
import { nearestNames } from './nearest.js';
import { checkOptions, describe, optionPath, typeError } from './options.js';

/** Thresholds that differ from the defaults; those of a filter that is left out are its defaults. */
export type FilterOptions = { readonly [F in FilterName]?: Partial<FilterThresholds<F>> };

/**
 * The thresholds of all filters, complete and frozen.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, with the threshold's path.
 */
export function resolveFilters(path: string, given: unknown): AllThresholds {
  const filters = checkOptions(path, given, FILTER_NAMES);
  const checksOf = (filter: FilterName): Checks => new Checks(optionPath(path, filter), filters[filter], filter);
  return Object.freeze({
    gopher_quality: gopherQuality(checksOf('gopher_quality')),
    gopher_repetition: gopherRepetition(checksOf('gopher_repetition')),
    c4_quality: c4Quality(checksOf('c4_quality')),
    fineweb_quality: finewebQuality(checksOf('fineweb_quality')),
  });
}

/**
 * Names of filters, each once and in the order of `FILTER_NAMES`; at least one.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, the latter with the names that are nearest to an unknown one.
 */
export function checkFilterNames(path: string, value: unknown): readonly FilterName[] {
  if (!Array.isArray(value)) throw typeError(path, 'a list of filters', value);
  const names: readonly unknown[] = value;
  if (names.length === 0) {
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must be one of ${FILTER_NAMES.join(', ')} or more, got none`);
  }
  for (const name of names) checkFilterName(path, name);
  return Object.freeze(FILTER_NAMES.filter((name) => names.includes(name)));
}

function checkFilterName(path: string, name: unknown): void {
  if (typeof name !== 'string') throw typeError(path, 'names of filters', name);
  if (FILTER_NAMES.some((known) => known === name)) return;
  const nearest = nearestNames(name, FILTER_NAMES).join(', ');
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be filters such as ${nearest}, got ${describe(name)}`);
}

/* Each in the order of `FILTER_DEFAULTS`, in which the kernel is told of them. */

function gopherQuality(checks: Checks): FilterThresholds<'gopher_quality'> {
  return Object.freeze({
    minWords: checks.count('minWords'),
    maxWords: checks.count('maxWords'),
    minMeanWordLength: checks.ratio('minMeanWordLength'),
    maxMeanWordLength: checks.ratio('maxMeanWordLength'),
    maxHashRatio: checks.ratio('maxHashRatio'),
    maxEllipsisRatio: checks.ratio('maxEllipsisRatio'),
    maxBulletLineFrac: checks.ratio('maxBulletLineFrac'),
    maxEndEllipsisLineFrac: checks.ratio('maxEndEllipsisLineFrac'),
    minAlphaWordFrac: checks.ratio('minAlphaWordFrac'),
    minStopWords: checks.count('minStopWords'),
  });
}

function gopherRepetition(checks: Checks): FilterThresholds<'gopher_repetition'> {
  return Object.freeze({
    maxDupParaFrac: checks.ratio('maxDupParaFrac'),
    maxDupParaCharFrac: checks.ratio('maxDupParaCharFrac'),
    maxDupLineFrac: checks.ratio('maxDupLineFrac'),
    maxDupLineCharFrac: checks.ratio('maxDupLineCharFrac'),
    maxTop2GramCharFrac: checks.ratio('maxTop2GramCharFrac'),
    maxTop3GramCharFrac: checks.ratio('maxTop3GramCharFrac'),
    maxTop4GramCharFrac: checks.ratio('maxTop4GramCharFrac'),
    maxDup5GramCharFrac: checks.ratio('maxDup5GramCharFrac'),
    maxDup6GramCharFrac: checks.ratio('maxDup6GramCharFrac'),
    maxDup7GramCharFrac: checks.ratio('maxDup7GramCharFrac'),
    maxDup8GramCharFrac: checks.ratio('maxDup8GramCharFrac'),
    maxDup9GramCharFrac: checks.ratio('maxDup9GramCharFrac'),
    maxDup10GramCharFrac: checks.ratio('maxDup10GramCharFrac'),
  });
}

function c4Quality(checks: Checks): FilterThresholds<'c4_quality'> {
  return Object.freeze({
    maxWordLength: checks.count('maxWordLength'),
    citations: checks.rule('citations'),
    terminalPunctuation: checks.rule('terminalPunctuation'),
    minWordsPerLine: checks.count('minWordsPerLine'),
    loremIpsum: checks.rule('loremIpsum'),
    javascript: checks.rule('javascript'),
    curlyBracket: checks.rule('curlyBracket'),
    policy: checks.rule('policy'),
    minSentences: checks.count('minSentences'),
  });
}

function finewebQuality(checks: Checks): FilterThresholds<'fineweb_quality'> {
  return Object.freeze({
    minLinePunctRatio: checks.ratio('minLinePunctRatio'),
    shortLineLength: checks.definition('shortLineLength'),
    maxShortLineRatio: checks.ratio('maxShortLineRatio'),
    maxCharDupRatio: checks.ratio('maxCharDupRatio'),
    maxListRatio: checks.ratio('maxListRatio'),
  });
}

/** The thresholds of one filter, those left out filled in; what is read is checked first, the defaults too. */
class Checks {
  readonly #path: string;
  readonly #thresholds: Readonly<Record<string, unknown>>;

  constructor(path: string, given: unknown, filter: FilterName) {
    const defaults = FILTER_DEFAULTS[filter];
    this.#path = path;
    this.#thresholds = {
      ...defaults,
      ...(given === undefined ? {} : checkOptions(path, given, Object.keys(defaults))),
    };
  }

  /** Words, sentences or characters: an integer of 0 or more, or `null`. */
  count(name: string): number | null {
    return this.#thresholds[name] === null ? null : this.#number(name, 'an integer >= 0 or null', Number.isSafeInteger);
  }

  /** The same, which cannot be switched off. */
  definition(name: string): number {
    return this.#number(name, 'an integer >= 0', Number.isSafeInteger);
  }

  /** A ratio, fraction or mean: a finite number of 0 or more, or `null`. */
  ratio(name: string): number | null {
    return this.#thresholds[name] === null ? null : this.#number(name, 'a number >= 0 or null', Number.isFinite);
  }

  /** `true`, or `null`. */
  rule(name: string): true | null {
    const value = this.#thresholds[name];
    if (value === true || value === null) return value;
    throw this.#refusal('ERR_OPTION_TYPE', name, 'true or null');
  }

  #number(name: string, expected: string, isSound: (value: number) => boolean): number {
    const value = this.#thresholds[name];
    if (typeof value !== 'number') throw this.#refusal('ERR_OPTION_TYPE', name, expected);
    if (!isSound(value) || value < 0) throw this.#refusal('ERR_OPTION_RANGE', name, expected);
    return value;
  }

  #refusal(code: 'ERR_OPTION_TYPE' | 'ERR_OPTION_RANGE', name: string, expected: string): MillraceError {
    const got = describe(this.#thresholds[name]);
    return new MillraceError(code, `${optionPath(this.#path, name)} must be ${expected}, got ${got}`);
  }
}
