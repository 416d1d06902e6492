/** The built command line as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface Run {
  readonly child: ChildProcess;
  readonly finished: Promise<Outcome>;
}

export interface StartOptions {
  readonly cwd: string;
  /** What stdin holds; with null it stays open for the test to write to. @defaultValue nothing */
  readonly stdin?: string | null;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `millrace` with these arguments. */
export function startMillrace(args: readonly string[], { cwd, stdin = '', env = {} }: StartOptions): Run {
  const options = { cwd, env: { ...process.env, ...env } };
  const child = spawn(process.execPath, [BIN, ...args], { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // It may end before it has read everything.
  if (stdin !== null) child.stdin.end(stdin);
  const finished = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
  return { child, finished };
}
