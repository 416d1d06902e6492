/**
 * Proves that bad input from outside has a name and does no harm: whatever is wrong with key, URL, model, server or answer, the run ends
 * with that error, or every document comes back as it was with the reason in its row; and the key is in no row, error or output.
 */
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, expect, it, vi } from 'vitest';
import { createEngine } from '../../../src/engine/engine.js';
import type { RefineRunOptions } from '../../../src/engine/refine/options.js';
import type { RefineOutcome } from '../../../src/engine/refine/refine-run.js';
import { answerTo, documentOf, type AnswerKind } from '../../../src/refine/mock/answers.js';
import type { MockServerOptions } from '../../../src/refine/mock/options.js';
import { createMockServer } from '../../../src/refine/mock/server.js';
import type { StepOutcome } from '../../../src/refine/row.js';
import { answer, RawServer } from '../../support/raw-server.js';

const KEY = 'sk-very-secret';
const SENTENCE =
  'The pump of the greenhouse runs for some minutes in the morning when it is dry and nobody has to be there. ';
const TEXT = `${SENTENCE.repeat(3)}It is built of a barrel, a valve and a motor that Maria keeps in the shed behind the house.`;
const DOCUMENTS = [
  { id: 1, text: TEXT },
  { id: 'two', text: `${TEXT} So it was last year.` },
];

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of open.splice(0).reverse()) await each.close();
});

/** Starts a server and returns its URL. */
type Start = () => Promise<string>;

function mock(options: MockServerOptions): Start {
  return async () => {
    const server = await createMockServer({ latencyMs: 0, ...options });
    open.push(server);
    return server.url;
  };
}

function answers(kind: AnswerKind): Start {
  return mock({ answers: { [kind]: 1 } });
}

function raw(respond: (socket: Socket, request: string) => void): Start {
  return async () => (await RawServer.start(respond)).url;
}

function sends(bytes: string): Start {
  return raw((socket) => socket.end(bytes));
}

/** A model whose answer is what it makes of an improved document. */
function completes(change: (improved: string, text: string, tag: string) => string): Start {
  return raw((socket, request) => {
    const body = JSON.parse(request.slice(request.indexOf('\r\n\r\n'))) as { messages: { content: string }[] };
    const prompt = body.messages.at(-1)?.content ?? '';
    const { tag = '', text } = documentOf(prompt);
    const improved = documentOf(answerTo(prompt, 'improve').text).text;
    const content = `<${tag}>\n${change(improved, text, tag)}\n</${tag}>`;
    socket.write(answer(200, JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] })));
  });
}

async function refused(): Promise<string> {
  const server = await createMockServer();
  await server.close();
  return server.url;
}

/** Refines all documents; what is printed meanwhile is returned as well. */
async function refine(
  url: string,
  options: Partial<RefineRunOptions>,
): Promise<{ outcomes: RefineOutcome[]; error: unknown; printed: string }> {
  const printed: unknown[] = [];
  const print = (piece: unknown): boolean => printed.push(piece) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(print);
  vi.spyOn(process.stderr, 'write').mockImplementation(print);
  const engine = await createEngine({ workers: 1 });
  open.push(engine);
  const provider = { provider: 'openai', baseUrl: `${url}/v1`, apiKey: KEY, headers: { 'x-token': KEY } } as const;
  const run = engine.refine(DOCUMENTS, {
    providers: [{ provider, model: 'any' }],
    retry: { retries: 1, baseMs: 1, capMs: 2 },
    gate: 'documentation.overall >= 0.95',
    iterations: 1,
    ...options,
  });
  const outcomes: RefineOutcome[] = [];
  let error: unknown;
  try {
    for await (const outcome of run) outcomes.push(outcome);
  } catch (thrown) {
    error = thrown;
  }
  vi.restoreAllMocks();
  return { outcomes, error, printed: printed.join('') };
}

function expectNoKey(...shown: readonly unknown[]): void {
  for (const each of shown) expect(inspect(each, { depth: 20, showHidden: true })).not.toContain(KEY);
}

const HTML = `<!doctype html><html><body>Welcome, ${KEY}</body></html>`;

