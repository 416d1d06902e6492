/**
 * Proves that a run over files gives what `JSON.parse` and the library give: generated files go through the whole of it, in ranges
 * so small that lines reach over several, and rows, dead letters and summary are compared with a model that reads line by line.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/engine.js';
import type { RunProgress, RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { planInputs, scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { FULLEST_ROWS } from '../../support/measures.js';
import { reportOf } from '../../support/outcomes.js';
import { comparableId, comparableRow, runByModel } from '../../support/row-model.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';

const scratch = new Scratch();

/** A new file of this content. */
function fileOf(content: string | Uint8Array, ending = '.jsonl'): string {
  const path = scratch.fresh(ending);
  writeFileSync(path, content);
  return path;
}

interface Result {
  readonly output: string;
  /** Lines of the output, a character for each byte. */
  readonly rows: string[];
  readonly letters: Record<string, unknown>[];
  readonly summary: RunSummary;
}

async function run(inputs: readonly string[], options: Partial<ScoreFilesOptions> = {}): Promise<Result> {
  const output = options.output ?? scratch.fresh('.out.jsonl');
  const summary = await scoreFiles({ inputs, workers: 2, chunkBytes: 4096, ...options, output });
  const bytes = readFileSync(output);
  const text = (output.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  for (const leftover of ['.partial', '.ledger']) expect(existsSync(output + leftover)).toBe(false);
  return { output, rows: text.split('\n').slice(0, -1), letters: readRows(`${output}.failed.jsonl`), summary };
}

/** A Writable that keeps what is written to it. */
class Collector extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(Buffer.from(piece));
    done();
  }

  get text(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}

