/**
 * Proves that a complete report is the reference model's, on texts made of everything that the measures look for, with thresholds,
 * weights and the year anything at all; and that a verdict is the same whether or not its statistics are wanted, since without
 * them the kernel stops counting as soon as the verdict is sure.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveMeasures, type MeasureOptions } from '../../../src/core/measures.js';
import type { Report } from '../../../src/core/report.js';
import { Kernel } from '../../../src/workers/kernel-host.js';
import { measureRow } from '../../../src/workers/measure-row.js';
import { REPORT_DECODER, STATS_DECODER } from '../../../src/workers/report-layout.js';
import { referenceReport } from '../../reference/report.js';
import { completeDifferences } from '../../support/compare.js';
import {
  documentText,
  markdownText,
  repetitiveText,
  scoringOptions,
  thresholdText,
  unicodeText,
  webText,
} from '../../support/text-arbitraries.js';

function reportWith(options: MeasureOptions, text: string): Report {
  const kernel = Kernel.load(measureRow(resolveMeasures('', options)));
  return (options.stats === true ? STATS_DECODER : REPORT_DECODER).decode('x', kernel.scoreText(text), 0);
}

describe.each([
  ['everything', documentText()],
  ['Markdown', markdownText()],
  ['repeats', repetitiveText()],
  ['web pages', webText()],
  ['texts near a threshold', thresholdText()],
  ['any characters', unicodeText()],
])('of %s', (_, texts) => {
  it('the report is the reference model’s', () => {
    const kernel = Kernel.load(measureRow(resolveMeasures('', { stats: true, asOf: 2026 })));
    fc.assert(
      fc.property(texts, (text) => {
        const report = STATS_DECODER.decode('x', kernel.scoreText(text), 0);
        expect(completeDifferences('x', report, referenceReport(text, { asOf: 2026 }))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('so it is with any options, and the verdicts need no statistics', () => {
    fc.assert(
      fc.property(texts, scoringOptions(), (text, options) => {
        const report = reportWith({ ...options, stats: true }, text);
        expect(completeDifferences('x', report, referenceReport(text, options))).toEqual([]);
        const verdicts = Object.entries(report.filters).map(([name, { keep, reason }]) => [name, { keep, reason }]);
        expect(reportWith(options, text).filters).toEqual(Object.fromEntries(verdicts));
      }),
      { numRuns: 150 },
    );
  });
});
