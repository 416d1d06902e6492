import { readFileSync } from 'node:fs';
import type { MockServerOptions } from '../../../src/refine/mock/options.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';

/** A text that does not pass the gate, and another for each number. */
export function poorText(id: number): string {
  return `number ${id} is about some thing that is not explained and then there are more words about it again`;
}

export function poorRows(count: number): { readonly id: string; readonly text: string }[] {
  return Array.from({ length: count }, (_, id) => ({ id: `doc-${id}`, text: poorText(id) }));
}

/** Where calls go to, and how they are tried again. */
export function callsTo({ url }: Pick<MockServer, 'url'>): Pick<RefineFilesOptions, 'providers' | 'retry' | 'prices'> {
  return {
    providers: [{ provider: { provider: 'openai', baseUrl: `${url}/v1` }, model: 'mock' }],
    retry: { retries: 3, baseMs: 1, capMs: 5 },
    prices: { mock: { input: 1, output: 2 } },
  };
}

/** Calls of the log of a server, by the digest of their prompts. */
export function loggedCalls(path: string): { readonly digest: string; readonly outcome: string }[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { digest: string; outcome: string });
}

export { createMockServer, type MockServer, type MockServerOptions };
