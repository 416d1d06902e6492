import { lineChart, type LineAxis } from './charts/line-chart.js';
import { percentileChart, percentileName } from './charts/percentile-chart.js';
import { html, type Markup } from './markup.js';
import type { LatencyDistribution, ProcessOverTime, Reference, TimeSeries, Unit } from './model.js';
import { formatValue } from './numbers.js';
import { everyNth, figure, outside, type Section, type Table } from './parts.js';

/** Series of one chart that are drawn; a drawing of more cannot be read. */
export const SERIES_MAX = 8;

/** Throughput over time, against a line to compare with. */
export function throughputSection(
  series: readonly TimeSeries[] | undefined,
  reference: Reference | undefined,
): Section | undefined {
  if (!hasPoints(series)) return undefined;
  const levels = reference === undefined ? [] : [{ label: reference.label, value: reference.docsPerMinute }];
  const content = timeFigure(series, {
    title: 'Throughput over time',
    caption: 'Documents finished, by the minute, while the run went on. A level line is a steady run.',
    y: { title: 'documents/min', unit: 'docs/min' },
    levels,
  });
  return { anchor: 'throughput', title: 'Throughput', content };
}

export function latencySection(distributions: readonly LatencyDistribution[] | undefined): Section | undefined {
  const usable = distributions?.filter(({ percentiles }) => percentiles.length > 0) ?? [];
  if (usable.length === 0) return undefined;
  const drawn = usable.slice(0, SERIES_MAX);
  const alternative = `Time by percentile. ${drawn.map(describeLatency).join(' ')}`;
  const content = figure({
    title: 'Time by percentile',
    caption:
      'At p99 stands the time that 99 of 100 took at most. A line that stays low to the right has no outliers; a step is a pause that some had to wait for.',
    chart: percentileChart(alternative, drawn),
    table: latencyTable(usable),
  });
  return { anchor: 'latency', title: 'Latency', content };
}

function describeLatency({ label, percentiles }: LatencyDistribution): string {
  const points = [50, 99, 100].flatMap((wanted) => percentiles.filter(({ percentile }) => percentile === wanted));
  return `${label}: ${points.map(({ percentile, ms }) => `${percentileName(percentile)} ${formatValue(ms, 'ms')}`).join(', ')}.`;
}

function latencyTable(distributions: readonly LatencyDistribution[]): Table {
  return {
    caption: 'Times by percentile',
    columns: [{ title: 'What' }, { title: 'Percentile', kind: 'number' }, { title: 'Time', kind: 'number' }],
    rows: distributions.flatMap(({ label, count, percentiles }) => [
      { cells: [outside(label), 'all', `${formatValue(count, 'count')} counted`] },
      ...everyNth(percentiles, 16).map(({ percentile, ms }) => {
        return { cells: [outside(label), percentileName(percentile), formatValue(ms, 'ms')] };
      }),
    ]),
  };
}

/** Memory, processor and the rest of what the process took. */
export function processSection(process: ProcessOverTime | undefined): Section | undefined {
  if (process === undefined) return undefined;
  const figures = [
    hasPoints(process.memory) &&
      timeFigure(process.memory, {
        title: 'Memory over time',
        caption: 'A level line means that nothing piles up: memory does not depend on how much was processed.',
        y: { title: 'memory', unit: 'bytes' },
      }),
    hasPoints(process.cpu) &&
      timeFigure(process.cpu, {
        title: 'Processor over time',
        caption: 'Share of all cores of the machine.',
        y: { title: 'share of the machine', unit: 'share' },
      }),
    hasPoints(process.eventLoopDelayMs) &&
      timeFigure(process.eventLoopDelayMs, {
        title: 'Delay of the event loop',
        caption: 'How late the main thread came to what was due.',
        y: { title: 'delay', unit: 'ms' },
      }),
    hasPoints(process.openFiles) &&
      timeFigure(process.openFiles, {
        title: 'Open files',
        caption: 'Handles of files and sockets. A line that climbs is a leak.',
        y: { title: 'handles', unit: 'count' },
      }),
  ].filter((each) => each !== false);
  if (figures.length === 0) return undefined;
  return { anchor: 'process', title: 'Memory and processor', content: figures };
}

interface TimeFigure {
  readonly title: string;
  readonly caption: string;
  readonly y: LineAxis;
  readonly levels?: readonly { readonly label: string; readonly value: number }[];
}

/** Values over the time of a run as lines. */
export function timeFigure(series: readonly TimeSeries[], { title, caption, y, levels = [] }: TimeFigure): Markup {
  const drawn = series.slice(0, SERIES_MAX);
  const chart = lineChart({
    alternative: `${title}. ${drawn.map((each) => describeSeries(each, y.unit)).join(' ')}`,
    x: { title: 'time since the start', unit: 'seconds' },
    y,
    series: drawn.map(({ label, points }) => ({
      label,
      points: points.map(({ seconds, value }) => ({ x: seconds, y: value })),
    })),
    levels,
    hasMarks: false,
  });
  return figure({ title, caption, chart, table: timeTable(title, drawn, y.unit) });
}

function describeSeries({ label, points }: TimeSeries, unit: Unit): string {
  const values = points.map(({ value }) => value).filter((value) => value !== null);
  const sorted = [...values].sort((one, other) => one - other);
  const [least, greatest, last] = [sorted.at(0), sorted.at(-1), values.at(-1)];
  if (least === undefined || greatest === undefined || last === undefined) return `${label}: not measured.`;
  const [from, to, end] = [least, greatest, last].map((value) => formatValue(value, unit));
  return `${label}: from ${from} to ${to}, at the end ${end}.`;
}

function timeTable(caption: string, series: readonly TimeSeries[], unit: Unit): Table {
  return {
    caption,
    columns: [{ title: 'What' }, { title: 'Time', kind: 'number' }, { title: 'Value', kind: 'number' }],
    rows: series.flatMap(({ label, points }) =>
      everyNth(points, 12).map(({ seconds, value }) => ({
        cells: [outside(label), formatValue(seconds, 'seconds'), orNone(value, unit)],
      })),
    ),
  };
}

/** A number, or that there is none. */
export function orNone(value: number | null | undefined, unit: Unit): string {
  return value === null || value === undefined ? '–' : formatValue(value, unit);
}

export function hasPoints<S extends { readonly points: readonly unknown[] }>(
  series: readonly S[] | undefined,
): series is readonly S[] {
  return series?.some(({ points }) => points.length > 0) === true;
}

/** A mark that says in form, colour and word how bad something is. */
export function severityMark(severity: 'none' | 'minor' | 'major' | 'critical'): Markup {
  switch (severity) {
    case 'none':
      return html`<span class="verdict good">none</span>`;
    case 'minor':
      return html`<span class="verdict warn">▽ minor</span>`;
    case 'major':
      return html`<span class="verdict bad">▼ major</span>`;
    case 'critical':
      return html`<span class="verdict bad">▼▼ critical</span>`;
  }
}
