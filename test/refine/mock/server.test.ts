/**
 * Proves that the mock server speaks both protocols, fails and limits as it is told to, and is the same for the same seed. The
 * client of the `openai` package, which knows nothing of it, reads its answers; everything else is asked for by bare HTTP.
 */
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/engine.js';
import { ANSWERS } from '../../../src/refine/mock/answers.js';
import { FAULTS, type MockServerOptions } from '../../../src/refine/mock/options.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(options: MockServerOptions = {}): Promise<MockServer> {
  const server = await createMockServer({ latencyMs: 0, ...options });
  open.push(server);
  return server;
}

function poolOf(server: MockServer): Pool {
  const pool = new Pool(server.url, { connections: 8 });
  open.push({ close: () => pool.destroy() });
  return pool;
}

const POOR = 'some words about a thing that is not explained and then more words about it without any example at all';
const fenced = (text: string): string => `Improve this.\n<document-a1>\n${text}\n</document-a1>`;

interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

async function ask(pool: Pool, user = fenced(POOR), rest: object = {}): Promise<Asked> {
  const messages = [
    { role: 'system', content: 'You improve documents.' },
    { role: 'user', content: user },
  ];
  const answer = await pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mock', max_tokens: 500, messages, ...rest }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
}

async function askAnthropic(pool: Pool, headers: Record<string, string> = {}): Promise<Asked> {
  const system = [{ type: 'text', text: 'You improve documents.', cache_control: { type: 'ephemeral' } }];
  const messages = [{ role: 'user', content: fenced(POOR) }];
  const answer = await pool.request({
    path: '/v1/messages',
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'mock', max_tokens: 500, system, messages }),
  });
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
}

describe('protocols', () => {
  it('answers a client that expects OpenAI', async () => {
    const { url } = await start();
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' });
    const completion = await client.chat.completions.create({
      model: 'mock',
      max_completion_tokens: 500,
      messages: [{ role: 'user', content: fenced(POOR) }],
    });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', refusal: null },
    });
    expect(completion.choices[0]!.message.content).toMatch(/^<document-a1>\n# Guide[^]*<\/document-a1>$/);
    expect(completion.usage!.total_tokens).toBe(completion.usage!.prompt_tokens + completion.usage!.completion_tokens);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['mock']);
  });

  it('answers as Anthropic does, and counts what comes out of the prompt cache', async () => {
    const pool = poolOf(await start());
    const first = await askAnthropic(pool);
    const second = await askAnthropic(pool);
    expect(first.body).toMatchObject({
      type: 'message',
      stop_reason: 'end_turn',
      content: [{ type: 'text' }],
      usage: { cache_creation_input_tokens: 6, cache_read_input_tokens: 0 },
    });
    expect(second.body).toMatchObject({ usage: { cache_creation_input_tokens: 0, cache_read_input_tokens: 6 } });
  });

  it('cuts an answer at the tokens that were asked for', async () => {
    const pool = poolOf(await start());
    const { body } = await ask(pool, fenced(POOR), { max_tokens: 10 });
    expect(body).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 10 } });
  });
});

