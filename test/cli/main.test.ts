/**
 * Proves what the command line makes of its arguments: options for the engine, text on the right stream, an exit code. The
 * engine is a function of the test, so that each of its answers can be had.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { ERROR_CODES, MillraceError, type ErrorCode } from '../../src/core/errors.js';
import { ENGINE_DEFAULTS } from '../../src/engine/options.js';
import type { RunProgress, ScoreFilesOptions } from '../../src/engine/score-files/options.js';
import { Capture, createFake, PLAN, SUMMARY } from './fake-context.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const PROGRESS: RunProgress = {
  documents: 10,
  rejected: 0,
  failed: 0,
  bytes: 100,
  inputBytes: 50,
  inputBytesTotal: 100,
  seconds: 1,
};

describe('help and version', () => {
  it.each([['--help'], ['-h'], ['help']])('%s lists the commands on stdout', async (...argv) => {
    const { context, stdout, stderr } = createFake();
    expect(await main(argv, context)).toBe(0);
    expect(stdout.text).toMatch(/^Usage: millrace <command> \[options\]\n/);
    expect(stdout.text).toMatch(/\n {2}score .*a report for each\n/);
    expect(stderr.text).toBe('');
  });

  it('without arguments is help on stderr, and bad usage', async () => {
    const { context, stdout, stderr } = createFake();
    expect(await main([], context)).toBe(2);
    expect(stderr.text).toMatch(/^Usage: millrace /);
    expect(stdout.text).toBe('');
  });

  it.each([
    ['score', '--help'],
    ['help', 'score'],
    ['score', 'x', '-h'],
  ])('%s %s lists the options', async (...argv) => {
    const { context, stdout, runs } = createFake({ stdout: new Capture(false, 400) });
    expect(await main(argv, context)).toBe(0);
    const flags = ['--output', '--emit', '--failed', '--workers', '--text-field', '--id-field', '--max-bytes'];
    flags.push(
      '--measures',
      '--stats',
      '--config',
      '--filters',
      '--keep-if',
      '--rejected',
      '--clean',
      '--worker-timeout-ms',
      '--summary',
      '--resume',
      '--dry-run',
      '--quiet',
      '--debug',
    );
    for (const flag of flags) expect(stdout.text).toContain(`${flag} `);
    expect(stdout.text).toContain(`here ${ENGINE_DEFAULTS.workers})`);
    expect(stdout.text).toContain('(default: 64MiB, at most 128MiB)');
    expect(stdout.text).toContain(`milliseconds (default: ${ENGINE_DEFAULTS.workerTimeoutMs})`);
    expect(stdout.text).toContain('Examples:');
    expect(runs).toEqual([]);
  });

  it('prints the version of the package', async () => {
    const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    for (const flag of ['--version', '-v']) {
      const { context, stdout } = createFake();
      expect(await main([flag], context)).toBe(0);
      expect(manifest).toMatchObject({ version: stdout.text.trim() });
    }
  });
});

describe('bad usage', () => {
  it.each([
    ['scor x', /^millrace: unknown command 'scor' \(Did you mean score\?\)$/],
    ['help scor', /^millrace: unknown command 'scor'; expected one of score, .*, help$/],
    ['--quick', /^millrace: unknown option '--quick'; see `millrace --help`$/],
    ['score x --wrkers 2', /^millrace: unknown option '--wrkers' \(Did you mean --workers\?\)$/],
    ['score x -z', /^millrace: unknown option '-z'; see `millrace score --help`$/],
    [
      'score',
      /^millrace: missing required argument 'input', expected one at least, got none; see `millrace score --help`$/,
    ],
    ['score x -o', /^millrace: option '-o, --output <file>' argument missing, expected a value, got none; see /],
    ['score x --workers two', /^millrace: --workers must be an integer, got "two"$/],
    ['score x --workers 0', /^millrace: --workers must be an integer from 1 to 256, got 0$/],
    [
      'score x --max-bytes 1q',
      /^millrace: --max-bytes must be a number of bytes such as 1000, 64k or 64MiB, got "1q"$/,
    ],
    ['score x --worker-timeout-ms 0', /^millrace: --worker-timeout-ms must be an integer >= 1, got 0$/],
    ['score x --measures most', /^millrace: --measures must be one of entropy, all, got "most"$/],
    [
      'score x --stats --measures entropy',
      /^millrace: --stats needs --measures all, got --measures entropy, which has no filters$/,
    ],
    [
      'score x --filters c4,gopher_quality',
      /^millrace: --filters must be filters such as c4_quality, gopher_quality, fineweb_quality, got "c4"$/,
    ],
    [
      'score x --filters=',
      /^millrace: --filters must be one of gopher_quality, .*, fineweb_quality or more, got none$/,
    ],
    ['score x --filters c4_quality,', /^millrace: --filters must be filters such as .*, got ""$/],
    [
      'score x --filters c4_quality --measures entropy',
      /^millrace: --filters needs --measures all, got --measures entropy, which has no filters$/,
    ],
    ['score x --keep-if=', /^millrace: --keep-if must be a non-empty string, got ""$/],
    [
      'score x --keep-if wrds>5',
      /^millrace: --keep-if, column 1: expected a field of the report, got wrds; nearest: words$/,
    ],
    ['score x --keep-if miair>5 --measures entropy', /^millrace: --keep-if, column 1: miair /],
    ['score x --rejected r', /^millrace: --rejected needs --filters, --keep-if or --dedup, which reject, got none$/],
    ['score x --dedup near', /^millrace: --dedup must be one of exact, got "?near"?/],
    ['score x --dedup-bytes 2m', /^millrace: --dedup-bytes needs --dedup, got none$/],
    ['score x --rejected - --keep-if words>5', /^millrace: --rejected must be the path of a file, got -$/],
    ['score x --clean c5 --emit rows', /^millrace: --clean must be one of c4, got "c5"$/],
    ['score x --clean c4', /^millrace: --clean needs --emit rows or --emit both, got no --emit: reports have no text$/],
    ['score x --clean c4 --emit reports', /^millrace: --clean needs .*, got --emit reports: reports have no text$/],
    [
      'score x --clean c4 --emit rows --measures entropy',
      /^millrace: --clean needs --measures all, got --measures entropy, /,
    ],
    ['score x --keep-if words>5 --rejected z --summary z', /^millrace: --summary must be a file of its own, got z, /],
    ['score x --config=', /^millrace: --config must be a non-empty string, got ""$/],
    ['score x --emit row', /^millrace: --emit must be one of reports, rows, both, got "row"$/],
    ['score x --text-field=', /^millrace: --text-field must be a non-empty string, got ""$/],
    ['score x --resume', /^millrace: --resume needs the output file of the run \(-o FILE\), got no -o$/],
    ['score x --resume -o -', /^millrace: --resume needs the output file of the run \(-o FILE\), got -o -$/],
    ['score x --summary -', /^millrace: --summary must be the path of a file, got -$/],
    [
      'score x --summary ./x',
      /^millrace: --summary must be a file of its own, got \.\/x, which the run reads or writes$/,
    ],
    ['score x -o y --summary y', /^millrace: --summary must be a file of its own, got y, /],
    ['score x -o y --failed z --summary z', /^millrace: --summary must be a file of its own, got z, /],
  ])('%s', async (line, expected) => {
    const { context, stdout, stderr, runs } = createFake();
    expect(await main(line.split(' '), context)).toBe(2);
    expect(stderr.text.trimEnd()).toMatch(expected);
    expect(stderr.text.match(/\n/g)).toHaveLength(1);
    expect(stdout.text).toBe('');
    expect(runs).toEqual([]);
  });
});

describe('options for the engine', () => {
  /** What the engine was asked, without what every run is handed. */
  async function optionsOf(argv: readonly string[]): Promise<Partial<ScoreFilesOptions>> {
    const { context, runs } = createFake();
    expect(await main(argv, context)).toBe(0);
    expect(runs).toHaveLength(1);
    const { signal, stdout, stderr, ...options } = runs[0] ?? {};
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(stdout).toBe(context.stdout);
    expect(stderr).toBe(context.stderr);
    return options;
  }

  it('are the inputs alone when nothing else is given', async () => {
    expect(await optionsOf(['score', 'a.jsonl'])).toEqual({ inputs: ['a.jsonl'] });
    expect(await optionsOf(['score', '-', 'b/', '*.md'])).toEqual({ inputs: ['-', 'b/', '*.md'] });
    expect(await optionsOf(['score', '--', '--odd'])).toEqual({ inputs: ['--odd'] });
  });

  it('are all of them when all are given', async () => {
    const line =
      'score a.jsonl -o out.jsonl --emit both --filters c4_quality,gopher_quality --keep-if words>5 --clean c4 ' +
      '--rejected bin.jsonl --failed bad.jsonl --workers 3 --text-field body --id-field url --depends-on-field parts ' +
      '--dedup exact --dedup-bytes 2m --cache reports ' +
      `--max-bytes 64k --worker-timeout-ms 500 --resume --summary ${join(folder, 'summary.json')} --quiet --debug`;
    expect(await optionsOf(line.split(' '))).toEqual({
      inputs: ['a.jsonl'],
      output: 'out.jsonl',
      emit: 'both',
      rejectBy: ['gopher_quality', 'c4_quality'],
      keepIf: 'words>5',
      clean: 'c4',
      rejected: 'bin.jsonl',
      failed: 'bad.jsonl',
      workers: 3,
      textField: 'body',
      idField: 'url',
      dependsOnField: 'parts',
      maxBytes: 65_536,
      workerTimeoutMs: 500,
      dedup: 'exact',
      dedupBytes: 2_097_152,
      cache: { dir: 'reports' },
      resume: true,
    });
  });

  it('ask for no cache with --no-cache, wherever it stands', async () => {
    expect(await optionsOf(['score', 'a.jsonl', '--no-cache'])).toEqual({ inputs: ['a.jsonl'] });
    expect(await optionsOf(['score', 'a.jsonl', '--cache', 'd', '--no-cache'])).toEqual({ inputs: ['a.jsonl'] });
  });
});

