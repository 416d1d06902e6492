/**
 * Proves the contract of the command line on the built program: what is in the files, on the streams and in the exit code, and
 * that a run that was interrupted or killed at any moment goes on to the same bytes as one that was not.
 *
 * The large input repeats a block of distinct rows without ids, so that each report is named after its line.
 */
import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMillrace, type Outcome, type Run } from '../support/millrace.js';

interface Row {
  readonly id: string | number;
  readonly words: number;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-end-to-end-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Starts `millrace` in the test's folder. Its stdin ends behind the text; with null it stays open for the test to write to. */
function start(args: readonly string[], stdin: string | null = ''): Run {
  return startMillrace(args, { cwd: folder, stdin });
}

function millrace(args: readonly string[], stdin?: string): Promise<Outcome> {
  return start(args, stdin).finished;
}

function path(name: string): string {
  return join(folder, name);
}

async function bytesOf(name: string): Promise<number> {
  return (await stat(path(name)).catch(() => undefined))?.size ?? -1;
}

function rowsOf<T = Row>(text: Buffer | string): T[] {
  const lines = text.toString().split('\n');
  expect(lines.pop()).toBe(''); // Whole rows only.
  return lines.map((line) => JSON.parse(line) as T);
}

/** Spaces, escapes and members of no interest, all of which `--emit rows` has to keep. */
const ROWS = [
  '{"id":"a","text":"First document. It has two sentences."}',
  ' { "text" : "Na\\u00efve \\"quotes\\" and a line\\nbreak.", "id" : 7, "tags": [1, 2.50, {"text": null}] } ',
  '{"text":""}',
  '{"id":"a","text":"The same id again, 世界！"}',
].map((row) => `${row}\n`);
const IDS = ['a', 7, 'rows.jsonl:3', 'a'];

describe('a run', () => {
  beforeAll(() => writeFile(path('rows.jsonl'), ROWS.join('')));

  it('writes a report for each row, in order, and its summary on stderr', async () => {
    const { code, stdout, stderr } = await millrace(['score', 'rows.jsonl', '-o', 'reports.jsonl']);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: '' });
    const reports = rowsOf(await readFile(path('reports.jsonl')));
    expect(reports.map(({ id }) => id)).toEqual(IDS);
    expect(reports[0]).toMatchObject({ schema: 1, bytes: 37, words: 6, sentences: 2 });
    expect(reports[2]).toMatchObject({ bytes: 0, words: 0 });
    expect(stderr).toMatch(/^documents +4$/m);
    expect(stderr).toMatch(/^output +reports\.jsonl$/m);
    expect(stderr).not.toContain('\x1b');
    expect((await readdir(folder)).filter((name) => name.startsWith('reports.jsonl'))).toEqual(['reports.jsonl']);
  });