describe('answers', () => {
  it('improve by the measure of this engine, and worsen by it', async () => {
    await using engine = await createEngine({ workers: 1 });
    const [improve, worsen] = await Promise.all(
      (['improve', 'worsen'] as const).map(async (kind) => {
        const { body } = await ask(poolOf(await start({ answers: { [kind]: 1 } })));
        return textOf(body).replace(/<\/?document-a1>\n?/g, '');
      }),
    );
    const [before, better] = [await engine.score({ text: POOR }), await engine.score({ text: improve! })];
    expect(better.documentation.overall).toBeGreaterThan(before.documentation.overall + 0.1);
    const [good, worse] = [await engine.score({ text: improve! }), await engine.score({ text: worsen! })];
    expect(worse.documentation.overall).toBeLessThan(good.documentation.overall);
  });

  it.each(ANSWERS)('%s is an answer with its reason to end', async (kind) => {
    const { status, body } = await ask(poolOf(await start({ answers: { [kind]: 1 } })));
    expect(status).toBe(200);
    const finish = kind === 'truncate' ? 'length' : 'stop';
    expect(body).toMatchObject({ choices: [{ finish_reason: finish }] });
    if (kind === 'ignore') expect(textOf(body)).toContain(POOR);
    if (kind === 'empty') expect(textOf(body)).toBe('');
    if (kind === 'shorten')
      expect(
        POOR.startsWith(
          textOf(body)
            .replace(/<\/?document-a1>\n?/g, '')
            .trimEnd(),
        ),
      ).toBe(true);
    if (kind === 'long') expect(textOf(body).length).toBeGreaterThan(POOR.length * 10);
  });
});

function textOf(body: unknown): string {
  return (body as { choices: [{ message: { content: string | null } }] }).choices[0].message.content ?? '';
}