describe('filters', () => {
  it('of the command line reject, those of the configuration are thresholds', async () => {
    const config = join(folder, 'config.json');
    await writeFile(config, '{"filters": {"c4_quality": {"minSentences": 2}}}');
    const { context, runs } = createFake();
    expect(await main(['score', 'x', '--config', config, '--filters', ' c4_quality , c4_quality'], context)).toBe(0);
    expect(runs[0]).toMatchObject({ rejectBy: ['c4_quality'], filters: { c4_quality: { minSentences: 2 } } });
  });
});

describe('exit codes', () => {
  const usage: readonly ErrorCode[] = [
    'ERR_EXPRESSION',
    'ERR_INPUT_NOT_FOUND',
    'ERR_OPTION_RANGE',
    'ERR_OPTION_TYPE',
    'ERR_OPTION_UNKNOWN',
    'ERR_RESUME_MISMATCH',
    'ERR_USAGE',
  ];

  it('is 0 without dead letters and 3 with some', async () => {
    expect(await main(['score', 'x'], createFake().context)).toBe(0);
    const scoreFiles = () => Promise.resolve({ ...SUMMARY, failed: 1 });
    expect(await main(['score', 'x'], createFake({ scoreFiles }).context)).toBe(3);
  });

  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s is bad usage or a failed run, in one line', async (code) => {
    const scoreFiles = () => Promise.reject(new MillraceError(code, 'what,\n  expected, got'));
    const { context, stdout, stderr } = createFake({ scoreFiles });
    expect(await main(['score', 'x'], context)).toBe(usage.includes(code) ? 2 : 1);
    const note = code === 'ERR_INTERNAL' ? ' (ERR_INTERNAL; --debug shows the stack)' : ` (${code})`;
    expect(stderr.text).toBe(`millrace: what, expected, got${usage.includes(code) ? '' : note}\n`);
    expect(stdout.text).toBe('');
  });

  it('is 1 for an error that is none of ours', async () => {
    const { context, stderr } = createFake({ scoreFiles: () => Promise.reject(new TypeError('x is not a function')) });
    expect(await main(['score', 'x'], context)).toBe(1);
    expect(stderr.text).toBe('millrace: x is not a function (ERR_INTERNAL; --debug shows the stack)\n');
  });

  it('shows the stack, and that of the cause, with --debug', async () => {
    const error = new MillraceError('ERR_INPUT_CORRUPT', 'a.gz is damaged', { cause: new Error('incorrect header') });
    const { context, stderr } = createFake({ scoreFiles: () => Promise.reject(error) });
    expect(await main(['score', 'x', '--debug'], context)).toBe(1);
    const [first, ...rest] = stderr.text.split('\n');
    expect(first).toBe('millrace: a.gz is damaged (ERR_INPUT_CORRUPT)');
    expect(rest.join('\n')).toMatch(
      /MillraceError: a\.gz is damaged\n {4}at [^]*\ncaused by: Error: incorrect header\n {4}at /,
    );
  });

  it('is 0, and nothing is said, when the reader of stdout has gone', async () => {
    const cause = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const error = new MillraceError('ERR_OUTPUT_UNWRITABLE', 'output standard output cannot be written', { cause });
    const { context, stderr, stdout } = createFake({
      scoreFiles: () => {
        stdout.emit('error', cause); // As a pipe does, whether or not somebody waits for the write.
        return Promise.reject(error);
      },
    });
    expect(await main(['score', 'x'], context)).toBe(0);
    expect(stderr.text).toBe('');
  });
});

