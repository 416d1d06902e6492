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
/** Of what it says of itself when it fails. */
const COMPLAINT_CHARS_MAX = 1000;

/** `millrace mock-llm` as a model on another machine would be. It ends when this process does, however that comes about. */
export class MockProcess {
  readonly #args: readonly string[];
  readonly #signal: AbortSignal;
  #child: ChildProcess;
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;

  private constructor(args: readonly string[], signal: AbortSignal, { child, url }: Serving) {
    this.#args = args;
    this.#signal = signal;
    this.#child = child;
    this.url = url;
  }

  /**
   * Starts `millrace mock-llm` with further arguments, and resolves when it listens.
   *
   * @throws MillraceError `ERR_PROVIDER_UNAVAILABLE` with what it said last, `ERR_ABORTED`.
   */
  static async start(args: readonly string[], signal: AbortSignal): Promise<MockProcess> {
    return new MockProcess(args, signal, await serve(args, signal));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Ends it at once, so that all its connections are reset, and starts another at the same address. @throws as `start`. */
  async restart(): Promise<void> {
    await end(this.#child, 'SIGKILL');
    const { child } = await serve([...this.#args, '--port', new URL(this.url).port], this.#signal);
    this.#child = child;
  }

  /** Holds it up until `resume`: connections stay open, and nothing is answered. Not on Windows, which has no such signal. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the process, held up or not, and resolves when it is gone. */
  async close(): Promise<void> {
    this.resume();
    await end(this.#child, 'SIGTERM');
  }
}

interface Serving {
  readonly child: ChildProcess;
  readonly url: string;
}

async function serve(args: readonly string[], signal: AbortSignal): Promise<Serving> {
  checkAborted(signal);
  // Its stdin is a pipe that nobody writes to: the system closes it when this process is gone, also when it is killed.
  const child = spawn(process.execPath, [PROGRAM, 'mock-llm', '--until-eof', ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // Its end is told by the exit.
  try {
    return { child, url: await firstLine(child, AbortSignal.any([signal, AbortSignal.timeout(START_MS_MAX)])) };
  } catch (thrown) {
    await end(child, 'SIGKILL');
    if (signal.aborted) throw abortedError(signal);
    throw thrown;
  }
}

async function firstLine({ stdout, stderr }: ChildProcess, signal: AbortSignal): Promise<string> {
  if (stdout === null || stderr === null) throw new MillraceError('ERR_INTERNAL', 'the mock server has no output');
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-COMPLAINT_CHARS_MAX);
  });
  const lines = createInterface({ input: stdout, signal });
  for await (const line of lines) return line;
  throw new MillraceError(
    'ERR_PROVIDER_UNAVAILABLE',
    `the mock server did not start: ${said.trim() || 'it said nothing'}`,
  );
}

async function end(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill(name);
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await gone;
  clearTimeout(killer);
}
