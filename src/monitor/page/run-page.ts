import { barChart } from './charts/bar-chart.js';
import { histogramChart } from './charts/histogram-chart.js';
import { html, NOTHING, type Content, type Markup } from './markup.js';
import type {
  BottleneckFigures,
  Breakdown,
  CostFigures,
  DocumentPlace,
  Outcome,
  QualityFigures,
  RejectionFigures,
  RunPage,
  SlowDocument,
  StageFigures,
  TimeSeries,
  Verdict,
  WorstDocuments,
} from './model.js';
import { formatCount, formatTick, formatValue } from './numbers.js';
import { page } from './page.js';
import { figure, outside, table, type Section } from './parts.js';
import {
  latencySection,
  orNone,
  processSection,
  severityMark,
  throughputSection,
  timeFigure,
} from './shared-sections.js';

/** Bars of the reasons; those that are left out stand in the table. */
const REASONS_MAX = 20;

/** Measures whose histograms are drawn. */
const MEASURES_MAX = 16;

/** The page of a run: one HTML file without anything beside it. The same model always gives the same page. */
export function renderRunPage(model: RunPage): string {
  return page(model, banner(model.verdicts), [
    verdictSection(model.verdicts),
    outcomeSection(model.outcomes),
    breakdownSection(model.breakdowns),
    qualitySection(model.quality),
    rejectionSection(model.rejections),
    worstSection(model.worst),
    costSection(model.cost),
    throughputSection(model.throughput, model.reference),
    stageSection(model.stages, model.bottleneck),
    latencySection(model.latencies),
    slowestSection(model.slowest),
    processSection(model.process),
    settingsSection(model.settings),
  ]);
}

/** Whether all criteria hold, in a word, before anything else. */
function banner(verdicts: readonly Verdict[] = []): Markup {
  if (verdicts.length === 0) return NOTHING;
  const missed = verdicts.filter(({ verdict }) => verdict === 'missed').length;
  const unknown = verdicts.filter(({ verdict }) => verdict === 'not measured').length;
  const aside = unknown === 0 ? '' : `, ${unknown} could not be measured`;
  if (missed > 0) return html`<p class="banner bad">✗ ${missed} of ${verdicts.length} criteria missed${aside}</p> `;
  if (unknown > 0)
    return html`<p class="banner warn">– ${verdicts.length - unknown} of ${verdicts.length} criteria met${aside}</p> `;
  return html`<p class="banner good">✓ All ${verdicts.length} criteria met</p> `;
}

function verdictSection(verdicts: readonly Verdict[] | undefined): Section | undefined {
  if (verdicts === undefined || verdicts.length === 0) return undefined;
  const content = table({
    caption: 'What was asked of the run, and what it did',
    columns: [
      { title: 'Criterion' },
      { title: 'Required' },
      { title: 'Measured' },
      { title: 'Verdict' },
      { title: 'Why' },
    ],
    rows: verdicts.map(({ criterion, required, measured, verdict, note }) => ({
      cells: [
        outside(criterion),
        outside(required),
        outside(measured),
        verdictMark(verdict),
        note !== undefined && outside(note),
      ],
    })),
  });
  return { anchor: 'verdicts', title: 'Criteria', content };
}

function verdictMark(verdict: Verdict['verdict']): Markup {
  switch (verdict) {
    case 'met':
      return html`<span class="verdict good">✓ met</span>`;
    case 'missed':
      return html`<span class="verdict bad">✗ missed</span>`;
    case 'not measured':
      return html`<span class="verdict warn">– not measured</span>`;
  }
}

function outcomeSection(outcomes: readonly Outcome[] | undefined): Section | undefined {
  if (outcomes === undefined || outcomes.length === 0) return undefined;
  const total = outcomes.reduce((sum, { documents }) => sum + documents, 0);
  const bars = outcomes.map(({ label, documents, kind }) => ({
    label,
    value: documents,
    text: countAndShare(documents, total),
    colour: kind,
  }));
  const content = figure({
    title: 'What became of the documents',
    caption: `${formatCount(total)} in all.`,
    chart: barChart({ alternative: `What became of the documents. ${described(bars)}`, bars }),
  });
  return { anchor: 'outcomes', title: 'Outcome', content };
}

