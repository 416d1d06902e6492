/**
 * Proves that options are checked one by one: each value out of its type or bounds is refused with the option's path, what was
 * expected and what was given; and that what is resolved is complete and frozen.
 */
import { describe, expect, it } from 'vitest';
import { resolveMeasures } from '../../src/core/measures.js';
import { createEngine } from '../../src/engine/engine.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, resolveEngineOptions, type EngineLimits } from '../../src/engine/options.js';
import { resolveMemoryGuardOptions } from '../../src/core/flow/memory-guard.js';
import { PRESETS, PRESET_NAMES } from '../../src/engine/presets.js';
import { resolveJobsOptions } from '../../src/engine/jobs/options.js';
import { resolveScoreFilesOptions, type ScoreFilesOptions } from '../../src/engine/score-files/options.js';
import { errorOf } from '../support/outcomes.js';

const MIB = 1024 * 1024;

/** Option, its least and its largest value. */
const ENGINE_BOUNDS: readonly [keyof EngineLimits, number, number | undefined][] = [
  ['workers', 1, 256],
  ['batchBytes', 4096, 64 * MIB],
  ['maxBytes', 1, MAX_BYTES_LIMIT],
  ['queueBytesMax', 1, undefined],
  ['inlineBytesMax', 0, 64 * MIB],
  ['workerTimeoutMs', 1, 2 ** 31 - 1],
  ['workerHeapMb', 16, 65_536],
];

const FILE_BOUNDS: readonly [keyof ScoreFilesOptions, number, number][] = [
  ['workers', 1, 256],
  ['maxBytes', 1, MAX_BYTES_LIMIT],
  ['chunkBytes', 4096, 64 * MIB],
  ['workerTimeoutMs', 1, 2 ** 31 - 1],
];

async function refusal(options: object): Promise<{ code: string; message: string }> {
  return errorOf(createEngine(options));
}

async function fileRefusal(options: object): Promise<{ code: string; message: string }> {
  return errorOf(Promise.resolve().then(() => resolveScoreFilesOptions({ inputs: ['a'], ...options })));
}

describe('engine options', () => {
  it('have defaults for all, and are frozen', () => {
    const resolved = resolveEngineOptions();
    const settings = resolveMeasures('', {});
    const jobs = resolveJobsOptions();
    const { onChange: _, ...memory } = resolveMemoryGuardOptions();
    expect(resolved).toEqual({ ...ENGINE_DEFAULTS, settings, jobs, memory });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(resolveEngineOptions({ workers: 3 })).toEqual({ ...ENGINE_DEFAULTS, settings, jobs, memory, workers: 3 });
  });

  it('come from a preset where they are not given', () => {
    const preset = 'memoryConstrained';
    const resolved = resolveEngineOptions({ preset, maxBytes: MIB, jobs: { activeMax: 7 }, memory: { sampleMs: 50 } });
    expect(resolved).toMatchObject({
      maxBytes: MIB,
      batchBytes: PRESETS[preset].batchBytes,
      jobs: { activeMax: 7, concurrency: 100 },
      memory: { sampleMs: 50, limitBytes: 128 * MIB },
    });
    for (const name of PRESET_NAMES) expect(() => resolveEngineOptions({ preset: name })).not.toThrow();
  });

  it('refuse a preset that there is not, and what a memory guard does not know', async () => {
    const message = 'engine.preset must be one of highThroughput, apiLimited, memoryConstrained, got "turbo"';
    expect(await refusal({ preset: 'turbo' })).toMatchObject({ code: 'ERR_OPTION_RANGE', message });
    expect(await refusal({ memory: { onChange: () => 0 } })).toMatchObject({ code: 'ERR_OPTION_UNKNOWN' });
    expect((await refusal({ memory: { limitBytes: 0 } })).message).toBe(
      'engine.memory.limitBytes must be an integer >= 1, got 0',
    );
    expect((await refusal({ batchTargetMs: 0 })).message).toMatch(
      /^engine\.batchTargetMs must be a number >= 1, got 0/,
    );
  });

  it.each(ENGINE_BOUNDS)('%s is taken at its bounds and refused beyond them', async (name, min, max) => {
    expect(resolveEngineOptions({ [name]: min })[name]).toBe(min);
    if (max !== undefined) expect(resolveEngineOptions({ [name]: max })[name]).toBe(max);
    const expected = max === undefined ? `>= ${min}` : `from ${min} to ${max}`;
    for (const value of [min - 1, min + 0.5, NaN, Infinity, -1, ...(max === undefined ? [] : [max + 1])]) {
      const message = `engine.${name} must be an integer ${expected}, got ${value}`;
      expect(await refusal({ [name]: value })).toMatchObject({ code: 'ERR_OPTION_RANGE', message });
    }
  });

  it.each([
    ['"2"', '2'],
    ['null', null],
    ['an array', [2]],
    ['an object', {}],
    ['true', true],
  ])('are refused when they are %s', async (shown, value) => {
    for (const [name] of ENGINE_BOUNDS) {
      const message = `engine.${name} must be an integer, got ${shown}`;
      expect(await refusal({ [name]: value })).toMatchObject({ code: 'ERR_OPTION_TYPE', message });
    }
  });

  it('take the default for one that is undefined', async () => {
    for (const [name] of ENGINE_BOUNDS) {
      const engine = await createEngine({ [name]: undefined });
      expect(engine.stats().workers).toBe(ENGINE_DEFAULTS.workers);
      await engine.close();
    }
  });

  it('are refused when there is none of that name, with those that are most like it', async () => {
    const message = 'engine.worker is not an option; expected a name such as workers, filters, jobs';
    expect(await refusal({ worker: 2 })).toMatchObject({ code: 'ERR_OPTION_UNKNOWN', message });
  });
});

