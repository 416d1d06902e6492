/**
 * Proves that docs/report.md says what is so: every field, statistic, reason and threshold of the source stands in it, in order and
 * with its default; the reports and verdicts shown are those that the engine gives; and its settings are accepted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../src/cli/score/config.js';
import { FILTER_DEFAULTS, FILTER_NAMES, FILTER_REASONS, FILTER_STATS, type FilterName } from '../src/core/filters.js';
import { resolveMeasures } from '../src/core/measures.js';
import type { CountsReport, Report } from '../src/core/report.js';
import { Kernel } from '../src/workers/kernel-host.js';
import { measureRow } from '../src/workers/measure-row.js';
import { STATS_DECODER } from '../src/workers/report-layout.js';
import { blockBehind, tablesBehind } from './support/markdown.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/report.md'), 'utf8');
const GOOD = 'examples/corpus/guides/tidebox-getting-started.md';
const BAD = 'examples/corpus/poor/keyword-spam.txt';

/** What a cell holds for "there is none". */
const NONE = '—';

const kernel = Kernel.load(measureRow(resolveMeasures('', { stats: true, asOf: 2026 })));

function reportOf(path: string): Report {
  return reportOfText(path, readFileSync(join(ROOT, path), 'utf8'));
}

function reportOfText(id: string, text: string): Report {
  return STATS_DECODER.decode(id, kernel.scoreText(text), 0);
}

/** The only table behind a comment. */
function tableBehind(comment: string): string[][] {
  const tables = tablesBehind(PAGE, comment);
  expect([comment, tables.length]).toEqual([comment, 1]);
  return tables[0]!;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The paths of all values, those of statistics aside. */
function pathsOf(value: CountsReport | Readonly<Record<string, unknown>>, before = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (key === 'stats') return [];
    return isObject(inner) ? pathsOf(inner, `${before}${key}.`) : [`${before}${key}`];
  });
}

function valueAt(report: Report, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), report);
}

/** The names in backticks of a column, in order. */
function namesIn(table: readonly string[][], column: number): string[] {
  return table.flatMap((cells) => (/^`([^`]+)`$/.exec(cells[column]!) ?? []).slice(1));
}

describe('the fields of docs/report.md', () => {
  const rows = tablesBehind(PAGE, 'fields').flat();

  it('are those of a report', () => {
    const documented = rows.map(([field]) => field!.slice(1, -1));
    expect(documented.sort()).toEqual(pathsOf(reportOfText('x', 'A lone \ud800 surrogate.')).sort());
  });

  it('are null where the page says so, and nowhere else', () => {
    const neverNull = rows.filter(([, , , isNull]) => isNull === 'never').map(([field]) => field!.slice(1, -1));
    const reports = [reportOf(GOOD), ...['', ' ', '.', 'a', '語'].map((text) => reportOfText('x', text))];
    const nulls = pathsOf(reports[0]!).filter((path) => reports.some((report) => valueAt(report, path) === null));
    expect(nulls.filter((path) => neverNull.includes(path))).toEqual([]);
    const maybe = rows.map(([field]) => field!.slice(1, -1)).filter((field) => !neverNull.includes(field));
    expect(maybe.filter((path) => !nulls.includes(path))).toEqual([]);
  });
});

describe.each(FILTER_NAMES)('%s in docs/report.md', (filter: FilterName) => {
  it('has its checks in order, with their options and defaults', () => {
    const checks = tableBehind(`checks: ${filter}`);
    const options = checks.flatMap(([, , option, value]) => (option === NONE ? [] : [[option!.slice(1, -1), value!]]));
    const defaults = Object.entries<number | true>(FILTER_DEFAULTS[filter]);
    expect(options).toEqual(defaults.map(([name, value]) => [name, String(value)]));
    expect(namesIn(checks, 1)).toEqual(FILTER_REASONS[filter]);
  });

  it('has its statistics in order, and says which are never null', () => {
    const table = tableBehind(`stats: ${filter}`);
    expect(namesIn(table, 0)).toEqual(FILTER_STATS[filter]);
    const stats = Object.entries<number | null>({ ...reportOfText('x', '').filters[filter].stats });
    const missing = stats.flatMap(([name, value]) => (value === null ? [name] : []));
    const never = table.filter(([, , , isNull]) => isNull === 'never');
    expect(namesIn(never, 0)).toEqual(FILTER_STATS[filter].filter((name) => !missing.includes(name)));
  });
});

describe('the documents of docs/report.md', () => {
  it.each([GOOD, BAD])('%s begins as shown, and has the report shown', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    expect(text.startsWith(`${blockBehind(PAGE, `begins: ${path}`)}\n`)).toBe(true);
    const shown: unknown = JSON.parse(blockBehind(PAGE, `report: ${path}`));
    expect(shown).toEqual(reportOf(path));
    expect(JSON.stringify(shown)).toBe(JSON.stringify(reportOf(path)));
  });

  it('are compared by the values that they have', () => {
    const [good, bad] = [reportOf(GOOD), reportOf(BAD)];
    const table = tableBehind('compared');
    expect(table.length).toBeGreaterThan(10);
    for (const [field, inGood, inBad] of table) {
      const path = field!.slice(1, -1);
      expect([path, inGood, inBad]).toEqual([path, shortly(valueAt(good, path)), shortly(valueAt(bad, path))]);
    }
  });

  it('fall into the traps that it warns of', () => {
    const traps = tableBehind('traps').map(([, path, verdict]) => {
      const [, filter, reason] = /^`(\w+)`: (?:`(\w+)`|kept)$/.exec(verdict!) ?? [];
      return { path: path!.slice(1, -1), filter, reason: reason ?? null };
    });
    expect(traps.length).toBeGreaterThan(5);
    for (const trap of traps) {
      const reason = valueAt(reportOf(trap.path), `filters.${trap.filter ?? ''}.reason`);
      expect({ ...trap, reason }).toEqual(trap);
    }
  });
});

describe('the settings of docs/report.md', () => {
  it('are a file that --config takes', () => {
    expect(Object.keys(parseConfig(blockBehind(PAGE, 'config')))).toEqual(['asOf', 'weights', 'filters']);
  });
});

/** Two decimals of what is no integer. */
function shortly(value: unknown): string {
  if (typeof value !== 'number' || (Number.isInteger(value) && value > 1)) return String(value);
  return value.toFixed(2);
}