function breakdownSection(breakdowns: readonly Breakdown[] | undefined): Section | undefined {
  const usable = (breakdowns ?? []).filter(({ parts }) => parts.length > 0);
  if (usable.length === 0) return undefined;
  return { anchor: 'breakdowns', title: 'What happened', content: usable.map(breakdownFigure) };
}

function breakdownFigure({ title, counted, parts }: Breakdown): Markup {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const bars = parts.slice(0, REASONS_MAX).map(({ label, count, kind }) => {
    return { label, value: count, text: countAndShare(count, total), colour: kind };
  });
  return figure({
    title,
    caption: [`${formatCount(total)} `, outside(counted), '.'],
    chart: barChart({ alternative: `${title}. ${described(bars)}`, bars }),
    table: {
      caption: title,
      columns: [{ title: 'What', kind: 'id' }, { title: 'How often', kind: 'number' }, { title: 'Meaning' }],
      rows: parts.map(({ label, count, description = '' }) => ({
        cells: [outside(label), countAndShare(count, total), outside(description)],
      })),
    },
  });
}

function qualitySection(quality: readonly QualityFigures[] | undefined): Section | undefined {
  const usable = (quality ?? []).filter(
    ({ before }) => before.counts.length > 0 && before.edges.length > before.counts.length,
  );
  if (usable.length === 0) return undefined;
  const content = usable.slice(0, MEASURES_MAX).map((measure) => qualityFigure(measure));
  return { anchor: 'quality', title: 'Quality', content };
}

function qualityFigure(measure: QualityFigures): Markup {
  const { measure: title, description, before, after, isLogarithmic = false, medianBefore, medianAfter } = measure;
  const compares = after !== undefined;
  const medians = [
    medianBefore !== undefined && `Median${compares ? ' before' : ''} ${formatTick(medianBefore, 'number')}.`,
    medianAfter !== undefined && `Median after ${formatTick(medianAfter, 'number')}.`,
  ].filter((sentence) => sentence !== false);
  const chart = histogramChart({
    alternative: `Histogram of ${title}${compares ? ' before and after' : ''}. ${medians.join(' ')}`,
    title,
    before,
    after,
    isLogarithmic,
    medianBefore,
    medianAfter,
  });
  const rows = before.counts.map((count, bucket) => {
    const [low, high] = [before.edges[bucket] ?? 0, before.edges[bucket + 1] ?? 0];
    const range = `${formatTick(low, 'number')} to ${formatTick(high, 'number')}`;
    return { cells: [range, formatCount(count), ...(compares ? [formatCount(after.counts[bucket] ?? 0)] : [])] };
  });
  const counted = [
    { title: compares ? 'Documents before' : 'Documents', kind: 'number' as const },
    ...(compares ? [{ title: 'Documents after', kind: 'number' as const }] : []),
  ];
  return figure({
    title,
    caption: [
      description !== undefined && outside(description),
      compares && ' The bars are the documents before, the dashed outline those after.',
    ],
    chart,
    table: { caption: `Histogram of ${title}`, columns: [{ title: 'From, to' }, ...counted], rows },
  });
}

function rejectionSection(rejections: readonly RejectionFigures[] | undefined): Section | undefined {
  if (rejections === undefined || rejections.length === 0) return undefined;
  const total = rejections.reduce((sum, { documents }) => sum + documents, 0);
  const bars = rejections.slice(0, REASONS_MAX).map(({ by, reason, documents }) => ({
    label: `${by}: ${reason}`,
    value: documents,
    text: countAndShare(documents, total),
  }));
  const content = figure({
    title: 'Why documents were rejected',
    caption: `The first reason of each of ${formatCount(total)} documents.`,
    chart: barChart({ alternative: `Reasons of rejection. ${described(bars)}`, bars }),
    table: {
      caption: 'Reasons of rejection',
      columns: [{ title: 'By' }, { title: 'Reason', kind: 'id' }, { title: 'Documents', kind: 'number' }],
      rows: rejections.map(({ by, reason, documents }) => ({
        cells: [outside(by), outside(reason), countAndShare(documents, total)],
      })),
    },
  });
  return { anchor: 'rejections', title: 'Rejected', content };
}

