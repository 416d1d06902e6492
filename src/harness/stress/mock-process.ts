import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { checkAborted } from '../../core/abort.js';
import { MillraceError } from '../../core/errors.js';
import type { FaultShares } from './options.js';

/** Three folders up from src/ as from dist/. */
const COMMAND = fileURLToPath(new URL('../../../bin/millrace.js', import.meta.url));

const START_MS_MAX = 10_000;
/** It answers a signal at once, unless it is held up. */
const END_MS_MAX = 2000;
/** Of what it says of itself when it fails. */
const COMPLAINT_CHARS_MAX = 1000;

export interface MockProcessOptions {
  readonly latencyMs: number;
  readonly faults: FaultShares;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** `millrace mock-llm` in a process of its own, as a model on another machine would be. */
export class MockProcess {
  readonly #options: MockProcessOptions;
  #child: ChildProcess;
  readonly url: string;

  private constructor(options: MockProcessOptions, child: ChildProcess, url: string) {
    this.#options = options;
    this.#child = child;
    this.url = url;
  }

  /** @throws MillraceError `ERR_PROVIDER_UNAVAILABLE` when it does not begin to serve, with what it said; `ERR_ABORTED`. */
  static async start(options: MockProcessOptions): Promise<MockProcess> {
    const { child, url } = await startChild(options, 0);
    return new MockProcess(options, child, url);
  }

  /** Ends it at once, so that all its connections are reset, and starts another at the same address. */
  async restart(): Promise<void> {
    await end(this.#child, 'SIGKILL');
    const { child } = await startChild(this.#options, Number(new URL(this.url).port));
    this.#child = child;
  }

  /** Holds it up until `resume`: connections stay open, and nothing is answered. Not on Windows, which has no such signal. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends it, held up or not. */
  async close(): Promise<void> {
    this.resume();
    await end(this.#child, 'SIGTERM');
  }
}

async function startChild(
  { latencyMs, faults, seed, signal }: MockProcessOptions,
  port: number,
): Promise<{ child: ChildProcess; url: string }> {
  checkAborted(signal);
  const shares = Object.entries(faults).map(([fault, share]) => `${fault}=${share.toFixed(9)}`);
  const flags = ['--port', String(port), '--latency-ms', String(latencyMs), '--seed', String(seed)];
  if (shares.length > 0) flags.push('--fail', shares.join(','));
  const child = spawn(process.execPath, [COMMAND, 'mock-llm', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  // However this process ends, short of a kill, the mock ends with it.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  try {
    return { child, url: await urlOf(child) };
  } catch (thrown) {
    await end(child, 'SIGKILL');
    throw thrown;
  }
}

/** The first line that it prints. */
async function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let [printed, complaint] = ['', ''];
    const fail = (why: string): void => {
      clearTimeout(timer);
      const said = complaint === '' ? '' : `: ${complaint.trim()}`;
      reject(new MillraceError('ERR_PROVIDER_UNAVAILABLE', `the mock of a model ${why}${said}`));
    };
    const timer = setTimeout(() => {
      fail(`does not serve within ${START_MS_MAX} ms`);
    }, START_MS_MAX);
    child.once('error', (error) => {
      fail(`cannot be started (${error.message})`);
    });
    child.once('exit', (code, name) => {
      fail(`ended with ${code ?? name}`);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, COMPLAINT_CHARS_MAX);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [line, rest] = printed.split('\n');
      if (line === undefined || rest === undefined) return;
      clearTimeout(timer);
      resolve(line.trim());
    });
  });
}

async function end(child: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!isRunning) return;
  const exited = once(child, 'exit');
  child.kill(name);
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  try {
    await exited;
  } finally {
    clearTimeout(timer);
  }
}
