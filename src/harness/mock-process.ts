/** The mock of a language model in a process of its own, so that what it takes is not taken from whoever is measured. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { abortedError, checkAborted } from '../core/abort.js';
import { MillraceError } from '../core/errors.js';

/** The command line of this package; two folders up from src/harness and from dist/harness. */
export const PROGRAM = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

/** A server that says nothing for so long will not come. */
const START_MS_MAX = 15_000;
/** A server that is told to go and has not gone by then is killed. */
const STOP_MS_MAX = 3_000;

export interface MockProcess {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process, and resolves when it is gone. */
  close(): Promise<void>;
}

/**
 * Starts `millrace mock-llm` with further arguments, and resolves when it listens.
 *
 * @throws MillraceError `ERR_PROVIDER_UNAVAILABLE` with what it said last, `ERR_ABORTED`.
 */
export async function startMockProcess(args: readonly string[], signal: AbortSignal): Promise<MockProcess> {
  checkAborted(signal);
  const child = spawn(process.execPath, [PROGRAM, 'mock-llm', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const url = await firstLine(child, AbortSignal.any([signal, AbortSignal.timeout(START_MS_MAX)]));
    return { url, pid: child.pid ?? 0, close: () => stop(child) };
  } catch (thrown) {
    await stop(child);
    if (signal.aborted) throw abortedError(signal);
    throw thrown;
  }
}

async function firstLine({ stdout, stderr }: ChildProcess, signal: AbortSignal): Promise<string> {
  if (stdout === null || stderr === null) throw new MillraceError('ERR_INTERNAL', 'the mock server has no output');
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1000);
  });
  const lines = createInterface({ input: stdout, signal });
  for await (const line of lines) return line;
  throw new MillraceError(
    'ERR_PROVIDER_UNAVAILABLE',
    `the mock server did not start: ${said.trim() || 'it said nothing'}`,
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  child.kill('SIGINT');
  await gone;
  clearTimeout(killer);
}