function worstSection(worst: readonly WorstDocuments[] | undefined): Section | undefined {
  const usable = (worst ?? []).filter(({ documents }) => documents.length > 0);
  if (usable.length === 0) return undefined;
  const content = usable.map(({ measure, documents }) =>
    table({
      caption: `Documents with the lowest ${measure}`,
      columns: [...PLACE_COLUMNS, { title: measure, kind: 'number' }, { title: 'Size', kind: 'number' }],
      rows: documents.map((document) => ({
        cells: [...placeCells(document), formatTick(document.value, 'number'), orNone(document.bytes, 'bytes')],
      })),
    }),
  );
  return { anchor: 'worst', title: 'Worst documents', content };
}

function slowestSection(slowest: readonly SlowDocument[] | undefined): Section | undefined {
  if (slowest === undefined || slowest.length === 0) return undefined;
  const content = table({
    caption: 'Documents that took longest',
    columns: [...PLACE_COLUMNS, { title: 'Time', kind: 'number' }, { title: 'Size', kind: 'number' }],
    rows: slowest.map((document) => ({
      cells: [...placeCells(document), formatValue(document.ms, 'ms'), orNone(document.bytes, 'bytes')],
    })),
  });
  return { anchor: 'slowest', title: 'Slowest documents', content };
}

const PLACE_COLUMNS = [
  { title: 'Document', kind: 'id' },
  { title: 'Where', kind: 'id' },
] as const;

/** Without an id a document is named by its place alone. */
function placeCells({ id, source, line }: DocumentPlace): readonly Content[] {
  return [id === undefined ? '–' : outside(String(id)), [outside(source), line !== undefined && `:${line}`]];
}

function costSection(cost: CostFigures | undefined): Section | undefined {
  if (cost === undefined) return undefined;
  const { usd, budgetUsd, estimatedUsd, overTime } = cost;
  const rows: (readonly [string, string] | undefined)[] = [
    ['Spent', usd === null ? 'not known: the model has no price' : formatValue(usd, 'usd')],
    estimatedUsd && [
      'Estimated before',
      `${formatValue(estimatedUsd.low, 'usd')} to ${formatValue(estimatedUsd.high, 'usd')}`,
    ],
    budgetUsd === undefined ? undefined : ['Budget', formatValue(budgetUsd, 'usd')],
    ['Calls', formatCount(cost.calls)],
    ...(
      [
        ['Retries', cost.retries],
        ['Input tokens', cost.inputTokens],
        ['of them cached', cost.cachedInputTokens],
        ['Output tokens', cost.outputTokens],
      ] as const
    ).map(([name, value]) => (value === undefined ? undefined : ([name, formatCount(value)] as const))),
    ...(cost.savings ?? []).map(({ by, usd: saved }) => [`Saved ${by}`, formatValue(saved, 'usd')] as const),
  ];
  const content = [
    table({
      caption: 'Money and tokens',
      columns: [{ title: 'What' }, { title: 'How much', kind: 'number' }],
      rows: rows.filter((row) => row !== undefined).map((cells) => ({ cells })),
    }),
    overTime !== undefined &&
      overTime.points.length > 0 &&
      timeFigure([overTime], {
        title: 'Money over time',
        caption: 'Spent so far.',
        y: { title: 'dollars', unit: 'usd' },
        levels: budgetLevel(budgetUsd, overTime),
      }),
  ];
  return { anchor: 'cost', title: 'Cost', content };
}

/** A budget that is far away would press what was spent onto the axis; the table has it. */
const BUDGET_FAR = 4;

