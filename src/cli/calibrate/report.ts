import { FILTER_NAMES } from '../../core/filters.js';
import type { Calibration, EstimatedShare } from '../../engine/calibrate/calibration.js';
import { formatCount } from '../numbers.js';
import type { Styles } from '../styles.js';
import { formatDetails, formatFields } from './fields-table.js';
import type { CalibrateFlags } from './flags.js';
import { formatFilters } from './filters-table.js';
import { formatShare } from './numbers.js';

/** What `millrace calibrate` prints: some numbers at length where they were asked for, else all tables. */
export function formatCalibration(
  calibration: Calibration,
  { field = [], all = false }: Pick<CalibrateFlags, 'field' | 'all'>,
  width: number,
  styles: Styles,
): string {
  const sections =
    field.length > 0
      ? formatDetails(calibration, field, width, styles)
      : [
          ...formatFields(calibration, all, width, styles),
          ...formatFilters(calibration, width, styles),
          ...formatProposals(calibration, styles),
        ];
  return `${[...formatSample(calibration), '', ...sections].join('\n').trimEnd()}\n`;
}

function formatSample({ documents, sample, keep }: Calibration): string[] {
  if (sample.isComplete) return [`${formatCount(documents)} ${documents === 1 ? 'document' : 'documents'}`];
  const points = 100 * Math.sqrt((keep * (1 - keep)) / sample.documents);
  return [
    `${formatCount(documents)} documents; quantiles and proposals from a sample of ${formatCount(sample.documents)} of them:`,
    `a share of ${formatShare(keep)} has a standard error of ${points.toPrecision(2)} points`,
  ];
}

function formatProposals({ keep, proposals }: Calibration, { bold }: Styles): string[] {
  const { together, filters, gates, gatesTogether } = proposals;
  const each = FILTER_NAMES.map((filter) => `  kept in ${filter}: ${keptOf(filters[filter].kept)}`);
  return [
    `${bold(`gates to keep ${formatShare(keep)}`)}, as in the tables above`,
    '  alone: by one threshold; in filter: by all of a filter; together: by all of all filters',
    ...each,
    `  kept together: ${keptOf(together.kept)}; --write FILE writes these for --config`,
    '',
    bold('or by the main scores, for --keep-if'),
    ...gates.map(({ expression, kept }) => `  ${expression}   keeps ${keptOf(kept)}`),
    ...(gatesTogether === null ? [] : [`  ${gatesTogether.expression}`, `    keeps ${keptOf(gatesTogether.kept)}`]),
  ];
}

function keptOf({ share, standardError }: EstimatedShare): string {
  return standardError === 0 ? formatShare(share) : `${formatShare(share)} ± ${(standardError * 100).toPrecision(2)}`;
}
