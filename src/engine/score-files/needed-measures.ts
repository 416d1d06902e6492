import { partsIn } from '../../core/expression/parts.js';
import type { MeasureSettings } from '../../core/measures.js';
import type { RowSettings } from '../../workers/protocol.js';

/**
 * The settings by which a run has to measure: where no report is written, what is neither compared nor cleaned by need not be
 * computed. Rows, verdicts and counts are those of the settings given.
 */
export function neededMeasures(settings: MeasureSettings, rows: RowSettings): MeasureSettings {
  if (rows.emit !== 'rows') return settings;
  const parts = rows.keepIf === undefined ? NO_PARTS : partsIn(rows.keepIf.node);
  const isComplete = rows.rejectBy.length > 0 || rows.cleans || parts.has('report') || parts.has('stats');
  return { ...settings, measures: isComplete ? settings.measures : 'entropy', stats: parts.has('stats') };
}

const NO_PARTS: ReturnType<typeof partsIn> = new Set();