function budgetLevel(budgetUsd: number | undefined, { points }: TimeSeries): { label: string; value: number }[] {
  const most = points.reduce((greatest, { value }) => Math.max(greatest, value ?? 0), 0);
  return budgetUsd === undefined || budgetUsd > BUDGET_FAR * most ? [] : [{ label: 'budget', value: budgetUsd }];
}

function stageSection(
  stages: readonly StageFigures[] | undefined,
  bottleneck: BottleneckFigures | undefined,
): Section | undefined {
  const usable = stages ?? [];
  if (usable.length === 0 && bottleneck === undefined) return undefined;
  const content = [bottleneckText(bottleneck), usable.length > 0 && stageFigures(usable, bottleneck)];
  return { anchor: 'stages', title: 'Stages', content };
}

function bottleneckText(bottleneck: BottleneckFigures | undefined): Markup | undefined {
  if (bottleneck === undefined) return undefined;
  const { stage, severity, explanation, advice } = bottleneck;
  const title = stage === null ? 'No stage stands out as the bottleneck.' : html`Bottleneck: ${outside(stage)}.`;
  const mark = stage !== null && html` Severity: ${severityMark(severity)}.`;
  return html`<p><strong>${title}</strong> ${outside(explanation)}${mark}</p>
    ${
      advice.length > 0 &&
      html`<ul>
        ${advice.map((sentence) => html`<li>${outside(sentence)}</li>`)}
      </ul> `
    }`;
}

function stageFigures(stages: readonly StageFigures[], bottleneck: BottleneckFigures | undefined): Content {
  const known = stages.flatMap(({ name, utilization }) =>
    utilization === null
      ? []
      : [
          {
            label: name,
            value: utilization,
            text: formatValue(utilization, 'share'),
            colour: name === bottleneck?.stage ? 's1' : 's0',
          },
        ],
  );
  const numbers = table({
    caption: 'What each stage did',
    columns: [
      { title: 'Stage' },
      ...['Count', 'Failed', 'Busy', 'Busy time', 'Waiting time', 'p50', 'p95', 'p99', 'Longest queue'].map((title) => {
        return { title, kind: 'number' as const };
      }),
    ],
    rows: stages.map((stage) => ({
      ...(stage.name === bottleneck?.stage && { className: 'bottleneck' }),
      cells: [
        outside(stage.name),
        formatCount(stage.count),
        orNone(stage.failed, 'count'),
        orNone(stage.utilization, 'share'),
        orNone(stage.busySeconds, 'seconds'),
        orNone(stage.waitingSeconds, 'seconds'),
        orNone(stage.p50Ms, 'ms'),
        orNone(stage.p95Ms, 'ms'),
        orNone(stage.p99Ms, 'ms'),
        orNone(stage.queueDepthMax, 'count'),
      ],
    })),
  });
  if (known.length === 0) return numbers;
  const chart = barChart({ alternative: `Busy share of the stages. ${described(known)}`, bars: known, full: 1 });
  return [
    figure({
      title: 'How busy each stage was',
      caption: 'Of its own capacity. The one that is busiest limits the run; the others wait for it.',
      chart,
    }),
    numbers,
  ];
}

function settingsSection(settings: RunPage['settings']): Section | undefined {
  if (settings === undefined || settings.length === 0) return undefined;
  const content = table({
    caption: 'What the run was told',
    columns: [{ title: 'Setting' }, { title: 'Value', kind: 'id' }],
    rows: settings.map(({ name, value }) => ({ cells: [outside(name), outside(value)] })),
  });
  return { anchor: 'settings', title: 'Settings', content };
}

function countAndShare(documents: number, total: number): string {
  return total === 0
    ? formatCount(documents)
    : `${formatCount(documents)} · ${formatValue(documents / total, 'share')}`;
}

function described(bars: readonly { readonly label: string; readonly text: string }[]): string {
  return bars.map(({ label, text }) => `${label}: ${text}.`).join(' ');
}
