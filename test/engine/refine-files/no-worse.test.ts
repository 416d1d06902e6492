/**
 * Proves that no document leaves with a lower score than it came with, whatever mix of answers and errors a model gives: random
 * documents, each of whose calls has an outcome drawn for it, are refined, and what comes out is scored anew.
 */
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { isFailure } from '../../../src/core/report.js';
import type { Outcome } from '../../../src/engine/documents/documents-batch.js';
import { createEngine } from '../../../src/engine/engine.js';
import { ANSWERS, answerTo, type AnswerKind } from '../../../src/refine/mock/answers.js';
import {
  CallError,
  type Completion,
  type CompletionRequest,
  type Provider,
} from '../../../src/refine/providers/provider.js';

const engine = await createEngine({ workers: 1 });
afterAll(() => engine.close());

const ERRORS = ['ERR_PROVIDER_UNAVAILABLE', 'ERR_PROVIDER_ANSWER', 'ERR_PROVIDER_REQUEST'] as const;
type Fate = AnswerKind | (typeof ERRORS)[number];

/** Gives each call the next of its fates, over and over. */
class FatefulModel implements Provider {
  readonly name = 'fateful';
  readonly #fates: readonly Fate[];
  calls = 0;

  constructor(fates: readonly Fate[]) {
    this.#fates = fates;
  }

  call({ user }: CompletionRequest): Promise<Completion> {
    const fate = this.#fates[this.calls++ % this.#fates.length] ?? 'improve';
    const error = ERRORS.find((each) => each === fate);
    if (error !== undefined) return Promise.reject(new CallError(error, 'on purpose', { status: 500 }));
    const answer = answerTo(user, ANSWERS.find((each) => each === fate) ?? 'improve');
    return Promise.resolve({ ...answer, usage: undefined, limits: undefined });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const sentence = fc.constantFrom(
  'There is some thing that is not explained. ',
  '# Usage\n\nRun `make all` before you begin.\n\n',
  '```sh\nrun --all 42\n```\n\n',
  'See https://example.org/a for the 17 other options, and more words about it again and again ',
  'Ein Satz in einer anderen Sprache, der nichts erklärt. ',
);
const text = fc.array(sentence, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));

it('leaves no document worse than it was', async () => {
  const seen = { accepted: 0, kept: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 6 }),
      fc.array(fc.constantFrom<Fate>(...ANSWERS, ...ERRORS), { minLength: 1, maxLength: 12 }),
      async (texts, fates) => {
        const rows = engine.refine(
          texts.map((each, id) => ({ id, text: each })),
          {
            providers: [{ provider: new FatefulModel(fates), model: 'm' }],
            gate: 'documentation.overall > 2',
            iterations: 4,
            noGainMax: 4,
            retry: { retries: 1, baseMs: 1, capMs: 1 },
            breaker: { callsMin: 1_000_000 },
          },
        );
        let at = 0;
        for await (const row of rows) {
          if ('error' in row) throw row.error;
          const [before, after] = await engine.scoreAll([{ text: texts[at] ?? '' }, { text: row.text }]);
          expect(row.id).toBe(at++);
          expect(overallOf(after)).toBeGreaterThanOrEqual(overallOf(before));
          seen[row.accepted ? 'accepted' : 'kept']++;
        }
        expect(at).toBe(texts.length);
      },
    ),
    { numRuns: 100 },
  );
  expect(Math.min(seen.accepted, seen.kept)).toBeGreaterThan(20);
});

function overallOf(outcome: Outcome | undefined): number {
  if (outcome === undefined || isFailure(outcome)) throw new Error('it could not be scored');
  return outcome.documentation.overall;
}
