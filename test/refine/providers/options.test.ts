/** Proves that a provider's options are completed, that a key is asked for only where one is needed, and never shown. */
import { describe, expect, it } from 'vitest';
import { resolveProviderOptions, type ProviderOptions } from '../../../src/refine/providers/options.js';

const NO_ENV = {};

describe('resolveProviderOptions', () => {
  it('knows the vendors and takes their keys from the environment', () => {
    const env = { OPENAI_API_KEY: 'sk-1', ANTHROPIC_API_KEY: 'sk-2' };
    const openai = resolveProviderOptions({ provider: 'openai' }, env);
    expect(openai).toMatchObject({ apiKey: 'sk-1', maxTokensField: 'max_completion_tokens', secrets: ['sk-1'] });
    expect(openai.baseUrl.href).toBe('https://api.openai.com/v1');
    expect(resolveProviderOptions({ provider: 'anthropic' }, env).apiKey).toBe('sk-2');
  });

  it('needs no key for a server of one’s own', () => {
    const resolved = resolveProviderOptions({ provider: 'openai', baseUrl: 'http://localhost:8000/v1' }, NO_ENV);
    expect(resolved).toMatchObject({ apiKey: undefined, maxTokensField: 'max_tokens' });
  });

  it.each<[ProviderOptions, RegExp]>([
    [
      { provider: 'openai' },
      /^provider\.apiKey or OPENAI_API_KEY in the environment must hold the key of .*, got none$/,
    ],
    [{ provider: 'openai', apiKey: 'two words' }, /printable ASCII without blanks, got something else$/],
    [
      { provider: 'openai', baseUrl: 'localhost:8000' },
      /^provider\.baseUrl must be a URL of http or https, got "localhost:8000"$/,
    ],
    [{ provider: 'openai', baseUrl: 'file:///etc' }, /must be a URL of http or https/],
    [
      { provider: 'openai', apiKey: 'k', connectionsMax: 1.5 },
      /connectionsMax must be an integer from 1 to 10000, got 1.5/,
    ],
    [{ provider: 'openai', apiKey: 'k', headers: { 'bad name': 'x' } }, /must be a header of HTTP/],
    [{ provider: 'openai', apiKey: 'k', headers: { good: 'a\r\nb: c' } }, /must be a header of HTTP/],
    [{ provider: 'openai', apiKey: 'k', headers: { 'Content-Length': '5' } }, /must not be given/],
    [{ provider: 'openai', apiKey: 'k', headers: { 'transfer-encoding': 'chunked' } }, /must not be given/],
    [{ provider: 'bard' as 'openai' }, /^provider\.provider must be one of openai, anthropic, got "bard"$/],
  ])('refuses %j', (options, message) => {
    expect(() => resolveProviderOptions(options, NO_ENV)).toThrow(message);
  });

  it('holds every secret that was given, for hiding it', () => {
    const headers = { Authorization: 'Bearer abc', 'X-Trace': 'open' };
    const options = { provider: 'openai', baseUrl: 'http://user:pass@localhost/v1', apiKey: 'k', headers } as const;
    expect(resolveProviderOptions(options, NO_ENV).secrets).toEqual(['k', 'Bearer abc', 'abc', 'pass']);
  });
});
