/**
 * Proves that a run that is stopped anywhere leaves whole rows and goes on to the same bytes: runs are aborted at generated moments,
 * once or several times, and what the last one completes is compared with a run that was left alone.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines } from '../../support/scratch.js';

const scratch = new Scratch();

/** Rows without ids, so that each report is named after its line; some of them bad, some lines blank. */
const LINES = Array.from({ length: 600 }, (_, index) => {
  if (index % 97 === 5) return '{"id":"bad"}\n';
  if (index % 89 === 7) return '\n';
  return jsonLines([{ text: `Row ${index}. ${'word '.repeat((index * 13) % 90)}` }]);
}).join('');

function fileOf(content: string | Uint8Array, ending = '.jsonl'): string {
  const path = scratch.fresh(ending);
  writeFileSync(path, content);
  return path;
}

/** Each kind of input, with enough in it that there is something to stop. */
const INPUTS = {
  plain: [fileOf(LINES)],
  packed: [fileOf(gzipSync(LINES), '.jsonl.gz')],
  text: Array.from({ length: 300 }, (_, index) => fileOf(`Text ${index}. ${'word '.repeat(index)}`, '.txt')),
} as const;
const MIXED = [...INPUTS.plain, ...INPUTS.text.slice(0, 100), ...INPUTS.packed, ...INPUTS.text.slice(100)];

interface Files {
  readonly rows: Buffer;
  readonly letters: Buffer | undefined;
}

function filesOf(output: string): Files {
  const failed = `${output}.failed.jsonl`;
  return { rows: readFileSync(output), letters: existsSync(failed) ? readFileSync(failed) : undefined };
}

function optionsFor(inputs: readonly string[], output: string): ScoreFilesOptions {
  return { inputs, output, workers: 2, chunkBytes: 4096 };
}

/** Runs until so many documents are done, then aborts; resolves to the summary if it was done before. */
async function runUntil(documents: number, options: ScoreFilesOptions): Promise<RunSummary | undefined> {
  const controller = new AbortController();
  const work = scoreFiles({
    ...options,
    signal: controller.signal,
    onProgress: (progress) => {
      if (progress.documents >= documents) controller.abort('enough');
    },
  });
  try {
    return await work;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'ERR_ABORTED' });
    return undefined;
  }
}

/** Whole rows, and no others than the beginning of `complete`. */
function expectBeginning(partial: Buffer, complete: Buffer, isPacked: boolean): void {
  const [begun, all] = isPacked ? [gunzipSync(partial), gunzipSync(complete)] : [partial, complete];
  expect(all.subarray(0, begun.length).equals(begun)).toBe(true);
  expect(begun.length === 0 || begun.at(-1) === 0x0a).toBe(true);
}

