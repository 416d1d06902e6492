/**
 * Proves that files are refined into rows, each document once and in order, whatever becomes of it; that a run which is stopped,
 * aborted or broken goes on where it was and gives the bytes of one that was not; that answers are paid for once, budgets hold,
 * other options are refused, and dead letters can be tried again. A model in this process answers when the test lets it.
 */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { RefineFilesOptions, RefineProgress } from '../../../src/engine/refine-files/options.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { budgetOf } from '../../../src/engine/refine-files/run-budget.js';
import { inspectRun } from '../../../src/ledger/calls/verify.js';
import { CallError, type CompletionRequest } from '../../../src/refine/providers/provider.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, readRows } from '../../support/scratch.js';
import { differencesOf, lettersOf, LocalModel, numberIn, poorRows, poorText, runOver, textOf } from './support.js';

const scratch = new Scratch();

/** Never passes, and so asks each document as often as it may. */
const GREEDY = { gate: 'documentation.overall > 2', iterations: 3, noGainMax: 3 };

function refusing(numbers: readonly number[], error: () => Error): LocalModel {
  return new LocalModel(async (request) => {
    if (numbers.includes(numberIn(request))) throw error();
    return Promise.resolve();
  });
}

function refused(): CallError {
  return new CallError('ERR_PROVIDER_REQUEST', 'the model refused', { status: 400 });
}

