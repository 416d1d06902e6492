import type { Content, Markup } from '../markup.js';
import type { Unit } from '../model.js';
import { formatValue } from '../numbers.js';
import { axes, colourOf, drawing, endLabels, CHART_WIDTH, type EndLabel } from './frame.js';
import { linearScale, logScale, type Scale } from './scale.js';
import { circle, line, path, type Box } from './shapes.js';
import { thin } from './thin.js';

/** Values along one axis, as lines. */
export interface LineChart {
  /** What is to be seen, for whoever does not see it. */
  readonly alternative: string;
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly series: readonly LineSeries[];
  /** Horizontal lines to compare with. */
  readonly levels?: readonly { readonly label: string; readonly value: number }[];
  /** Series that stand for no measurement, such as the ideal: dashed and grey. */
  readonly guides?: readonly LineSeries[];
  /** Whether every point is marked: for few that were measured, rather than many over time. */
  readonly hasMarks: boolean;
}

export interface LineAxis {
  readonly title: string;
  readonly unit: Unit;
  readonly isLogarithmic?: boolean;
  readonly isWhole?: boolean;
}

export interface LineSeries {
  readonly label: string;
  readonly points: readonly LinePoint[];
}

export interface LinePoint {
  readonly x: number;
  /** `null` leaves a gap. */
  readonly y: number | null;
  /** Ends of what is drawn as its spread. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

const HEIGHT = 300;
const PLOT: Box = { left: 62, right: CHART_WIDTH - 170, top: 34, bottom: HEIGHT - 46 };

export function lineChart(chart: LineChart): Markup {
  const { alternative, series, levels = [], guides = [] } = chart;
  const scales = { x: scaleOfX(chart), y: scaleOfY(chart) };
  const drawn = series.map((each, index) => ({ ...each, colour: colourOf(index) }));
  const labels = [
    ...drawn.map((each) => endLabelOf(each, scales.y, each.colour)),
    ...guides.map((each) => endLabelOf(each, scales.y, 'quiet')),
    ...levels.map(({ label, value }) => ({ name: label, y: scales.y.at(value), colour: 'level' })),
  ].filter((label) => label !== undefined);
  return drawing(HEIGHT, alternative, [
    axes(PLOT, { ...chart.x, scale: scales.x }, { ...chart.y, scale: scales.y }),
    levels.map(({ value }) => levelAt(scales.y.at(value))),
    guides.map(({ points }) => lineOf('line guide', points, scales)),
    drawn.map((each) => [
      chart.hasMarks && each.points.map((point) => whiskerOf(point, scales, each.colour)),
      lineOf(`line ${each.colour}`, thin(each.points), scales),
      chart.hasMarks && each.points.map((point) => markOf(point, chart, scales, each.colour)),
    ]),
    endLabels(PLOT, labels),
  ]);
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

function scaleOfX({ x, series, guides = [] }: LineChart): Scale {
  const values = [...series, ...guides].flatMap(({ points }) => points.map((point) => point.x));
  return scaleFor(values, x, { from: PLOT.left, to: PLOT.right, ticks: 8 });
}

/** From zero on, so that heights compare; a logarithmic axis has none. */
function scaleOfY({ y, series, guides = [], levels = [] }: LineChart): Scale {
  const points = [...series, ...guides].flatMap((each) => each.points);
  const values = points.flatMap((point) => [point.y, point.low, point.high]).filter((each) => typeof each === 'number');
  const zero = y.isLogarithmic === true ? [] : [0];
  const all = [...values, ...levels.map(({ value }) => value), ...zero];
  return scaleFor(all, y, { from: PLOT.bottom, to: PLOT.top, ticks: 5 });
}

interface Places {
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
}

function scaleFor(values: readonly number[], axis: LineAxis, places: Places): Scale {
  const { isLogarithmic = false, isWhole = false } = axis;
  const usable = isLogarithmic ? values.filter((value) => value > 0) : values;
  if (usable.length === 0) return linearScale({ low: 0, high: 1, ...places });
  // Not by spreading into `Math.min`, which overflows the stack for long series.
  const low = usable.reduce((least, value) => Math.min(least, value), Infinity);
  const high = usable.reduce((most, value) => Math.max(most, value), -Infinity);
  return isLogarithmic
    ? logScale({ low, high, ...places })
    : linearScale({ low, high, isWhole, isTime: axis.unit === 'seconds', ...places });
}

function levelAt(y: number): Markup {
  return line('level', { x: PLOT.left, y }, { x: PLOT.right, y });
}

function lineOf(look: string, points: readonly LinePoint[], { x, y }: Scales): Markup {
  const places = points.map((point) => (point.y === null ? undefined : { x: x.at(point.x), y: y.at(point.y) }));
  return path(look, places);
}

function whiskerOf(point: LinePoint, { x, y }: Scales, colour: string): Content {
  const { low, high } = point;
  if (low === undefined || high === undefined) return undefined;
  const at = x.at(point.x);
  return line(`whisker ${colour}`, { x: at, y: y.at(low) }, { x: at, y: y.at(high) });
}

function markOf(point: LinePoint, chart: LineChart, { x, y }: Scales, colour: string): Content {
  if (point.y === null) return undefined;
  const hover = `${formatValue(point.x, chart.x.unit)}: ${formatValue(point.y, chart.y.unit)}`;
  return circle(`mark ${colour}`, { x: x.at(point.x), y: y.at(point.y) }, 3.5, hover);
}

function endLabelOf({ label, points }: LineSeries, y: Scale, colour: string): EndLabel | undefined {
  const last = points.findLast((point) => point.y !== null)?.y;
  return typeof last === 'number' ? { name: label, y: y.at(last), colour } : undefined;
}
