import { intervalChart } from './charts/interval-chart.js';
import { lineChart } from './charts/line-chart.js';
import { spreadStrip } from './charts/small.js';
import { html, type Content, type Markup } from './markup.js';
import type {
  BenchCaseFigures,
  BenchComparison,
  BenchPage,
  ComparedMeasure,
  Reference,
  SizeSeries,
  Spread,
  TimeSeries,
  WorkerSeries,
} from './model.js';
import { figures, formatInstant, formatValue } from './numbers.js';
import { page } from './page.js';
import { figure, outside, table, type Section, type Table } from './parts.js';
import { hasPoints, latencySection, processSection, SERIES_MAX, severityMark, timeFigure } from './shared-sections.js';

/** Rows of a chart of ratios; those that are left out stand in its table. */
const RATIOS_MAX = 40;

/** The page of a bench: one HTML file without anything beside it. The same model always gives the same page. */
export function renderBenchPage(model: BenchPage): string {
  return page(model, undefined, [
    comparisonSection(model.comparison),
    sizeSection(model.throughputBySize, model.reference),
    workersSection(model.throughputByWorkers, model.reference),
    ratioSection(model.cases),
    latencySection(model.latencies),
    processSection(model.process),
    processMemorySection(model.processMemory),
    casesSection(model.cases),
  ]);
}

function sizeSection(series: readonly SizeSeries[] | undefined, reference: Reference | undefined): Section | undefined {
  const drawn = withPoints(series);
  if (drawn.length === 0) return undefined;
  const alternative = drawn.map(({ label, points }) => {
    const ends = [points.at(0), points.at(-1)].flatMap((point) =>
      point === undefined ? [] : [`${docs(point.docsPerMinute)} of ${formatValue(point.documentBytes, 'bytes')}`],
    );
    return `${label}: ${ends.join(', ')}.`;
  });
  const chart = lineChart({
    alternative: `Documents a minute by size. ${alternative.join(' ')}`,
    x: { title: 'size of a document', unit: 'bytes', isLogarithmic: true },
    y: { title: 'documents/min', unit: 'docs/min', isLogarithmic: true },
    series: drawn.map(({ label, points }) => ({
      label,
      points: points.map(({ documentBytes, docsPerMinute }) => pointOf(documentBytes, docsPerMinute)),
    })),
    levels: levelOf(reference),
    hasMarks: true,
  });
  const rows = drawn.flatMap(({ label, points }) =>
    points.map(({ documentBytes, docsPerMinute }) => ({
      cells: [
        outside(label),
        formatValue(documentBytes, 'bytes'),
        ...spreadCells(docsPerMinute),
        formatValue((docsPerMinute.value * documentBytes) / MB_PER_MINUTE, 'MB/s'),
        timesReference(docsPerMinute, reference),
      ],
    })),
  );
  const columns: Table['columns'] = [
    { title: 'What' },
    { title: 'Size', kind: 'number' },
    { title: 'Throughput', kind: 'number' },
    { title: 'Interval', kind: 'number' },
    { title: 'Text', kind: 'number' },
    { title: 'Of the reference', kind: 'number' },
  ];
  const caption =
    'Both axes grow by factors. A line that falls as fast as sizes grow costs the same for every byte; one that flattens to the left pays for each document.';
  const content = figure({
    title: 'Documents a minute, by the size of a document',
    caption,
    chart,
    table: { caption: 'Throughput by size', columns, rows },
  });
  return { anchor: 'sizes', title: 'Throughput by size', content };
}

/** Bytes a minute in a megabyte a second. */
const MB_PER_MINUTE = 60e6;

function workersSection(
  series: readonly WorkerSeries[] | undefined,
  reference: Reference | undefined,
): Section | undefined {
  const drawn = withPoints(series);
  if (drawn.length === 0) return undefined;
  const x = { title: 'workers', unit: 'count', isWhole: true } as const;
  const throughput = lineChart({
    alternative: `Documents a minute by workers. ${drawn.map(({ label, points }) => `${label}: ${points.map((each) => `${docs(each.docsPerMinute)} with ${each.workers}`).join(', ')}.`).join(' ')}`,
    x,
    y: { title: 'documents/min', unit: 'docs/min' },
    series: drawn.map(({ label, points }) => ({
      label,
      points: points.map(({ workers, docsPerMinute }) => pointOf(workers, docsPerMinute)),
    })),
    levels: levelOf(reference),
    hasMarks: true,
  });
  const rows = drawn.flatMap(({ label, points }) =>
    points.map(({ workers, docsPerMinute }) => ({
      cells: [
        outside(label),
        workers,
        ...spreadCells(docsPerMinute),
        formatValue(speedUpOf(points, docsPerMinute.value), 'ratio'),
        timesReference(docsPerMinute, reference),
      ],
    })),
  );
  const columns: Table['columns'] = [
    { title: 'What' },
    { title: 'Workers', kind: 'number' },
    { title: 'Throughput', kind: 'number' },
    { title: 'Interval', kind: 'number' },
    { title: 'Speed-up', kind: 'number' },
    { title: 'Of the reference', kind: 'number' },
  ];
  const content = [
    figure({
      title: 'Documents a minute, by the number of workers',
      chart: throughput,
      table: { caption: 'Throughput by workers', columns, rows },
    }),
    speedUpFigure(drawn),
  ];
  return { anchor: 'workers', title: 'Throughput by workers', content };
}

