/**
 * Proves that inputs written against the kernel get the report of the reference model, with all statistics: 20 KB of each, which is
 * many blocks of masks and more tokens, lines and n-grams than any table begins with room for; and that their characters, words and
 * lines are those known by construction, which `bench/hostile.bench.ts` relies on at sizes that the model is too slow for.
 */
import { describe, expect, it } from 'vitest';
import { resolveMeasures } from '../../../src/core/measures.js';
import { Kernel } from '../../../src/workers/kernel-host.js';
import { measureRow } from '../../../src/workers/measure-row.js';
import { STATS_DECODER } from '../../../src/workers/report-layout.js';
import { referenceReport } from '../../reference/report.js';
import { completeDifferences } from '../../support/compare.js';
import { HOSTILE_INPUTS } from '../../support/hostile-inputs.js';

const AS_OF = 2026;
/** So much the model measures in some tens of milliseconds, all inputs in three seconds. */
const SIZE = 20_000;

const kernel = Kernel.load(measureRow(resolveMeasures('', { stats: true, asOf: AS_OF })));

describe.each(HOSTILE_INPUTS)('$name', ({ name, make }) => {
  it('has the report of the reference model', () => {
    const { text } = make(SIZE);
    const report = STATS_DECODER.decode(name, kernel.scoreText(text), 0);
    expect(completeDifferences(name, report, referenceReport(text, { asOf: AS_OF }))).toEqual([]);
  });

  it('has the counts that are known of it, at any size', () => {
    for (const size of [1, 63, 64, 65, SIZE, 50 * SIZE]) {
      const { text, ...counts } = make(size);
      expect(STATS_DECODER.decode(name, kernel.scoreText(text), 0)).toMatchObject(counts);
    }
  });
});
