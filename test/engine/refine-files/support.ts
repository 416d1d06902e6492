import { existsSync, readFileSync } from 'node:fs';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { verifyRefineRun } from '../../../src/engine/refine-files/verify.js';
import type { Difference } from '../../../src/ledger/calls/verify.js';
import { answerTo } from '../../../src/refine/mock/answers.js';
import { documentOf } from '../../../src/refine/mock/answers.js';
import type { Completion, CompletionRequest, Provider } from '../../../src/refine/providers/provider.js';
import { jsonLines, readRows, type Scratch } from '../../support/scratch.js';

/** A text that does not pass the gate, another for each number. */
export function poorText(id: number): string {
  return `number ${id} is about some thing that is not explained and then there are more words about it again`;
}

export function poorRows(count: number): { readonly id: string; readonly text: string }[] {
  return Array.from({ length: count }, (_, id) => ({ id: `doc-${id}`, text: poorText(id) }));
}

/** The number of the document in a prompt. */
export function numberIn({ user }: CompletionRequest): number {
  return Number(/number (\d+)/.exec(documentOf(user).text)?.[1]);
}

/** A model in this process, which improves each document as soon as `before` lets it. */
export class LocalModel implements Provider {
  readonly name = 'local';
  /** Prompts that came, in order. */
  readonly asked: string[] = [];
  readonly numbers: number[] = [];
  answered = 0;
  readonly #before: (request: CompletionRequest, signal: AbortSignal) => Promise<unknown>;

  constructor(before: (request: CompletionRequest, signal: AbortSignal) => Promise<unknown> = () => Promise.resolve()) {
    this.#before = before;
  }

  async call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    this.asked.push(request.user);
    this.numbers.push(numberIn(request));
    await this.#before(request, signal);
    this.answered++;
    const usage = { inputTokens: 100, cachedInputTokens: 10, cacheWriteTokens: 0, outputTokens: 50 };
    return { ...answerTo(request.user, 'improve'), usage, limits: undefined };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** Options of a run over rows, with a folder of its own. */
export function runOver(
  scratch: Scratch,
  rows: readonly unknown[],
  model: Provider,
): RefineFilesOptions & { readonly output: string; readonly run: string } {
  const name = scratch.fresh('');
  scratch.write(`${name.slice(scratch.folder.length + 1)}.in.jsonl`, jsonLines(rows));
  return {
    inputs: [`${name}.in.jsonl`],
    output: `${name}.jsonl`,
    run: `${name}.run`,
    workers: 1,
    providers: [{ provider: model, model: 'm' }],
    prices: { m: { input: 1, output: 2 } },
    retry: { retries: 0 },
  };
}

export function lettersOf({ output }: { readonly output: string }): Record<string, unknown>[] {
  return readRows(`${output}.failed.jsonl`);
}

/** An output as it is on disk; undefined where there is none. */
export function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

export async function differencesOf(dir: string, onWarn?: (message: string) => void): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for await (const each of verifyRefineRun(dir, onWarn && { onWarn })) found.push(each);
  return found;
}
