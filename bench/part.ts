/** What a part of the benchmarks gives back. */
import type { Budget } from './budgets.js';
import type { BenchContext } from './context.js';
import type { Table } from './table.js';

export interface PartResult {
  readonly tables: readonly Table[];
  readonly budgets: readonly Budget[];
  /** The numbers, for the JSON file. */
  readonly data: unknown;
}

export type Part = (context: BenchContext) => Promise<PartResult>;
