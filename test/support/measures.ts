/** The kinds of reports: what an engine is asked for, and what its kernel is told. */
import { MEASURE_DEFAULTS, resolveMeasures, type MeasureOptions } from '../../src/core/measures.js';
import type { CountsReport } from '../../src/core/report.js';
import { measureRow } from '../../src/workers/measure-row.js';
import { COUNTS_DECODER, REPORT_DECODER, STATS_DECODER, type ReportDecoder } from '../../src/workers/report-layout.js';

export interface ReportKind {
  readonly options: MeasureOptions;
  readonly row: Float64Array;
  readonly decoder: ReportDecoder<CountsReport>;
}

export const ENTROPY: ReportKind = kindOf({ measures: 'entropy' }, COUNTS_DECODER);
export const COMPLETE: ReportKind = kindOf({ measures: 'all' }, REPORT_DECODER);
export const WITH_STATS: ReportKind = kindOf({ measures: 'all', stats: true }, STATS_DECODER);

/** The fullest kind whose rows the kernel writes to files. */
export const FULLEST_ROWS: ReportKind = WITH_STATS;

/** What a kernel is told when nothing is asked for. */
export const DEFAULT_ROW = measureRow(MEASURE_DEFAULTS);

function kindOf(options: MeasureOptions, decoder: ReportDecoder<CountsReport>): ReportKind {
  return { options, row: measureRow(resolveMeasures('', options)), decoder };
}
