import { MillraceError } from './errors.js';

/** Refuses a value that is not an integer in `[min, max]`; `path` is the option as its user wrote it. */
export function checkInteger(path: string, value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number') throw typeError(path, 'an integer', value);
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max}`;
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must be an integer ${range}, got ${value}`);
  }
  return value;
}

/** Refuses anything but a non-empty string. */
export function checkString(path: string, value: unknown): string {
  if (typeof value !== 'string') throw typeError(path, 'a string', value);
  if (value === '') throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a non-empty string, got ""`);
  return value;
}

/** Refuses names that are not in `known`, so that a misspelt option is not silently ignored. */
export function checkKnown(path: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new MillraceError(
      'ERR_OPTION_UNKNOWN',
      `${path}.${name} is not an option; expected one of ${known.join(', ')}`,
    );
  }
}

/** A short picture of any value for an error message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'object') return 'an object';
  return String(value);
}

function typeError(path: string, expected: string, value: unknown): MillraceError {
  return new MillraceError('ERR_OPTION_TYPE', `${path} must be ${expected}, got ${describe(value)}`);
}
