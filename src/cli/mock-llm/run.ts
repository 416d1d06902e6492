import type { Readable } from 'node:stream';

import { createMockServer, type MockStats } from '../../refine/mock/server.js';
import type { MockServerOptions } from '../../refine/mock/options.js';
import type { CliContext, Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { formatCount } from '../numbers.js';

/** How long it serves. */
export interface MockLife {
  /** Until stdin ends, too: the one who holds its other end is gone then. */
  readonly untilEof: boolean;
}

/** `millrace mock-llm`: serves until it is interrupted, then says what it was asked for. */
export async function runMock(
  options: MockServerOptions,
  { untilEof }: MockLife,
  { context }: Invocation,
): Promise<number> {
  const interrupts = new Interrupts(context);
  try {
    const server = await createMockServer(options);
    context.stdout.write(`${server.url}\n`);
    await untilAborted(untilEof ? AbortSignal.any([interrupts.signal, endOf(context.stdin)]) : interrupts.signal);
    printStats(server.stats(), context);
    await server.close();
    return EXIT.ok;
  } finally {
    if (untilEof) context.stdin.destroy(); // It would keep the process alive.
    interrupts.stop();
  }
}

function endOf(stdin: Readable): AbortSignal {
  const ended = new AbortController();
  const onEnd = (): void => ended.abort();
  stdin.on('end', onEnd).on('close', onEnd).on('error', onEnd).resume();
  return ended.signal;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function printStats(
  { calls, outcomes, inputTokens, outputTokens, usd, inFlightMax }: MockStats,
  { stderr }: CliContext,
): void {
  const ends = Object.entries(outcomes).map(([outcome, count]) => `${outcome} ${formatCount(count)}`);
  const tokens = `${formatCount(inputTokens)} tokens in, ${formatCount(outputTokens)} out`;
  const price = usd > 0 ? `, $${usd.toFixed(4)}` : '';
  stderr.write(
    `${formatCount(calls)} calls (${ends.join(', ') || 'none'}); at most ${inFlightMax} at once; ${tokens}${price}\n`,
  );
}
