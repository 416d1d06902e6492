// Proves that a ledger that is killed and opened again knows what a plain model in memory knows: calls, answers, lines with their counts, tokens, money
// and the place to go on from, under random operations, with rows that do not fit into memory and segments that come and go.
// And that whatever is cut off or flipped on disk, it never makes up an answer, a line or a checkpoint.
import { cpSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { CallLedger } from '../../../src/ledger/calls/call-ledger.js';
import type { Checkpoint, Finished } from '../../../src/ledger/calls/calls.js';
import { Scratch } from '../../support/scratch.js';
import { callOf, copyRun, deadLetter, flipBit, openLedger, Outputs, row, segmentsOf } from './support.js';

const scratch = new Scratch();
const OPTIONS = { segmentBytes: 64 * 1024, rowsBytesMax: 20_000 };
const DOCUMENTS = 24;

interface ModelDocument {
  answers: string[];
  outstanding: number;
  attempts: number;
  end: Finished | undefined;
  /** Only in memory. */
  isPassed: boolean;
}

/** A run, beside a model of what its ledger must know. */
class Run {
  folder!: string;
  ledger!: CallLedger;
  outputs!: Outputs;
  documents: ModelDocument[] = Array.from({ length: DOCUMENTS }, newDocument);
  checkpoints: Checkpoint[] = [];
  committed = 0;
  drained = 0;
  sent = 0;
  spent = 0;
  /** What calls and their answers add up to beside money. */
  counts = { retries: 0, shared: 0, cut: 0, rateLimited: 0, inputTokens: 0, outputTokens: 0 };
  lines = 0;
  crashes = 0;

  get dir(): string {
    return join(this.folder, 'run');
  }

  async open(): Promise<void> {
    this.outputs = new Outputs(this.folder);
    const opened = await openLedger(this.dir, { files: this.outputs.files, options: OPTIONS });
    this.ledger = opened.ledger;
    expect(opened.checkpoint.ordinal).toBe(this.committed);
    if (this.checkpoints.length > 0) expect(opened.checkpoint).toEqual(this.checkpoints.at(-1));
    expect(opened.damage).toEqual([]);
    this.outputs.cut(opened.checkpoint);
    this.drained = this.committed;
  }

  static async begin(): Promise<Run> {
    const run = new Run();
    run.folder = newFolder();
    await run.open();
    return run;
  }

  async call(n: number, size: number): Promise<void> {
    const document = this.documents[n]!;
    if (document.end !== undefined || document.outstanding > 0) return;
    const id = callOf(n, document.answers.length, document.attempts);
    await this.ledger.sent({ ...id, worstNanoUsd: 10 });
    this.sent++;
    this.spent += 10;
    if (id.attempt > 0) this.counts.retries++;
    document.outstanding = 1;
    if (size % 4 === 0) return; // Left without an answer.
    document.outstanding = 0;
    this.spent -= 3;
    if (size % 4 === 1) {
      const code = size % 8 === 1 ? 'ERR_PROVIDER_RATE_LIMITED' : 'ERR_PROVIDER_TIMEOUT';
      if (size % 8 === 1) this.counts.rateLimited++;
      await this.ledger.failed({ ...id, code, chargedNanoUsd: 7 });
      document.attempts++;
      return;
    }
    const text = `answer ${n} ${'x'.repeat(size)}`;
    const usage = { inputTokens: size, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2 * size };
    const completion = { text, finish: size % 8 === 2 ? 'length' : 'stop', usage } as const;
    await this.ledger.answered({ ...id, completion, chargedNanoUsd: 7 });
    if (completion.finish === 'length') this.counts.cut++;
    this.counts.inputTokens += usage.inputTokens;
    this.counts.outputTokens += usage.outputTokens;
    document.answers.push(text);
    document.attempts = 0;
  }

  async share(n: number): Promise<void> {
    const document = this.documents[n]!;
    if (document.end !== undefined || document.outstanding > 0) return;
    const text = `shared by ${n}`;
    await this.ledger.shared({ ordinal: n, iteration: document.answers.length, completion: { text, finish: 'stop' } });
    this.counts.shared++;
    document.answers.push(text);
    document.attempts = 0;
  }

  async finish(n: number, size: number, isPassed: boolean): Promise<void> {
    const document = this.documents[n]!;
    if (document.end !== undefined || n < this.committed) return;
    const isBegun = this.ledger.state(n) === 'begun';
    const text = `${this.lines++} of ${n} ${'y'.repeat(size)}`;
    const end = size % 5 === 0 ? deadLetter(text) : row(text, size % 3 === 0 ? undefined : [n, -size / 7]);
    await (isPassed ? this.ledger.passed(n, end) : this.ledger.finished(n, end));
    document.end = end;
    document.isPassed = isPassed && !isBegun;
  }

  async drain(limit: number): Promise<void> {
    this.drained = await this.outputs.drain(this.ledger, this.drained, limit, (n, taken) => {
      expect(taken).toEqual(this.documents[n]!.end);
    });
  }

  async commit(): Promise<void> {
    const checkpoint = this.outputs.checkpoint(this.drained);
    await this.ledger.committed(checkpoint);
    this.checkpoints.push(checkpoint);
    this.committed = this.drained;
  }

  /** Goes on in a copy, as after `kill -9`; the process that was killed is closed behind it. */
  async crash(): Promise<void> {
    const killed = this.ledger;
    const folder = newFolder();
    cpSync(this.folder, folder, { recursive: true, filter: (path) => path !== this.dir });
    copyRun(this.dir, join(folder, 'run'));
    await killed.close();
    this.folder = folder;
    await this.reopened();
  }

  async restart(): Promise<void> {
    await this.ledger.close();
    await this.reopened();
  }

  async reopened(): Promise<void> {
    this.crashes++;
    await this.open();
    for (const [n, document] of this.documents.entries()) {
      if (n < this.committed) continue;
      document.outstanding = 0;
      document.attempts = 0;
      if (document.isPassed && this.ledger.state(n) === 'new') Object.assign(document, newDocument());
    }
  }

  async check(): Promise<void> {
    for (let n = this.committed; n < DOCUMENTS; n++) {
      const document = this.documents[n]!;
      if (document.end !== undefined) expect(this.ledger.state(n)).toBe('finished');
      else if (document.outstanding > 0) expect(this.ledger.state(n)).toBe('begun');
    }
    const money = this.ledger.money();
    expect(money).toMatchObject({ sent: this.sent, spentNanoUsd: this.spent, repeated: 0, ...this.counts });
    expect(money.answered + money.failed + money.lost + money.outstanding).toBe(this.sent);
  }

  async checkAnswers(): Promise<void> {
    for (const [n, document] of this.documents.entries()) {
      if (n < this.committed || document.end !== undefined) continue;
      const answers = await this.ledger.answersOf(n);
      expect(answers.map(({ completion }) => completion.text)).toEqual(document.answers);
    }
  }

  async complete(): Promise<void> {
    for (let n = this.committed; n < DOCUMENTS; n++) await this.finish(n, n, false);
    await this.drain(Infinity);
    await this.ledger.complete(this.outputs.checkpoint(this.drained));
    await this.ledger.close();
  }
}

function newDocument(): ModelDocument {
  return { answers: [], outstanding: 0, attempts: 0, end: undefined, isPassed: false };
}

function newFolder(): string {
  const folder = scratch.fresh('');
  mkdirSync(folder);
  return folder;
}

const number = fc.nat(DOCUMENTS - 1);
const size = fc.oneof(fc.nat(200), fc.nat(12_000));
type Operation = (run: Run) => Promise<void>;
const steps: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(number, size).map(
      ([n, bytes]) =>
        (run: Run) =>
          run.call(n, bytes),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(number, size, fc.boolean()).map(
      ([n, bytes, isPassed]) =>
        (run: Run) =>
          run.finish(n, bytes, isPassed),
    ),
  },
  { weight: 2, arbitrary: number.map((n) => (run: Run) => run.share(n)) },
  { weight: 3, arbitrary: fc.nat(8).map((limit) => (run: Run) => run.drain(limit)) },
  { weight: 2, arbitrary: fc.constant((run: Run) => run.commit()) },
);
const operations = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: steps },
    { weight: 1, arbitrary: fc.constant((run: Run) => run.crash().then(() => run.checkAnswers())) },
    { weight: 1, arbitrary: fc.constant((run: Run) => run.restart().then(() => run.checkAnswers())) },
  ),
  { minLength: 5, maxLength: 80 },
);