/** How many times as fast as with the fewest workers that were measured, beside what would be ideal. */
function speedUpFigure(series: readonly WorkerSeries[]): Markup | undefined {
  const counts = [...new Set(series.flatMap(({ points }) => points.map(({ workers }) => workers)))].sort(
    (a, b) => a - b,
  );
  const [fewest, most] = [counts.at(0), counts.at(-1)];
  if (fewest === undefined || most === undefined || fewest <= 0 || fewest === most) return undefined;
  const lines = series.map(({ label, points }) => ({
    label,
    points: points.map(({ workers, docsPerMinute }) => ({ x: workers, y: speedUpOf(points, docsPerMinute.value) })),
  }));
  const described = lines.map(({ label, points }) => {
    const last = points.at(-1);
    return `${label}: ${last === undefined ? 'none' : `${figures(last.y)} times with ${last.x} workers`}.`;
  });
  const ideal = [fewest, most].map((workers) => ({ x: workers, y: workers / fewest }));
  return figure({
    title: 'Speed-up',
    caption: `How many times as fast as with ${fewest === 1 ? 'one worker' : `${fewest} workers`}. On the dashed line every further worker would bring all of its core.`,
    chart: lineChart({
      alternative: `Speed-up by workers. ${described.join(' ')}`,
      x: { title: 'workers', unit: 'count', isWhole: true },
      y: { title: 'times as fast', unit: 'ratio' },
      series: lines,
      guides: [{ label: 'ideal', points: ideal }],
      hasMarks: true,
    }),
  });
}

function speedUpOf(points: WorkerSeries['points'], value: number): number {
  const first = points.reduce((least, each) => (each.workers < least.workers ? each : least), points[0] ?? NO_POINT);
  return first.docsPerMinute.value > 0 ? value / first.docsPerMinute.value : 0;
}

const NO_POINT: WorkerSeries['points'][number] = { workers: 1, docsPerMinute: { value: 0 } };

/** Every case beside what a reader could use in its place. */
function ratioSection(cases: readonly BenchCaseFigures[] | undefined): Section | undefined {
  const rows = (cases ?? []).flatMap(({ name, baselines = [] }) =>
    baselines.map((baseline) => ({ label: `${name} / ${baseline.name}`, ratio: baseline.ratio })),
  );
  const drawn = rows.filter(({ ratio }) => ratio.value > 0).slice(0, RATIOS_MAX);
  if (drawn.length === 0) return undefined;
  const content = figure({
    title: 'How many times as fast as a baseline',
    caption:
      'To the right of the line at 1 the case is faster than its baseline, to the left slower; whiskers show the interval.',
    chart: intervalChart({
      alternative: `Ratios to baselines. ${drawn.map(({ label, ratio }) => `${label}: ${figures(ratio.value)}.`).join(' ')}`,
      title: 'times as fast',
      rows: drawn.map(({ label, ratio }) => ({ label, ratio, colour: ratio.value >= 1 ? 's0' : 's1' })),
    }),
    table: {
      caption: 'Ratios to baselines',
      columns: [
        { title: 'Case and baseline' },
        { title: 'Times as fast', kind: 'number' },
        { title: 'Interval', kind: 'number' },
      ],
      rows: rows.map(({ label, ratio }) => ({
        cells: [outside(label), formatValue(ratio.value, 'ratio'), interval(ratio)],
      })),
    },
  });
  return { anchor: 'baselines', title: 'Beside the baselines', content };
}

function processMemorySection(series: readonly TimeSeries[] | undefined): Section | undefined {
  if (!hasPoints(series)) return undefined;
  const content = timeFigure(series, {
    title: 'Resident memory of a process that scores a file',
    caption: 'Each line begins with its process. The longer file takes more time, and should take no more memory.',
    y: { title: 'memory', unit: 'bytes' },
  });
  return { anchor: 'process-memory', title: 'Memory by the length of a file', content };
}

