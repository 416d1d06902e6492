import { readFile } from 'node:fs/promises';
import { isMillraceError, messageOf, MillraceError } from '../core/errors.js';
import { checkOptions } from '../core/options.js';
import { findJsonFault } from './json-fault.js';

/**
 * Reads a file of JSON that an option names.
 *
 * @param parse - checks all that it holds; its refusals get the file's name.
 * @throws MillraceError `ERR_USAGE`, and what `parse` throws.
 */
export async function readJsonFile<T>(option: string, path: string, parse: (value: unknown) => T): Promise<T> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    const message = `${option} must be a file that can be read, got ${path}: ${messageOf(thrown)}`;
    throw new MillraceError('ERR_USAGE', message, { cause: thrown });
  });
  try {
    return parse(parseJson(text));
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    throw new MillraceError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown });
  }
}

/** The value of a text, which may begin with a byte order mark. @throws MillraceError `ERR_USAGE` with the place of the fault. */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\ufeff/, '');
  const fault = findJsonFault(json);
  if (fault === undefined) return JSON.parse(json);
  const { line, column, expected, got } = fault;
  throw new MillraceError('ERR_USAGE', `line ${line}, column ${column} must be ${expected}, got ${got}`);
}

/** The members of an object, whatever their names. @throws MillraceError `ERR_OPTION_TYPE`. */
export function membersOf(path: string, value: unknown): Readonly<Record<string, unknown>> {
  return checkOptions(path, value, typeof value === 'object' && value !== null ? Object.keys(value) : []);
}
