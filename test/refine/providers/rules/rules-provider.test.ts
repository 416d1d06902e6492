/** Proves that the rules answer a prompt as a model would: the document refined, in the fence that it came in, at no cost. */
import { describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../../../src/refine/providers/provider.js';
import { RulesProvider, type FencedDocument } from '../../../../src/refine/providers/rules/rules-provider.js';

function documentOf(prompt: string): FencedDocument | undefined {
  const [, tag, text] = /<(document-\d+)>\n([\s\S]*)\n<\/\1>/.exec(prompt) ?? [];
  return tag === undefined || text === undefined ? undefined : { tag, text };
}

function request(user: string): CompletionRequest {
  return { model: 'rules', system: 'Revise.', user, maxTokens: 1, temperature: undefined };
}

describe('RulesProvider', () => {
  const provider = new RulesProvider(documentOf, { rules: ['spacing', 'mojibake'] });
  const { signal } = new AbortController();

  it('answers with the refined document in its fence', async () => {
    const answer = await provider.call(
      request('Findings:\n- a  b\n\n<document-12>\ncafÃ©  here\n</document-12>'),
      signal,
    );
    expect(answer).toEqual({
      text: '<document-12>\ncafé here\n</document-12>',
      finish: 'stop',
      usage: { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 },
      limits: undefined,
    });
  });

  it('refuses a prompt without a document, for this document only and free of charge', async () => {
    const refusal = await provider.call(request('cafÃ©'), signal).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'ERR_PROVIDER_REQUEST', verdict: 'document', mayBeCharged: false });
  });

  it('does not begin when the run is aborted', async () => {
    await expect(provider.call(request(''), AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('refuses wrong options before any call', () => {
    expect(() => new RulesProvider(documentOf, { repeatsMax: 0.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_RANGE' }),
    );
  });
});
