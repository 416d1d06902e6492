import { MillraceError } from '../core/errors.js';
import { FIELDS } from '../core/expression/fields.js';
import { nearestNames } from '../core/nearest.js';
import { typeError } from '../core/options.js';
import type { Report } from '../core/report.js';
import { isObject } from './providers/json.js';

/** Reads a number of a report; `null` where the report has none. */
export type NumberReader = (report: Report) => number | null;

/** Numbers that every complete report has; statistics of filters are there only when asked for. */
const NUMBER_PATHS: readonly string[] = [...FIELDS.values()]
  .filter(({ type, part }) => type === 'number' && part !== 'stats')
  .map(({ path }) => path);

/** Refuses anything but the path of a number of the report, such as `documentation.overall`. */
export function checkNumberField(path: string, value: unknown): string {
  if (typeof value !== 'string') throw typeError(path, 'the path of a number in the report', value);
  if (NUMBER_PATHS.includes(value)) return value;
  const expected = `a number of the report such as ${nearestNames(value, NUMBER_PATHS).join(', ')}`;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be ${expected}, got ${JSON.stringify(value)}`);
}

/** @param path - one that `checkNumberField` let pass. */
export function numberReader(path: string): NumberReader {
  const names = path.split('.');
  return (report) => {
    let value: unknown = report;
    for (const name of names) value = isObject(value) ? value[name] : undefined;
    if (value === undefined) return 0; // `replaced` is left out when there is nothing to tell.
    return typeof value === 'number' ? value : null;
  };
}
