/** A model behind HTTP that fails where a script says, and keeps books of its own. */
import type { Socket } from 'node:net';
import { answerTo, documentOf, type Answer } from '../../../src/refine/mock/answers.js';
import { OPENAI, type MockRequest, type MockUsage } from '../../../src/refine/mock/protocols.js';
import { answer, RawServer } from '../../support/raw-server.js';

/** What goes wrong with a call: instead of its answer, on the way, and in it. */
export const CALL_FAULTS = [
  '429',
  '429 with Retry-After',
  '500',
  '503',
  'request',
  'auth',
  'quota',
  'never answering',
  'reset before headers',
  'reset after headers',
  'reset in the body',
  'slow body',
  'malformed JSON',
  'empty text',
  'refusal',
  'truncated',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** One request as the server sees it. */
export interface Served {
  /** The number in the text. */
  readonly document: number;
  /** Prompts of the document that came before. */
  readonly iteration: number;
  /** How often the same prompt came before. */
  readonly attempt: number;
}

/** What becomes of a request; undefined: it is answered. */
export type Script = (served: Served) => CallFault | undefined | Promise<CallFault | undefined>;

export const SOUND: Script = () => undefined;

/** US dollars for a million tokens; one token is so many 1e-9 USD times 1000. */
export const PRICES = { input: 1, output: 2 };

const TOKEN_BYTES = 4;

export class ScriptedModel {
  readonly url: string;
  /** Without a fault. */
  script: Script = SOUND;
  answers: (prompt: string, served: Served) => Answer = (prompt) => answerTo(prompt, 'improve');
  /** Requests that came in, and those of them that were answered as they should be. */
  readonly served: Served[] = [];
  answered = 0;
  /** For every request that was not refused: a model that fails may have done the work, and sends its bill. */
  spentNanoUsd = 0;
  readonly #prompts = new Map<number, string[]>();
  readonly #attempts = new Map<string, number>();

  private constructor(url: string) {
    this.url = url;
  }

  /** Ends with the test. */
  static async start(): Promise<ScriptedModel> {
    const server = await RawServer.start((socket, request) => void model.respond(socket, request));
    const model = new ScriptedModel(`${server.url}/v1`);
    return model;
  }

  async respond(socket: Socket, request: string): Promise<void> {
    const asked = OPENAI.parse(JSON.parse(request.slice(request.indexOf('\r\n\r\n') + 4)));
    if (asked === undefined) throw new Error('the request is none');
    const served = this.#servedOf(asked);
    this.served.push(served);
    const fault = await this.script(served);
    if (fault === undefined) this.answered++;
    const said = answerOf(fault, asked, this.answers(asked.user, served));
    const usage = usageOf(asked, said);
    if (!isRefused(fault))
      this.spentNanoUsd += 1000 * (PRICES.input * usage.inputTokens + PRICES.output * usage.outputTokens);
    deliver(socket, fault, OPENAI.answer(`${this.served.length}`, asked.model, said, usage));
  }

  #servedOf({ user }: MockRequest): Served {
    const document = Number(/number (\d+)/.exec(documentOf(user).text)?.[1]);
    const prompts = this.#prompts.get(document) ?? [];
    if (!prompts.includes(user)) this.#prompts.set(document, [...prompts, user]);
    const attempt = this.#attempts.get(user) ?? 0;
    this.#attempts.set(user, attempt + 1);
    return { document, iteration: (this.#prompts.get(document) ?? []).indexOf(user), attempt };
  }
}

function answerOf(fault: CallFault | undefined, { user }: MockRequest, sound: Answer): Answer {
  if (fault === 'empty text') return answerTo(user, 'empty');
  if (fault === 'refusal') return answerTo(user, 'refuse');
  return fault === 'truncated' ? answerTo(user, 'truncate') : sound;
}

function usageOf({ system, user }: MockRequest, { text }: Answer): MockUsage {
  const inputTokens = Math.ceil((system.length + user.length) / TOKEN_BYTES);
  return { inputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: Math.ceil(text.length / TOKEN_BYTES) };
}

/** Before anything was done for it. */
function isRefused(fault: CallFault | undefined): boolean {
  return fault !== undefined && Object.hasOwn(REFUSALS, fault);
}

const REFUSALS: Readonly<Partial<Record<CallFault, string>>> = {
  '429': refusal(429, 'rate_limit_exceeded'),
  '429 with Retry-After': refusal(429, 'rate_limit_exceeded', 'retry-after: 1\r\nretry-after-ms: 5\r\n'),
  request: refusal(400, 'invalid_request_error'),
  auth: refusal(401, 'invalid_api_key'),
  quota: refusal(429, 'insufficient_quota'),
};

function refusal(status: number, code: string, headers = ''): string {
  return answer(status, OPENAI.error(code, code, 'on purpose'), headers);
}

function deliver(socket: Socket, fault: CallFault | undefined, body: string): void {
  const refused = fault === undefined ? undefined : REFUSALS[fault];
  const whole = answer(200, body);
  const bodyAt = whole.length - body.length;
  switch (fault) {
    case '500':
    case '503':
      socket.write(answer(Number(fault), OPENAI.error('server_error', 'server_error', 'on purpose')));
      break;
    case 'never answering':
      break;
    case 'reset before headers':
      socket.resetAndDestroy();
      break;
    case 'reset after headers':
      breakAfter(socket, whole.slice(0, bodyAt));
      break;
    case 'reset in the body':
      breakAfter(socket, whole.slice(0, bodyAt + (body.length >> 1)));
      break;
    case 'slow body':
      socket.write(whole.slice(0, bodyAt + (body.length >> 1))); // the rest never comes
      break;
    case 'malformed JSON':
      socket.write(answer(200, body.slice(0, body.length >> 1)));
      break;
    default:
      socket.write(refused ?? whole);
  }
}

/** Reset only when the other side may have read it: a reset takes along what is on its way. */
function breakAfter(socket: Socket, bytes: string): void {
  socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 2));
}
