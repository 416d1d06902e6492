/** What must hold after whatever befell a run. */
import { expect } from 'vitest';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { inspectRun } from '../../../src/ledger/calls/verify.js';
import { readRows, type Scratch } from '../../support/scratch.js';
import { PRICES, type ScriptedModel } from './scripted-model.js';
import { differencesOf, lettersOf, poorRows, runOver } from './support.js';

export type RecordedOptions = RefineFilesOptions & { readonly output: string; readonly run: string };

const BUDGET_USD = 1;

/** Calls in flight: all documents of a run may be called for at once. */
export const CONCURRENCY = 40;

/** A run that asks each document twice, and gives a call two attempts. */
export function scriptedRun(scratch: Scratch, model: ScriptedModel, documents: number): RecordedOptions {
  return {
    ...runOver(scratch, poorRows(documents), { name: 'none', call: noCall, close: () => Promise.resolve() }),
    providers: [{ provider: { provider: 'openai', baseUrl: model.url }, model: 'm' }],
    prices: { m: PRICES },
    budgetUsd: BUDGET_USD,
    gate: 'documentation.overall > 2',
    iterations: 2,
    noGainMax: 3,
    concurrency: CONCURRENCY,
    retry: { retries: 1, baseMs: 1, capMs: 2 },
    breaker: { callsMin: 1_000_000 },
  };
}

function noCall(): Promise<never> {
  return Promise.reject(new Error('nobody calls this one'));
}

/** Each document has a row or a dead letter, once and in order, and none lost by being refined. */
export async function checkDocuments(options: RecordedOptions, documents: number): Promise<void> {
  expect(await differencesOf(options.run)).toEqual([]);
  const rows = readRows(options.output);
  const lost = new Set(lettersOf(options).map(({ id }) => id));
  const all = poorRows(documents).map(({ id }) => id);
  expect(rows.map(({ id }) => id)).toEqual(all.filter((id) => !lost.has(id)));
  expect(lettersOf(options).map(({ id }) => id)).toEqual(all.filter((id) => lost.has(id)));
  for (const { before, after } of rows) expect(scoreOf(after)).toBeGreaterThanOrEqual(scoreOf(before));
}

/**
 * The ledger's books and those of the server are of the same calls, and nothing was spent that is not on the ledger's.
 *
 * @param unsent - calls that a run may have noted and, since it ended, not sent.
 */
export async function checkCalls({ run }: RecordedOptions, model: ScriptedModel, unsent = 0): Promise<void> {
  const { money } = await inspectRun(run);
  const { sent, answered, failed, lost, outstanding, repeated } = money;
  expect({ outstanding, repeated, sent }).toEqual({ outstanding: 0, repeated: 0, sent: answered + failed + lost });
  expect(sent).toBeGreaterThanOrEqual(model.served.length);
  expect(sent).toBeLessThanOrEqual(model.served.length + unsent);
  expect(model.spentNanoUsd).toBeLessThanOrEqual(money.spentNanoUsd);
  expect(money.spentNanoUsd).toBeLessThanOrEqual(BUDGET_USD * 1e9);
}

function scoreOf(numbers: unknown): number {
  if (typeof numbers === 'object' && numbers !== null && 'score' in numbers && typeof numbers.score === 'number')
    return numbers.score;
  throw new Error('a row has no score');
}
