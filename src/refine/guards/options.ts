import { checkBoolean, checkNumber, checkOptions, optionPath } from '../../core/options.js';

/** What a version of a document must keep of the original, and must not add to it. `null`, or `false`, switches a guard off. */
export interface GuardOptions {
  /** Length at least, as a multiple of the original's. 0 to 1. @defaultValue 0.2 */
  readonly lengthMin?: number | null;
  /** Length at most, as a multiple of the original's, and 1000 characters more. 1 or more. @defaultValue 3 */
  readonly lengthMax?: number | null;
  /** Whether a text that ends in the middle of a sentence or code block is rolled back. @defaultValue true */
  readonly cutOff?: boolean;
  /** Whether the content of every code block must stay as it is. @defaultValue true */
  readonly code?: boolean;
  /** Share of the different link targets that may be gone. 0 to 1. @defaultValue 0 */
  readonly linksLostMax?: number | null;
  /**
   * Share of the version's different link targets that may be new. Targets within the document (`#…`) and addresses that the original
   * names in its text are not. 0 to 1. @defaultValue 0
   */
  readonly linksAddedMax?: number | null;
  /** Share of the headings that may be gone; their texts may change. 0 to 1. @defaultValue 0.25 */
  readonly headingsLostMax?: number | null;
  /** Share of the different numbers that may be gone. 0 to 1. @defaultValue 0.1 */
  readonly numbersLostMax?: number | null;
  /**
   * Share of the version's different numbers that may be new. Numbers of list items and in headings, and whole ones up to 12, which may
   * have been words, do not count. 0 to 1. @defaultValue 0
   */
  readonly numbersAddedMax?: number | null;
  /** Share of the content words that are no repetition, at least, as a multiple of the original's. 0 to 1. @defaultValue 0.5 */
  readonly varietyMin?: number | null;
  /** Share of the letters that must be of the same script, and of the function words that must still be there. @defaultValue 0.5 */
  readonly languageMin?: number | null;
  /** Share of the different content words that must still be there. 0 to 1. @defaultValue 0.5 */
  readonly meaningMin?: number | null;
}

export type ResolvedGuardOptions = Required<GuardOptions>;

export const GUARD_DEFAULTS: ResolvedGuardOptions = Object.freeze({
  lengthMin: 0.2,
  lengthMax: 3,
  cutOff: true,
  code: true,
  linksLostMax: 0,
  linksAddedMax: 0,
  headingsLostMax: 0.25,
  numbersLostMax: 0.1,
  numbersAddedMax: 0,
  varietyMin: 0.5,
  languageMin: 0.5,
  meaningMin: 0.5,
});

const LENGTH_MAX = 1000;

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
export function resolveGuardOptions(path: string, options: unknown): ResolvedGuardOptions {
  const names = Object.keys(GUARD_DEFAULTS);
  const given: Record<string, unknown> = { ...GUARD_DEFAULTS, ...checkOptions(path, options, names) };
  const bound = (name: keyof GuardOptions, min: number, max: number): number | null =>
    given[name] === null ? null : checkNumber(optionPath(path, name), given[name], min, max);
  const flag = (name: keyof GuardOptions): boolean => checkBoolean(optionPath(path, name), given[name]);
  return Object.freeze({
    lengthMin: bound('lengthMin', 0, 1),
    lengthMax: bound('lengthMax', 1, LENGTH_MAX),
    cutOff: flag('cutOff'),
    code: flag('code'),
    linksLostMax: bound('linksLostMax', 0, 1),
    linksAddedMax: bound('linksAddedMax', 0, 1),
    headingsLostMax: bound('headingsLostMax', 0, 1),
    numbersLostMax: bound('numbersLostMax', 0, 1),
    numbersAddedMax: bound('numbersAddedMax', 0, 1),
    varietyMin: bound('varietyMin', 0, 1),
    languageMin: bound('languageMin', 0, 1),
    meaningMin: bound('meaningMin', 0, 1),
  });
}
