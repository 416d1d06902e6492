/** The file of results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verdictOf, type Budget } from './budgets.js';
import type { Machine } from './machine.js';
import type { BenchOptions } from './options.js';
import { ROOT } from './processes.js';
import type { RealText } from './text.js';

export interface Results {
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly text: RealText;
  /** Numbers by part. */
  readonly parts: Readonly<Record<string, unknown>>;
  readonly budgets: readonly Budget[];
}

/** Writes JSON and returns its path. */
export function writeResults({ machine, options, text, parts, budgets }: Results): string {
  const path = options.json ?? join(ROOT, 'bench', 'results', `${machine.date.replaceAll(':', '-')}.json`);
  const results = {
    schema: 1,
    machine,
    options,
    text: { source: text.source, texts: text.texts, bytes: text.bytes.length, sha256: text.digest },
    parts,
    budgets: budgets.map((budget) => ({ ...budget, verdict: verdictOf(budget) })),
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(results, undefined, 2)}\n`);
  return path;
}
