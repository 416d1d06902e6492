/**
 * Proves for both protocols that a completion is read with its usage and its reason to end, that every way in which a call can
 * fail has its own error, that a call that is over leaves no connection in use, and that no key is ever shown. The servers are
 * the mock server, and one that sends whatever bytes a test says.
 */
import { inspect } from 'node:util';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMockServer } from '../../../src/refine/mock/server.js';
import { createProvider } from '../../../src/refine/providers/create-provider.js';
import type { HttpProviderName, ProviderOptions } from '../../../src/refine/providers/options.js';
import { CallError, type CompletionRequest, type Provider } from '../../../src/refine/providers/provider.js';
import { answer, RawServer } from '../../support/raw-server.js';

const KEY = 'sk-very-secret';
const NEVER = new AbortController().signal;
const REQUEST: CompletionRequest = {
  model: 'mock',
  system: 'You improve documents.',
  user: '<document-a1>\nsome "text"\u2028 with é and \u{1F600}\n</document-a1>',
  maxTokens: 300,
  temperature: 0,
};
const NAMES: readonly HttpProviderName[] = ['openai', 'anthropic'];

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

function providerAt(url: string, provider: HttpProviderName, options: Partial<ProviderOptions> = {}): Provider {
  const made = createProvider({ provider, baseUrl: `${url}/v1`, apiKey: KEY, ...options });
  open.push(made);
  return made;
}

async function mockProvider(
  name: HttpProviderName,
  options: Parameters<typeof createMockServer>[0] = {},
): Promise<Provider> {
  const server = await createMockServer({ latencyMs: 0, ...options });
  open.push(server);
  return providerAt(server.url, name);
}

async function errorOf(call: Promise<unknown>): Promise<CallError> {
  const error: unknown = await call.then(
    () => 'a completion',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CallError);
  return error as CallError;
}

const COMPLETIONS: Readonly<Record<HttpProviderName, (text: string) => object>> = {
  openai: (content) => ({ choices: [{ message: { content }, finish_reason: 'stop' }] }),
  anthropic: (text) => ({ type: 'message', content: [{ type: 'text', text }], stop_reason: 'end_turn' }),
};