describe('a run that is stopped', () => {
  const stops = fc.array(fc.integer({ min: 0, max: 560 }), { minLength: 1, maxLength: 3 });

  it.each([
    ['JSON Lines', INPUTS.plain, '.out.jsonl'],
    ['packed JSON Lines', INPUTS.packed, '.out.jsonl'],
    ['text files', INPUTS.text, '.out.jsonl'],
    ['inputs of all kinds', MIXED, '.out.jsonl'],
    ['JSON Lines into a packed output', INPUTS.plain, '.out.jsonl.gz'],
  ])('over %s goes on to the same bytes', async (_, inputs, ending) => {
    const undisturbed = scratch.fresh(ending);
    await scoreFiles(optionsFor(inputs, undisturbed));
    const complete = filesOf(undisturbed);
    const isPacked = ending.endsWith('.gz');
    await fc.assert(
      fc.asyncProperty(stops, async (all) => {
        const output = scratch.fresh(ending);
        const options = optionsFor(inputs, output);
        let summary = await runUntil(all[0] ?? 0, options);
        for (const stop of all.slice(1)) {
          if (summary !== undefined) break;
          expect(existsSync(output)).toBe(false);
          expectBeginning(readFileSync(`${output}.partial`), complete.rows, isPacked);
          summary = await runUntil(stop, { ...options, resume: true });
        }
        summary ??= await scoreFiles({ ...options, resume: true });
        const resumed = filesOf(output);
        if (isPacked) expect(gunzipSync(resumed.rows)).toEqual(gunzipSync(complete.rows));
        else expect(resumed.rows.equals(complete.rows)).toBe(true);
        expect(resumed.letters).toEqual(complete.letters);
        expect(summary.resumedDocuments).toBeLessThanOrEqual(summary.documents);
        for (const leftover of ['.partial', '.ledger']) expect(existsSync(output + leftover)).toBe(false);
      }),
      { numRuns: isPacked ? 2 : 4 },
    );
  });

  it('counts in its summary what the stopped run had done', async () => {
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(INPUTS.plain, output);
    expect(await runUntil(250, options)).toBeUndefined();
    const summary = await scoreFiles({ ...options, resume: true });
    expect(summary.resumedDocuments).toBeGreaterThanOrEqual(250);
    const whole = await scoreFiles(optionsFor(INPUTS.plain, scratch.fresh('.out.jsonl')));
    const { documents, failed, bytes, outputBytes, inputBytes } = whole;
    expect(summary).toMatchObject({ documents, failed, bytes, outputBytes, inputBytes });
  });

  it('goes on with another number of workers and another size of ranges', async () => {
    const undisturbed = scratch.fresh('.out.jsonl');
    await scoreFiles(optionsFor(MIXED, undisturbed));
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(MIXED, output);
    await runUntil(250, options);
    await runUntil(500, { ...options, resume: true, workers: 1, chunkBytes: 5000 });
    await scoreFiles({ ...options, resume: true, workers: 3, chunkBytes: 100_000 });
    expect(filesOf(output)).toEqual(filesOf(undisturbed));
  });

  it('goes on behind what standard input had given, when that is given again', async () => {
    const stdin = (): Readable => Readable.from([Buffer.from(LINES)]);
    const undisturbed = scratch.fresh('.out.jsonl');
    await scoreFiles({ ...optionsFor(['-'], undisturbed), stdin: stdin() });
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(['-'], output);
    expect(await runUntil(300, { ...options, stdin: stdin() })).toBeUndefined();
    await scoreFiles({ ...options, resume: true, stdin: stdin() });
    expect(filesOf(output)).toEqual(filesOf(undisturbed));
  });

  it('before it began, goes on from the beginning', async () => {
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(INPUTS.plain, output);
    expect((await errorOf(scoreFiles({ ...options, signal: AbortSignal.abort() }))).code).toBe('ERR_ABORTED');
    expect(existsSync(output)).toBe(false);
    expect((await scoreFiles({ ...options, resume: true })).resumedDocuments).toBe(0);
  });

  it('loses to the ledger what was written behind its last record', async () => {
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(INPUTS.plain, output);
    expect(await runUntil(250, options)).toBeUndefined();
    appendFileSync(`${output}.partial`, '{"half":"a row');
    appendFileSync(`${output}.failed.jsonl`, '{"half":"a letter');
    await scoreFiles({ ...options, resume: true });
    const undisturbed = scratch.fresh('.out.jsonl');
    await scoreFiles(optionsFor(INPUTS.plain, undisturbed));
    expect(filesOf(output)).toEqual(filesOf(undisturbed));
  });

  it('begins anew when it is not resumed', async () => {
    const output = scratch.fresh('.out.jsonl');
    const options = optionsFor(INPUTS.plain, output);
    await runUntil(250, options);
    const summary = await scoreFiles(options);
    expect(summary.resumedDocuments).toBe(0);
    expect(existsSync(`${output}.ledger`)).toBe(false);
  });
});

