import { readFile } from 'node:fs/promises';

import { isMillraceError, messageOf, MillraceError } from '../../core/errors.js';
import { resolveMeasures, type MeasureOptions } from '../../core/measures.js';
import { checkOptions } from '../../core/options.js';
import { findJsonFault } from './json-fault.js';

/** What the file of `--config` may hold. */
export type ScoreConfig = Pick<MeasureOptions, 'asOf' | 'weights' | 'filters'>;

const CONFIG_KEYS = ['asOf', 'weights', 'filters'] as const satisfies readonly (keyof ScoreConfig)[];

/**
 * Reads the file of `--config` and checks all that it holds.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, naming the file; all are bad
 * usage.
 */
export async function readConfig(path: string): Promise<ScoreConfig> {
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    const message = `--config must be a file that can be read, got ${path}: ${messageOf(thrown)}`;
    throw new MillraceError('ERR_USAGE', message, { cause: thrown });
  });
  try {
    return parseConfig(text);
  } catch (thrown) {
    if (!isMillraceError(thrown)) throw thrown;
    throw new MillraceError(thrown.code, `${path}: ${thrown.message}`, { cause: thrown });
  }
}

/** The settings of a file with this text; what it leaves out is left out. */
export function parseConfig(text: string): ScoreConfig {
  const config = checkOptions('', parseJson(text.replace(/^\ufeff/, '')), CONFIG_KEYS);
  const { asOf, weights, filters } = resolveMeasures('', config);
  return {
    ...('asOf' in config && { asOf }),
    ...('weights' in config && { weights }),
    ...('filters' in config && { filters }),
  };
}

function parseJson(text: string): unknown {
  const fault = findJsonFault(text);
  if (fault === undefined) return JSON.parse(text);
  const { line, column, expected, got } = fault;
  throw new MillraceError('ERR_USAGE', `line ${line}, column ${column} must be ${expected}, got ${got}`);
}