it.each<[what: string, start: Start, code: string, options: Partial<RefineRunOptions>]>([
  ['a wrong key', mock({ key: 'right' }), 'ERR_PROVIDER_AUTH', {}],
  ['a server that refuses a key and shows it', sends(answer(403, HTML)), 'ERR_PROVIDER_AUTH', {}],
  ['a URL behind which is nothing', sends(answer(404, HTML)), 'ERR_PROVIDER_NOT_FOUND', {}],
  ['a URL that leads elsewhere', sends(answer(302, '', 'location: /login\r\n')), 'ERR_PROVIDER_NOT_FOUND', {}],
  ['an unknown model', mock({ model: 'known' }), 'ERR_PROVIDER_NOT_FOUND', {}],
  ['a used-up quota', mock({ quotaCalls: 0 }), 'ERR_PROVIDER_QUOTA', {}],
  ['a price that is none', answers('improve'), 'ERR_OPTION_RANGE', { prices: { any: { input: -1, output: 1 } } }],
])('%s ends the run with its name', async (_, start, code, options) => {
  const { outcomes, error, printed } = await refine(await start(), options);
  expect(error).toMatchObject({ name: 'MillraceError', code });
  expect(outcomes).toEqual([]);
  expectNoKey(error, printed);
});

it.each<[what: string, start: Start, outcome: StepOutcome, reason: string, options?: Partial<RefineRunOptions>]>([
  ['a server that is not there', refused, 'failed', 'ERR_PROVIDER_UNAVAILABLE'],
  ['a page of HTML', sends(answer(200, HTML)), 'failed', 'ERR_PROVIDER_ANSWER'],
  ['another protocol', sends('SSH-2.0-OpenSSH_9.6\r\n'), 'failed', 'ERR_PROVIDER_UNAVAILABLE'],
  ['JSON of another kind', sends(answer(200, `{"ok":"${KEY}"}`)), 'failed', 'ERR_PROVIDER_ANSWER'],
  ['a request that is refused', sends(answer(422, HTML)), 'failed', 'ERR_PROVIDER_REQUEST'],
  ['no answer at all', raw(() => undefined), 'failed', 'ERR_PROVIDER_TIMEOUT', { callTimeoutMs: 60 }],
  [
    'a body without end',
    raw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{')),
    'failed',
    'ERR_PROVIDER_TIMEOUT',
    { callTimeoutMs: 60 },
  ],
  [
    'an answer without text',
    sends(answer(200, '{"choices":[{"message":{},"finish_reason":"stop"}]}')),
    'rejected',
    'empty',
  ],
  ['an empty answer', answers('empty'), 'rejected', 'empty'],
  ['an empty document', completes(() => ' '), 'rejected', 'empty'],
  ['a refusal', answers('refuse'), 'rejected', 'refused'],
  ['an answer that is cut off', answers('truncate'), 'rejected', 'truncated'],
  ['an answer without the fence', answers('unfenced'), 'rejected', 'unfenced'],
  ['the fence echoed', answers('echo'), 'rejected', 'ambiguous'],
  [
    'the fence inside the document',
    completes((improved, _text, tag) => `${improved}\n<${tag}>`),
    'rejected',
    'ambiguous',
  ],
  ['broken characters', completes((improved) => `${improved}\ufffd`), 'rejected', 'malformed'],
  ['another language', completes((improved) => improved.replace(/(?<=\s)[a-z]+/g, 'слово')), 'rolled_back', 'language'],
  [
    'a text ten times too long',
    completes((improved, text) => `${improved}\n\n${Array.from({ length: 10 }, () => text).join('\n\n')}`),
    'rolled_back',
    'length',
  ],
  [
    'a made-up link',
    completes((improved) => `${improved}\nSee [more](https://made.up/link).`),
    'rolled_back',
    'added_links',
  ],
  ['a made-up number', completes((improved) => `${improved}\nThat is 40 litres.`), 'rolled_back', 'added_numbers'],
])('%s leaves every document as it was and says why', async (_, start, outcome, reason, options = {}) => {
  const { outcomes, error, printed } = await refine(await start(), options);
  expect(error).toBeUndefined();
  expect(outcomes).toMatchObject(
    DOCUMENTS.map(({ id, text }) => ({ id, text, accepted: false, steps: [{ outcome, reason }] })),
  );
  expectNoKey(outcomes, printed);
});

it('an answer that is none of these is kept', async () => {
  const { outcomes, error, printed } = await refine(await completes((improved) => improved)(), {});
  expect(error).toBeUndefined();
  expect(outcomes).toMatchObject(DOCUMENTS.map(({ id }) => ({ id, accepted: true, steps: [{ outcome: 'kept' }] })));
  expectNoKey(outcomes, printed);
});
