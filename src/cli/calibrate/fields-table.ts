import type { Calibration } from '../../engine/calibrate/calibration.js';
import { PERCENTS, type Distribution } from '../../engine/calibrate/distribution.js';
import { formatCount } from '../numbers.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';
import { sparkline, wideHistogram } from './bars.js';
import { formatShare, formatValue } from './numbers.js';

type Column = 'min' | 'p5' | 'p25' | 'p50' | 'p75' | 'p95' | 'max' | 'mean';

/** With the longest path and the histogram they need so much room. */
const WIDE_FROM = 106;
const WIDE: readonly Column[] = ['min', 'p5', 'p50', 'p95', 'max', 'mean'];
const NARROW: readonly Column[] = ['p5', 'p50', 'p95'];

const STATS = /^filters\.\w+\.stats\./;

/** A line for each number: quantiles and a histogram between the 1st and the 99th percentile. */
export function formatFields(
  { fields }: Calibration,
  all: boolean,
  width: number,
  { bold }: Styles,
): readonly string[] {
  const isWide = width >= WIDE_FROM;
  const columns = isWide ? WIDE : NARROW;
  const prefixes = new Set(Object.keys(fields).map(prefixOf));
  return [...prefixes].flatMap((prefix) => {
    if (prefix !== '' && !all) return [];
    const rows = Object.entries(fields).filter(([path]) => prefixOf(path) === prefix);
    const head = [prefix === '' ? 'number' : prefix.slice(0, -1), ...columns, ...(isWide ? ['null'] : []), 'p1 to p99'];
    const cells = rows.map(([path, distribution]) => rowOf(path.slice(prefix.length), distribution, columns, isWide));
    const [first = '', ...lines] = alignColumns(
      [head, ...cells],
      head.map((_, column) => (column === 0 || column === head.length - 1 ? 'left' : 'right')),
    );
    return [bold(first), ...lines, ''];
  });
}

/** What the statistics of a filter have in common; nothing for the other numbers. */
function prefixOf(path: string): string {
  return STATS.exec(path)?.[0] ?? '';
}

function rowOf(name: string, distribution: Distribution, columns: readonly Column[], isWide: boolean): string[] {
  const { nulls, count, histogram } = distribution;
  const share = nulls === 0 ? '' : formatShare(nulls / (count + nulls));
  const values = columns.map((column) => formatValue(distribution[column]));
  return [name, ...values, ...(isWide ? [share] : []), histogram === null ? '' : sparkline(histogram)];
}

/** Everything about some numbers. */
export function formatDetails(
  { fields }: Calibration,
  paths: readonly string[],
  width: number,
  { bold }: Styles,
): readonly string[] {
  return paths.flatMap((path) => {
    const distribution = fields[path];
    if (distribution === undefined) return [];
    const { count, nulls, min, max, mean, histogram } = distribution;
    const quantiles = PERCENTS.map((percent) => `p${percent} ${formatValue(distribution[`p${percent}`])}`);
    return [
      `${bold(path)}  ${formatCount(count)} values, ${formatCount(nulls)} null`,
      `min ${formatValue(min)}, mean ${formatValue(mean)}, max ${formatValue(max)}`,
      quantiles.join('  '),
      ...(histogram === null ? [] : wideHistogram(histogram, width)),
      '',
    ];
  });
}
