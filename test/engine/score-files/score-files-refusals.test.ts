/**
 * Proves that a run that cannot be done says so before it has touched anything, that no file that it reads is lost to what it
 * writes, and that a run whose output breaks or whose reader stands still ends when it is told to.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { errorOf, within } from '../../support/outcomes.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const IS_ROOT = process.getuid?.() === 0;
const ROW = '{"id":1,"text":"One."}\n';

function fileOf(content: string, ending = '.jsonl'): string {
  const path = scratch.fresh(ending);
  writeFileSync(path, content);
  return path;
}

describe('inputs', () => {
  it.each([
    ['none', [], 'ERR_USAGE', 'expected one input or more'],
    ['one that is not there', ['/no/such/file.jsonl'], 'ERR_INPUT_NOT_FOUND', '/no/such/file.jsonl'],
    ['standard input twice', ['-', '-'], 'ERR_USAGE', 'standard input can be read only once'],
  ])('that are %s are refused, and nothing is written', async (_, inputs, code, message) => {
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs, output }));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
    for (const ending of ['', '.partial', '.ledger']) expect(existsSync(output + ending)).toBe(false);
  });

  it.skipIf(IS_ROOT || process.platform === 'win32')('that cannot be read are refused', async () => {
    const input = fileOf(ROW);
    chmodSync(input, 0);
    const error = await errorOf(scoreFiles({ inputs: [input], output: scratch.fresh('.out.jsonl') }));
    expect(error.code).toBe('ERR_INPUT_UNREADABLE');
    expect(error.message).toContain(input);
  });

  it('that are streams of something else than bytes fail the run', async () => {
    const stdin = Readable.from([{ text: 'an object' }]);
    const error = await errorOf(scoreFiles({ inputs: ['-'], output: scratch.fresh('.out.jsonl'), stdin, workers: 1 }));
    expect(error.code).toBe('ERR_SOURCE');
  });
});

describe('outputs', () => {
  it.each([
    ['in a folder that is not there', () => join(scratch.folder, 'no', 'out.jsonl'), 'there is no directory'],
    ['that is a folder', () => scratch.folder, 'it is a directory'],
    ['below a file', () => join(fileOf(ROW), 'out.jsonl'), 'not a directory'],
  ])('%s are refused before any work', async (_, output, reason) => {
    const path = output();
    let isRead = false;
    const stdin = new Readable({
      read() {
        isRead = true;
        this.push(null);
      },
    });
    const error = await errorOf(scoreFiles({ inputs: ['-'], stdin, output: path }));
    expect(error.code).toBe('ERR_OUTPUT_UNWRITABLE');
    expect(error.message).toContain(path);
    expect(error.message).toContain(reason);
    expect(isRead).toBe(false);
  });

  it('for the dead letters that cannot be written are refused likewise', async () => {
    const failed = join(scratch.folder, 'no', 'failed.jsonl');
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs: [fileOf(ROW)], output, failed }));
    expect(error.code).toBe('ERR_OUTPUT_UNWRITABLE');
    expect(error.message).toContain(failed);
    expect(existsSync(`${output}.ledger`)).toBe(false);
  });

  it('that break while they are written fail the run', async () => {
    const stdout = new Writable({
      write(_piece, _encoding, done) {
        done(new Error('the reader has gone'));
      },
    });
    const input = fileOf(ROW.repeat(1000));
    const error = await errorOf(within(10_000, scoreFiles({ inputs: [input], stdout, workers: 1 }), undefined));
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE', cause: { message: 'the reader has gone' } });
  });

  it('whose reader stands still do not keep a run that is aborted', async () => {
    for (const rows of [10, 60_000]) {
      const stdout = new Writable({ write: () => undefined });
      const controller = new AbortController();
      const work = scoreFiles({ inputs: [fileOf(ROW.repeat(rows))], stdout, workers: 1, signal: controller.signal });
      setTimeout(() => {
        controller.abort();
      }, 700);
      expect.soft(await within(4000, errorOf(work), 'waits')).toMatchObject({ code: 'ERR_ABORTED' });
    }
  });
});

describe('a file that is read is not lost to what is written', () => {
  /** Runs, whatever comes of it; the input must be as it was. */
  async function expectKept(input: string, options: { output?: string; failed?: string }): Promise<void> {
    const before = readFileSync(input, 'utf8');
    const error = await errorOf(scoreFiles({ inputs: [input], workers: 1, ...options }));
    expect(error.code).toBe('ERR_USAGE');
    expect(error.message).toContain(input);
    expect(existsSync(input) ? readFileSync(input, 'utf8') : 'gone').toBe(before);
  }

  it('as the output', async () => {
    const input = fileOf(ROW);
    await expectKept(input, { output: input });
  });

  it('as the file of dead letters', async () => {
    const input = fileOf(`${ROW}{\n`);
    await expectKept(input, { output: scratch.fresh('.out.jsonl'), failed: input });
  });

  it('as the file of dead letters of a run to standard output', async () => {
    const input = fileOf(`${ROW}{\n`);
    await expectKept(input, { failed: input });
  });

  it('as the file of dead letters that the output would have by itself, as when they are scored again', async () => {
    const output = scratch.fresh('.out.jsonl');
    const input = `${output}.failed.jsonl`;
    writeFileSync(input, ROW);
    await expectKept(input, { output });
  });

  it('as the ledger or the partial output', async () => {
    for (const ending of ['.partial', '.ledger']) {
      const output = scratch.fresh('.out.jsonl');
      writeFileSync(output + ending, ROW);
      await expectKept(output + ending, { output });
    }
  });

  it('as another name of the same file', async () => {
    const folder = scratch.path('folder');
    mkdirSync(folder, { recursive: true });
    const input = fileOf(ROW);
    await expectKept(input, { output: join(folder, '..', input.slice(scratch.folder.length + 1)) });
  });
});

