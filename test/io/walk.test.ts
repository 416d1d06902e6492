// Proves what a directory walk finds and in which order, with links that dangle or go round in circles.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { compareBytewise } from '../../src/io/byte-order.js';
import { walk } from '../../src/io/walk.js';
import { tempFolder, writeFiles } from './temp-folder.js';

const folder = tempFolder();
const idsOf = async (name: string): Promise<string[]> =>
  (await walk(join(folder, name), name)).files.map((file) => file.id);

describe('what is found', () => {
  test('documents only, dot files and dot folders left out, the rest counted', async () => {
    writeFiles(folder, {
      'kinds/a.txt': 'a',
      'kinds/b.jsonl': '{}\n',
      'kinds/c.png': '',
      'kinds/README': '',
      'kinds/.hidden.txt': '',
      'kinds/.git/x.txt': '',
      'kinds/node_modules/m.md': '',
    });
    const found = await walk(join(folder, 'kinds'), 'kinds');
    expect(found.files.map((file) => [file.id, file.format, file.bytes])).toEqual([
      ['kinds/a.txt', 'text', 1],
      ['kinds/b.jsonl', 'jsonl', 3],
      ['kinds/node_modules/m.md', 'text', 0],
    ]);
    expect(found.skipped).toBe(2);
  });

  test('an empty folder holds nothing', async () => {
    writeFiles(folder, { 'empty/.keep': '' });
    expect(await idsOf('empty')).toEqual([]);
  });

  test('a missing folder is an error that names it', async () => {
    await expect(walk(join(folder, 'nowhere'), 'nowhere')).rejects.toMatchObject({
      code: 'ERR_INPUT_NOT_FOUND',
      message: expect.stringContaining('nowhere'),
    });
  });

  test('aborted before it begins', async () => {
    await expect(walk(folder, '.', AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

describe('order', () => {
  test('a folder sorts with its slash: "a-b" before "a/x" before "a0"', async () => {
    writeFiles(folder, { 'order/a/x.txt': '', 'order/a-b.txt': '', 'order/a0.txt': '', 'order/a.txt': '' });
    expect(await idsOf('order')).toEqual(['order/a-b.txt', 'order/a.txt', 'order/a/x.txt', 'order/a0.txt']);
  });

  test('any tree comes out as its sorted list of paths', async () => {
    const part = fc.stringMatching(/^[ab0-]{1,3}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}.txt`);
    let trees = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { minLength: 1, maxLength: 12 }), async (paths) => {
        const tree = `trees/${trees++}`;
        writeFiles(folder, Object.fromEntries(paths.map((name) => [`${tree}/${name}`, ''])));
        expect(await idsOf(tree)).toEqual(paths.map((name) => `${tree}/${name}`).sort(compareBytewise));
      }),
      { numRuns: 30 },
    );
  });
});

describe.skipIf(process.platform === 'win32')('symbolic links', () => {
  test('are followed to files and folders, and a loop ends', async () => {
    writeFiles(folder, { 'links/real/a.txt': 'a', 'links/b.txt': 'b' });
    symlinkSync('..', join(folder, 'links/real/up'));
    symlinkSync('real', join(folder, 'links/alias'));
    symlinkSync('b.txt', join(folder, 'links/c.txt'));
    expect(await idsOf('links')).toEqual(['links/alias/a.txt', 'links/b.txt', 'links/c.txt', 'links/real/a.txt']);
  });

  test('a dangling text file is listed for its reader to report; a dangling JSON Lines file is an error', async () => {
    writeFiles(folder, { 'dangling/a.txt': 'a' });
    symlinkSync('nothing', join(folder, 'dangling/b.txt'));
    const { files } = await walk(join(folder, 'dangling'), 'dangling');
    expect(files.map((file) => [file.id, file.bytes])).toEqual([
      ['dangling/a.txt', 1],
      ['dangling/b.txt', 0],
    ]);
    symlinkSync('nothing', join(folder, 'dangling/c.jsonl'));
    await expect(idsOf('dangling')).rejects.toMatchObject({ code: 'ERR_INPUT_NOT_FOUND' });
  });
});
