import type { Content, Markup } from '../markup.js';
import type { PageHistogram } from '../model.js';
import { formatCount, formatTick } from '../numbers.js';
import { axes, drawing, CHART_WIDTH } from './frame.js';
import { linearScale, shareBetween, type Scale } from './scale.js';
import { line, path, rectangle, text, type Box } from './shapes.js';

/** Counts in buckets: those before as bars, those after as an outline over them. */
export interface HistogramChart {
  readonly alternative: string;
  readonly title: string;
  readonly before: PageHistogram;
  /** Over the same edges. */
  readonly after?: PageHistogram | undefined;
  /** Buckets are drawn equally wide, with their edges as labels: for edges that grow by a factor. */
  readonly isLogarithmic: boolean;
  readonly medianBefore?: number | undefined;
  readonly medianAfter?: number | undefined;
}

const HEIGHT = 240;
const PLOT: Box = { left: 62, right: CHART_WIDTH - 20, top: 50, bottom: HEIGHT - 46 };

export function histogramChart(chart: HistogramChart): Markup {
  const { before, after, title, isLogarithmic, medianBefore, medianAfter } = chart;
  const highest = [...before.counts, ...(after?.counts ?? [])].reduce((most, count) => Math.max(most, count), 0);
  const y = linearScale({ low: 0, high: highest, from: PLOT.bottom, to: PLOT.top, ticks: 4, isWhole: true });
  const x = isLogarithmic ? bucketScale(before.edges) : valueScale(before.edges);
  const nameBefore = after === undefined ? 'median' : 'median before';
  return drawing(HEIGHT, chart.alternative, [
    axes(PLOT, { title, unit: 'number', scale: x }, { title: 'documents', unit: 'count', scale: y }),
    bars(before, x, y),
    after !== undefined && outline(after, x, y),
    medianBefore !== undefined && medianLine(medianBefore, { name: nameBefore, colour: 's0', row: 0 }, x),
    medianAfter !== undefined && medianLine(medianAfter, { name: 'median after', colour: 's1', row: 1 }, x),
  ]);
}

function bars({ edges, counts }: PageHistogram, x: Scale, y: Scale): Content {
  return counts.map((count, bucket) => {
    const [low, high] = [edges[bucket] ?? 0, edges[bucket + 1] ?? 0];
    const left = x.at(low);
    const right = Math.max(x.at(high) - 1, left + 0.5); // a gap between the bars
    const hover = `${formatTick(low, 'number')} to ${formatTick(high, 'number')}: ${formatCount(count)}`;
    return rectangle('bar s0', { left, right, top: y.at(count), bottom: PLOT.bottom }, hover);
  });
}

function outline({ edges, counts }: PageHistogram, x: Scale, y: Scale): Markup {
  const steps = counts.flatMap((count, bucket) => {
    const top = y.at(count);
    return [edges[bucket], edges[bucket + 1]].map((edge = 0) => ({ x: x.at(edge), y: top }));
  });
  const [first, last] = [x.at(edges[0] ?? 0), x.at(edges.at(-1) ?? 0)];
  return path('line s1', [{ x: first, y: PLOT.bottom }, ...steps, { x: last, y: PLOT.bottom }]);
}

interface MedianLabel {
  readonly name: string;
  readonly colour: string;
  /** Two medians that are close have their names one below the other. */
  readonly row: number;
}

function medianLine(value: number, { name, colour, row }: MedianLabel, scale: Scale): Content {
  const x = scale.at(value);
  const y = PLOT.top - 32 + 14 * row;
  const isLeft = x < (PLOT.left + PLOT.right) / 2;
  const label = `${name} ${formatTick(value, 'number')}`;
  return [
    line(`median ${colour}`, { x, y: y - 8 }, { x, y: PLOT.bottom }),
    text(`label ${colour}${isLeft ? '' : ' end'}`, { x: isLeft ? x + 6 : x - 6, y }, label),
  ];
}

/** The axis ends where the buckets do. */
function valueScale(edges: readonly number[]): Scale {
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const { ticks } = linearScale({ low, high, from: PLOT.left, to: PLOT.right, ticks: 8 });
  return {
    ticks: ticks.filter((tick) => tick >= low && tick <= high),
    at: (value) => PLOT.left + shareBetween(value, low, high) * (PLOT.right - PLOT.left),
  };
}

/** Edges at equal distances; between two of them a value stands by its share of the bucket. */
function bucketScale(edges: readonly number[]): Scale {
  const buckets = Math.max(edges.length - 1, 1);
  const at = (value: number): number => {
    const next = edges.findIndex((edge) => edge > value);
    const bucket = next === -1 ? buckets : Math.max(next - 1, 0);
    const share = shareBetween(value, edges[bucket] ?? value, edges[bucket + 1] ?? value);
    return PLOT.left + ((bucket + share) / buckets) * (PLOT.right - PLOT.left);
  };
  return { ticks: edges, at };
}