describe('a run that rejects and is stopped', () => {
  const selection = {
    rejectBy: ['c4_quality'],
    keepIf: 'words % 2 == 0',
    filters: { c4_quality: { minSentences: 1, terminalPunctuation: null } },
  } as const;

  it.each([
    ['plain files', '.jsonl', 'reports'],
    ['packed files', '.jsonl.gz', 'both'],
  ] as const)('has every row once in either of its %s', async (_, ending, emit) => {
    const inputs = [...INPUTS.plain, ...INPUTS.text.slice(0, 100), ...INPUTS.packed];
    const contentOf = (path: string): string =>
      (ending === '.jsonl' ? readFileSync(path) : gunzipSync(readFileSync(path))).toString();
    const newOptions = (): ScoreFilesOptions & { readonly output: string; readonly rejected: string } => {
      const [output, rejected] = [scratch.fresh(`.out${ending}`), scratch.fresh(`.rejected${ending}`)];
      return { ...optionsFor(inputs, output), ...selection, emit, output, rejected };
    };
    const undisturbed = newOptions();
    const whole = await scoreFiles(undisturbed);
    expect(whole.rejected).toBeGreaterThan(300);
    expect(whole.documents - whole.rejected).toBeGreaterThan(300);
    expect(whole.rejections.length).toBeGreaterThan(1);

    for (const stops of [[5], [200, 400, 700], [650, 1000, 1200]]) {
      const options = newOptions();
      let summary: RunSummary | undefined;
      for (const [round, stop] of stops.entries()) {
        summary = await runUntil(stop, { ...options, resume: round > 0 });
        if (summary !== undefined) break;
        expect([options.output, options.rejected].filter((path) => existsSync(path))).toEqual([]);
        appendFileSync(`${options.rejected}.partial`, '{"half":"a row');
      }
      summary ??= await scoreFiles({ ...options, resume: true });
      expect(contentOf(options.output) === contentOf(undisturbed.output)).toBe(true);
      expect(contentOf(options.rejected) === contentOf(undisturbed.rejected)).toBe(true);
      const { documents, rejected, rejections, failed } = whole;
      expect(summary).toMatchObject({ documents, rejected, rejections, failed });
      expect(existsSync(`${options.rejected}.partial`)).toBe(false);
    }
  });

  it('begins at the beginning where its rejected rows are gone', async () => {
    const options = { ...optionsFor(INPUTS.plain, scratch.fresh('.out.jsonl')), ...selection };
    const rejected = scratch.fresh('.rejected.jsonl');
    expect(await runUntil(250, { ...options, rejected })).toBeUndefined();
    rmSync(`${rejected}.partial`);
    expect((await scoreFiles({ ...options, rejected, resume: true })).resumedDocuments).toBe(0);
  });
});

describe('resuming what was not begun', () => {
  it('begins', async () => {
    const output = scratch.fresh('.out.jsonl');
    const summary = await scoreFiles({ ...optionsFor(INPUTS.plain, output), resume: true });
    expect(summary.resumedDocuments).toBe(0);
    expect(summary.documents).toBeGreaterThan(500);
  });
});

