/** Which documents of a file a run keeps, decided by the library's reports, and the rows that it writes of the others. */
import type { ExpressionNode } from '../../src/core/expression/nodes.js';
import { FILTER_NAMES, type FilterName } from '../../src/core/filters.js';
import type { MeasureOptions } from '../../src/core/measures.js';
import { resolveMeasures } from '../../src/core/measures.js';
import { compileForReports, type AnyReport } from '../../src/engine/expression/report-fields.js';
import { Kernel } from '../../src/workers/kernel-host.js';
import { measureRow } from '../../src/workers/measure-row.js';
import { STATS_DECODER } from '../../src/workers/report-layout.js';

export interface ModelSelection {
  readonly measures: MeasureOptions;
  readonly rejectBy: readonly FilterName[];
  readonly keepIf: { readonly text: string; readonly node: ExpressionNode } | undefined;
}

export interface Rejected {
  readonly filter: string;
  readonly reason: string;
}

/** Why each text is rejected; undefined for one that is kept. */
export function rejectionsByModel(texts: readonly string[], selection: ModelSelection): (Rejected | undefined)[] {
  const kernel = Kernel.load(measureRow(resolveMeasures('', { ...selection.measures, stats: true })));
  return texts.map((text) => rejectionOf(STATS_DECODER.decode('', kernel.scoreText(text), 0), selection));
}

export function rejectionOf(report: AnyReport, { rejectBy, keepIf }: ModelSelection): Rejected | undefined {
  for (const filter of FILTER_NAMES) {
    if (!rejectBy.includes(filter)) continue;
    const reason = report.filters?.[filter].reason ?? null;
    if (reason !== null) return { filter, reason };
  }
  if (keepIf === undefined || compileForReports(keepIf.node)(report)) return undefined;
  return { filter: 'keep-if', reason: keepIf.text };
}

/** A row of output, of bytes as characters, with the reason behind its last field. */
export function rejectedRow(row: string, rejected: Rejected): string {
  const field = Buffer.from(`,"rejected":${JSON.stringify(rejected)}}`).toString('latin1');
  return row.replace(/\}(?=[ \t\r]*$)/, () => field);
}
