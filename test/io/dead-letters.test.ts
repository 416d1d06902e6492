// Proves that dead letters make a file only when there is one, tell of one run alone, and resume.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { DeadLetters, deadLettersPath, type DeadLetter } from '../../src/io/dead-letters.js';
import { tempFolder } from './temp-folder.js';

const folder = tempFolder();
let files = 0;
const newPath = (): string => deadLettersPath(join(folder, `out-${files++}.jsonl`));
const row: DeadLetter = { source: 'a.jsonl', ordinal: 6, line: 7, code: 'ERR_ROW_JSON', message: 'not "JSON"' };
const ofText: DeadLetter = { source: 'a.txt', ordinal: 0, id: 'a.txt', code: 'ERR_INPUT_UNREADABLE', message: 'gone' };

describe('the file', () => {
  test('is made when the first letter comes, a line each, keys in order', async () => {
    const path = newPath();
    const letters = await DeadLetters.toFile(path);
    await letters.add([]);
    expect(await letters.flush()).toBe(0);
    expect(existsSync(path)).toBe(false);
    await letters.add([row, ofText]);
    const bytes = await letters.flush();
    const text = readFileSync(path, 'utf8');
    expect(bytes).toBe(text.length);
    expect(text.split('\n')).toEqual([
      String.raw`{"source":"a.jsonl","ordinal":6,"line":7,"code":"ERR_ROW_JSON","message":"not \"JSON\""}`,
      '{"source":"a.txt","ordinal":0,"id":"a.txt","code":"ERR_INPUT_UNREADABLE","message":"gone"}',
      '',
    ]);
    await letters.commit();
  });

  test('of an earlier run is removed, even when this run has no letters', async () => {
    const path = newPath();
    writeFileSync(path, 'old\n');
    const letters = await DeadLetters.toFile(path);
    expect(existsSync(path)).toBe(false);
    await letters.commit();
    expect(existsSync(path)).toBe(false);
  });

  test('resumes behind what was recorded', async () => {
    const path = newPath();
    const first = await DeadLetters.toFile(path);
    await first.add([row]);
    const resumeBytes = await first.flush();
    await first.add([row, row]);
    await first.abort();
    const second = await DeadLetters.toFile(path, { resumeBytes });
    expect(await second.flush()).toBe(resumeBytes);
    await second.add([ofText]);
    await second.commit();
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(`[${lines.join(',')}]`).toBe(JSON.stringify([row, ofText]));
  });

  test('is compressed when its name says so', async () => {
    const path = `${newPath()}.gz`;
    const letters = await DeadLetters.toFile(path);
    await letters.add([row]);
    await letters.commit();
    expect(JSON.parse(gunzipSync(readFileSync(path)).toString())).toEqual(row);
  });

  test('that could not be made is told before there is a letter', async () => {
    mkdirSync(join(folder, 'dir'));
    for (const path of [join(folder, 'dir'), join(folder, 'nowhere', 'x.jsonl')]) {
      await expect(DeadLetters.toFile(path)).rejects.toMatchObject({
        code: 'ERR_OUTPUT_UNWRITABLE',
        message: expect.stringContaining(path),
      });
    }
  });

  test.skipIf(process.platform !== 'linux')('on a full device is told', async () => {
    const letters = await DeadLetters.toFile('/dev/full');
    await letters.add([row]).catch(() => {});
    await expect(letters.flush()).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await letters.abort();
  });
});

test('a stream takes the letters, and has no length to resume from', async () => {
  const stream = new PassThrough();
  const letters = DeadLetters.toStream(stream, 'standard error');
  await letters.add([row]);
  expect(await letters.flush()).toBe(0);
  await letters.commit();
  expect(JSON.parse(String(stream.read()))).toEqual(row);
});
