import { MillraceError } from './errors.js';
import { nearestNames } from './nearest.js';

/** Up to so many names are all listed where one is unknown; of more only the nearest. */
const NAMES_LISTED_MAX = 8;

/** Refuses a value that is not an integer in `[min, max]`; `path` is the option as its user wrote it. */
export function checkInteger(path: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number') throw typeError(path, 'an integer', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must be an integer ${range}, got ${value}`);
  }
  return value;
}

/** Refuses a value that is not a finite number in `[min, max]`. */
export function checkNumber(path: string, value: unknown, min: number, max = Infinity): number {
  if (typeof value !== 'number') throw typeError(path, 'a number', value);
  if (!Number.isFinite(value) || value < min || value > max) {
    const range = max === Infinity ? `>= ${min}` : `from ${min} to ${max}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a number ${range}, got ${value}`);
  }
  return value;
}

/** Refuses anything but a function. */
export function checkFunction(path: string, value: unknown): void {
  if (typeof value !== 'function') throw typeError(path, 'a function', value);
}

/** Refuses anything but a non-empty string. */
export function checkString(path: string, value: unknown): string {
  if (typeof value !== 'string') throw typeError(path, 'a string', value);
  if (value === '') throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a non-empty string, got ""`);
  return value;
}

/** Refuses anything but `true` and `false`. */
export function checkBoolean(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw typeError(path, 'true or false', value);
  return value;
}

/** Refuses anything but one of a few words. */
export function checkChoice<T extends string>(path: string, value: unknown, choices: readonly T[]): T {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  const code = typeof value === 'string' ? 'ERR_OPTION_RANGE' : 'ERR_OPTION_TYPE';
  throw new MillraceError(code, `${path} must be one of ${choices.join(', ')}, got ${describe(value)}`);
}

/** Refuses anything but an object with the `known` names, each of which may be left out or undefined; those are gone. */
export function checkOptions(
  path: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw typeError(path === '' ? 'the content' : path, 'an object', value);
  checkKnown(path, value, known);
  return Object.fromEntries(Object.entries(value).filter(([, option]) => option !== undefined));
}

/** Refuses names that are not in `known`, so that a misspelt option is not silently ignored. */
export function checkKnown(path: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const expected =
      known.length <= NAMES_LISTED_MAX
        ? `one of ${known.join(', ')}`
        : `a name such as ${nearestNames(name, known).join(', ')}`;
    throw new MillraceError('ERR_OPTION_UNKNOWN', `${optionPath(path, name)} is not an option; expected ${expected}`);
  }
}

/** The path of an option within others; those at the top have the path `''`. */
export function optionPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** A short picture of any value for an error message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object') return 'an object';
  return String(value);
}

/** The refusal of a value of the wrong type. */
export function typeError(path: string, expected: string, value: unknown): MillraceError {
  return new MillraceError('ERR_OPTION_TYPE', `${path} must be ${expected}, got ${describe(value)}`);
}