describe('faults', () => {
  const STATUS: Readonly<Record<string, number>> = { '429': 429, '429-retry': 429, '500': 500, '503': 503 };

  it.each(Object.keys(STATUS))('%s is that status', async (fault) => {
    const { status, headers } = await ask(poolOf(await start({ faults: { [fault]: 1 }, retryAfterSeconds: 7 })));
    expect(status).toBe(STATUS[fault]);
    expect(headers['retry-after']).toBe(fault === '429-retry' ? '7' : undefined);
  });

  it('malformed is a body that is no JSON', async () => {
    await expect(ask(poolOf(await start({ faults: { malformed: 1 } })))).rejects.toThrow(SyntaxError);
  });

  it('reset breaks the connection off', async () => {
    await expect(ask(poolOf(await start({ faults: { reset: 1 } })))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('slow sends the body in two parts', async () => {
    const { status } = await ask(poolOf(await start({ faults: { slow: 1 }, slowMs: 20 })));
    expect(status).toBe(200);
  });

  it('hang never answers, and the server ends all the same', async () => {
    const server = await start({ faults: { hang: 1 } });
    const asking = ask(poolOf(server));
    while (server.stats().outcomes['hang'] === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
    await server.close();
    open.splice(open.indexOf(server), 1);
    await expect(asking).rejects.toThrow();
  });

  it('come as often as asked for, and to the same requests with the same seed', async () => {
    const share = { faults: { '500': 0.3 } };
    const statuses = async (seed: number): Promise<number[]> => {
      const pool = poolOf(await start({ ...share, seed }));
      const asked = Array.from({ length: 300 }, (_, i) => ask(pool, fenced(`${i}`)));
      return (await Promise.all(asked)).map(({ status }) => status);
    };
    const [first, again, other] = [await statuses(7), await statuses(7), await statuses(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const failed = first.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(60);
    expect(failed).toBeLessThan(120);
  });

  it('are not the same for a repeated request', async () => {
    const pool = poolOf(await start({ faults: { '500': 0.5 } }));
    const statuses: number[] = [];
    for (let i = 0; i < 40; i++) statuses.push((await ask(pool)).status);
    expect(new Set(statuses)).toEqual(new Set([200, 500]));
  });

  it('refuses shares of more than the whole', async () => {
    const faults = Object.fromEntries(FAULTS.map((fault) => [fault, 0.2]));
    await expect(start({ faults })).rejects.toThrow('mock.faults must sum to 1 at most, got 1.59');
  });
});

describe('refusals', () => {
  it('refuses another key, another model and a prompt that is too long', async () => {
    const pool = poolOf(await start({ key: 'right', model: 'known', contextTokens: 600 }));
    expect((await askAnthropic(pool, { 'x-api-key': 'wrong' })).status).toBe(401);
    const unknown = await askAnthropic(pool, { 'x-api-key': 'right' });
    expect(unknown).toMatchObject({ status: 404, body: { type: 'error', error: { type: 'not_found_error' } } });
    const server = poolOf(await start({ contextTokens: 600 }));
    expect((await ask(server, 'x'.repeat(800))).body).toMatchObject({ error: { code: 'context_length_exceeded' } });
  });

  it('has a quota', async () => {
    const pool = poolOf(await start({ quotaCalls: 2 }));
    const statuses = [await ask(pool), await ask(pool), await ask(pool)].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('limits requests, and its headers tell so', async () => {
    const server = await start({ rpm: 60, burstSeconds: 3 });
    const asked = await Promise.all(Array.from({ length: 6 }, () => ask(poolOf(server))));
    const refused = asked.filter(({ status }) => status === 429);
    expect(asked.length - refused.length).toBeGreaterThanOrEqual(3);
    expect(asked.length - refused.length).toBeLessThanOrEqual(4); // one more when a second went by
    expect(Number(refused[0]!.headers['retry-after-ms'])).toBeLessThanOrEqual(1000);
    expect(refused[0]!.headers).toMatchObject({ 'x-ratelimit-limit-requests': '60', 'retry-after': '1' });
  });

  it('lets a request of more tokens than a burst through once the limit is whole', async () => {
    const pool = poolOf(await start({ tpm: 600 }));
    expect((await ask(pool)).status).toBe(200);
    expect((await ask(pool)).status).toBe(429);
  });
});

describe('what it notes', () => {
  it('writes every call to the log and counts it', async () => {
    const log = scratch.fresh('.jsonl');
    const server = await start({ log, prices: { input: 1, output: 10 }, faults: { '500': 0.5 } });
    const pool = poolOf(server);
    for (let i = 0; i < 20; i++) await ask(pool, fenced(`${i}`));
    const { calls, outcomes, usd } = server.stats();
    expect(calls).toBe(20);
    await server.close();
    open.splice(open.indexOf(server), 1);
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as { outcome: string; usd: number; digest: string });
    expect(logged.length).toBe(20);
    expect(logged.filter(({ outcome }) => outcome === '500').length).toBe(outcomes['500']);
    expect(logged.reduce((sum, call) => sum + call.usd, 0)).toBeCloseTo(usd, 12);
    expect(new Set(logged.map(({ digest }) => digest)).size).toBe(20);
  });
});

describe('HTTP', () => {
  async function exchange(server: MockServer, ...parts: readonly string[]): Promise<string> {
    const socket = connect(server.port, '127.0.0.1');
    const received: Buffer[] = [];
    socket.on('data', (bytes) => received.push(bytes));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    for (const part of parts) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    return Buffer.concat(received).toString();
  }
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: fenced(POOR) }] });
  const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\n';

  it('takes a body in chunks and in pieces of any size', async () => {
    const server = await start();
    const chunked = `${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`;
    for (const size of [1, 7, 1000]) {
      const parts = chunked.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
      expect(await exchange(server, ...parts)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
  });

  it('answers requests that come together in their order', async () => {
    const server = await start();
    const get = (path: string, close = ''): string => `GET ${path} HTTP/1.1\r\nhost: mock\r\n${close}\r\n`;
    const answers = await exchange(
      server,
      get('/v1/models') + get('/nothing') + get('/v1/models', 'connection: close\r\n'),
    );
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  });

  it.each([
    ['no request', 'hello\r\n\r\n', '400'],
    ['two lengths', `${HEAD}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n`, '400'],
    ['a length that is none', `${HEAD}content-length: 1x\r\n\r\n`, '400'],
    ['an endless head', `${HEAD}x: ${'y'.repeat(20_000)}\r\n\r\n`, '431'],
    ['an endless body', `${HEAD}content-length: 999999999\r\n\r\n`, '413'],
    ['a chunk without a length', `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`, '400'],
  ])('refuses %s and closes', async (_, request, status) => {
    expect(await exchange(await start(), request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });
});
