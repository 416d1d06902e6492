import type { Content, Markup } from '../markup.js';
import type { LatencyDistribution } from '../model.js';
import { formatValue } from '../numbers.js';
import { baseline, colourOf, column, drawing, endLabels, rows, titles, CHART_WIDTH } from './frame.js';
import { linearScale, logScale, type Scale } from './scale.js';
import { circle, path, type Box } from './shapes.js';

const HEIGHT = 320;
const PLOT: Box = { left: 74, right: CHART_WIDTH - 170, top: 34, bottom: HEIGHT - 46 };

/** Percentiles that get a tick, as far as the axis reaches. */
const PERCENTILES = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999] as const;

/** From so many times the least on, the times are drawn on a logarithmic axis. */
const LOGARITHMIC_FROM = 30;

/**
 * Time by percentile, the axis stretched towards 100 so that 90, 99 and 99.9 are equally far apart: the tail, where the
 * trouble is, gets the room. Tene's HdrHistogram draws it so.
 */
export function percentileChart(alternative: string, distributions: readonly LatencyDistribution[]): Markup {
  const points = distributions.flatMap(({ percentiles }) => percentiles);
  const x = percentileScale(points.map(({ percentile }) => percentile));
  const y = timeScale(points.map(({ ms }) => ms));
  const drawn = distributions.map((each, index) => ({ ...each, colour: colourOf(index) }));
  const labels = drawn.flatMap(({ label, percentiles, colour }) =>
    percentiles.slice(-1).map(({ ms }) => ({ name: label, y: y.at(ms), colour })),
  );
  return drawing(HEIGHT, alternative, [
    rows(PLOT, { scale: y, unit: 'ms' }),
    x.ticks.map((tick) => column(PLOT, 'grid', x.at(tick), String(tick))),
    column(PLOT, 'axis', PLOT.right, '100'),
    baseline(PLOT),
    titles(PLOT, 'percentile of all, stretched towards 100', 'time'),
    drawn.map(({ percentiles, colour }) => curve(percentiles, colour, x, y)),
    endLabels(PLOT, labels),
  ]);
}

function curve(percentiles: LatencyDistribution['percentiles'], colour: string, x: Scale, y: Scale): Content {
  const points = percentiles.map(({ percentile, ms }) => ({ x: x.at(percentile), y: y.at(ms), percentile, ms }));
  const marks = points.map((point) => {
    return circle(`mark ${colour}`, point, 2.5, `${percentileName(point.percentile)}: ${formatValue(point.ms, 'ms')}`);
  });
  return [path(`line ${colour}`, points), marks];
}

/** `p99.9`; the ends by their names. */
export function percentileName(percentile: number): string {
  if (percentile === 0) return 'least';
  return percentile === 100 ? 'greatest' : `p${percentile}`;
}

/** The greatest value stands a little behind the last percentile. */
function percentileScale(percentiles: readonly number[]): Scale {
  const most = percentiles.reduce((most, each) => Math.max(most, each < 100 ? nines(each) : 0), NINES_MIN);
  const at = (percentile: number): number => {
    const share = percentile >= 100 ? 1 : nines(percentile) / (most * BEHIND_LAST);
    return PLOT.left + share * (PLOT.right - PLOT.left);
  };
  return { at, ticks: PERCENTILES.filter((each) => nines(each) <= most) };
}

/** The axis reaches to the 99th percentile at least. */
const NINES_MIN = 2;
const BEHIND_LAST = 1.08;

/** How often 9 stands in front: 90 is 1, 99 is 2, 99.9 is 3. */
function nines(percentile: number): number {
  return -Math.log10(1 - Math.min(Math.max(percentile, 0), PERCENTILE_MAX) / 100);
}

/** Beyond it the axis has no ticks. */
const PERCENTILE_MAX = 99.99999;

function timeScale(times: readonly number[]): Scale {
  const sorted = times.filter((ms) => ms > 0).sort((one, other) => one - other);
  const [low = 0, high = 1] = [sorted.at(0), sorted.at(-1)];
  const places = { from: PLOT.bottom, to: PLOT.top };
  const isWide = low > 0 && high > low * LOGARITHMIC_FROM;
  return isWide ? logScale({ low, high, ...places }) : linearScale({ low: 0, high, ...places });
}
