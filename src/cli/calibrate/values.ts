import { MillraceError } from '../../core/errors.js';
import { FIELDS } from '../../core/expression/fields.js';
import { nearestNames } from '../../core/nearest.js';
import type { ValueParser } from '../values.js';

/** A share between 0 and 1, neither of them: `0.9`, or `90%`. */
export function shareOf(option: string): ValueParser<number> {
  return (typed) => {
    const [matched, digits, percent] = /^(\d*\.?\d+)\s*(%?)$/.exec(typed) ?? [];
    const share = matched === undefined ? NaN : Number(digits) / (percent === '%' ? 100 : 1);
    if (share > 0 && share < 1) return share;
    const expected = 'a share between 0 and 1, such as 0.9 or 90%';
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
  };
}

/** The path of a number of the report. */
export function fieldOf(option: string): ValueParser<string> {
  return (typed) => {
    if (FIELDS.get(typed)?.type === 'number') return typed;
    const known = [...FIELDS.values()].filter(({ type }) => type === 'number').map(({ path }) => path);
    const expected = `a number of the report such as ${nearestNames(typed, known).join(', ')}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
  };
}
