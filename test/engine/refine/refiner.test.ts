/**
 * Proves that a refiner says when documents enough are under way, and when there is room again: with a provider that answers only
 * when the test says so.
 */
import { expect, it } from 'vitest';
import { Completions } from '../../../src/engine/refine/completions.js';
import { Refiner } from '../../../src/engine/refine/refiner.js';
import { Caller } from '../../../src/refine/caller/caller.js';
import { resolveRefineOptions } from '../../../src/refine/options.js';
import { makeRefinePlan } from '../../../src/refine/plan.js';
import type { Completion, Provider } from '../../../src/refine/providers/provider.js';
import { madeReport } from '../../support/made-report.js';
import { COMPLETION, targetOf } from '../../refine/caller/fake-provider.js';

const CONCURRENCY = 3;

it('is full with some documents more than calls, and has room when one is done', async () => {
  const answers: ((completion: Completion) => void)[] = [];
  const provider: Provider = {
    name: 'held',
    call: () => new Promise((resolve) => answers.push(resolve)),
    close: () => Promise.resolve(),
  };
  const caller = new Caller({ providers: [targetOf(provider)], concurrency: CONCURRENCY });
  const identity = { provider: 'held', model: 'm', temperature: undefined };
  const plan = await makeRefinePlan(resolveRefineOptions({ iterations: 1 }), () => false);
  const score = (): Promise<never> => Promise.reject(new Error('no version to score'));
  const refiner = new Refiner(plan, new Completions(caller, undefined, identity), score, caller.concurrency);
  const { signal } = new AbortController();

  const rows: Promise<unknown>[] = [];
  while (!refiner.isFull) {
    const document = { id: rows.length, text: `Text ${rows.length}.`, report: madeReport() };
    rows.push(refiner.refine(document, { ordinal: rows.length, signal }));
  }
  expect(rows.length).toBeGreaterThan(CONCURRENCY);
  expect(rows.length).toBeLessThan(1000);
  expect(answers.length).toBe(CONCURRENCY);

  let hasRoom = false;
  const room = refiner.room().then(() => (hasRoom = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasRoom).toBe(false);
  answers.shift()!(COMPLETION);
  await room;
  expect(refiner.isFull).toBe(false);

  for (let done = 1; done < rows.length; done++) {
    while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    answers.shift()!(COMPLETION);
  }
  await Promise.all(rows);
  expect(refiner.counts.documents).toBe(rows.length);
});
