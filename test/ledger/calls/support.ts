import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { CallLedger } from '../../../src/ledger/calls/call-ledger.js';
import type { OpenSettings } from '../../../src/ledger/calls/opening.js';
import type { Checkpoint, Finished } from '../../../src/ledger/calls/calls.js';
import { verifyRun, type Difference, type RunEvidence } from '../../../src/ledger/calls/verify.js';
import type { RunHeader } from '../../../src/ledger/run.js';

export const HEADER: RunHeader = {
  command: 'refine',
  options: { model: 'small' },
  inputs: [{ source: 'in.jsonl', kind: 'jsonl', bytes: 10, mtimeMs: 1, digest: null }],
};

/** Nothing is written yet. */
export const NO_FILES = { outputBytes: 0, failedBytes: 0 };

/** A ledger that is not complete. */
export async function openLedger(
  dir: string,
  settings: Partial<OpenSettings> = {},
): Promise<{ ledger: CallLedger; checkpoint: Checkpoint; state: string; damage: readonly unknown[] }> {
  const opened = await CallLedger.open(dir, HEADER, { files: NO_FILES, ...settings });
  if (opened.state === 'complete') throw new Error('the run is complete');
  return opened;
}

export function callOf(ordinal: number, iteration = 0, attempt = 0) {
  return { ordinal, iteration, attempt, provider: 'openai' };
}

export function answerOf(ordinal: number, text: string, iteration = 0, attempt = 0) {
  const completion = { text, finish: 'stop', usage: undefined } as const;
  return { ...callOf(ordinal, iteration, attempt), completion, chargedNanoUsd: 7 };
}

/** Sends a call, and records its answer. */
export async function ask(ledger: CallLedger, ordinal: number, text: string, iteration = 0): Promise<void> {
  await ledger.sent({ ...callOf(ordinal, iteration), worstNanoUsd: 10 });
  await ledger.answered(answerOf(ordinal, text, iteration));
}

export function row(text: string, counts?: readonly number[]): Finished {
  return { kind: 'row', line: Buffer.from(`${text}\n`), ...(counts !== undefined && { counts }) };
}

export function deadLetter(text: string): Finished {
  return { kind: 'dead-letter', line: Buffer.from(`${text}\n`) };
}

/** The line that is taken, as text; `undefined` when it is gone. */
export async function taken(ledger: CallLedger, ordinal: number): Promise<string | undefined> {
  const finished = await ledger.take(ordinal);
  return finished === undefined ? undefined : Buffer.from(finished.line).toString().slice(0, -1);
}

/** The files of a run beside its ledger, and the part of a pipeline that writes them in order. */
export class Outputs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get output(): string {
    return join(this.#folder, 'out.jsonl');
  }

  get failed(): string {
    return join(this.#folder, 'failed.jsonl');
  }

  get files(): { outputBytes: number; failedBytes: number } {
    return { outputBytes: sizeOf(this.output), failedBytes: sizeOf(this.failed) };
  }

  cut({ outputBytes, failedBytes }: Checkpoint): void {
    if (existsSync(this.output)) truncateSync(this.output, outputBytes);
    if (existsSync(this.failed)) truncateSync(this.failed, failedBytes);
  }

  /** Writes finished documents from `from` on, up to `limit` of them. */
  async drain(
    ledger: CallLedger,
    from: number,
    limit = Infinity,
    onTaken: (ordinal: number, taken: Finished) => void = () => undefined,
  ): Promise<number> {
    let ordinal = from;
    for (; ordinal < from + limit && ledger.state(ordinal) === 'finished'; ordinal++) {
      const finished = await ledger.take(ordinal);
      if (finished === undefined) break;
      onTaken(ordinal, finished);
      appendFileSync(finished.kind === 'row' ? this.output : this.failed, finished.line);
    }
    return ordinal;
  }

  checkpoint(ordinal: number): Checkpoint {
    return { ordinal, ...this.files, place: { position: ordinal * 2 }, totals: { accepted: ordinal } };
  }

  async verify(dir: string, evidence: Partial<RunEvidence> = {}): Promise<Difference[]> {
    const differences: Difference[] = [];
    const given = { output: piecesOf(this.output), deadLetters: piecesOf(this.failed), ...evidence };
    for await (const difference of verifyRun(dir, given)) differences.push(difference);
    return differences;
  }
}

/** A copy of a run's directory as a process that is killed now leaves it. */
export function copyRun(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.lock') });
}

export function segmentsOf(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.startsWith('calls-'))
    .sort()
    .map((name) => join(dir, name));
}

export function flipBit(path: string, bit: number): void {
  const bytes = readFileSync(path);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  writeFileSync(path, bytes);
}

function sizeOf(path: string): number {
  return existsSync(path) ? readFileSync(path).length : 0;
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  // Odd pieces, so that lines lie across their bounds.
  for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
}
