/**
 * Proves that `calibrate` measures what `scoreFiles` reports: distributions, drops and proposals are compared with the reports of
 * the same files, read and counted one by one.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FILTER_NAMES, type AllThresholds } from '../../../src/core/filters.js';
import { calibrate } from '../../../src/engine/calibrate/calibrate.js';
import { quantileOf } from '../../../src/engine/calibrate/distribution.js';
import { ROW_FIELDS } from '../../../src/engine/calibrate/fields.js';
import { CALIBRATE_DEFAULTS, SAMPLE_LIMIT } from '../../../src/engine/calibrate/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';

const scratch = new Scratch();
const CORPUS = fileURLToPath(new URL('../../../examples/corpus', import.meta.url));

/** A report as JSON has it; null and what is not there are undefined. */
type Row = Record<string, unknown>;

function numberAt(row: Row, path: string): number | undefined {
  const value = path.split('.').reduce<unknown>((at, name) => (at as Row | undefined)?.[name], row);
  return typeof value === 'number' ? value : path === 'replaced' ? 0 : undefined;
}

function reasonOf(row: Row, filter: string): string | null {
  return (row as { filters: Record<string, { reason: string | null }> }).filters[filter]!.reason;
}

async function reportsOf(inputs: readonly string[], filters?: AllThresholds): Promise<Row[]> {
  const output = scratch.fresh('.jsonl');
  await scoreFiles({ inputs, output, workers: 2, stats: true, ...(filters && { filters }) });
  return readRows(output);
}