describe('what is kept', () => {
  it.each<[string, Partial<ScoreFilesOptions>, string, string]>([
    ['no filters', { rejectBy: [] }, 'ERR_OPTION_RANGE', 'rejectBy must be one of gopher_quality, '],
    [
      'an unknown filter',
      other({ rejectBy: ['c4'] }),
      'ERR_OPTION_RANGE',
      'rejectBy must be filters such as c4_quality, ',
    ],
    [
      'no list',
      other({ rejectBy: 'c4_quality' }),
      'ERR_OPTION_TYPE',
      'rejectBy must be a list of filters, got "c4_quality"',
    ],
    ['a list of numbers', other({ rejectBy: [1] }), 'ERR_OPTION_TYPE', 'rejectBy must be names of filters, got 1'],
    [
      'filters without the complete report',
      { rejectBy: ['c4_quality'], measures: 'entropy' },
      'ERR_OPTION_RANGE',
      `rejectBy must be left out with measures 'entropy', which has no filters, got "c4_quality"`,
    ],
    ['an empty expression', { keepIf: '' }, 'ERR_OPTION_RANGE', 'keepIf must be a non-empty string, got ""'],
    ['an expression that is none', { keepIf: 'words =' }, 'ERR_EXPRESSION', 'keepIf, column 7: expected'],
    [
      'an unknown cleaner',
      other({ clean: 'c5', emit: 'rows' }),
      'ERR_OPTION_RANGE',
      'clean must be one of c4, got "c5"',
    ],
    [
      'cleaned reports',
      { clean: 'c4' },
      'ERR_OPTION_RANGE',
      `clean must be left out with emit 'reports', which has no text, got "c4"`,
    ],
    [
      'cleaning without the complete report',
      { clean: 'c4', emit: 'rows', measures: 'entropy' },
      'ERR_OPTION_RANGE',
      `clean must be left out with measures 'entropy', which has no filters, got "c4"`,
    ],
    [
      'a file for nothing',
      { rejected: 'r.jsonl' },
      'ERR_OPTION_RANGE',
      'rejected must be left out without rejectBy, keepIf or dedup, which reject, got "r.jsonl"',
    ],
    [
      'a stream',
      { rejected: '-', keepIf: 'words > 1' },
      'ERR_OPTION_RANGE',
      'rejected must be the path of a file, got "-"',
    ],
  ])('is refused with %s, and nothing is written', async (_, options, code, message) => {
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs: [fileOf(ROW)], output, ...options }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    for (const ending of ['', '.partial', '.ledger']) expect(existsSync(output + ending)).toBe(false);
  });

  /** Options that no program in TypeScript could give. */
  function other(options: object): Partial<ScoreFilesOptions> {
    return options;
  }
});

describe('rejected rows', () => {
  it('go to a file that is none of the others', async () => {
    const output = scratch.fresh('.out.jsonl');
    const failed = scratch.fresh('.failed.jsonl');
    const input = fileOf(ROW);
    const taken = [output, `${output}.partial`, `${output}.ledger`, failed, input, `./${relative('.', output)}`];
    for (const rejected of taken) {
      const error = await errorOf(scoreFiles({ inputs: [input], output, failed, rejected, keepIf: 'words > 9' }));
      expect(error.code).toBe('ERR_USAGE');
      expect(readFileSync(input, 'utf8')).toBe(ROW);
      expect(existsSync(output)).toBe(false);
    }
  });

  it('that cannot be written are refused before any work', async () => {
    const rejected = join(scratch.folder, 'no', 'rejected.jsonl');
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs: [fileOf(ROW)], output, rejected, keepIf: 'words > 9' }));
    expect(error.code).toBe('ERR_OUTPUT_UNWRITABLE');
    expect(error.message).toContain(rejected);
    for (const ending of ['', '.partial', '.ledger']) expect(existsSync(output + ending)).toBe(false);
  });
});

describe('rows and dead letters', () => {
  it('do not go to one file', async () => {
    const output = scratch.fresh('.out.jsonl');
    const error = await errorOf(scoreFiles({ inputs: [fileOf(`${ROW}{`)], output, failed: output, workers: 1 }));
    expect(error.code).toBe('ERR_USAGE');
  });
});