describe('--dry-run', () => {
  it('prints the plan on stdout and runs nothing', async () => {
    const asked: (readonly string[])[] = [];
    const planInputs = (inputs: readonly string[]) => {
      asked.push(inputs);
      return Promise.resolve(PLAN);
    };
    const { context, stdout, stderr, runs } = createFake({ planInputs });
    expect(await main(['score', 'docs', 'a.jsonl', '--dry-run', '--summary', join(folder, 's.json')], context)).toBe(0);
    expect(asked).toEqual([['docs', 'a.jsonl']]);
    expect(stdout.text).toMatch(/^source .*\ndocs .*\na\.jsonl .*\ntotal .* 1,269,134\n$/);
    expect(stderr.text).toBe('');
    expect(runs).toEqual([]);
    await expect(readFile(join(folder, 's.json'))).rejects.toThrow('ENOENT');
  });

  it('says which input is missing', async () => {
    const planInputs = () => Promise.reject(new MillraceError('ERR_INPUT_NOT_FOUND', 'input x: no such file'));
    const { context, stderr } = createFake({ planInputs });
    expect(await main(['score', 'x', '--dry-run'], context)).toBe(2);
    expect(stderr.text).toBe('millrace: input x: no such file\n');
  });

  it('ends quietly when the reader has gone', async () => {
    const closed = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const { context, stderr } = createFake();
    expect(await main(['score', 'x', '--dry-run'], { ...context, stdout: closed })).toBe(0);
    expect(stderr.text).toBe('');
  });
});

