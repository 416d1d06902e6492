/**
 * Proves that what is measured is asked for one option at a time: a value out of its type or bounds is refused with its path, what
 * was expected and what was given; what is left out is the default; and what is resolved is complete, frozen, and the same when it
 * is resolved again.
 */
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isMillraceError } from '../../src/core/errors.js';
import { FILTER_DEFAULTS, FILTER_NAMES } from '../../src/core/filters.js';
import { MEASURE_DEFAULTS, resolveMeasures, type UncheckedMeasures } from '../../src/core/measures.js';
import { measureRow } from '../../src/workers/measure-row.js';

const COUNTS = ['minWords', 'maxWords', 'minStopWords', 'maxWordLength', 'minWordsPerLine', 'minSentences'];

/** Every threshold: its filter, its name and its default. */
const THRESHOLDS = FILTER_NAMES.flatMap((filter) =>
  Object.entries<number | true>(FILTER_DEFAULTS[filter]).map(([name, value]) => ({ filter, name, value })),
);

function refusal(options: UncheckedMeasures, path = 'engine'): string {
  try {
    resolveMeasures(path, options);
  } catch (error) {
    if (isMillraceError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function thresholdOf(options: UncheckedMeasures, filter: string, name: string): unknown {
  const filters: Record<string, Record<string, unknown>> = { ...resolveMeasures('', options).filters };
  return filters[filter]?.[name];
}

afterEach(() => {
  vi.useRealTimers();
});

describe('what is left out', () => {
  it('is the default, also when it is undefined', () => {
    const nothing = { measures: undefined, stats: undefined, asOf: undefined, weights: undefined, filters: undefined };
    for (const options of [{}, nothing, { weights: {}, filters: {} }, { filters: { c4_quality: undefined } }]) {
      expect(resolveMeasures('', options)).toEqual({ ...MEASURE_DEFAULTS, asOf: new Date().getFullYear() });
    }
  });

  it('is the year of the call', () => {
    vi.useFakeTimers({ now: new Date(2031, 5, 1) });
    expect(resolveMeasures('', {}).asOf).toBe(2031);
  });

  it('leaves the other thresholds as they are', () => {
    const { filters } = resolveMeasures('', { filters: { gopher_quality: { minWords: 7 } } });
    expect(filters).toEqual({ ...FILTER_DEFAULTS, gopher_quality: { ...FILTER_DEFAULTS.gopher_quality, minWords: 7 } });
  });
});

describe('settings', () => {
  it('are frozen, all of them, and so are the defaults', () => {
    const settings = resolveMeasures('', {});
    const parts = [settings, settings.weights, settings.filters, ...Object.values(settings.filters)];
    expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
    expect([FILTER_DEFAULTS, ...Object.values(FILTER_DEFAULTS)].filter((part) => !Object.isFrozen(part))).toEqual([]);
  });

  it('have their thresholds in the order in which the kernel is told of them', () => {
    const reversed = Object.fromEntries(
      [...FILTER_NAMES].reverse().map((filter) => {
        return [filter, Object.fromEntries(Object.entries(FILTER_DEFAULTS[filter]).reverse())];
      }),
    );
    const settings = resolveMeasures('', { asOf: MEASURE_DEFAULTS.asOf, filters: reversed });
    for (const filter of FILTER_NAMES) {
      expect(Object.keys(settings.filters[filter])).toEqual(Object.keys(FILTER_DEFAULTS[filter]));
    }
    expect(measureRow(settings)).toEqual(measureRow(MEASURE_DEFAULTS));
  });

  it('are the same when they are resolved again', () => {
    const weight = fc.double({ min: 0.001, max: 1000, noNaN: true });
    fc.assert(
      fc.property(weight, weight, weight, weight, (completeness, clarity, consistency, accuracy) => {
        const settings = resolveMeasures('', { weights: { completeness, clarity, consistency, accuracy } });
        expect(resolveMeasures('', settings)).toEqual(settings);
      }),
    );
  });
});

describe('measures, stats and asOf', () => {
  it.each([
    [{ measures: 'none' }, 'ERR_OPTION_RANGE: engine.measures must be one of entropy, all, got "none"'],
    [{ measures: null }, 'ERR_OPTION_TYPE: engine.measures must be one of entropy, all, got null'],
    [{ stats: 1 }, 'ERR_OPTION_TYPE: engine.stats must be true or false, got 1'],
    [{ asOf: 2026.5 }, 'ERR_OPTION_RANGE: engine.asOf must be an integer from 1900 to 2999, got 2026.5'],
    [{ asOf: 1899 }, 'ERR_OPTION_RANGE: engine.asOf must be an integer from 1900 to 2999, got 1899'],
    [{ asOf: 3000 }, 'ERR_OPTION_RANGE: engine.asOf must be an integer from 1900 to 2999, got 3000'],
    [{ asOf: '2026' }, 'ERR_OPTION_TYPE: engine.asOf must be an integer, got "2026"'],
    [
      { measures: 'entropy', stats: true },
      "ERR_OPTION_RANGE: engine.stats must be false or left out with measures 'entropy', which has no filters, got true",
    ],
    [{ measures: 'entropy', stats: false }, 'accepted'],
    [{ measures: 'all', stats: true, asOf: 1900 }, 'accepted'],
    [{ asOf: 2999 }, 'accepted'],
  ])('%j: %s', (options, expected) => {
    expect(refusal(options)).toBe(expected);
  });
});

describe('weights', () => {
  it('are scaled to sum to 1, those left out being 0.25', () => {
    expect(resolveMeasures('', { weights: { clarity: 1.25 } }).weights).toEqual({
      completeness: 0.125,
      clarity: 0.625,
      consistency: 0.125,
      accuracy: 0.125,
    });
    const alone = { completeness: 0, clarity: 3, consistency: 0, accuracy: 0 };
    expect(resolveMeasures('', { weights: alone }).weights).toEqual({ ...alone, clarity: 1 });
  });

  it.each([
    [{ clarity: -0.1 }, 'ERR_OPTION_RANGE: weights.clarity must be a number >= 0, got -0.1'],
    [{ clarity: NaN }, 'ERR_OPTION_RANGE: weights.clarity must be a number >= 0, got NaN'],
    [{ accuracy: Infinity }, 'ERR_OPTION_RANGE: weights.accuracy must be a number >= 0, got Infinity'],
    [{ accuracy: '1' }, 'ERR_OPTION_TYPE: weights.accuracy must be a number >= 0, got "1"'],
    [{ accuracy: null }, 'ERR_OPTION_TYPE: weights.accuracy must be a number >= 0, got null'],
    [
      { completeness: 0, clarity: 0, consistency: 0, accuracy: 0 },
      'ERR_OPTION_RANGE: weights must have a finite sum above 0, got 0',
    ],
    [{ completeness: 1e308, clarity: 1e308 }, 'ERR_OPTION_RANGE: weights must have a finite sum above 0, got Infinity'],
    [[1, 1, 1, 1], 'ERR_OPTION_TYPE: weights must be an object, got an array'],
    [
      { clearness: 1 },
      'ERR_OPTION_UNKNOWN: weights.clearness is not an option; expected one of completeness, clarity, consistency, accuracy',
    ],
  ])('%j: %s', (weights, expected) => {
    expect(refusal({ weights }, '')).toBe(expected);
  });
});

describe('filters', () => {
  it('are refused when they are unknown or no objects', () => {
    expect(refusal({ filters: { gopher: {} } })).toBe(
      'ERR_OPTION_UNKNOWN: engine.filters.gopher is not an option; expected one of gopher_quality, gopher_repetition, c4_quality, fineweb_quality',
    );
    expect(refusal({ filters: { c4_quality: true } })).toBe(
      'ERR_OPTION_TYPE: engine.filters.c4_quality must be an object, got true',
    );
    expect(refusal({ filters: { c4_quality: null } })).toBe(
      'ERR_OPTION_TYPE: engine.filters.c4_quality must be an object, got null',
    );
    expect(refusal({ filters: [] })).toBe('ERR_OPTION_TYPE: engine.filters must be an object, got an array');
    expect(refusal({ filters: { gopher_quality: { min_words: 3 } } })).toBe(
      'ERR_OPTION_UNKNOWN: engine.filters.gopher_quality.min_words is not an option; expected a name such as minWords, maxWords, minStopWords',
    );
  });
});

describe.each(THRESHOLDS)('$filter.$name', ({ filter, name, value }) => {
  const path = `filters.${filter}.${name}`;
  const isCount = COUNTS.includes(name);
  const isDefinition = name === 'shortLineLength';
  const expected = value === true ? 'true' : isCount || isDefinition ? 'an integer >= 0' : 'a number >= 0';
  const refused = isDefinition ? expected : `${expected} or null`;
  const options = (threshold: unknown): UncheckedMeasures => ({ filters: { [filter]: { [name]: threshold } } });

  it('takes what it is for', () => {
    const sound = value === true ? [true] : isCount || isDefinition ? [0, 1, 1e9] : [0, 0.5, 1e9];
    for (const threshold of [...sound, ...(isDefinition ? [] : [null])]) {
      expect(thresholdOf(options(threshold), filter, name)).toBe(threshold);
    }
    expect(thresholdOf(options(undefined), filter, name)).toBe(value);
  });

  it('refuses what is of another type', () => {
    const wrong: [unknown, string][] = [
      ['x', '"x"'],
      [{}, 'an object'],
      [[], 'an array'],
      [false, 'false'],
      value === true ? [1, '1'] : [true, 'true'],
      ...(isDefinition ? [[null, 'null'] satisfies [unknown, string]] : []),
    ];
    for (const [threshold, shown] of wrong) {
      expect(refusal(options(threshold), '')).toBe(`ERR_OPTION_TYPE: ${path} must be ${refused}, got ${shown}`);
    }
  });

  it.skipIf(value === true)('refuses what is out of its bounds', () => {
    for (const threshold of [-1, NaN, Infinity, ...(isCount || isDefinition ? [1.5] : [-0.001])]) {
      expect(refusal(options(threshold), '')).toBe(`ERR_OPTION_RANGE: ${path} must be ${refused}, got ${threshold}`);
    }
  });
});
