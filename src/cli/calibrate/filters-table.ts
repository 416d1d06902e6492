import { FILTER_NAMES, type FilterName } from '../../core/filters.js';
import type {
  Calibration,
  FilterCalibration,
  ThresholdCalibration,
  ThresholdProposal,
} from '../../engine/calibrate/calibration.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';
import { formatPosition, formatShare, formatValue } from './numbers.js';

const HEAD = ['threshold', 'now', 'is at', 'drops', 'alone', 'in filter', 'together'];

const EFFECTS = { never: 'never drops', always: 'always drops', off: 'off', nothing: 'no values' } as const;

/** For each filter what it drops, and for each threshold where it lies and what it would have to be. */
export function formatFilters(calibration: Calibration, width: number, { bold }: Styles): readonly string[] {
  const { dropped, filters } = calibration;
  return [
    `${bold('filters as they stand')}: all together drop ${formatShare(dropped.share)}`,
    '',
    ...FILTER_NAMES.flatMap((filter) => [
      `${bold(filter)} drops ${formatShare(filters[filter].dropped.share)}`,
      ...wrap(reasonsOf(filters[filter]), width),
      ...thresholdRows(filter, calibration),
      ...wrap(linesOf(filters[filter]), width),
      '',
    ]),
  ];
}

/** What the documents are dropped for, the most frequent first. */
function reasonsOf({ reasons }: FilterCalibration): string[] {
  const given = Object.entries(reasons).filter(([, { documents }]) => documents > 0);
  given.sort(([, left], [, right]) => right.documents - left.documents);
  return given.map(([name, { share }]) => `${name} ${formatShare(share)}`);
}

/** Items with commas between them, indented, in lines of `width` columns at most unless one item is longer. */
function wrap(items: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const longer = `${lines.at(-1) ?? ''}, ${item}`;
    if (lines.length > 0 && longer.length < width) lines[lines.length - 1] = longer;
    else lines.push(`  ${item}`);
  }
  return lines;
}

function thresholdRows(filter: FilterName, { filters, proposals }: Calibration): string[] {
  const proposed = (proposal: ThresholdProposal, name: string): string => {
    const thresholds: Readonly<Record<string, number | true | null>> = proposal.filters[filter];
    const value = thresholds[name];
    return typeof value === 'number' ? formatValue(value) : '-';
  };
  const rows = Object.entries(filters[filter].thresholds).map(([name, threshold]) => [
    name,
    formatValue(threshold.value),
    formatPosition(threshold.position),
    effectOf(threshold),
    formatValue(threshold.alone?.value ?? null),
    proposed(proposals.filters[filter], name),
    proposed(proposals.together, name),
  ]);
  const alignments = HEAD.map((_, column) => (column === 0 ? 'left' : 'right'));
  return alignColumns([HEAD, ...rows], alignments).map((line) => `  ${line}`);
}

function effectOf({ effect, drops }: ThresholdCalibration): string {
  return effect === 'some' ? formatShare(drops.share) : EFFECTS[effect];
}

function linesOf({ lines }: FilterCalibration): string[] {
  return Object.entries(lines).map(([rule, share], index) => {
    return `${index === 0 ? 'lines removed: ' : ''}${rule} ${formatShare(share)}`;
  });
}
