import { MillraceError } from './errors.js';
import { resolveFilters, type FilterOptions } from './filter-options.js';
import { FILTER_DEFAULTS, type AllThresholds } from './filters.js';
import { checkBoolean, checkChoice, checkInteger, checkOptions, describe, optionPath } from './options.js';

/** How much is computed: counts and entropy, about a third of the work, or the complete report. */
export const MEASURES = ['entropy', 'all'] as const;
export type Measures = (typeof MEASURES)[number];

/** Weights of the dimensions of the documentation profile. */
export interface DocumentationWeights {
  readonly completeness: number;
  readonly clarity: number;
  readonly consistency: number;
  readonly accuracy: number;
}

/** What is measured and how; the same for `createEngine`, `scoreFiles` and, but for the first two, the file of `--config`. */
export interface MeasureOptions {
  /** `'entropy'`: counts and entropy only, in about a third of the time. @defaultValue 'all' */
  readonly measures?: Measures;
  /** Whether the filters report their statistics; needs `measures: 'all'`. @defaultValue false */
  readonly stats?: boolean;
  /** The year that recent years are counted back from. Integer, 1900 to 2999. @defaultValue the current year */
  readonly asOf?: number;
  /**
   * Weights of the dimensions in `documentation.overall`, scaled to sum to 1. Finite, 0 or more, not all 0.
   *
   * @defaultValue 0.25 for each that is left out
   */
  readonly weights?: Partial<DocumentationWeights>;
  /** Thresholds of the filters; `null` switches a check off. @defaultValue `FILTER_DEFAULTS` for all that are left out */
  readonly filters?: FilterOptions;
}

/** What is measured and how, complete: everything that changes a report. */
export interface MeasureSettings {
  readonly measures: Measures;
  /** Whether the filters report their statistics. */
  readonly stats: boolean;
  /** The year that recent years are counted back from. */
  readonly asOf: number;
  /** They sum to 1. */
  readonly weights: DocumentationWeights;
  readonly filters: AllThresholds;
}

const AS_OF_MIN = 1900;
const AS_OF_MAX = 2999;

const WEIGHTS = Object.freeze({ completeness: 0.25, clarity: 0.25, consistency: 0.25, accuracy: 0.25 });

/** The definitions' own settings; the year is the current one when this is loaded. */
export const MEASURE_DEFAULTS: MeasureSettings = Object.freeze({
  measures: 'all',
  stats: false,
  asOf: new Date().getFullYear(),
  weights: WEIGHTS,
  filters: FILTER_DEFAULTS,
});

/** Names of the options that say what is measured and how. */
export const MEASURE_OPTION_NAMES = Object.keys(MEASURE_DEFAULTS);

/**
 * Takes what was asked for, returns frozen and complete settings, refuses with the option's path.
 *
 * Reads the options of `MeasureOptions` and no others; the values may be anything, since they come from files as well.
 *
 * @param path - of the object that holds the options; `''` when they have no name before theirs.
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveMeasures(path: string, options: UncheckedMeasures): MeasureSettings {
  const { measures = MEASURE_DEFAULTS.measures, stats = MEASURE_DEFAULTS.stats } = options;
  const { asOf = new Date().getFullYear(), weights = {}, filters = {} } = options;
  const settings = {
    measures: checkChoice(optionPath(path, 'measures'), measures, MEASURES),
    stats: checkBoolean(optionPath(path, 'stats'), stats),
    asOf: checkInteger(optionPath(path, 'asOf'), asOf, AS_OF_MIN, AS_OF_MAX),
    weights: resolveWeights(optionPath(path, 'weights'), weights),
    filters: resolveFilters(optionPath(path, 'filters'), filters),
  };
  if (settings.stats && settings.measures === 'entropy') {
    const expected = "false or left out with measures 'entropy', which has no filters";
    throw new MillraceError('ERR_OPTION_RANGE', `${optionPath(path, 'stats')} must be ${expected}, got true`);
  }
  return Object.freeze(settings);
}

/** `MeasureOptions` before they are checked. */
export type UncheckedMeasures = { readonly [O in keyof MeasureOptions]?: unknown };

/** Sums that differ less from 1 are left: so weights that are resolved twice stay as they are. */
const SUM_TOLERANCE = 1e-12;

function resolveWeights(path: string, value: unknown): DocumentationWeights {
  const given: Record<string, unknown> = { ...WEIGHTS, ...checkOptions(path, value, Object.keys(WEIGHTS)) };
  const weightOf = (name: keyof DocumentationWeights): number => checkWeight(optionPath(path, name), given[name]);
  const completeness = weightOf('completeness');
  const clarity = weightOf('clarity');
  const consistency = weightOf('consistency');
  const accuracy = weightOf('accuracy');
  const sum = completeness + clarity + consistency + accuracy;
  if (sum === 0 || sum === Infinity) {
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must have a finite sum above 0, got ${sum}`);
  }
  const scale = Math.abs(sum - 1) < SUM_TOLERANCE ? 1 : sum;
  return Object.freeze({
    completeness: completeness / scale,
    clarity: clarity / scale,
    consistency: consistency / scale,
    accuracy: accuracy / scale,
  });
}

function checkWeight(path: string, value: unknown): number {
  const expected = `${path} must be a number >= 0, got ${describe(value)}`;
  if (typeof value !== 'number') throw new MillraceError('ERR_OPTION_TYPE', expected);
  if (!Number.isFinite(value) || value < 0) throw new MillraceError('ERR_OPTION_RANGE', expected);
  return value;
}
