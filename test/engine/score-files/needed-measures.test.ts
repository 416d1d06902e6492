/** Proves what is computed where no report is written: as much as filters, expression and cleaning need. */
import { describe, expect, it } from 'vitest';
import { resolveMeasures, type MeasureOptions } from '../../../src/core/measures.js';
import { parseExpression } from '../../../src/engine/expression/parse.js';
import { neededMeasures } from '../../../src/engine/score-files/needed-measures.js';
import type { RowSettings } from '../../../src/workers/protocol.js';
import { KEEP_ALL } from '../../../src/workers/row-settings.js';

const ROWS: RowSettings = {
  ...KEEP_ALL,
  emit: 'rows',
  textField: 'text',
  idField: 'id',
  maxBytes: 1000,
  lineBytesMax: 1000,
};

async function needed(rows: Partial<RowSettings>, keepIf?: string, options: MeasureOptions = {}): Promise<string> {
  const settings = resolveMeasures('', { stats: options.measures !== 'entropy', asOf: 2000, ...options });
  const parsed = keepIf === undefined ? undefined : { text: keepIf, node: await parseExpression(keepIf, settings) };
  const result = neededMeasures(settings, { ...ROWS, ...rows, keepIf: parsed });
  expect(result).toEqual({ ...settings, measures: result.measures, stats: result.stats });
  return `${result.measures}${result.stats ? ' with statistics' : ''}`;
}

describe('what is measured', () => {
  it.each<[string, Partial<RowSettings>, string | undefined, string]>([
    ['rows alone', {}, undefined, 'entropy'],
    ['rows by counts', {}, 'words > 5', 'entropy'],
    ['rows by more', {}, 'words > 5 and miair > 3', 'all'],
    ['rows by statistics', {}, 'filters.c4_quality.stats.lines > 3', 'all with statistics'],
    ['rows by a filter', { rejectBy: ['c4_quality'] }, 'words > 5', 'all'],
    ['cleaned rows', { cleans: true }, undefined, 'all'],
    ['reports', { emit: 'reports' }, 'words > 5', 'all with statistics'],
    ['both', { emit: 'both' }, undefined, 'all with statistics'],
  ])('for %s', async (_, rows, keepIf, expected) => {
    expect(await needed(rows, keepIf)).toBe(expected);
  });

  it('is never more than was asked for', async () => {
    expect(await needed({ emit: 'reports' }, 'words > 5', { measures: 'entropy' })).toBe('entropy');
    expect(await needed({ rejectBy: ['c4_quality'] }, undefined, { stats: false })).toBe('all');
  });
});
