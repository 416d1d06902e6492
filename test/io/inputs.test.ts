// Proves how arguments become inputs: files, directories, globs, pipes and standard input, their order and their errors.
import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import type { Input } from '../../src/io/input.js';
import { resolveInputs } from '../../src/io/inputs.js';
import { tempFolder, writeFiles } from './temp-folder.js';

const cwd = tempFolder();
writeFiles(cwd, {
  'a.jsonl': '{"text":"a"}\n',
  'b.jsonl.gz': 'not looked into',
  'one.txt': '1',
  'two.md': '22',
  'page.log': '333',
  'docs/x.md': 'x',
  'docs/deep/y.txt': 'yy',
  'docs/z.jsonl': '{}\n',
  'docs/logo.png': '',
  'pictures/logo.png': '',
  'odd[1].txt': 'odd',
});

async function inputs(...patterns: string[]): Promise<readonly Input[]> {
  return (await resolveInputs(patterns, { cwd })).inputs;
}

function brief(input: Input): unknown {
  return input.kind === 'files' ? input.files.map((file) => file.id) : `${input.kind} ${input.source}`;
}

describe('grouping', () => {
  test('JSON Lines files are inputs of their own; text files that follow each other make one', async () => {
    const found = await inputs('one.txt', 'two.md', 'a.jsonl', '-', 'b.jsonl.gz', 'page.log', 'one.txt');
    expect(found.map(brief)).toEqual([
      ['one.txt', 'two.md'],
      'jsonl a.jsonl',
      'stdin -',
      'jsonl.gz b.jsonl.gz',
      ['page.log', 'one.txt'],
    ]);
    expect(found.map((input) => input.index)).toEqual([0, 1, 2, 3, 4]);
    expect(found.map((input) => input.bytes)).toEqual([3, 13, undefined, undefined, 4]);
    expect(found.map((input) => (input.kind === 'files' ? input.start : -1))).toEqual([0, -1, -1, -1, 2]);
    expect(found[0]?.source).toBe('one.txt (+1 more)');
  });

  test('a directory is walked, unknown kinds are counted', async () => {
    const { inputs: found, skipped } = await resolveInputs(['docs/'], { cwd });
    expect(found.map(brief)).toEqual([['docs/deep/y.txt', 'docs/x.md'], 'jsonl docs/z.jsonl']);
    expect(skipped).toBe(1);
    expect(found[0]?.source).toBe('docs/');
  });

  test('the same file given twice is read twice', async () => {
    expect((await inputs('a.jsonl', 'a.jsonl')).map(brief)).toEqual(['jsonl a.jsonl', 'jsonl a.jsonl']);
  });

  test('paths open from anywhere, ids stay as given', async () => {
    const [input] = await inputs('one.txt');
    expect(input).toMatchObject({ files: [{ id: 'one.txt', path: join(cwd, 'one.txt').replaceAll('\\', '/') }] });
    const [absolute] = await inputs(join(cwd, 'a.jsonl'));
    expect(absolute).toMatchObject({ path: join(cwd, 'a.jsonl').replaceAll('\\', '/') });
  });

  test('outputs of the run are left out of directories and globs, not of files named themselves', async () => {
    const options = { cwd, exclude: ['docs/z.jsonl'] };
    const ids = async (pattern: string): Promise<unknown[]> =>
      (await resolveInputs([pattern], options)).inputs.map(brief);
    expect(await ids('docs')).toEqual([['docs/deep/y.txt', 'docs/x.md']]);
    expect(await ids('docs/*')).toEqual([['docs/x.md']]);
    expect(await ids('docs/z.jsonl')).toEqual(['jsonl docs/z.jsonl']);
  });
});

