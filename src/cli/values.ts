import { checkFilterNames } from '../core/filter-options.js';
import type { FilterName } from '../core/filters.js';
import { checkInteger, checkString } from '../core/options.js';
import { MillraceError } from '../core/errors.js';

/** Makes a value of what was typed after an option, or refuses it with the option's name. */
export type ValueParser<T> = (typed: string) => T;

/** An integer in decimal digits; bounds that only the engine knows are left to it. */
export function integerOf(option: string, min: number, max?: number): ValueParser<number> {
  return (typed) => checkInteger(option, /^[+-]?\d+$/.test(typed) ? Number(typed) : typed, min, max);
}

/** A decimal number of at least `min`; where no `max` is given, an upper bound is left to whoever takes it. */
export function numberOf(option: string, min: number, max = Infinity): ValueParser<number> {
  return (typed) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(typed) ? Number(typed) : NaN;
    if (value >= min && value <= max) return value;
    const range = max === Infinity ? `>= ${min}` : `from ${min} to ${max}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be a number ${range}, got ${JSON.stringify(typed)}`);
  };
}

/** Shares by name, such as `500=0.01,reset=0.02`. */
export function sharesOf<T extends string>(
  option: string,
  names: readonly T[],
): ValueParser<Partial<Record<T, number>>> {
  return (typed) => {
    const shares: Partial<Record<T, number>> = {};
    for (const part of typed.split(',')) {
      const [, name = '', share = ''] = /^\s*(.*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
      shares[choiceOf(option, names)(name === '' ? part : name)] = numberOf(`${option} ${name}`, 0)(share);
    }
    return shares;
  };
}

/** Anything but nothing: a file, or the name of a field. */
export function textOf(option: string): ValueParser<string> {
  return (typed) => checkString(option, typed);
}

/** One of a few words. */
export function choiceOf<T extends string>(option: string, choices: readonly T[]): ValueParser<T> {
  return (typed) => {
    const choice = choices.find((known) => known === typed);
    if (choice !== undefined) return choice;
    const expected = `one of ${choices.join(', ')}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
  };
}

/** Several of a few words, with commas between them. */
export function choicesOf<T extends string>(option: string, choices: readonly T[]): ValueParser<readonly T[]> {
  const choice = choiceOf(option, choices);
  return (typed) => typed.split(',').map((name) => choice(name.trim()));
}

/** Names of filters with commas between them. */
export function filtersOf(option: string): ValueParser<readonly FilterName[]> {
  return (typed) => checkFilterNames(option, typed.trim() === '' ? [] : typed.split(',').map((name) => name.trim()));
}

const SIZE = /^(\d+)\s*(?:([kmg])(i?b)?|b)?$/i;

/** Bytes: `1000`, or with a unit as GNU tools have it: `64k`, `64KiB` and `64m` in powers of 1024, `64kB` of 1000. */
export function bytesOf(option: string, min: number, max?: number): ValueParser<number> {
  return (typed) => {
    const [matched, digits, unit = '', suffix = ''] = SIZE.exec(typed) ?? [];
    if (matched === undefined) {
      const expected = 'a number of bytes such as 1000, 64k or 64MiB';
      throw new MillraceError('ERR_OPTION_TYPE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
    }
    const base = suffix.toLowerCase() === 'b' ? 1000 : 1024;
    return checkInteger(option, Number(digits) * base ** ' kmg'.indexOf(unit.toLowerCase() || ' '), min, max);
  };
}