describe('a calibration', () => {
  it('has the distribution of every number of the reports', async () => {
    const [calibration, rows] = [await calibrate({ inputs: [CORPUS], workers: 2 }), await reportsOf([CORPUS])];
    expect(calibration).toMatchObject({ schema: 1, documents: rows.length, failed: 0, keep: 0.9 });
    expect(calibration.sample).toEqual({ documents: rows.length, isComplete: true, seed: 1 });
    expect(Object.keys(calibration.fields)).toEqual(ROW_FIELDS.map(({ path }) => path));
    for (const [path, distribution] of Object.entries(calibration.fields)) {
      const values = rows.flatMap((row) => numberAt(row, path) ?? []).sort((left, right) => left - right);
      const sorted = Float64Array.from(values);
      expect([path, distribution]).toMatchObject([
        path,
        {
          count: values.length,
          nulls: rows.length - values.length,
          min: values[0] ?? null,
          p5: quantileOf(sorted, 0.05),
          p50: quantileOf(sorted, 0.5),
          max: values.at(-1) ?? null,
        },
      ]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      if (values.length > 0) expect(distribution.mean).toBeCloseTo(mean, 6);
    }
  });

  it('counts what the filters drop, and what each threshold would alone', async () => {
    const [{ filters, dropped }, rows] = [await calibrate({ inputs: [CORPUS], workers: 2 }), await reportsOf([CORPUS])];
    const isDropped = (row: Row): boolean => FILTER_NAMES.some((filter) => reasonOf(row, filter) !== null);
    expect(dropped.documents).toBe(rows.filter(isDropped).length);
    for (const filter of FILTER_NAMES) {
      for (const [reason, { documents }] of Object.entries(filters[filter].reasons)) {
        expect([reason, documents]).toEqual([reason, rows.filter((row) => reasonOf(row, filter) === reason).length]);
      }
      for (const { field, bound, value, drops, effect } of Object.values(filters[filter].thresholds)) {
        const isRule = (row: Row): boolean =>
          ['lorem_ipsum', 'curly_bracket', 'empty'].includes(String(reasonOf(row, filter)));
        const judged = rows.filter((row) => !isRule(row)).flatMap((row) => numberAt(row, field) ?? []);
        const failed = judged.filter((number) => (bound === 'min' ? number < value! : number > value!)).length;
        expect([field, drops.documents]).toEqual([field, failed]);
        expect(effect).toBe(failed === 0 ? 'never' : failed === judged.length ? 'always' : 'some');
      }
    }
    expect(filters.gopher_quality.thresholds['maxWords']?.effect).toBe('never');
  });

  it.each([0.5, 0.9])('proposes thresholds by which `scoreFiles` keeps %d', async (keep) => {
    const { proposals, documents } = await calibrate({ inputs: [CORPUS], workers: 2, keep });
    const rows = await reportsOf([CORPUS], proposals.together.filters);
    const kept = rows.filter((row) => FILTER_NAMES.every((filter) => reasonOf(row, filter) === null)).length;
    expect(kept / documents).toBeCloseTo(proposals.together.kept.share, 12);
    expect(kept / documents).toBeGreaterThanOrEqual(keep);
    // Numbers that documents share may leave room for a few that no threshold can tell apart.
    expect(kept / documents).toBeLessThanOrEqual(keep + 3 / documents);
  });

  it('proposes thresholds by which one filter keeps the share', async () => {
    const { proposals, documents } = await calibrate({ inputs: [CORPUS], workers: 2, keep: 0.7 });
    const { kept, filters } = proposals.filters.gopher_quality;
    const rows = await reportsOf([CORPUS], filters);
    const found = rows.filter((row) => reasonOf(row, 'gopher_quality') === null).length / documents;
    expect(found).toBeCloseTo(kept.share, 12);
    expect(found).toBeGreaterThanOrEqual(0.7);
  });

  it('judges as the filters do', async () => {
    const { filters } = await calibrate({ inputs: [CORPUS], workers: 2 });
    const rows = await reportsOf([CORPUS]);
    for (const filter of FILTER_NAMES) {
      const thresholds = Object.values(filters[filter].thresholds);
      const isMeasured = rows.some((row) => thresholds.some(({ field }) => (numberAt(row, field) ?? 0) !== 0));
      if (!isMeasured) continue;
      const failing = (row: Row): boolean =>
        thresholds.some(({ field, bound, value }) => {
          const number = numberAt(row, field);
          return number !== undefined && (bound === 'min' ? number < value! : number > value!);
        });
      for (const row of rows) {
        const reason = reasonOf(row, filter);
        if (['lorem_ipsum', 'curly_bracket', 'empty'].includes(String(reason))) continue;
        expect([filter, row['id'], reason !== null]).toEqual([filter, row['id'], failing(row)]);
      }
    }
  });

  it('proposes expressions over the scores', async () => {
    const { proposals } = await calibrate({ inputs: [CORPUS], workers: 2 });
    const [overall] = proposals.gates;
    const bound = Number(/^documentation\.overall >= (\S+)$/.exec(overall!.expression)?.[1]);
    const rows = await reportsOf([CORPUS]);
    const kept = rows.filter((row) => numberAt(row, 'documentation.overall')! >= bound).length;
    expect(overall!.kept).toEqual({ share: expect.closeTo(kept / rows.length, 12), standardError: 0 });
    expect(proposals.gates.map(({ expression }) => expression)).toContainEqual(
      expect.stringMatching(/^\(coherence == null or coherence >= /),
    );
    expect(proposals.gatesTogether?.kept.share).toBeGreaterThanOrEqual(0.9);
  });

  it('samples what is more than it holds, the same for any number of workers', async () => {
    const documents = Array.from({ length: 3000 }, (_, id) => ({ id, text: 'word '.repeat(id) }));
    const input = scratch.write('many.jsonl', jsonLines(documents));
    const results = [];
    for (const workers of [1, 2]) {
      const {
        seconds: _seconds,
        workers: _workers,
        ...result
      } = await calibrate({
        inputs: [input],
        workers,
        chunkBytes: 4096 * workers,
        sampleMax: 1000,
      });
      results.push(result);
    }
    expect(results[0]).toEqual(results[1]);
    const { sample, fields, proposals } = results[0]!;
    expect(sample).toEqual({ documents: 1000, isComplete: false, seed: 1 });
    expect(fields['words']).toMatchObject({ count: 3000, min: 0, max: 2999, mean: 1499.5 });
    expect(Math.abs(fields['words']!.p50! - 1500)).toBeLessThan(5 * Math.sqrt(0.25 / 1000) * 3000);
    const { share, standardError } = proposals.together.kept;
    expect(standardError).toBeCloseTo(Math.sqrt((share * (1 - share)) / 1000), 12);
  });

  it('keeps checks that are off as they are, and numbers dead letters', async () => {
    const rows = [
      '{"text":"One two three."}',
      'no JSON',
      ...readFileSync(`${CORPUS}/snippets.jsonl`, 'utf8').split('\n'),
    ];
    const { filters, proposals, failed, deadLetters } = await calibrate({
      inputs: ['-'],
      stdin: Readable.from([rows.join('\n')]),
      workers: 1,
      filters: { gopher_quality: { minWords: null } },
    });
    expect(filters.gopher_quality.thresholds['minWords']).toMatchObject({ value: null, effect: 'off', position: null });
    expect(filters.gopher_quality.thresholds['minWords']?.drops.documents).toBe(0);
    expect(proposals.together.filters.gopher_quality.minWords).toBeNull();
    expect([failed, deadLetters]).toMatchObject([1, [{ line: 2, code: 'ERR_ROW_JSON' }]]);
  });

  it('of nothing has no values and proposes what was given', async () => {
    const result = await calibrate({ inputs: [scratch.write('empty.jsonl', '')], workers: 1 });
    expect(result).toMatchObject({ documents: 0, dropped: { documents: 0, share: 0 } });
    expect(result.fields['words']).toMatchObject({ count: 0, min: null, p50: null, mean: null, histogram: null });
    expect(result.filters.gopher_quality.thresholds['minWords']).toMatchObject({ effect: 'nothing', alone: null });
    expect(result.proposals).toMatchObject({ gates: [], gatesTogether: null });
    expect(result.proposals.together.filters.gopher_quality.minWords).toBe(50);
  });
});

describe('options', () => {
  it.each([
    [{ keep: 0 }, 'ERR_OPTION_RANGE', /^keep must be a number > 0 and < 1, got 0$/],
    [{ keep: 1 }, 'ERR_OPTION_RANGE', /^keep /],
    [{ keep: '1' }, 'ERR_OPTION_TYPE', /^keep /],
    [{ sampleMax: 999 }, 'ERR_OPTION_RANGE', /^sampleMax must be an integer from 1000 to 1000000/],
    [{ sampleMax: SAMPLE_LIMIT + 1 }, 'ERR_OPTION_RANGE', /^sampleMax /],
    [{ seed: -1 }, 'ERR_OPTION_RANGE', /^seed /],
    [{ inputs: [] }, 'ERR_USAGE', /input/],
  ])('%j are refused', async (options, code, message) => {
    const run = calibrate({ inputs: [CORPUS], ...(options as object) });
    await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('have defaults', () => {
    expect(CALIBRATE_DEFAULTS).toEqual({ keep: 0.9, sampleMax: 100_000, seed: 1 });
  });

  it('take a signal', async () => {
    await expect(calibrate({ inputs: [CORPUS], signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
  });
});
