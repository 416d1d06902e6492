/** Proves that each recommendation is made at its share, not below it, and none on too few documents. */
import { describe, expect, it } from 'vitest';
import { recommend, type RefineSummary } from '../../src/refine/recommend.js';

const usage = { inputTokens: 500_000, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 500_000 };
const summary: RefineSummary = {
  model: 'unknown',
  refined: 1000,
  accepted: 700,
  rolledBack: 300,
  calls: 1000,
  answered: 1000,
  cut: 0,
  rateLimited: 0,
  failed: 0,
  usage,
  nanoUsd: 10e9,
  repeated: 0,
};
const codes = (changes: Partial<RefineSummary>): string[] =>
  recommend({ ...summary, ...changes }).map(({ code }) => code);

describe('recommend', () => {
  it('says nothing where nothing speaks for it', () => {
    expect(codes({})).toEqual([]);
  });

  const cases: readonly (readonly [string, Partial<RefineSummary>, Partial<RefineSummary>])[] = [
    ['stricter_gate', { rolledBack: 499 }, { rolledBack: 500 }],
    ['cheaper_model', { model: 'gpt-4o', accepted: 799 }, { model: 'gpt-4o-2024-08-06', accepted: 800 }],
    ['longer_answers', { cut: 19 }, { cut: 20 }],
    ['lower_rate', { rateLimited: 49 }, { rateLimited: 50 }],
    ['prompt_cache', { usage: { ...usage, inputTokens: 1_000_000 } }, { usage: { ...usage, inputTokens: 1_024_000 } }],
    ['cache', { repeated: 49 }, { repeated: 50 }],
  ];
  for (const [code, below, at] of cases) {
    it(`says ${code} from its share on`, () => {
      expect(codes(below)).toEqual([]);
      expect(codes(at)).toEqual([code]);
      expect(codes({ ...at, refined: 99 })).toEqual([]);
    });
  }

  it('says what a smaller model would have saved for the same tokens, and no model that would cost more', () => {
    const [found] = recommend({ ...summary, model: 'gpt-4o', accepted: 900 });
    expect(found!.savesUsd).toBeCloseTo(10 - 0.075 - 0.3, 9);
    expect(found!.message).toContain('try gpt-4o-mini on a sample, which would have cost 9.63 USD less');
    expect(codes({ model: 'gpt-4o', accepted: 900, nanoUsd: 0.3e9 })).toEqual([]);
    expect(codes({ model: 'gpt-4o', accepted: 900, nanoUsd: null })).toEqual([]);
  });

  it('puts first what saves most', () => {
    expect(codes({ rolledBack: 600, repeated: 900, cut: 100 })).toEqual(['cache', 'stricter_gate', 'longer_answers']);
  });
});