describe('refineFiles', () => {
  it('writes a row for each document in order, and a dead letter for what is none', async () => {
    const model = new LocalModel(() => new Promise((resolve) => setTimeout(resolve, Math.random() * 5)));
    const rows: unknown[] = poorRows(40);
    rows[7] = { id: 'none' };
    rows[12] = { id: 12, text: '' };
    const options = runOver(scratch, rows, model);
    const progress: RefineProgress[] = [];
    const summary = await refineFiles({ ...options, onProgress: (each) => progress.push(each) });
    const written = readRows(options.output);
    expect(written.map(({ id }) => id)).toEqual(
      rows.flatMap((_, at) => (at === 7 ? [] : [at === 12 ? 12 : `doc-${at}`])),
    );
    expect(written[11]).toMatchObject({ id: 12, stopped: 'empty', text: '', calls: 0 });
    expect(lettersOf(options)).toMatchObject([{ ordinal: 7, line: 8, id: 'none', code: 'ERR_TEXT_MISSING' }]);
    expect(summary).toMatchObject({ documents: 40, failed: 1, accepted: 38, calls: 38, wasComplete: false });
    expect(summary.stopped).toEqual({ gate: 38, empty: 1 });
    expect(summary.usd).toBeCloseTo((38 * (100 + 2 * 50)) / 1e6, 9);
    expect(summary.after.score).toBeGreaterThan(summary.before.score);
    expect(progress.at(-1)).toMatchObject({ documents: 40, written: 40, failed: 1, inputBytes: summary.inputBytes });
    expect(await differencesOf(options.run)).toEqual([]);
    expect(existsSync(`${options.output}.partial`)).toBe(false);
  });

  it('gives the same rows without a record, also packed and to a stream', async () => {
    const rows = poorRows(30);
    const recorded = runOver(scratch, rows, new LocalModel());
    await refineFiles(recorded);
    const expected = readFileSync(recorded.output, 'utf8');
    const { run: _run, output: _output, ...plain } = runOver(scratch, rows, new LocalModel());
    const packed = scratch.fresh('.jsonl.gz');
    await refineFiles({ ...plain, output: packed });
    expect(gunzipSync(readFileSync(packed)).toString()).toBe(expected);
    const pieces: Buffer[] = [];
    const stdout = new Writable({
      write(piece: Buffer, _encoding, done) {
        pieces.push(piece);
        done();
      },
    });
    await refineFiles({ ...plain, stdout, windowBytes: 500 });
    expect(Buffer.concat(pieces).toString()).toBe(expected);
  });

  it('does nothing for a run that is complete, and tells of it as before', async () => {
    const model = new LocalModel();
    const options = runOver(scratch, [...poorRows(5), { id: 'x' }], model);
    const first = await refineFiles(options);
    renameSync(options.output, `${options.output}.partial`); // as if killed before the name was given
    const again = await refineFiles(options);
    expect(existsSync(options.output)).toBe(true);
    expect(model.asked.length).toBe(5);
    const { documents, failed, calls, accepted, usd, stopped, before, after, bytes, inputBytes, outputBytes } = first;
    expect(again).toMatchObject({ documents, failed, calls, accepted, usd, stopped, before, after, bytes });
    expect(again).toMatchObject({ inputBytes, outputBytes, wasComplete: true, resumedDocuments: 6 });
  });

  it('refuses other options and inputs for a run that was begun, and says which', async () => {
    const options = runOver(scratch, poorRows(3), new LocalModel());
    await refineFiles(options);
    const { code, message } = await errorOf(
      refineFiles({ ...options, ...GREEDY, seed: 5, guards: { code: false }, temperature: 1, strategies: ['clarity'] }),
    );
    expect(code).toBe('ERR_RESUME_MISMATCH');
    for (const name of ['gate', 'iterations', 'seed', 'guards.code', 'temperature', 'strategies']) {
      expect(message).toContain(`${name}: was`);
    }
    scratch.write(options.inputs[0]!.slice(scratch.folder.length + 1), '{"text":"other"}\n');
    expect((await errorOf(refineFiles(options))).message).toContain('in.jsonl) bytes: was');
  });

  it('refuses what cannot be refined before there is a run', async () => {
    const options = runOver(scratch, poorRows(3), new LocalModel());
    const { output: _output, ...toStdout } = options;
    const { run: _run, ...notRecorded } = options;
    const cases: [RefineFilesOptions, string][] = [
      [{ ...options, gate: 'nothing > 1' }, 'ERR_EXPRESSION'],
      [{ ...options, budgetUsd: 1, prices: {} }, 'ERR_BUDGET'],
      [{ ...options, inputs: [] }, 'ERR_USAGE'],
      [{ ...options, concurrency: 0 }, 'ERR_OPTION_RANGE'],
      [{ ...options, ledger: { rowsBytesMax: -1 } }, 'ERR_OPTION_RANGE'],
      [{ ...options, output: options.inputs[0]! }, 'ERR_USAGE'],
      [{ ...options, failed: options.output }, 'ERR_USAGE'],
      [{ ...options, output: '/dev/null' }, 'ERR_USAGE'],
      [toStdout, 'ERR_USAGE'],
      [{ ...notRecorded, retryFailed: true }, 'ERR_USAGE'],
      [{ ...options, ...{ misspelt: 1 } }, 'ERR_OPTION_UNKNOWN'],
      [{ ...options, signal: AbortSignal.abort() }, 'ERR_ABORTED'],
      [{ ...options, stop: AbortSignal.abort() }, 'ERR_ABORTED'],
    ];
    for (const [given, code] of cases) expect([given, (await errorOf(refineFiles(given))).code]).toEqual([given, code]);
    expect(existsSync(options.run)).toBe(false);
  });
});

