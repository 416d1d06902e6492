/** What is promised, beside what was measured. */
import type { MeasureOptions } from '../src/core/measures.js';
import { formatNumber, type Table } from './table.js';

export interface Budget {
  readonly name: string;
  /** Undefined when there is no baseline on this machine, or one core only. */
  readonly measured: number | undefined;
  readonly unit: '×' | 'MB' | 'B' | 'ms' | 'µs';
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** The least ratios of throughput; undefined where nothing is promised. */
export interface Limits {
  readonly kernelToWc?: number;
  readonly libraryToWc?: number;
  readonly libraryScaling: number;
  readonly filesToWc: number;
  readonly filesScaling: number;
  readonly skewedScaling: number;
  /** Time per byte of 16 KB documents over that of 1 KB ones, at most. */
  readonly sizeFactor?: number;
}

const SCALING = { filesScaling: 1.85, skewedScaling: 1.75 };

/** What is promised for what is measured. */
export function limitsOf({ measures, stats }: MeasureOptions): Limits {
  if (measures === 'entropy')
    return { ...SCALING, kernelToWc: 1.4, libraryToWc: 2.4, libraryScaling: 1.6, filesToWc: 1.8 };
  if (stats === true) return { ...SCALING, libraryScaling: 1.75, filesToWc: 0.6, sizeFactor: 1.3 };
  return { ...SCALING, libraryToWc: 1, libraryScaling: 1.75, filesToWc: 0.9, sizeFactor: 1.3 };
}

/** A budget if anything is promised. */
export function atLeast(name: string, measured: number | undefined, limit: number | undefined): Budget[] {
  return limit === undefined ? [] : [{ name, measured, unit: '×', atLeast: limit }];
}

export type Verdict = 'pass' | 'MISS' | 'not measured';

export function verdictOf({ measured, atLeast, atMost }: Budget): Verdict {
  if (measured === undefined) return 'not measured';
  return measured >= (atLeast ?? -Infinity) && measured <= (atMost ?? Infinity) ? 'pass' : 'MISS';
}

export function budgetTable(budgets: readonly Budget[]): Table {
  return {
    title: 'Budgets',
    header: ['', 'measured', 'budget', ''],
    rows: budgets.map((budget) => [
      budget.name,
      budget.measured === undefined ? '' : `${formatNumber(budget.measured)} ${budget.unit}`,
      budget.atLeast === undefined
        ? `≤ ${formatNumber(budget.atMost)} ${budget.unit}`
        : `≥ ${formatNumber(budget.atLeast)} ${budget.unit}`,
      verdictOf(budget),
    ]),
  };
}
