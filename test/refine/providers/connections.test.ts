/**
 * Proves when a connection is used again and when not, that what a server sends unasked is no answer to the next call, that calls wait
 * for a connection in the order in which they came, and that connections at rest hold nothing up. The server sends whatever bytes a
 * test says; the time of rests is moved by hand.
 */
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpProvider } from '../../../src/refine/providers/http-provider.js';
import { OPENAI } from '../../../src/refine/providers/openai.js';
import { resolveProviderOptions, type ProviderOptions } from '../../../src/refine/providers/options.js';
import type { CompletionRequest } from '../../../src/refine/providers/provider.js';
import { ManualClock } from '../../support/manual-clock.js';
import { answer, RawServer } from '../../support/raw-server.js';

const NEVER = new AbortController().signal;

const open: HttpProvider[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

function providerAt(url: string, clock = new ManualClock(), options: Partial<ProviderOptions> = {}): HttpProvider {
  const given: ProviderOptions = { provider: 'openai', baseUrl: `${url}/v1`, ...options };
  const made = new HttpProvider(OPENAI, resolveProviderOptions(given, {}), clock);
  open.push(made);
  return made;
}

function requestOf(user: string): CompletionRequest {
  return { model: 'm', system: 's', user, maxTokens: 10, temperature: undefined };
}

/** An answer that says the same as the request. */
function echo(request: string, headers = ''): string {
  const user = /"role":"user","content":"(.*?)"/.exec(request)?.[1] ?? '';
  return answer(200, JSON.stringify({ choices: [{ message: { content: user }, finish_reason: 'stop' }] }), headers);
}

function echoing(headers = '', after = ''): (socket: Socket, request: string) => void {
  return (socket, request) => socket.write(echo(request, headers) + after);
}

async function ask(provider: HttpProvider, user: string): Promise<string> {
  return (await provider.call(requestOf(user), NEVER)).text;
}

async function turns(until: () => boolean): Promise<void> {
  while (!until()) await new Promise(setImmediate);
}

/** Until a connection that was given back can be used again. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

describe('a connection', () => {
  it('is used again', async () => {
    const server = await RawServer.start(echoing());
    const provider = providerAt(server.url);
    for (const user of ['a', 'b', 'c']) expect(await ask(provider, user)).toBe(user);
    expect(server.connections).toBe(1);
  });

  it.each([
    ['the server wants to close it', 'connection: close\r\n', ''],
    ['more came than was asked for', '', answer(200, '{"choices":[{"message":{"content":"stray"}}]}')],
  ])('is not used again when %s', async (_, headers, after) => {
    const server = await RawServer.start(echoing(headers, after));
    const provider = providerAt(server.url);
    for (const user of ['a', 'b', 'c']) expect(await ask(provider, user)).toBe(user);
    expect(server.connections).toBe(3);
  });

  it('is not used again when the server closes it without a word', async () => {
    const server = await RawServer.start((socket, request) => socket.end(echo(request)));
    const provider = providerAt(server.url, new ManualClock(), { connectionsMax: 2 });
    const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
    expect(await Promise.all(users.map((user) => ask(provider, user)))).toEqual(users);
    expect(server.connections).toBe(20);
  });

  it('is closed when the server sends something while it rests', async () => {
    const sockets: Socket[] = [];
    const server = await RawServer.start((socket, request) => {
      sockets.push(socket);
      socket.write(echo(request));
    });
    const provider = providerAt(server.url);
    expect(await ask(provider, 'a')).toBe('a');
    sockets[0]!.write(answer(408, ''));
    await turns(() => server.used === 0);
    expect(await ask(provider, 'b')).toBe('b');
    expect(server.connections).toBe(2);
  });

  it.each([
    ['', 4000],
    ['keep-alive: timeout=5, max=100\r\n', 3000],
    ['keep-alive: timeout=1\r\n', -1],
  ])('rests, told %j, for %d ms at most', async (headers, restMs) => {
    const server = await RawServer.start(echoing(headers));
    const clock = new ManualClock();
    const provider = providerAt(server.url, clock);
    await ask(provider, 'a');
    await settle();
    clock.advance(Math.max(restMs, 0));
    await ask(provider, 'b');
    await settle();
    expect(server.connections).toBe(restMs < 0 ? 2 : 1);
    clock.advance(restMs + 1);
    await ask(provider, 'c');
    expect(server.connections).toBe(restMs < 0 ? 3 : 2);
  });

  it('at rest does not keep the process alive', async () => {
    const server = await RawServer.start(echoing());
    const provider = providerAt(server.url);
    const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    await ask(provider, 'a');
    const afterAnswer = sockets();
    await turns(() => sockets() < afterAnswer);
    const atRest = sockets();
    const call = ask(provider, 'b');
    expect(sockets()).toBe(atRest + 1);
    await call;
  });

  it('reads answers in chunks, and such as end with it', async () => {
    const body = '{"choices":[{"message":{"content":"é"},"finish_reason":"stop"}]}';
    const half = body.indexOf('é');
    const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    const inChunks = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk(body.slice(0, half))}${chunk(body.slice(half))}${chunk('')}`;
    const server = await RawServer.start((socket) => {
      if (server.requests.length < 3) socket.write(inChunks);
      else socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`);
    });
    const provider = providerAt(server.url);
    for (let call = 0; call < 4; call++) expect(await ask(provider, 'a')).toBe('é');
    expect(server.connections).toBe(2);
  });
});

describe('calls', () => {
  it('wait for a connection in the order in which they came', async () => {
    const server = await RawServer.start(echoing());
    const provider = providerAt(server.url, new ManualClock(), { connectionsMax: 2 });
    const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
    const answered: string[] = [];
    await Promise.all(users.map(async (user) => answered.push(await ask(provider, user))));
    expect(answered.toSorted()).toEqual(users.toSorted());
    expect(server.connections).toBe(2);
    const sent = server.requests.map((request) => users.findIndex((user) => request.includes(`"${user}"`)));
    const moved = sent.map((place, index) => Math.abs(place - index));
    expect(Math.max(...moved)).toBeLessThanOrEqual(1); // Two connections are read in either order.
  });

  it('go on with new connections when those before were closed', async () => {
    const server = await RawServer.start((socket, request) => {
      if (server.requests.length % 2 === 0) socket.destroy();
      else socket.write(echo(request));
    });
    const provider = providerAt(server.url, new ManualClock(), { connectionsMax: 1 });
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((user) => ask(provider, user)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, false, true]);
    expect(server.connections).toBe(3);
  });

  it('are all told that the server is not there, though they wait for the same few connections', async () => {
    const server = await RawServer.start(() => undefined);
    const { url } = server;
    await server.close();
    const provider = providerAt(url, new ManualClock(), { connectionsMax: 2 });
    const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((user) => ask(provider, user)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ reason: { code: 'ERR_PROVIDER_UNAVAILABLE', mayBeCharged: false } });
  });

  it('are refused when the provider is closed', async () => {
    const provider = providerAt('http://127.0.0.1:9');
    await provider.close();
    await expect(ask(provider, 'a')).rejects.toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      mayBeCharged: false,
    });
  });
});