describe('against a model', () => {
  test('killed and opened again, it knows what was acknowledged, and the run is whole', async () => {
    await fc.assert(
      fc.asyncProperty(operations, async (all) => {
        const run = await Run.begin();
        for (const operation of all) {
          await operation(run);
          await run.check();
        }
        const ends = (): (Finished | undefined)[] => run.documents.map(({ end }) => end);
        await run.complete();
        expect(segmentsOf(run.dir)).toEqual([]);
        expect(await run.outputs.verify(run.dir, { documents: DOCUMENTS })).toEqual([]);
        const linesOf = (kind: Finished['kind']): number =>
          ends().reduce((sum, end) => sum + (end?.kind === kind ? end.line.length : 0), 0);
        expect(run.outputs.files).toEqual({ outputBytes: linesOf('row'), failedBytes: linesOf('dead-letter') });
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  test('cut or flipped anywhere, it makes nothing up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 15, maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), { minLength: 1, maxLength: 3 }),
        async (all, faults) => {
          const run = await Run.begin();
          for (const operation of all) await operation(run);
          const dir = join(newFolder(), 'run');
          copyRun(run.dir, dir);
          for (const [which, where, isCut] of faults) damage(dir, which, where, isCut);
          await checkNothingMadeUp(run, dir);
          await run.ledger.close();
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});

function damage(dir: string, which: number, where: number, isCut: boolean): void {
  const segments = segmentsOf(dir);
  const path = segments[which % segments.length]!;
  const { size: bytes } = statSync(path);
  if (bytes === 0) return;
  if (isCut) truncateSync(path, where % bytes);
  else flipBit(path, where % (bytes * 8));
}

async function checkNothingMadeUp(run: Run, dir: string): Promise<void> {
  const opening = openLedger(dir, { files: run.outputs.files, options: OPTIONS });
  const opened = await opening.catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'ERR_LEDGER' });
  });
  if (opened === undefined) return;
  const { ledger, checkpoint } = opened;
  const known = run.checkpoints.map((one) => JSON.stringify(one));
  if (checkpoint.ordinal > 0) expect(known).toContain(JSON.stringify(checkpoint));
  for (const [n, document] of run.documents.entries()) {
    if (n < checkpoint.ordinal) continue;
    if (ledger.state(n) === 'finished') {
      expect(await ledger.take(n)).toEqual(document.end);
      continue;
    }
    const texts = (await ledger.answersOf(n)).map(({ completion }) => completion.text);
    expect(texts).toEqual(document.answers.slice(0, texts.length));
  }
  await ledger.close();
}
