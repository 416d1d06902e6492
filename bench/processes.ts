/** Processes of Node: the flags that all measuring happens under, and how to start one. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Garbage of one contestant is collected before the next one starts; for `--import` see the loader. */
const FLAGS = ['--expose-gc', '--import', new URL('loader.js', import.meta.url).href];

/** Whether this process has the flags that measuring needs. */
export function hasBenchFlags(): boolean {
  return FLAGS.every((flag) => process.execArgv.includes(flag));
}

/** Runs a file of this folder with those flags and the terminal of this process; resolves to its exit code. */
export async function runBenchFile(file: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...FLAGS, pathOf(file), ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  return (await endOf(child)) ?? 1;
}

/** Runs a file of this folder with those flags; resolves to what it prints, rejects when it fails. */
export async function readBenchFile(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...FLAGS, pathOf(file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await endOf(child);
  if (code !== 0) throw new Error(`${file} failed (exit code ${code})`);
  return output;
}

/** Starts a file of this folder with those flags, to exchange messages with. */
export function forkBenchFile(file: string): ChildProcess {
  return fork(pathOf(file), { execArgv: FLAGS });
}

/** The exit code; undefined when a signal ended it. */
function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? undefined));
  });
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