describe('the summary', () => {
  it('is printed on stderr, and not with --quiet', async () => {
    const loud = createFake();
    await main(['score', 'x'], loud.context);
    expect(loud.stderr.text).toMatch(/^documents {5}1,234,567\n/);
    expect(loud.stdout.text).toBe('');

    const quiet = createFake();
    await main(['score', 'x', '--quiet'], quiet.context);
    expect(quiet.stderr.text).toBe('');
  });

  it('is written as JSON with --summary, also when there are dead letters', async () => {
    const path = join(folder, 'summary.json');
    const { context } = createFake({ scoreFiles: () => Promise.resolve({ ...SUMMARY, failed: 4 }) });
    expect(await main(['score', 'x', '--quiet', '--summary', path], context)).toBe(3);
    const written: unknown = JSON.parse(await readFile(path, 'utf8'));
    expect(written).toMatchObject({ schema: 1, command: 'score', documents: 1_234_567, failed: 4, rejected: 0 });
  });

  it('is refused before the run when its folder is missing or it is a directory', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'none', 's.json'), folder, join(folder, 'file', 's.json')]) {
      const { context, stderr, runs } = createFake();
      expect(await main(['score', 'x', '--summary', path], context)).toBe(1);
      expect(stderr.text).toContain(path);
      expect(stderr.text.match(/\n/g)).toHaveLength(1);
      expect(runs).toEqual([]);
    }
  });
});

/** Back to the first column, and the line away. */
const ERASE = '\r\x1b[K';

describe('progress', () => {
  /** A run that reports three states, 150 ms apart. */
  async function runWith(stdout: Capture, stderr: Capture, argv: readonly string[], env = {}): Promise<string> {
    const fake = createFake({
      stdout,
      stderr,
      env,
      scoreFiles: (options) => {
        for (const documents of [10, 20, 30]) {
          options.onProgress?.({ ...PROGRESS, documents });
          fake.clock.nowMs += 150;
        }
        options.stderr?.write('{"code":"ERR_ROW_JSON"}\n');
        return Promise.resolve(SUMMARY);
      },
    });
    await main(['score', 'x', ...argv], fake.context);
    return stderr.text;
  }

  it('is drawn on a terminal and cleared before anything else is printed there', async () => {
    const text = await runWith(new Capture(), new Capture(true), []);
    const [nothing, first, second, third, rest] = text.split(ERASE);
    expect([nothing, first]).toEqual(['', '10 documents · 50 %']);
    expect(second).toMatch(/^20 documents /);
    expect(third).toMatch(/^30 documents /);
    expect(rest).toMatch(/^\{"code":"ERR_ROW_JSON"\}\n.*documents /);
  });

  it('is left out with --quiet, off a terminal, on a dumb one, and where the rows are printed on it', async () => {
    const file = ['-o', join(folder, 'out.jsonl')];
    expect(await runWith(new Capture(true), new Capture(true), file)).toContain('10 documents');
    expect(await runWith(new Capture(), new Capture(true), [...file, '--quiet'])).not.toContain('10 documents');
    expect(await runWith(new Capture(), new Capture(false), file)).not.toContain('10 documents');
    expect(await runWith(new Capture(), new Capture(true), file, { TERM: 'dumb' })).not.toContain('10 documents');
    expect(await runWith(new Capture(true), new Capture(true), [])).not.toContain('10 documents');
    expect(await runWith(new Capture(true), new Capture(true), ['-o', '-'])).not.toContain('10 documents');
  });
});
