import { resolveMeasures, type MeasureOptions } from '../../core/measures.js';
import { checkOptions } from '../../core/options.js';
import { parseJson, readJsonFile } from '../json-file.js';

/** What the file of `--config` may hold. */
export type ScoreConfig = Pick<MeasureOptions, 'asOf' | 'weights' | 'filters'>;

const CONFIG_KEYS = ['asOf', 'weights', 'filters'] as const satisfies readonly (keyof ScoreConfig)[];

/**
 * Reads the file of `--config` and checks all that it holds.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, naming the file; all are bad
 * usage.
 */
export function readConfig(path: string): Promise<ScoreConfig> {
  return readJsonFile('--config', path, configOf);
}

/** The settings of a file with this text; what it leaves out is left out. */
export function parseConfig(text: string): ScoreConfig {
  return configOf(parseJson(text));
}

function configOf(value: unknown): ScoreConfig {
  const config = checkOptions('', value, CONFIG_KEYS);
  const { asOf, weights, filters } = resolveMeasures('', config);
  return {
    ...('asOf' in config && { asOf }),
    ...('weights' in config && { weights }),
    ...('filters' in config && { filters }),
  };
}