describe('the measures among the options', () => {
  const cases: readonly [object, string, string][] = [
    [{ measures: 'none' }, 'ERR_OPTION_RANGE', 'measures must be one of entropy, all, got "none"'],
    [{ asOf: '2026' }, 'ERR_OPTION_TYPE', 'asOf must be an integer, got "2026"'],
    [{ weights: { clarity: -1 } }, 'ERR_OPTION_RANGE', 'weights.clarity must be a number >= 0, got -1'],
    [
      { filters: { gopher_quality: { minWords: 'x' } } },
      'ERR_OPTION_TYPE',
      'filters.gopher_quality.minWords must be an integer >= 0 or null, got "x"',
    ],
  ];

  it.each(cases)('%j are refused with their path', async (options, code, message) => {
    expect(await refusal(options)).toMatchObject({ code, message: `engine.${message}` });
    expect(await fileRefusal(options)).toMatchObject({ code, message });
  });

  it('are resolved to settings', () => {
    const asked = { measures: 'all', stats: true, asOf: 2020, weights: { clarity: 1 } } as const;
    const settings = resolveMeasures('', asked);
    expect(resolveEngineOptions(asked).settings).toEqual(settings);
    expect(resolveScoreFilesOptions({ inputs: ['a'], ...asked }).settings).toEqual(settings);
  });
});

describe('options of scoring files', () => {
  it('have defaults', () => {
    expect(resolveScoreFilesOptions({ inputs: ['a'] })).toMatchObject({
      emit: 'reports',
      textField: 'text',
      idField: 'id',
      workers: ENGINE_DEFAULTS.workers,
      maxBytes: 64 * MIB,
      chunkBytes: 2 * MIB,
      workerTimeoutMs: 60_000,
      resume: false,
    });
  });

  it('need one input or more', async () => {
    const message = 'expected one input or more, got none';
    expect(await fileRefusal({ inputs: [] })).toMatchObject({ code: 'ERR_USAGE', message });
  });

  it.each(FILE_BOUNDS)('%s is taken at its bounds and refused beyond them', async (name, min, max) => {
    for (const value of [min, max]) {
      expect(resolveScoreFilesOptions({ inputs: ['a'], [name]: value })).toMatchObject({ [name]: value });
    }
    for (const value of [min - 1, max + 1, min + 0.5, NaN]) {
      const message = `${name} must be an integer from ${min} to ${max}, got ${value}`;
      expect(await fileRefusal({ [name]: value })).toMatchObject({ code: 'ERR_OPTION_RANGE', message });
    }
    const message = `${name} must be an integer, got "1"`;
    expect(await fileRefusal({ [name]: '1' })).toMatchObject({ code: 'ERR_OPTION_TYPE', message });
  });

  it.each(['textField', 'idField'])('%s is a name', async (name) => {
    const empty = `${name} must be a non-empty string, got ""`;
    expect(await fileRefusal({ [name]: '' })).toMatchObject({ code: 'ERR_OPTION_RANGE', message: empty });
    const number = `${name} must be a string, got 1`;
    expect(await fileRefusal({ [name]: 1 })).toMatchObject({ code: 'ERR_OPTION_TYPE', message: number });
  });

  it('take one of three things to emit', async () => {
    for (const emit of ['reports', 'rows', 'both'] as const) {
      expect(resolveScoreFilesOptions({ inputs: ['a'], emit }).emit).toBe(emit);
    }
    const message = 'emit must be one of reports, rows, both, got "row"';
    expect(await fileRefusal({ emit: 'row' })).toMatchObject({ code: 'ERR_OPTION_RANGE', message });
  });
});