  it('writes the rows as they were with --emit rows', async () => {
    const { code, stdout, stderr } = await millrace(['score', 'rows.jsonl', '--emit', 'rows', '--quiet']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // White space around a row is the line's, not the row's.
    expect(
      stdout
        .toString()
        .split('\n')
        .map((row) => row.trim()),
    ).toEqual([...ROWS.map((row) => row.trim()), '']);
  });

  it('writes each row with its report with --emit both', async () => {
    const reports = rowsOf<object>((await millrace(['score', 'rows.jsonl', '--quiet'])).stdout);
    const both = rowsOf<object>((await millrace(['score', 'rows.jsonl', '--emit', 'both', '--quiet'])).stdout);
    expect(both).toEqual(ROWS.map((row, index) => ({ ...(JSON.parse(row) as object), report: reports[index] })));
  });

  it('reads rows from stdin', async () => {
    const fromFile = rowsOf((await millrace(['score', 'rows.jsonl', '--quiet'])).stdout);
    const { code, stdout } = await millrace(['score', '-', '--quiet'], ROWS.join(''));
    expect(code).toBe(0);
    const reports = rowsOf(stdout);
    expect(reports.map(({ words }) => words)).toEqual(fromFile.map(({ words }) => words));
    expect(reports.filter((_, index) => index !== 2)).toEqual(fromFile.filter((_, index) => index !== 2));
  });

  it('reads and writes gzip', async () => {
    await writeFile(path('rows.jsonl.gz'), gzipSync(ROWS.join('')));
    const { code } = await millrace(['score', 'rows.jsonl.gz', '-o', 'packed.jsonl.gz', '--quiet']);
    expect(code).toBe(0);
    const plain = (await millrace(['score', 'rows.jsonl', '--quiet'])).stdout.toString();
    const packed = gunzipSync(await readFile(path('packed.jsonl.gz'))).toString();
    expect(packed.replace('rows.jsonl.gz:3', 'rows.jsonl:3')).toBe(plain);
  });

  it('reads a directory, a document a file', async () => {
    await mkdir(path('docs/deep'), { recursive: true });
    await writeFile(path('docs/b.md'), '# Title\n\nSome words here.\n');
    await writeFile(path('docs/a.txt'), 'Plain.');
    await writeFile(path('docs/deep/c.txt'), '');
    await writeFile(path('docs/picture.png'), 'no text');
    const { code, stdout, stderr } = await millrace(['score', 'docs']);
    expect(code).toBe(0);
    expect(rowsOf(stdout).map(({ id }) => id)).toEqual(['docs/a.txt', 'docs/b.md', 'docs/deep/c.txt']);
    expect(stderr).toMatch(/^skipped +1 file$/m);
  });

  it('writes its summary as JSON', async () => {
    const args = ['score', 'rows.jsonl', '-o', 'sum.jsonl', '--summary', 'summary.json', '--workers', '1', '--quiet'];
    expect((await millrace(args)).code).toBe(0);
    const summary: unknown = JSON.parse(await readFile(path('summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      ...{ schema: 1, command: 'score', documents: 4, failed: 0, rejected: 0, workers: 1, resumedDocuments: 0 },
      ...{ inputBytes: Buffer.byteLength(ROWS.join('')), outputBytes: await bytesOf('sum.jsonl'), output: 'sum.jsonl' },
    });
  });

  it('keeps what passes, writes the rest apart with its reason, and counts it', async () => {
    const args = ['score', 'rows.jsonl', '--emit', 'rows', '-o', 'kept.jsonl', '--filters', 'c4_quality'];
    const { code, stderr } = await millrace([...args, '--rejected', 'rest.jsonl', '--summary', 'filter.json']);
    expect(code).toBe(0);
    expect(await readFile(path('kept.jsonl'), 'utf8')).toBe('');
    const why = { filter: 'c4_quality', reason: 'too_few_sentences' };
    expect(rowsOf<object>(await readFile(path('rest.jsonl')))).toEqual(
      ROWS.map((row) => ({ ...(JSON.parse(row) as object), rejected: why })),
    );
    expect(stderr).toMatch(/^rejected +4, in rest\.jsonl\n +c4_quality too_few_sentences +4 +100\.0 %\n/m);
    const summary: unknown = JSON.parse(await readFile(path('filter.json'), 'utf8'));
    const counts = { rejected: 4, rejections: [{ ...why, documents: 4 }] };
    expect(summary).toMatchObject({ documents: 4, ...counts, rejectedOutput: 'rest.jsonl' });

    const both = await millrace([...args, '--keep-if', 'words > ', '--rejected', 'rest.jsonl']);
    expect(both.code).toBe(2);
    expect(both.stderr).toMatch(/^millrace: --keep-if, column \d+: expected a value, got the end of the expression\n$/);
  });

  it('lists what it would read with --dry-run, and writes nothing', async () => {
    const before = await readdir(folder);
    const { code, stdout, stderr } = await millrace(['score', 'rows.jsonl', 'docs', '-o', 'none.jsonl', '--dry-run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.toString()).toMatch(/^source .*\nrows\.jsonl +jsonl +1 .*\ndocs +files +3 .*\ntotal +4 +[\d,]+\n/);
    expect(await readdir(folder)).toEqual(before);
  });
});

describe('rows that cannot be scored', () => {
  const bad = ['{"text":"Good."}', '{"text":', '{"id":"n","text":null}', '[1]', '{"id":5}', '{"text":"Good too."}'];
  const codes = ['ERR_ROW_JSON', 'ERR_TEXT_TYPE', 'ERR_ROW_TYPE', 'ERR_TEXT_MISSING'];
  beforeAll(() => writeFile(path('bad.jsonl'), bad.map((row) => `${row}\n`).join('')));

  it('become dead letters in a file beside the output, and the run ends with 3', async () => {
    const { code, stderr } = await millrace(['score', 'bad.jsonl', '-o', 'good.jsonl']);
    expect(code).toBe(3);
    expect(rowsOf(await readFile(path('good.jsonl'))).map(({ id }) => id)).toEqual(['bad.jsonl:1', 'bad.jsonl:6']);
    expect(rowsOf<object>(await readFile(path('good.jsonl.failed.jsonl')))).toMatchObject(
      codes.map((name, index) => ({ source: 'bad.jsonl', ordinal: index + 1, line: index + 2, code: name })),
    );
    expect(stderr).toMatch(/^dead letters +4, in good\.jsonl\.failed\.jsonl$/m);
  });

  it('go to stderr when the rows go to stdout', async () => {
    const { code, stdout, stderr } = await millrace(['score', 'bad.jsonl', '--quiet']);
    expect(code).toBe(3);
    expect(rowsOf(stdout)).toHaveLength(2);
    expect(rowsOf<object>(stderr)).toMatchObject(codes.map((name) => ({ code: name })));
  });
});

describe('what cannot be read or written', () => {
  beforeAll(() => writeFile(path('rows.jsonl'), ROWS.join('')));

  it.each([
    ['a missing input', ['score', 'nowhere.jsonl', '-o', 'never.jsonl'], 2, 'nowhere.jsonl'],
    ['a glob that holds nothing', ['score', 'nowhere/*.jsonl', '-o', 'never.jsonl'], 2, 'nowhere/*.jsonl'],
    ['an output in a missing folder', ['score', 'rows.jsonl', '-o', 'missing/out.jsonl'], 1, 'missing/out.jsonl'],
    ['an output that is a directory', ['score', 'rows.jsonl', '-o', 'taken'], 1, 'taken'],
    ['an unknown option', ['score', 'rows.jsonl', '--fast'], 2, '--fast'],
  ])('%s is named in one line', async (_, args, exitCode, named) => {
    await mkdir(path('taken'), { recursive: true });
    const { code, stdout, stderr } = await millrace(args);
    expect({ code, stdout: stdout.toString() }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(/^millrace: [^\n]+\n$/);
    expect(stderr).toContain(named);
    expect((await readdir(folder)).filter((name) => name.startsWith('never'))).toEqual([]);
  });
});

describe.skipIf(process.platform === 'win32')('rows from a pipe', () => {
  it('can be interrupted while they are awaited, and be given again', async () => {
    const args = ['score', '-', '-o', 'piped.jsonl', '--quiet'];
    const { child, finished } = start(args, null);
    child.stdin?.write(ROWS.join(''));
    await untilPartial(child, 'piped.jsonl', 0);
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toContain('millrace score - -o piped.jsonl --quiet --resume\n');
    expect(await millrace([...args, '--resume'], ROWS.join(''))).toMatchObject({ code: 0, stderr: '' });
    expect(rowsOf(await readFile(path('piped.jsonl'))).map(({ id }) => id)).toEqual(['a', 7, '-:3', 'a']);
  });

  it('that never end do not keep a run alive whose reader has gone', async () => {
    const { child, finished } = start(['score', '-', '--quiet'], null);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const rows = ROWS.join('').repeat(1000);
    const feed = (): void => {
      child.stdin?.write(rows, (error) => {
        if (!error) feed();
      });
    };
    feed();
    expect(await finished).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

describe.skipIf(process.platform === 'win32')('a large input', () => {
  const LINES = 80_000;
  const BLOCK_LINES = 4_000;
  const ARGS = ['score', 'big.jsonl', '--workers', '2', '--quiet'];
  let clean: Buffer;

  beforeAll(async () => {
    await writeLarge('big.jsonl', LINES, BLOCK_LINES);
    expect((await millrace([...ARGS, '-o', 'clean.jsonl'])).code).toBe(0);
    clean = await readFile(path('clean.jsonl'));
  });

  /** The bytes are those of the uninterrupted run, in which every row is there once and in order. */
  async function expectClean(name: string): Promise<void> {
    const bytes = await readFile(path(name));
    expect(bytes.equals(clean)).toBe(true);
    expect(await bytesOf(`${name}.partial`)).toBe(-1);
  }

  it('has every row once, in order', () => {
    const reports = rowsOf(clean);
    expect(reports).toHaveLength(LINES);
    expect(reports.findIndex(({ id }, index) => id !== `big.jsonl:${index + 1}`)).toBe(-1);
  });

  it('ends quietly when its reader has had enough', async () => {
    const { child, finished } = start(ARGS);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, signal, stderr, stdout } = await finished;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(clean.subarray(0, stdout.length).equals(stdout)).toBe(true);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops on %s with whole rows and goes on to the same bytes', async (name, exitCode) => {
    const output = `${name}.jsonl`;
    const args = [...ARGS, '-o', output];
    const { child, finished } = start(args);
    await untilPartial(child, output, 2_000_000);
    child.kill(name);
    const { code, stderr } = await finished;
    expect({ code, stderr }).toEqual({
      code: exitCode,
      stderr: `millrace: interrupted; what is finished is in ${output}.partial, go on with: millrace ${args.join(' ')} --resume\n`,
    });

    const partial = await readFile(path(`${output}.partial`));
    expect(partial.length).toBeGreaterThan(0);
    expect(partial.length).toBeLessThan(clean.length);
    expect(partial.at(-1)).toBe('\n'.charCodeAt(0));
    expect(clean.subarray(0, partial.length).equals(partial)).toBe(true);

    const other = await millrace([...args, '--resume', '--emit', 'rows']);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/^millrace: [^\n]*emit[^\n]*\n$/);

    const summary = ['--summary', `${name}.json`];
    expect((await millrace([...args, '--resume', ...summary])).code).toBe(0);
    await expectClean(output);
    const { documents, resumedDocuments } = JSON.parse(await readFile(path(`${name}.json`), 'utf8')) as {
      documents: number;
      resumedDocuments: number;
    };
    expect(documents).toBe(LINES);
    expect(resumedDocuments).toBeGreaterThan(0);
    expect(resumedDocuments).toBeLessThan(LINES);
  });

  it('goes on to the same bytes however often it is killed', async () => {
    const seed = Date.now() % 1_000_000;
    const random = randomFrom(seed);
    const args = [...ARGS, '-o', 'killed.jsonl'];
    let [killsMidway, outcome] = [0, await startAndKill(args, 150 * random())];
    for (let round = 0; round < 40 && outcome.signal === 'SIGKILL'; round++) {
      const run = start([...args, '--resume']);
      if (round < 12) {
        const from = Math.max(0, await bytesOf('killed.jsonl.partial'));
        await untilPartial(run.child, 'killed.jsonl', from + 0.25 * random() * clean.length);
        await sleep(30 * random());
        if (run.child.kill('SIGKILL') && (await bytesOf('killed.jsonl.partial')) > 0) killsMidway++;
      }
      outcome = await run.finished;
    }
    expect(outcome, `seed ${seed}`).toMatchObject({ code: 0, stderr: '' });
    expect(killsMidway, `seed ${seed}`).toBeGreaterThan(2);
    await expectClean('killed.jsonl');
  });

  it.each([
    ['an expression', ['--keep-if', 'words % 2 == 0 or chars % 3 == 0'], '.jsonl'],
    ['their repetition', ['--dedup', 'exact'], '.rest.jsonl'], // most rows repeat one of the first block
  ])('has every row once, kept or rejected by %s, however often it is killed', async (_, rejectBy, largest) => {
    const seed = Date.now() % 1_000_000;
    const random = randomFrom(seed);
    const select = ['--emit', 'rows', ...rejectBy];
    const argsFor = (name: string): string[] => {
      return [
        ...ARGS,
        ...select,
        '-o',
        `${name}.jsonl`,
        '--rejected',
        `${name}.rest.jsonl`,
        '--summary',
        `${name}.json`,
      ];
    };
    expect((await millrace(argsFor('whole'))).code).toBe(0);
    let outcome = await startAndKill(argsFor('torn'), 150 * random());
    for (let round = 0; round < 30 && outcome.signal === 'SIGKILL'; round++) {
      const run = start([...argsFor('torn'), '--resume']);
      if (round < 6) {
        const from = Math.max(0, await bytesOf(`torn${largest}.partial`));
        await untilPartial(run.child, `torn${largest}`, from + 0.2 * random() * (await bytesOf(`whole${largest}`)));
        await sleep(30 * random());
        run.child.kill('SIGKILL');
      }
      outcome = await run.finished;
    }
    expect(outcome, `seed ${seed}`).toMatchObject({ code: 0, stderr: '' });
    for (const ending of ['.jsonl', '.rest.jsonl']) {
      const [torn, whole] = await Promise.all([`torn${ending}`, `whole${ending}`].map((name) => readFile(path(name))));
      expect(torn?.equals(whole ?? Buffer.alloc(0)), `seed ${seed}`).toBe(true);
      expect(await bytesOf(`torn${ending}.partial`)).toBe(-1);
    }
    const summaryOf = async (name: string): Promise<object> => JSON.parse(await readFile(path(name), 'utf8')) as object;
    expect(await bytesOf('torn.jsonl.dedup')).toBe(-1);
    const { documents, rejected, rejections } = (await summaryOf('whole.json')) as Record<string, unknown>;
    expect(documents).toBe(LINES);
    expect(await summaryOf('torn.json')).toMatchObject({ documents, rejected, rejections });
  });

  async function startAndKill(args: readonly string[], afterMs: number): Promise<Outcome> {
    const { child, finished } = start(args);
    await sleep(afterMs);
    child.kill('SIGKILL');
    return finished;
  }
});

/** Waits until the partial output holds that many bytes or the run has ended. */
async function untilPartial(child: ChildProcess, output: string, bytes: number): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && (await bytesOf(`${output}.partial`)) < bytes)
    await sleep(2);
}

/** JSON Lines of about 1 KB each: a block of distinct rows, again and again. */
async function writeLarge(name: string, lines: number, blockLines: number): Promise<void> {
  const random = randomFrom(1);
  const word = () => VOCABULARY[Math.floor(random() * VOCABULARY.length)] ?? '';
  const row = (index: number) => {
    const words = Array.from({ length: 150 }, (_, at) => (at % 12 === 11 ? `${word()}.` : word()));
    return `${JSON.stringify({ text: `Row ${index}: ${words.join(' ')}`, n: index })}\n`;
  };
  const block = Buffer.from(Array.from({ length: blockLines }, (_, index) => row(index)).join(''));
  const file = await open(path(name), 'w');
  for (let written = 0; written < lines; written += blockLines) await file.write(block);
  await file.close();
}

const VOCABULARY =
  'water wheel mill stream grain stone sluice channel flow power turn grind flour sack river weir dam gate naïve Mühle 水車 of the and'.split(
    ' ',
  );

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