/** Several generated files, one behind the other. */
const largeFile = fc
  .array(jsonLinesFile(), { minLength: 4, maxLength: 12, size: 'max' })
  .map((parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')])));
const emits = fc.constantFrom('reports' as const, 'rows' as const, 'both' as const);

describe('a file of JSON Lines', () => {
  it('gives what the model gives, as it is, packed, and on standard input', async () => {
    await fc.assert(
      fc.asyncProperty(largeFile, emits, fc.constantFrom('.jsonl', '.jsonl.gz', '-'), async (file, emit, kind) => {
        const input = kind === '-' ? '-' : fileOf(kind === '.jsonl' ? file : gzipSync(file, { level: 1 }), kind);
        const stdin = Readable.from([file.subarray(0, 1000), file.subarray(1000)]);
        const { rows, letters, summary } = await run([input], { ...FULLEST_ROWS.options, emit, stdin });
        const expected = runByModel(file, input, emit);
        expect(rows.map((row) => comparableRow(row, emit))).toEqual(expected.rows);
        expect(
          letters.map(({ source, ordinal, line, id, code }) => [source, ordinal, line, comparableId(id), code]),
        ).toEqual(
          expected.letters.map(({ ordinal, line, id, code }) => [input, ordinal, line, jsonOf(comparableId(id)), code]),
        );
        const { documents, bytes } = expected;
        expect(summary).toMatchObject({ documents, bytes, failed: letters.length, inputBytes: file.length });
      }),
      { numRuns: 25 },
    );
  });

  /** As a value comes back from JSON. */
  function jsonOf(value: unknown): unknown {
    return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
  }

  it('gives the bytes of the library’s reports, whatever the size of its ranges and the number of workers', async () => {
    const documents = Array.from({ length: 500 }, (_, id) => ({
      id: id % 3 === 0 ? id : `id "${id}" é`,
      text: `Row ${id}, 漢字. ${'A word or two? '.repeat((id * 7) % 90)}`,
    }));
    const input = fileOf(jsonLines(documents));
    const engine = await createEngine({ ...FULLEST_ROWS.options, workers: 1 });
    const expected = jsonLines((await engine.scoreAll(documents)).map(reportOf));
    await engine.close();
    for (const options of [
      { chunkBytes: 4096, workers: 1 },
      { chunkBytes: 4097, workers: 3 },
      { chunkBytes: 2 ** 20, workers: 2 },
    ]) {
      const { output } = await run([input], { ...FULLEST_ROWS.options, ...options });
      expect(readFileSync(output, 'utf8') === expected).toBe(true);
    }
  });

  it('keeps its rows byte for byte, or adds the report to them', async () => {
    const lines = [
      ' { "text" : "One.",\t"n":1.0e1, "text":"Two words." }\r',
      '{"id":"\\u0061","text":"\\ud83d\\ude00 \\ud800","nested":{"text":"no"}}',
      '{"text":"","__proto__":1}',
    ];
    const input = fileOf(lines.join('\n'));
    expect((await run([input], { emit: 'rows' })).rows).toEqual(lines);
    const reports = (await run([input])).rows;
    const both = (await run([input], { emit: 'both' })).rows;
    expect(both).toEqual(lines.map((line, index) => line.replace(/\}(?=\s*$)/, `,"report":${reports[index] ?? ''}}`)));
    expect(reports.map((row) => (JSON.parse(row) as { id: unknown }).id)).toEqual([`${input}:1`, 'a', `${input}:3`]);
    expect(JSON.parse(reports[1] ?? '')).toMatchObject({ replaced: 1, chars: 3 });
  });

  it('with lines longer than many ranges, blank lines, a byte order mark and no last newline', async () => {
    const long = JSON.stringify({ id: 'long', text: 'word '.repeat(30_000) });
    const input = fileOf(`\ufeff${long}\n\n\r\n   \n{"text":"x"}\n${long}\n${'\n'.repeat(9000)}{"text":"end"}`);
    const { rows, letters, summary } = await run([input]);
    const ids = rows.map((row) => (JSON.parse(row) as { id: unknown }).id);
    expect(ids).toEqual(['long', `${input}:5`, 'long', `${input}:9007`]);
    expect(letters).toEqual([]);
    expect(summary).toMatchObject({
      documents: 4,
      failed: 0,
      output: expect.any(String) as string,
      failedOutput: undefined,
    });
  });

  it('takes other names of the fields, also where these have to be escaped', async () => {
    const name = 'té"xt';
    const input = fileOf(jsonLines([{ [name]: 'One two.', key: 5, text: 1 }, { text: 'no' }]));
    const { rows, letters } = await run([input], { textField: name, idField: 'key' });
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({ id: 5, words: 2 });
    expect(letters).toMatchObject([{ code: 'ERR_TEXT_MISSING', line: 2, message: 'the row has no field "té\\"xt"' }]);
  });

  it('that is empty gives an empty output', async () => {
    for (const content of ['', '\n', '\ufeff']) {
      const { rows, summary } = await run([fileOf(content)]);
      expect(rows).toEqual([]);
      expect(summary).toMatchObject({ documents: 0, failed: 0, outputBytes: 0 });
    }
  });
});

describe('dead letters', () => {
  it('say where, which and why, in order, and the run goes on', async () => {
    const lines = [
      '{"id":1,"text":"a"}',
      'no',
      '',
      '[1]',
      '{"id":2}',
      '{"id":"x","text":null}',
      '{"text":"12345678901"}',
    ];
    const input = fileOf(lines.join('\n'));
    const { rows, letters, summary } = await run([input], { maxBytes: 10 });
    expect(rows).toHaveLength(1);
    expect(letters.map(({ source, ordinal, line, id, code }) => [source, ordinal, line, id, code])).toEqual([
      [input, 1, 2, undefined, 'ERR_ROW_JSON'],
      [input, 2, 4, undefined, 'ERR_ROW_TYPE'],
      [input, 3, 5, 2, 'ERR_TEXT_MISSING'],
      [input, 4, 6, 'x', 'ERR_TEXT_TYPE'],
      [input, 5, 7, undefined, 'ERR_DOCUMENT_TOO_LARGE'],
    ]);
    for (const letter of letters) expect(Object.keys(letter).at(-1)).toBe('message');
    expect(summary).toMatchObject({ documents: 6, failed: 5 });
    expect(summary.failedOutput).toBe(`${summary.output ?? ''}.failed.jsonl`);
  });

  it('have a file only when there are any, and none that an earlier run left', async () => {
    const output = scratch.fresh('.out.jsonl');
    await run([fileOf('{')], { output });
    expect(existsSync(`${output}.failed.jsonl`)).toBe(true);
    await run([fileOf('{"text":"a"}')], { output });
    expect(existsSync(`${output}.failed.jsonl`)).toBe(false);
  });

  it('go where they are told to, packed if so named', async () => {
    const failed = scratch.fresh('.letters.jsonl.gz');
    const { output, summary } = await run([fileOf('{\n{"text":"a"}')], { failed });
    expect(JSON.parse(gunzipSync(readFileSync(failed)).toString())).toMatchObject({ line: 1, code: 'ERR_ROW_JSON' });
    expect(existsSync(`${output}.failed.jsonl`)).toBe(false);
    expect(summary.failedOutput).toBe(failed);
  });
});

describe('inputs of several kinds', () => {
  it('come out in the order given, each with its own lines and ordinals', async () => {
    const [first, packed, text, packedText] = [
      fileOf('{"text":"a"}\n{"text":"b"}\n{\n'),
      fileOf(gzipSync('{"text":"c"}\n\n{\n{"text":"d"}'), '.jsonl.gz'),
      fileOf('A text file.', '.txt'),
      fileOf(gzipSync('Another one, packed.'), '.md.gz'),
    ];
    const stdin = Readable.from([Buffer.from('{"text":"from '), Buffer.from('stdin"}\n{')]);
    const inputs = [first, text, packed, packedText, '-', text];
    const { rows, letters, summary } = await run(inputs, { stdin });
    expect(rows.map((row) => (JSON.parse(row) as { id: unknown }).id)).toEqual([
      `${first}:1`,
      `${first}:2`,
      text,
      `${packed}:1`,
      `${packed}:4`,
      packedText,
      '-:1',
      text,
    ]);
    expect(letters.map(({ source, ordinal, line }) => [source, ordinal, line])).toEqual([
      [first, 2, 3],
      [packed, 1, 3],
      ['-', 1, 2],
    ]);
    expect(summary).toMatchObject({ documents: 11, failed: 3, skippedFiles: 0 });
  });

  it('that are many text files give a row each, those that cannot be read a dead letter', async () => {
    const files = Array.from({ length: 600 }, (_, index) => fileOf(`Text ${index}.`, '.txt'));
    const broken = fileOf('no gzip', '.txt.gz');
    const { rows, letters, summary } = await run([...files.slice(0, 300), broken, ...files.slice(300)]);
    expect(rows.map((row) => (JSON.parse(row) as { id: unknown }).id)).toEqual(files);
    expect(letters).toMatchObject([{ source: broken, ordinal: 0, id: broken, code: 'ERR_INPUT_CORRUPT' }]);
    expect(letters[0]).not.toHaveProperty('line');
    expect(summary.documents).toBe(601);
  });

  it('that break off give their whole rows, a dead letter, and the next input', async () => {
    const whole = gzipSync(jsonLines(Array.from({ length: 3000 }, (_, id) => ({ id, text: `Row ${id * 7919}.` }))));
    const cut = fileOf(whole.subarray(0, whole.length - 2000), '.jsonl.gz');
    const damaged = fileOf('this is no gzip file', '.jsonl.gz');
    const next = fileOf('{"id":"next","text":"a"}');
    const { rows, letters, summary } = await run([cut, damaged, next]);
    const ids = rows.map((row) => (JSON.parse(row) as { id: unknown }).id);
    expect(ids.length).toBeGreaterThan(100);
    expect(ids).toEqual([...ids.slice(0, -1).keys(), 'next']);
    expect(letters.map(({ source, ordinal, code }) => [source, ordinal, code])).toEqual([
      [cut, ids.length - 1, 'ERR_INPUT_CORRUPT'],
      [damaged, 0, 'ERR_INPUT_CORRUPT'],
    ]);
    expect(summary.failed).toBe(2);
  });

  it('can be planned without being read', async () => {
    const [lines, text, other] = [fileOf('{"text":"a"}'), fileOf('abc', '.txt'), fileOf('defg', '.txt')];
    const plan = await planInputs([lines, text, other, '-']);
    expect(plan.inputs).toEqual([
      { source: lines, kind: 'jsonl', bytes: 12, files: 1 },
      { source: `${text} (+1 more)`, kind: 'files', bytes: 7, files: 2 },
      { source: '-', kind: 'stdin', bytes: undefined, files: 1 },
    ]);
  });
});

describe('a plan', () => {
  it('leaves out what the run itself would write, or has written before', async () => {
    const folder = scratch.path('planned');
    mkdirSync(folder);
    const names = ['in.jsonl', 'out.jsonl', 'out.jsonl.partial', 'out.jsonl.failed.jsonl', 'rejected.jsonl'];
    for (const name of names) writeFileSync(join(folder, name), '{"text":"a"}\n');
    const outputs = { output: join(folder, 'out.jsonl'), rejected: join(folder, 'rejected.jsonl') };
    const plan = await planInputs([folder], outputs);
    expect(plan.inputs.map(({ source }) => source)).toEqual([join(folder, 'in.jsonl')]);
  });
});

describe('outputs', () => {
  const lines = Array.from({ length: 300 }, (_, id) => ({ id, text: `Row ${id}. ${'word '.repeat(id % 40)}` }));

  it('are packed when their name says so', async () => {
    const input = fileOf(jsonLines(lines));
    const plain = await run([input]);
    const packed = await run([input], { output: scratch.fresh('.out.jsonl.gz') });
    expect(packed.rows).toEqual(plain.rows);
    expect(packed.summary.outputBytes).toBe(readFileSync(packed.output).length);
    expect(plain.summary.outputBytes).toBe(readFileSync(plain.output).length);
  });

  it('go to a stream without a name, and the dead letters to the other one', async () => {
    const input = fileOf(`${jsonLines(lines)}{`);
    const plain = await run([input]);
    const [stdout, stderr] = [new Collector(), new Collector()];
    const summary = await scoreFiles({ inputs: [input], workers: 1, chunkBytes: 4096, stdout, stderr });
    expect(stdout.text).toBe(readFileSync(plain.output, 'utf8'));
    expect(stderr.text).toBe(readFileSync(`${plain.output}.failed.jsonl`, 'utf8'));
    expect(summary).toMatchObject({ output: undefined, failedOutput: undefined, failed: 1 });
    expect(stdout.destroyed).toBe(false);
  });
});

describe('progress and summary', () => {
  it('grow to the whole, and tell what was done', async () => {
    const input = fileOf(jsonLines(Array.from({ length: 400 }, (_, id) => ({ id, text: 'word '.repeat(id % 60) }))));
    const seen: RunProgress[] = [];
    const { summary } = await run([input], { onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThan(3);
    for (const [index, progress] of seen.entries()) {
      const before = seen[index - 1];
      for (const name of ['documents', 'failed', 'bytes', 'inputBytes', 'seconds'] as const) {
        expect(progress[name]).toBeGreaterThanOrEqual(before?.[name] ?? 0);
      }
      expect(progress.inputBytesTotal).toBe(readFileSync(input).length);
    }
    const { documents, bytes, inputBytes } = seen.at(-1) ?? summary;
    expect(summary).toMatchObject({ documents, bytes, inputBytes, workers: 2, resumedDocuments: 0, restarts: 0 });
    expect(summary.inputBytes).toBe(readFileSync(input).length);
    expect(summary.peakRssBytes).toBeGreaterThan(1e7);
    expect(summary.mainThreadUsPerDocument).toBeGreaterThan(0);
  });

  it('do not know the whole when an input does not tell its size', async () => {
    const packed = fileOf(gzipSync('{"text":"a"}\n'), '.jsonl.gz');
    const seen: RunProgress[] = [];
    await run([packed], { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ inputBytes: 13, inputBytesTotal: undefined });
  });
});