describe('resuming something else is refused', () => {
  async function refusal(change: (options: ScoreFilesOptions) => ScoreFilesOptions): Promise<string> {
    const input = fileOf(LINES);
    const options = optionsFor([input], scratch.fresh('.out.jsonl'));
    expect(await runUntil(250, options)).toBeUndefined();
    const before = readFileSync(`${options.output ?? ''}.partial`);
    const error = await errorOf(scoreFiles({ ...change(options), resume: true }));
    expect(error.code).toBe('ERR_RESUME_MISMATCH');
    expect(readFileSync(`${options.output ?? ''}.partial`).equals(before)).toBe(true);
    return error.message.replaceAll(input, 'INPUT');
  }

  it.each([
    ['emit', { emit: 'rows' } as const, 'emit: was "reports", now "rows"'],
    ['textField', { textField: 'body' }, 'textField: was "text", now "body"'],
    ['idField', { idField: 'key' }, 'idField: was "id", now "key"'],
    ['maxBytes', { maxBytes: 1000 }, 'maxBytes: was 67108864, now 1000'],
    ['measures', { measures: 'entropy' } as const, 'measures: was "all", now "entropy"'],
    ['stats', { stats: true }, 'stats: was false, now true'],
    [
      'filter',
      { rejectBy: ['c4_quality', 'gopher_quality'] } as const,
      'rejectBy: was not given, now "gopher_quality,c4_quality"',
    ],
    ['expression', { keepIf: 'words > 1' }, 'keepIf: was not given, now "words > 1"'],
    [
      'file of rejected rows',
      { keepIf: 'words > 1', rejected: scratch.path('new.jsonl') },
      'rejected: was not given, now true',
    ],
    ['text', { emit: 'rows', clean: 'c4' } as const, 'clean: was not given, now "c4"'],
    ['asOf', { asOf: 1999 }, `asOf: was ${new Date().getFullYear()}, now 1999`],
    ['weight', { weights: { clarity: 1.25 } }, 'weights.clarity: was 0.25, now 0.625'],
    [
      'threshold',
      { filters: { gopher_quality: { minWords: null } } },
      'filters.gopher_quality.minWords: was 50, now null',
    ],
  ])('with another %s', async (_, change, expected) => {
    expect(await refusal((options) => ({ ...options, ...change }))).toContain(expected);
  });

  it('with several things, naming them all', async () => {
    const message = await refusal((options) => ({ ...options, emit: 'both', maxBytes: 5, idField: 'key' }));
    for (const name of ['emit', 'maxBytes', 'idField']) expect(message).toContain(`${name}: was`);
  });

  it('and not with settings that change nothing in what is measured', async () => {
    const options = { ...optionsFor(INPUTS.plain, scratch.fresh('.out.jsonl')), measures: 'entropy' as const };
    expect(await runUntil(250, options)).toBeUndefined();
    const summary = await scoreFiles({
      ...options,
      asOf: 1999,
      filters: { c4_quality: { policy: null } },
      resume: true,
    });
    expect(summary.resumedDocuments).toBeGreaterThanOrEqual(250);
  });

  it('with another input, or one more', async () => {
    const other = fileOf('{"text":"a"}\n');
    expect(await refusal((options) => ({ ...options, inputs: [other] }))).toContain(`was "INPUT", now "${other}"`);
    const more = await refusal((options) => ({ ...options, inputs: [...options.inputs, other] }));
    expect(more).toContain(`was not given, now "${other}"`);
  });

  it('with an input that has changed', async () => {
    const grown = await refusal((options) => {
      appendFileSync(options.inputs[0] ?? '', '{"text":"more"}\n');
      return options;
    });
    expect(grown).toContain('INPUT');
    expect(grown).toContain('bytes');
    const touched = await refusal((options) => {
      utimesSync(options.inputs[0] ?? '', new Date(0), new Date(0));
      return options;
    });
    expect(touched).toContain('now of 1970-01-01T00:00:00.000Z');
  });

  it('and where the partial output is gone, the run begins at the beginning', async () => {
    const options = optionsFor(INPUTS.plain, scratch.fresh('.out.jsonl'));
    await runUntil(250, options);
    rmSync(`${options.output ?? ''}.partial`);
    const summary = await scoreFiles({ ...options, resume: true });
    expect(summary.resumedDocuments).toBe(0);
  });
});

describe('two runs at once', () => {
  it('into one output are refused', async () => {
    const options = optionsFor(INPUTS.plain, scratch.fresh('.out.jsonl'));
    const first = scoreFiles(options);
    const errors = await Promise.allSettled([first, scoreFiles(options)]);
    expect(errors.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const reasons = errors.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(reasons).toMatchObject([{ code: 'ERR_LEDGER' }]);
  });
});