function casesSection(cases: readonly BenchCaseFigures[] | undefined): Section | undefined {
  if (cases === undefined || cases.length === 0) return undefined;
  const content = table({
    caption:
      'Medians of all cases. In the picture of the rounds each is a tick, the box holds the middle half, the line is the median.',
    columns: [
      { title: 'Suite' },
      { title: 'Case' },
      { title: 'Median', kind: 'number' },
      { title: 'Rounds' },
      { title: 'Baselines' },
      { title: 'Note' },
    ],
    rows: cases.map(({ suite, name, value, unit, rounds = [], baselines = [], note }) => {
      const strip = spreadStrip(`${rounds.length} rounds of ${name}`, rounds);
      const beside = baselines.map(
        (each) =>
          html`<div>${figures(each.ratio.value)} × ${outside(each.name)} (${formatValue(each.value, unit)})</div>`,
      );
      return {
        cells: [
          outside(suite),
          outside(name),
          formatValue(value, unit),
          strip,
          beside,
          note !== undefined && outside(note),
        ],
      };
    }),
  });
  return { anchor: 'cases', title: 'All cases', content };
}

function comparisonSection(comparison: BenchComparison | undefined): Section | undefined {
  if (comparison === undefined || comparison.measures.length === 0) return undefined;
  const { baseline, savedAt, isSameMachine, measures } = comparison;
  const worse = measures.filter(({ severity }) => severity !== 'none').length;
  const sentence =
    worse === 0 ? 'Nothing became significantly worse.' : `${worse} of ${measures.length} measures became worse.`;
  const saved = savedAt === undefined ? '' : `, saved ${formatInstant(savedAt)}`;
  const other =
    isSameMachine === false &&
    html`<p class="warn">
      The baseline was saved on another machine: speeds do not compare, ratios to baselines do.
    </p> `;
  const drawn = measures.filter(({ ratio }) => ratio.value > 0).slice(0, RATIOS_MAX);
  const content: Content = [
    html`<p>Beside ${outside(baseline)}${outside(saved)}. ${sentence}</p> `,
    other,
    figure({
      title: 'How many times as good as before',
      caption:
        'To the left of the line at 1 a measure became worse. Where the interval covers the line, the difference may be chance.',
      chart: intervalChart({
        alternative: `Ratios to the saved baseline. ${drawn.map(({ name, ratio }) => `${name}: ${figures(ratio.value)}.`).join(' ')}`,
        title: 'times as good as before',
        rows: drawn.map((measure) => ({ label: measure.name, ratio: measure.ratio, colour: colourOfChange(measure) })),
      }),
    }),
    comparisonTable(measures),
  ];
  return { anchor: 'comparison', title: 'Compared with before', content };
}

function comparisonTable(measures: readonly ComparedMeasure[]): Markup {
  return table({
    caption: 'Each measure before and now',
    columns: [
      { title: 'Measure' },
      { title: 'Before', kind: 'number' },
      { title: 'Now', kind: 'number' },
      { title: 'Times as good', kind: 'number' },
      { title: 'Interval', kind: 'number' },
      { title: 'More than chance' },
      { title: 'Loss' },
    ],
    rows: measures.map(({ name, unit, before, after, ratio, isSignificant, severity }) => ({
      cells: [
        outside(name),
        formatValue(before, unit),
        formatValue(after, unit),
        formatValue(ratio.value, 'ratio'),
        interval(ratio),
        isSignificant ? 'yes' : 'no',
        severityMark(severity),
      ],
    })),
  });
}

function colourOfChange({ severity, isSignificant, ratio }: ComparedMeasure): string {
  if (severity === 'major' || severity === 'critical') return 'bad';
  if (severity === 'minor') return 'warn';
  return isSignificant && ratio.value > 1 ? 'good' : 'neutral';
}

function withPoints<S extends { readonly points: readonly unknown[] }>(series: readonly S[] | undefined): readonly S[] {
  return (series ?? []).filter(({ points }) => points.length > 0).slice(0, SERIES_MAX);
}

function pointOf(
  x: number,
  { value, low, high }: Spread,
): { x: number; y: number; low: number | undefined; high: number | undefined } {
  return { x, y: value, low, high };
}

function levelOf(reference: Reference | undefined): readonly { label: string; value: number }[] {
  return reference === undefined ? [] : [{ label: reference.label, value: reference.docsPerMinute }];
}

function docs({ value }: Spread): string {
  return formatValue(value, 'docs/min');
}

function spreadCells(spread: Spread): readonly string[] {
  const { low, high } = spread;
  const range = low === undefined || high === undefined ? '–' : `${docs({ value: low })} to ${docs({ value: high })}`;
  return [docs(spread), range];
}

function interval({ low, high }: Spread): string {
  return low === undefined || high === undefined ? '–' : `${figures(low)} to ${figures(high)}`;
}

function timesReference({ value }: Spread, reference: Reference | undefined): string {
  return reference === undefined || reference.docsPerMinute <= 0
    ? '–'
    : formatValue(value / reference.docsPerMinute, 'ratio');
}