describe.each(NAMES)('%s', (name) => {
  it('reads a completion', async () => {
    const provider = await mockProvider(name, { answers: { ignore: 1 } });
    const first = await provider.call(REQUEST, NEVER);
    expect(first).toMatchObject({ text: REQUEST.user, finish: 'stop' });
    const { usage } = await provider.call(REQUEST, NEVER);
    expect(usage).toEqual({ inputTokens: 21, cachedInputTokens: 6, cacheWriteTokens: 0, outputTokens: 15 });
    expect(first.usage!.inputTokens).toBe(21);
  });

  it('sends the unchanging part first, and everything as JSON', async () => {
    const server = await RawServer.start((socket) => socket.write(answer(200, JSON.stringify(COMPLETIONS[name]('x')))));
    await providerAt(server.url, name).call(REQUEST, NEVER);
    const sent = server.requests[0]!;
    const body: unknown = JSON.parse(Buffer.from(sent.slice(sent.indexOf('\r\n\r\n') + 4), 'latin1').toString());
    const messages = [{ role: 'user', content: REQUEST.user }];
    const expected =
      name === 'openai'
        ? {
            temperature: 0,
            max_tokens: 300,
            stream: false,
            messages: [{ role: 'system', content: REQUEST.system }, ...messages],
          }
        : {
            temperature: 0,
            max_tokens: 300,
            messages,
            system: [{ type: 'text', text: REQUEST.system, cache_control: { type: 'ephemeral' } }],
          };
    expect(body).toEqual({ model: 'mock', ...expected });
    expect(sent.indexOf(REQUEST.system)).toBeLessThan(sent.indexOf('document-a1'));
  });

  it('keeps connections alive for calls one after the other', async () => {
    const server = await RawServer.start((socket) => socket.write(answer(200, JSON.stringify(COMPLETIONS[name]('x')))));
    const provider = providerAt(server.url, name);
    for (let i = 0; i < 20; i++) await provider.call(REQUEST, NEVER);
    expect(server.requests.length).toBe(20);
    expect(server.connections).toBeLessThanOrEqual(2); // the next call may be there before the connection is free
  });

  it('knows an answer that was cut off, and a refusal', async () => {
    expect(await (await mockProvider(name, { answers: { truncate: 1 } })).call(REQUEST, NEVER)).toMatchObject({
      finish: 'length',
    });
    const refused = await (await mockProvider(name, { answers: { refuse: 1 } })).call(REQUEST, NEVER);
    expect(refused).toMatchObject({ finish: 'refusal', text: expect.stringContaining("can't help") as string });
    expect(await (await mockProvider(name, { answers: { empty: 1 } })).call(REQUEST, NEVER)).toMatchObject({
      text: '',
      finish: 'stop',
    });
  });

  it('reads the limits of the headers', async () => {
    const { limits } = await (await mockProvider(name, { rpm: 600, burstSeconds: 10 })).call(REQUEST, NEVER);
    expect(limits!.requests).toMatchObject({ limit: 600, remaining: 99 });
  });

  it.each([
    [401, '{}', 'ERR_PROVIDER_AUTH'],
    [403, '{}', 'ERR_PROVIDER_AUTH'],
    [402, '{}', 'ERR_PROVIDER_QUOTA'],
    [429, '{"error":{"code":"insufficient_quota"}}', 'ERR_PROVIDER_QUOTA'],
    [400, '{"error":{"message":"Your credit balance is too low"}}', 'ERR_PROVIDER_QUOTA'],
    [429, '{"error":{"code":"rate_limit_exceeded"}}', 'ERR_PROVIDER_RATE_LIMITED'],
    [404, '{"error":{"code":"model_not_found"}}', 'ERR_PROVIDER_NOT_FOUND'],
    [404, '<html>nothing here</html>', 'ERR_PROVIDER_NOT_FOUND'],
    [301, '', 'ERR_PROVIDER_NOT_FOUND'],
    [400, '{"error":{"message":"prompt too long"}}', 'ERR_PROVIDER_REQUEST'],
    [413, '', 'ERR_PROVIDER_REQUEST'],
    [422, '{}', 'ERR_PROVIDER_REQUEST'],
    [408, '', 'ERR_PROVIDER_UNAVAILABLE'],
    [500, '{}', 'ERR_PROVIDER_UNAVAILABLE'],
    [529, '{"error":{"type":"overloaded_error"}}', 'ERR_PROVIDER_UNAVAILABLE'],
    [204, '', 'ERR_PROVIDER_ANSWER'],
    [200, '', 'ERR_PROVIDER_ANSWER'],
    [200, '{"choices":[', 'ERR_PROVIDER_ANSWER'],
    [200, '<html>a proxy</html>', 'ERR_PROVIDER_ANSWER'],
    [200, '{"choices":[],"type":"message"}', 'ERR_PROVIDER_ANSWER'],
    [200, '{"choices":[{"message":"x"}],"type":"message","content":"x"}', 'ERR_PROVIDER_ANSWER'],
  ])('%d with %j is %s', async (status, body, code) => {
    const bytes = status === 204 ? 'HTTP/1.1 204 No Content\r\n\r\n' : answer(status, body, 'retry-after: 3\r\n');
    const server = await RawServer.start((socket) => socket.write(bytes));
    const error = await errorOf(providerAt(server.url, name).call(REQUEST, NEVER));
    expect(error).toMatchObject({ code, status });
    if (status >= 300) expect(error.retryAfterMs).toBe(3000);
    expect(error.message).toContain(server.url);
    expect(error.mayBeCharged).toBe(status < 300 || status >= 500);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['a reset before the answer', (socket) => socket.resetAndDestroy(), 'ERR_PROVIDER_UNAVAILABLE'],
    [
      'a reset in the middle of the body',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{', () => socket.resetAndDestroy()),
      'ERR_PROVIDER_UNAVAILABLE',
    ],
    ['an end in the middle of the head', (socket) => socket.end('HTTP/1.1 200'), 'ERR_PROVIDER_UNAVAILABLE'],
    ['another protocol', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), 'ERR_PROVIDER_UNAVAILABLE'],
    ['a body that is too long', (socket) => socket.write(answer(200, ' '.repeat(5000))), 'ERR_PROVIDER_ANSWER'],
  ])('%s', async (_, respond, code) => {
    const server = await RawServer.start(respond);
    const provider = providerAt(server.url, name, { answerBytesMax: 4096 });
    expect(await errorOf(provider.call(REQUEST, NEVER))).toMatchObject({ code, mayBeCharged: true });
    while (server.used > 0) await new Promise(setImmediate); // it did not keep a connection that it cannot use
  });

  it('tells a server that is not there, to which nothing was sent', async () => {
    const server = await createMockServer();
    await server.close();
    const error = await errorOf(providerAt(server.url, name).call(REQUEST, NEVER));
    expect(error).toMatchObject({ code: 'ERR_PROVIDER_UNAVAILABLE', verdict: 'retry', mayBeCharged: false });
  });

  it('frees its connection when it is aborted, before, while waiting for one, and in flight', async () => {
    const server = await RawServer.start((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{'));
    const provider = providerAt(server.url, name, { connectionsMax: 1 });
    const [gone, first, second] = [AbortSignal.abort(), new AbortController(), new AbortController()];
    await expect(provider.call(REQUEST, gone)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const [inFlight, waiting] = [provider.call(REQUEST, first.signal), provider.call(REQUEST, second.signal)];
    while (server.requests.length === 0) await new Promise(setImmediate);
    second.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    first.abort();
    await expect(inFlight).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    while (server.used > 0) await new Promise(setImmediate);
    expect(server.requests.length).toBe(1);
  });

  it('ends calls in flight when it is closed', async () => {
    const server = await RawServer.start(() => undefined);
    const provider = providerAt(server.url, name);
    const call = errorOf(provider.call(REQUEST, NEVER));
    while (server.requests.length === 0) await new Promise(setImmediate);
    await provider.close();
    expect((await call).code).toBe('ERR_PROVIDER_UNAVAILABLE');
  });

  it('never shows a key, not even one that a server echoes', async () => {
    const answers = [401, 429, 500, 200].map((status) => answer(status, `{"error":"wrong key ${KEY}"}`));
    for (const bytes of [...answers, 'garbage\r\n\r\n']) {
      const server = await RawServer.start((socket) => socket.end(bytes));
      const provider = providerAt(server.url.replace('//', '//user:pass-word@'), name, {
        headers: { 'x-api-token': 'tok-en' },
      });
      const error = await errorOf(provider.call(REQUEST, NEVER));
      const shown = inspect(error, { depth: 20, showHidden: true }) + String(error.stack);
      for (const secret of [KEY, 'pass-word', 'tok-en']) expect(shown).not.toContain(secret);
    }
  });
});
