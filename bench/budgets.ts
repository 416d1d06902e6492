/** What is promised, beside what was measured. */
import { formatNumber, type Table } from './table.js';

export interface Budget {
  readonly name: string;
  /** Undefined when there is no baseline on this machine, or one core only. */
  readonly measured: number | undefined;
  readonly unit: '×' | 'MB' | 'ms';
  readonly atLeast?: number;
  readonly atMost?: number;
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