describe('a run that is recorded', () => {
  it('refuses a name of a provider that its record has no room for', async () => {
    const named = (length: number): LocalModel => Object.assign(new LocalModel(), { name: '\uffff'.repeat(length) });
    await refineFiles(runOver(scratch, poorRows(2), named(85)));
    const options = runOver(scratch, poorRows(2), named(86));
    const { code, message } = await errorOf(refineFiles(options));
    expect([code, message]).toEqual(['ERR_OPTION_RANGE', expect.stringContaining('providers[0].provider.name')]);
    expect(existsSync(options.run)).toBe(false);
    const { run: _run, ...notRecorded } = options;
    expect(await refineFiles(notRecorded)).toMatchObject({ accepted: 2 });
  });

  it('tells that its record is damaged, and makes the calls again that were recorded there', async () => {
    const controller = new AbortController();
    const model: LocalModel = new LocalModel(async (request) => {
      if (numberIn(request) === 5) controller.abort();
      return Promise.resolve();
    });
    const options = { ...runOver(scratch, poorRows(8), model), ...GREEDY, concurrency: 8 };
    expect(await errorOf(refineFiles({ ...options, stop: controller.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
    const segment = join(options.run, readdirSync(options.run).find((name) => name.startsWith('calls-')) ?? '');
    const bytes = readFileSync(segment);
    const at = bytes.indexOf('# Guide'); // in an answer
    bytes[at] = 0;
    writeFileSync(segment, bytes);
    const warnings: string[] = [];
    const asked = model.asked.length;
    await refineFiles({ ...options, onWarn: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringMatching(/^\d+ bytes of the record in .*\.run are damaged; /)]);
    const again = model.asked.slice(asked);
    expect(again.filter((prompt) => model.asked.indexOf(prompt) < asked).length).toBeGreaterThan(0);
    expect(readRows(options.output).map(({ id }) => id)).toEqual(poorRows(8).map(({ id }) => id));
  });
});

describe('a run that ends early', () => {
  /** Runs until so many answers are there, ends by `how`, and goes on until it is complete. */
  async function endAfter(answers: number, how: 'stop' | 'signal', options: Partial<RefineFilesOptions> = {}) {
    const controller = new AbortController();
    let held: (() => void)[] = [];
    const model: LocalModel = new LocalModel(async (_request, signal) => {
      if (model.answered < answers) return;
      // What is in flight when the run is ended: answered afterwards, or given up.
      await new Promise<void>((resolve, reject) => {
        held.push(resolve);
        signal.addEventListener('abort', () => {
          reject(new CallError('ERR_PROVIDER_UNAVAILABLE', 'broken off'));
        });
      });
    });
    const over = { ...runOver(scratch, poorRows(60), model), ...GREEDY, concurrency: 8, ...options };
    const ended = errorOf(refineFiles({ ...over, [how]: controller.signal }));
    while (held.length < 8) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    if (how === 'stop') {
      await new Promise((resolve) => setImmediate(resolve));
      for (const resolve of held) resolve();
    }
    held = [];
    expect(await ended).toMatchObject({ code: 'ERR_ABORTED' });
    const before = model.asked.length;
    const partial = textOf(`${over.output}.partial`) ?? '';
    const after = new LocalModel();
    const summary = await refineFiles({ ...over, providers: [{ provider: after, model: 'm' }] });
    return { model, after, before, partial, summary, over };
  }

  async function uninterrupted(): Promise<string> {
    const options = { ...runOver(scratch, poorRows(60), new LocalModel()), ...GREEDY };
    await refineFiles(options);
    return readFileSync(options.output, 'utf8');
  }

  it('goes on after `stop` with no call made twice, to the same bytes', async () => {
    const { model, after, partial, over, summary } = await endAfter(40, 'stop');
    expect(model.answered).toBe(48);
    const output = readFileSync(over.output, 'utf8');
    expect(output).toBe(await uninterrupted());
    expect(output.startsWith(partial)).toBe(true);
    expect(new Set([...model.asked, ...after.asked]).size).toBe(model.asked.length + after.asked.length);
    expect(summary).toMatchObject({ documents: 60, calls: model.asked.length + after.asked.length });
    expect(summary.resumedDocuments).toBe(partial.split('\n').length - 1);
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('gives calls in flight up after `signal`, and repeats no others', async () => {
    const { model, after, over } = await endAfter(40, 'signal');
    expect(model.answered).toBe(40);
    expect(readFileSync(over.output, 'utf8')).toBe(await uninterrupted());
    const all = [...model.asked, ...after.asked];
    expect(all.length - new Set(all).size).toBe(8);
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('is verified as far as it came, and goes on after an error that ends all calls', async () => {
    const model: LocalModel = new LocalModel(async () => {
      if (model.answered >= 20) throw new CallError('ERR_PROVIDER_QUOTA', 'no credit left', { status: 402 });
      return Promise.resolve();
    });
    const over = runOver(scratch, poorRows(60), model);
    expect(await errorOf(refineFiles({ ...over, concurrency: 4 }))).toMatchObject({ code: 'ERR_PROVIDER_QUOTA' });
    expect((await differencesOf(over.run)).map(({ kind }) => kind)).toEqual(['incomplete']);
    const after = new LocalModel();
    await refineFiles({ ...over, providers: [{ provider: after, model: 'm' }] });
    expect(after.asked.length).toBe(60 - model.answered);
    expect(readRows(over.output).map(({ id }) => id)).toEqual(poorRows(60).map(({ id }) => id));
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('waits no longer for a reader that stands still', async () => {
    const { run: _run, output: _output, ...plain } = runOver(scratch, poorRows(20), new LocalModel());
    const controller = new AbortController();
    const stdout = new Writable({
      write() {
        controller.abort(); // and never takes the next piece
      },
    });
    expect(await errorOf(refineFiles({ ...plain, stdout, signal: controller.signal }))).toMatchObject({
      code: 'ERR_ABORTED',
    });
  });

  it('replays answers that documents shared', async () => {
    const cache = { dir: scratch.fresh('.cache') };
    const rows = poorRows(60).map(({ id }, at) => ({ id, text: poorText(at % 6) }));
    const controller = new AbortController();
    const model: LocalModel = new LocalModel(async () => {
      if (model.answered >= 9) controller.abort();
      return Promise.resolve();
    });
    const over = { ...runOver(scratch, rows, model), ...GREEDY, cache, concurrency: 3 };
    expect(await errorOf(refineFiles({ ...over, stop: controller.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
    const after = new LocalModel();
    // Without the cache, answers that were shared are there only if they were recorded.
    const summary = await refineFiles({ ...over, providers: [{ provider: after, model: 'm' }] });
    const plain = { ...runOver(scratch, rows, new LocalModel()), ...GREEDY };
    await refineFiles(plain);
    const texts = (path: string): unknown[] => readRows(path).map(({ text }) => text);
    expect(texts(over.output)).toEqual(texts(plain.output));
    expect(new Set([...model.asked, ...after.asked]).size).toBe(model.asked.length + after.asked.length);
    expect(summary.shared).toBeGreaterThan(100);
    expect(await differencesOf(over.run)).toEqual([]);
  });
});

describe('a budget', () => {
  it('is never crossed, and leaves documents as they are when it is used up', async () => {
    const model = new LocalModel();
    const over = { ...runOver(scratch, poorRows(50), model), budgetUsd: 0.006, concurrency: 4 };
    const summary = await refineFiles(over);
    expect(summary.usd).toBeLessThanOrEqual(0.006);
    expect(summary.stopped['gate']).toBe(model.answered);
    expect(summary.stopped['budget']).toBe(50 - model.answered);
    expect(model.answered).toBeGreaterThan(3);
    const rows = readRows(over.output);
    expect(rows.length).toBe(50);
    for (const [at, row] of rows.entries()) if (row['stopped'] === 'budget') expect(row['text']).toBe(poorText(at));
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('counts what earlier sessions spent, and may be raised', async () => {
    const model: LocalModel = new LocalModel(async () => {
      if (model.answered >= 10) throw new CallError('ERR_PROVIDER_AUTH', 'no', { status: 401 });
      return Promise.resolve();
    });
    const over = runOver(scratch, poorRows(50), model);
    await errorOf(refineFiles({ ...over, budgetUsd: 0.01, concurrency: 2 }));
    const after = new LocalModel();
    const summary = await refineFiles({ ...over, providers: [{ provider: after, model: 'm' }], budgetUsd: 0.012 });
    expect(summary.usd).toBeLessThanOrEqual(0.012);
    expect(summary.usd).toBeCloseTo((10 + after.answered) * 0.0002, 9);
    expect(summary.stopped['budget']).toBeGreaterThan(0);
    expect(await differencesOf(over.run)).toEqual([]);
  });
});

describe('dead letters', () => {
  it('hold documents whose call failed for good, and are tried again when asked', async () => {
    const failing = refusing([3, 4, 17], refused);
    const over = { budgetUsd: 1, ...runOver(scratch, [...poorRows(20), { id: 'none' }], failing) };
    const first = await refineFiles(over);
    expect(first).toMatchObject({ documents: 21, failed: 4 });
    const codes = lettersOf(over).map(({ id, code }) => [id, code]);
    const request = 'ERR_PROVIDER_REQUEST';
    expect(codes).toEqual([
      ['doc-3', request],
      ['doc-4', request],
      ['doc-17', request],
      ['none', 'ERR_TEXT_MISSING'],
    ]);
    expect(await differencesOf(over.run)).toEqual([]);

    const second = refusing([17], refused);
    const retry = { ...over, retryFailed: true };
    const summary = await refineFiles({ ...retry, providers: [{ provider: second, model: 'm' }] });
    expect(second.numbers.sort((a, b) => a - b)).toEqual([3, 4, 17]);
    expect(summary).toMatchObject({ documents: 21, failed: 2, accepted: 19, calls: 23 });
    expect(readRows(over.output).map(({ id }) => id)).toEqual(
      poorRows(20).flatMap(({ id }) => (id === 'doc-17' ? [] : [id])),
    );
    expect(lettersOf(over).map(({ id }) => id)).toEqual(['doc-17', 'none']);
    expect(await differencesOf(over.run)).toEqual([]);

    // What the rounds may have spent together is known in each of them.
    expect(budgetOf((await inspectRun(over.run)).checkpoint)).toBe(1e9);

    const third = new LocalModel();
    const thirdTo = { providers: [{ provider: third, model: 'm' }] };
    await refineFiles({ ...retry, ...thirdTo });
    expect(third.numbers).toEqual([17]);
    expect(readRows(over.output).map(({ id }) => id)).toEqual(poorRows(20).map(({ id }) => id));
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('are tried again in a round that can be stopped and gone on with', async () => {
    const numbers = Array.from({ length: 30 }, (_, at) => at).filter((at) => at % 3 === 0);
    const over = { ...runOver(scratch, poorRows(30), refusing(numbers, refused)), concurrency: 2 };
    await refineFiles(over);
    const controller = new AbortController();
    const second: LocalModel = new LocalModel(async () => {
      if (second.answered >= 4) controller.abort();
      return Promise.resolve();
    });
    const retry = { ...over, retryFailed: true, providers: [{ provider: second, model: 'm' }] };
    await errorOf(refineFiles({ ...retry, stop: controller.signal }));
    const third = new LocalModel();
    const summary = await refineFiles({ ...retry, providers: [{ provider: third, model: 'm' }] });
    expect([...second.numbers, ...third.numbers].sort((a, b) => a - b)).toEqual(numbers);
    const whole = runOver(scratch, poorRows(30), new LocalModel());
    const { documents, failed, fastPath, accepted, stopped, bytes, inputBytes } = await refineFiles(whole);
    expect(summary).toMatchObject({ documents, failed, fastPath, accepted, stopped, bytes, inputBytes });
    expect(readFileSync(over.output, 'utf8')).toBe(readFileSync(whole.output, 'utf8'));
    expect(existsSync(`${over.output}.failed.jsonl`)).toBe(false);
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('are tried again in a round whose copied rows were recorded before it ended', async () => {
    const over = { ...runOver(scratch, poorRows(30), refusing([0], refused)), concurrency: 1 };
    await refineFiles(over);
    const controller = new AbortController();
    const hanging = new LocalModel(async (_, signal) => {
      setTimeout(() => {
        controller.abort();
      }, 100);
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('given up'));
        });
      });
    });
    // Rows that wait for the first one find no room in memory.
    const retry = { ...over, retryFailed: true, ledger: { rowsBytesMax: 0 } };
    const stopped = { ...retry, providers: [{ provider: hanging, model: 'm' }], signal: controller.signal };
    expect(await errorOf(refineFiles(stopped))).toMatchObject({ code: 'ERR_ABORTED' });
    const last = new LocalModel();
    const summary = await refineFiles({ ...retry, providers: [{ provider: last, model: 'm' }] });
    expect(last.numbers).toEqual([0]);
    expect(summary).toMatchObject({ documents: 30, failed: 0, accepted: 30 });
    expect(readRows(over.output).map(({ id }) => id)).toEqual(poorRows(30).map(({ id }) => id));
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('are not tried again before the run is complete', async () => {
    const model = new LocalModel(() => Promise.reject(new CallError('ERR_PROVIDER_AUTH', 'no', { status: 401 })));
    const over = runOver(scratch, poorRows(5), model);
    await errorOf(refineFiles(over));
    expect(await errorOf(refineFiles({ ...over, retryFailed: true }))).toMatchObject({ code: 'ERR_USAGE' });
  });

  it('do not hold a document that has a better version already', async () => {
    const model: LocalModel = new LocalModel(async () => {
      if (model.asked.length > 1) throw refused();
      return Promise.resolve();
    });
    const over = { ...runOver(scratch, poorRows(1), model), ...GREEDY };
    const summary = await refineFiles(over);
    expect(summary).toMatchObject({ failed: 0, accepted: 1, stopped: { failed: 1 } });
    expect(readRows(over.output)).toMatchObject([{ stopped: 'failed', accepted: true, iterations: 2 }]);
  });
});

describe('a document that takes long', () => {
  function slowFirst(): { readonly model: LocalModel; readonly release: () => void } {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const model = new LocalModel((request: CompletionRequest) => (numberIn(request) === 0 ? gate : Promise.resolve()));
    return { model, release };
  }

  async function answeredSteadily(model: LocalModel): Promise<number> {
    while (model.answered === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let before = -1; before < model.answered;) {
      before = model.answered;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return model.answered;
  }

  it('does not hold others back while the ledger takes their rows', async () => {
    const { model, release } = slowFirst();
    const over = { ...runOver(scratch, poorRows(900), model), ledger: { rowsBytesMax: 1000 }, concurrency: 8 };
    const done = refineFiles(over);
    while (model.answered < 899) await new Promise((resolve) => setImmediate(resolve));
    release();
    await done;
    expect(readRows(over.output).map(({ id }) => id)).toEqual(poorRows(900).map(({ id }) => id));
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('holds others back at the bounds of the ledger, and of memory without one', async () => {
    const recorded = slowFirst();
    const over = { ...runOver(scratch, poorRows(900), recorded.model), ledger: { documentsMax: 300 }, concurrency: 8 };
    const done = refineFiles(over);
    expect(await answeredSteadily(recorded.model)).toBe(299);
    recorded.release();
    await done;
    expect(await differencesOf(over.run)).toEqual([]);

    const held = slowFirst();
    const { run: _run, ...plain } = runOver(scratch, poorRows(900), held.model);
    const plainDone = refineFiles({ ...plain, windowBytes: 100_000, concurrency: 8 });
    const answered = await answeredSteadily(held.model);
    held.release();
    await plainDone;
    expect(answered).toBeGreaterThan(20);
    expect(answered).toBeLessThan(600);
    expect(readRows(plain.output).length).toBe(900);
  });
});