describe('globs', () => {
  test('match files, sorted', async () => {
    expect((await inputs('docs/**/*.{txt,md}')).map(brief)).toEqual([['docs/deep/y.txt', 'docs/x.md']]);
    const absolute = await inputs(`${cwd}/*.txt`);
    expect(absolute.map(brief)).toEqual([[`${cwd}/odd[1].txt`, `${cwd}/one.txt`]]);
  });

  test('a file that exists is that file, whatever characters its name has', async () => {
    expect((await inputs('odd[1].txt')).map(brief)).toEqual([['odd[1].txt']]);
  });

  test('unknown kinds are counted', async () => {
    expect((await resolveInputs(['docs/*'], { cwd })).skipped).toBe(1);
  });

  test.skipIf(process.platform === 'win32')('a loop of symbolic links ends where it closes, as in a walk', async () => {
    writeFiles(cwd, { 'loop/a.txt': '', 'loop/sub/b.txt': '' });
    symlinkSync('.', join(cwd, 'loop/self'));
    symlinkSync('..', join(cwd, 'loop/sub/up'));
    symlinkSync('sub', join(cwd, 'loop/alias'));
    const ids = [['loop/a.txt', 'loop/alias/b.txt', 'loop/sub/b.txt']];
    expect((await inputs('loop/**/*.txt')).map(brief)).toEqual(ids);
    expect((await inputs('loop')).map(brief)).toEqual(ids);
  });

  test('aborted while it is matched', async () => {
    const controller = new AbortController();
    const resolving = resolveInputs(['docs/**'], { cwd, signal: controller.signal });
    controller.abort();
    await expect(resolving).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

describe('errors name the argument', () => {
  test.each([
    ['missing.txt', 'ERR_INPUT_NOT_FOUND'],
    ['one.txt/below', 'ERR_INPUT_NOT_FOUND'],
    ['*.nothing', 'ERR_INPUT_NOT_FOUND'],
    ['pictures', 'ERR_INPUT_NOT_FOUND'],
    ['pictures/*', 'ERR_INPUT_NOT_FOUND'],
  ])('%s', async (pattern, code) => {
    await expect(inputs('a.jsonl', pattern)).rejects.toMatchObject({ code, message: expect.stringContaining(pattern) });
  });

  test.skipIf(process.platform === 'win32')('what cannot be read', async () => {
    symlinkSync('circle', join(cwd, 'circle'));
    await expect(inputs('circle')).rejects.toMatchObject({ code: 'ERR_INPUT_UNREADABLE' });
  });

  test('no argument, two times standard input, aborted', async () => {
    await expect(inputs()).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(inputs('-', '-')).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(resolveInputs(['a.jsonl'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
  });
});

describe('identity', () => {
  test('tells size and time; is plain JSON', async () => {
    const [input] = await inputs('a.jsonl');
    expect(input?.identity).toMatchObject({ source: 'a.jsonl', kind: 'jsonl', bytes: 13, digest: null });
    expect(JSON.parse(JSON.stringify(input?.identity))).toEqual(input?.identity);
  });

  test('of a list of files changes when one is renamed, with sums and times the same', async () => {
    writeFiles(cwd, { 'list/a.txt': 'a', 'list/b.txt': 'b' });
    for (const name of ['a', 'b']) utimesSync(join(cwd, `list/${name}.txt`), 1, 1);
    const before = (await inputs('list'))[0]?.identity;
    expect((await inputs('list'))[0]?.identity).toEqual(before);
    renameSync(join(cwd, 'list/a.txt'), join(cwd, 'list/c.txt'));
    const after = (await inputs('list'))[0]?.identity;
    expect(after).toMatchObject({ bytes: before?.bytes, mtimeMs: before?.mtimeMs });
    expect(after?.digest).not.toBe(before?.digest);
  });
});

describe.skipIf(process.platform === 'win32')('pipes', () => {
  test('a named pipe is JSON Lines of unknown length; in a directory it is passed over', async () => {
    writeFileSync(join(cwd, 'keep.txt'), '');
    execFileSync('mkdir', [join(cwd, 'pipes')]);
    execFileSync('mkfifo', [join(cwd, 'pipes/p.txt')]);
    expect(await inputs('pipes/p.txt')).toMatchObject([{ kind: 'pipe', bytes: undefined }]);
    await expect(inputs('pipes')).rejects.toMatchObject({ code: 'ERR_INPUT_NOT_FOUND' });
  });
});
