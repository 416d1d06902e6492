import type { BenchComparison, ComparedMeasure } from '../../monitor/page/model.js';
import type { BenchResult, CaseResult, SuiteResult } from '../../harness/bench/result.js';
import type { CaseUnit } from '../../harness/bench/suite.js';
import { formatBytes, formatCount, formatDuration, formatMegabytesPerSecond, formatShort } from '../numbers.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';

/** Everything that was measured, for a terminal. */
export function formatBench(result: BenchResult, styles: Styles): string {
  const { documents, machine, workers, seconds, suites, comparison } = result;
  const kilobytes = formatBytes(documents.bytes / documents.count);
  const what = `${formatCount(documents.count)} distinct documents of ${kilobytes} (${documents.source})`;
  const where = `${workers} workers, ${machine.cpu ?? 'unknown processor'}, Node ${machine.node}`;
  const lines = [
    `${what}, ${where}, ${formatDuration(seconds)}`,
    ...suites.flatMap((suite) => formatSuite(suite, styles)),
  ];
  if (comparison !== null) lines.push(...formatComparison(comparison, styles));
  return `${lines.join('\n')}\n`;
}

/** What a reader should know, a line each. */
export function formatNotes({ notes }: BenchResult): string {
  return notes.map((note) => `${note}\n`).join('');
}

function formatSuite({ title, cases, latencies }: SuiteResult, { bold }: Styles): string[] {
  const rows = cases.flatMap(rowsOf);
  const table = alignColumns(rows, ['left', 'right', 'right', 'right', 'right', 'left']);
  const calls = latencies.map(({ label, percentiles }) => {
    const at = (wanted: number): string =>
      `p${wanted} ${(1000 * (percentiles.find(({ percentile }) => percentile === wanted)?.ms ?? NaN)).toFixed(0)} µs`;
    return `${label}: ${[50, 95, 99].map(at).join(', ')}`;
  });
  return ['', bold(title), ...[...table, ...calls].map((line) => `  ${line}`)];
}

/** One row for each baseline beside a case, and one for a case without. */
function rowsOf(each: CaseResult): string[][] {
  const { name, value, unit, documentBytes } = each;
  const speed = documentBytes === null ? '' : formatMegabytesPerSecond((value.value * documentBytes) / 60);
  const spread = `${formatPlain(value.low, unit)} to ${formatPlain(value.high, unit)}`;
  const head = [name, formatMeasured(value.value, unit), speed, spread];
  const [first, ...others] = each.ratios.map(({ baseline, ratio }) => [`${formatRatio(ratio.value)} ×`, baseline]);
  return [[...head, ...(first ?? ['', ''])], ...others.map((ratio) => ['', '', '', '', ...ratio])];
}

function formatComparison({ baseline, isSameMachine, measures }: BenchComparison, { bold }: Styles): string[] {
  const changed = measures.filter(({ isSignificant, severity }) => isSignificant || severity !== 'none');
  const rows = changed.map(rowOfChange);
  const same = measures.length - changed.length;
  const machines = isSameMachine === false ? [`  ${baseline} is of another machine: speeds do not compare`] : [];
  return [
    '',
    bold(`Beside ${baseline}`),
    ...machines,
    ...alignColumns(rows, ['left', 'right', 'right', 'right', 'left']).map((line) => `  ${line}`),
    `  ${formatCount(same)} of ${formatCount(measures.length)} without a difference that is more than chance`,
  ];
}

function rowOfChange({ name, unit, before, after, ratio, severity }: ComparedMeasure): string[] {
  const caseUnit: CaseUnit = unit === 'bytes' || unit === 'ops/s' ? unit : 'docs/min';
  const verdict = severity === 'none' ? (ratio.value > 1 ? 'better' : 'worse by less than 5 %') : `${severity} loss`;
  return [
    name,
    formatMeasured(before, caseUnit),
    formatMeasured(after, caseUnit),
    `${formatRatio(ratio.value)} × (${formatRatio(ratio.low ?? NaN)} to ${formatRatio(ratio.high ?? NaN)})`,
    verdict,
  ];
}

function formatMeasured(value: number, unit: CaseUnit): string {
  return unit === 'bytes' ? formatBytes(value) : `${formatShort(value)} ${unit}`;
}

function formatPlain(value: number, unit: CaseUnit): string {
  return unit === 'bytes' ? formatBytes(value) : formatShort(value);
}

function formatRatio(ratio: number): string {
  return ratio >= 99.95 ? ratio.toFixed(0) : ratio.toPrecision(3);
}
