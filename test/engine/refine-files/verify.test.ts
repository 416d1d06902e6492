/**
 * Proves that a sound run verifies without a word, also when it is packed or was killed at its very end, and that whatever was
 * changed since then is named: rows, dead letters, inputs, the record and the budget.
 */
import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { CallError } from '../../../src/refine/providers/provider.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines } from '../../support/scratch.js';
import { differencesOf, LocalModel, poorRows, runOver } from './support.js';

const scratch = new Scratch();

describe('verifyRefineRun', () => {
  let sound: RefineFilesOptions & { readonly output: string; readonly run: string };
  let output: string;
  let letters: string;

  beforeAll(async () => {
    sound = runOver(scratch, [...poorRows(20), { id: 'none' }, { id: 'neither' }], new LocalModel());
    await refineFiles(sound);
    output = readFileSync(sound.output, 'utf8');
    letters = readFileSync(`${sound.output}.failed.jsonl`, 'utf8');
  });

  async function kindsAfter(change: () => void): Promise<string[]> {
    change();
    const found = await differencesOf(sound.run);
    writeFileSync(sound.output, output);
    writeFileSync(`${sound.output}.failed.jsonl`, letters);
    return found.map(({ kind }) => kind);
  }

  it('says nothing of a sound run', async () => {
    expect(await differencesOf(sound.run)).toEqual([]);
  });

  const lines = (): string[] => output.split('\n').slice(0, -1);
  const write = (rows: readonly string[]): void => {
    writeFileSync(sound.output, rows.map((row) => `${row}\n`).join(''));
  };

  it.each([
    ['a row is lost', () => write(lines().slice(1)), 'output'],
    ['a row is doubled', () => write([...lines(), lines()[3]!]), 'output'],
    ['two rows are exchanged', () => write([lines()[1]!, lines()[0]!, ...lines().slice(2)]), 'output'],
    ['a row is changed', () => writeFileSync(sound.output, output.replace('number 7', 'number 8')), 'output'],
    ['the last row is torn', () => truncateSync(sound.output, Buffer.byteLength(output) - 5), 'output'],
    ['the output is gone', () => rmSync(sound.output), 'output'],
    ['the dead letters are gone', () => rmSync(`${sound.output}.failed.jsonl`), 'dead-letters'],
    ['a dead letter is changed', () => appendFileSync(`${sound.output}.failed.jsonl`, '{}\n'), 'dead-letters'],
  ])('tells when %s', async (_what, change, kind) => {
    expect(await kindsAfter(change)).toContain(kind);
  });

  it('tells when the inputs are others than they were, or gone', async () => {
    const over = runOver(scratch, poorRows(3), new LocalModel());
    await refineFiles(over);
    const [input = ''] = over.inputs;
    appendFileSync(input, jsonLines(poorRows(1)));
    expect((await differencesOf(over.run)).map(({ kind }) => kind)).toEqual(['inputs', 'documents']);
    rmSync(input);
    expect((await differencesOf(over.run)).map(({ kind }) => kind)).toEqual(['inputs']);
  });

  it('tells of what is not complete, and of damage to its record', async () => {
    const model: LocalModel = new LocalModel(async () => {
      if (model.answered >= 10) throw new CallError('ERR_PROVIDER_AUTH', 'no', { status: 401 });
      return Promise.resolve();
    });
    const over = runOver(scratch, poorRows(40), model);
    await errorOf(refineFiles({ ...over, concurrency: 2 }));
    expect((await differencesOf(over.run)).map(({ kind }) => kind)).toEqual(['incomplete']);
    const [segment = ''] = readdirSync(over.run).filter((name) => name.startsWith('calls-'));
    const bytes = readFileSync(join(over.run, segment));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(over.run, segment), bytes);
    expect((await differencesOf(over.run)).map(({ kind }) => kind)).toContain('ledger');
  });

  it('unpacks outputs', async () => {
    const plain = runOver(scratch, [...poorRows(10), { id: 1 }], new LocalModel());
    const over = { ...plain, output: `${plain.output}.gz`, failed: `${plain.output}.failed.gz` };
    await refineFiles(over);
    expect(await differencesOf(over.run)).toEqual([]);
    writeFileSync(over.output, readFileSync(over.output).subarray(0, 100));
    const warnings: string[] = [];
    const found = await differencesOf(over.run, (message) => warnings.push(message));
    expect(found.map(({ kind }) => kind)).toContain('output');
    expect(warnings.join()).toContain('not a whole gzip file');
  });

  it('finds the output of a run that was killed before it could name it', async () => {
    const over = runOver(scratch, poorRows(3), new LocalModel());
    await refineFiles(over);
    renameSync(over.output, `${over.output}.partial`);
    expect(await differencesOf(over.run)).toEqual([]);
  });

  it('says that documents of standard input cannot be counted anew', async () => {
    const over = runOver(scratch, [], new LocalModel());
    await refineFiles({ ...over, inputs: ['-'], stdin: Readable.from([Buffer.from(jsonLines(poorRows(3)))]) });
    const warnings: string[] = [];
    expect(await differencesOf(over.run, (message) => warnings.push(message))).toEqual([]);
    expect(warnings).toEqual(['input - could be read only once: the documents of the inputs are not counted']);
  });

  it('refuses a directory that is none of a run', async () => {
    expect(await errorOf(differencesOf(scratch.folder))).toMatchObject({ code: 'ERR_LEDGER' });
  });
});
