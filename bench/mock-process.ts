/** The mock server in a process of its own; tells what it was asked for and how much processor time that took. */
import { messageOf } from '../src/core/errors.js';
import type { MockServerOptions } from '../src/refine/mock/options.js';
import { loadMockServer } from './millrace.js';
import type { MockAnswer, MockFacts } from './mock-server.js';

const { createMockServer } = await loadMockServer();
let server: Awaited<ReturnType<typeof createMockServer>> | undefined;

process.on('message', (options: MockServerOptions | 'facts') => {
  take(options).then(answer, (error: unknown) => {
    answer({ error: messageOf(error) });
  });
});
process.once('disconnect', () => process.exit());

async function take(message: MockServerOptions | 'facts'): Promise<MockFacts> {
  if (message !== 'facts') server = await createMockServer(message);
  if (server === undefined) throw new Error('there is no server yet');
  const { user, system } = process.cpuUsage();
  return { url: server.url, calls: server.stats().calls, cpuMs: (user + system) / 1000 };
}

function answer(message: MockAnswer): void {
  process.send?.(message);
}
