/**
 * Proves the whole course on real texts and real reports: every document of `examples/corpus`, answered by the mock in each of the
 * ways in which models answer, is scored by the engine. No document is worse for it, and those that a model could better are
 * bettered.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { ANSWERS, answerTo, type AnswerKind } from '../../src/refine/mock/answers.js';
import { resolveRefineOptions } from '../../src/refine/options.js';
import { makeRefinePlan, type RefinePlan } from '../../src/refine/plan.js';
import { Refinement } from '../../src/refine/refinement.js';
import type { RefinedRow } from '../../src/refine/row.js';

const CORPUS = fileURLToPath(new URL('../../examples/corpus', import.meta.url));
const TEXTS = ['essays', 'guides', 'languages', 'poor'].flatMap((folder) =>
  readdirSync(join(CORPUS, folder)).map((name) => readFileSync(join(CORPUS, folder, name), 'utf8')),
);
const SPENT = { calls: 1, usd: 0, usage: undefined };

let engine: Engine;
let plan: RefinePlan;
const { guards } = resolveRefineOptions();
beforeAll(async () => {
  engine = await createEngine({ workers: 1 });
  plan = await makeRefinePlan(resolveRefineOptions(), ({ documentation: { overall } }) => overall >= 0.8);
});
afterAll(() => engine.close());

async function refine(text: string, kind: AnswerKind): Promise<RefinedRow> {
  const refinement = new Refinement({ id: 1, text, report: await engine.score({ text }) }, plan);
  for (let move = refinement.next(); ;) {
    if (move.kind === 'done') return move.row;
    if (move.kind === 'ask') move = refinement.answered(answerTo(move.user, kind), SPENT);
    else move = refinement.scored(await engine.scoreVersion({ id: 1, text: move.text, original: text, guards }));
  }
}

describe.each(ANSWERS)('a model that answers with "%s"', (kind) => {
  it(kind === 'improve' ? 'betters documents' : 'changes no document for the worse', async () => {
    const rows = await Promise.all(TEXTS.map((text) => refine(text, kind)));
    for (const [index, row] of rows.entries()) {
      expect(row.after.score).toBeGreaterThanOrEqual(row.before.score);
      expect((await engine.score({ text: row.text })).documentation.overall).toBe(row.after.score);
      if (!row.accepted) expect(row.text).toBe(TEXTS[index]);
      expect(row.iterations).toBeLessThanOrEqual(7);
    }
    const accepted = rows.filter((row) => row.accepted).length;
    if (kind === 'improve') expect(accepted).toBeGreaterThan(TEXTS.length / 2);
    else if (kind !== 'worsen' && kind !== 'shorten') expect(accepted).toBe(0); // These may be better by luck.
  });
});
