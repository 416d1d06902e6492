import { MillraceError } from '../core/errors.js';
import { describe, optionPath } from '../core/options.js';

/** Data nested deeper than this is refused, and with it what contains itself. */
const DEPTH_MAX = 64;

/**
 * A text that is the same for the same plain data and another one for other data.
 *
 * Plain data are `undefined`, `null`, booleans, numbers, bigints, strings, arrays and plain objects. The order of an object's
 * names does not matter, and a name whose value is `undefined` is as good as absent. `-0` is not `0`, `NaN` is itself, a
 * hole in an array is `undefined`.
 *
 * @throws MillraceError `ERR_OPTION_TYPE` for anything else (a function, a date, a class's instance), which might change without
 * its fingerprint; `ERR_OPTION_RANGE` for data nested more than 64 deep or in a cycle.
 */
export function fingerprintOf(value: unknown, path = 'value'): string {
  return write(value, path, DEPTH_MAX);
}

function write(value: unknown, path: string, depthLeft: number): string {
  if (depthLeft < 0)
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must not be nested more than ${DEPTH_MAX} deep`);
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value); // Escapes lone surrogates, so no two strings look alike.
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return writeArray(value, path, depthLeft - 1);
      if (isPlain(value)) return writeObject(value, path, depthLeft - 1);
      break;
    case 'function':
    case 'symbol':
  }
  throw new MillraceError('ERR_OPTION_TYPE', `${path} must be plain data, got ${describeOdd(value)}`);
}

function writeArray(values: readonly unknown[], path: string, depthLeft: number): string {
  return `[${Array.from(values, (value, index) => write(value, `${path}[${index}]`, depthLeft)).join()}]`;
}

function writeObject(value: object, path: string, depthLeft: number): string {
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member, optionPath(path, name), depthLeft)}`);
  return `{${members.join()}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(value).length === 0;
}

function describeOdd(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object of ${value.constructor.name}`;
  return typeof value === 'function' ? 'a function' : describe(value);
}
