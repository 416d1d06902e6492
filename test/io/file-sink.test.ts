// Proves what is on disk at every moment of an output's life: while it is written, committed, given up, resumed, when
// the device is full, and that a place that cannot be written is told before any work.
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { fileBytes, openFileSink, outputLengths, partialPath, writeFully } from '../../src/io/file-sink.js';
import type { Sink } from '../../src/io/sink.js';
import { tempFolder } from './temp-folder.js';

const folder = tempFolder();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
let files = 0;
const newPath = (): string => join(folder, `out-${files++}.jsonl`);

async function writeAll(sink: Sink, ...texts: string[]): Promise<void> {
  for (const text of texts) await sink.write(bytesOf(text));
}

describe('life of an output', () => {
  test('is partial until it is committed', async () => {
    const path = newPath();
    const sink = await openFileSink(path);
    expect(await outputLengths(path)).toEqual({ partial: 0, finished: undefined });
    await writeAll(sink, 'a\n', 'b\n');
    expect(await sink.flush()).toBe(4);
    expect(readFileSync(partialPath(path), 'utf8')).toBe('a\nb\n');
    expect(existsSync(path)).toBe(false);
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    expect(await outputLengths(path)).toEqual({ partial: undefined, finished: 4 });
  });

  test('takes the place of an older output only when it is committed', async () => {
    const path = newPath();
    writeFileSync(path, 'old');
    const sink = await openFileSink(path);
    await writeAll(sink, 'new');
    await sink.flush();
    expect(readFileSync(path, 'utf8')).toBe('old');
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('new');
  });

  test('given up, keeps all that was written, and can be given up twice', async () => {
    const path = newPath();
    const sink = await openFileSink(path);
    await writeAll(sink, 'a\n', 'b\n');
    await sink.abort();
    await sink.abort();
    expect(readFileSync(partialPath(path), 'utf8')).toBe('a\nb\n');
  });

  test('in place, without a partial name', async () => {
    const path = newPath();
    const sink = await openFileSink(path, { inPlace: true });
    await writeAll(sink, 'a');
    await sink.flush();
    expect(readFileSync(path, 'utf8')).toBe('a');
    await sink.commit();
    expect(await outputLengths(path)).toEqual({ partial: undefined, finished: 1 });
  });

  test('a small buffer changes nothing but the waiting', async () => {
    const path = newPath();
    const sink = await openFileSink(path, { bufferBytesMax: 1 });
    await Promise.all(['a', 'b', 'c'].map((text) => sink.write(bytesOf(text))));
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('abc');
  });
});

describe('resuming', () => {
  test('cuts the file and goes on behind the cut', async () => {
    const path = newPath();
    writeFileSync(partialPath(path), 'a\nb\nhalf a li');
    const sink = await openFileSink(path, { resumeBytes: 4 });
    expect(await sink.flush()).toBe(4);
    expect(readFileSync(partialPath(path), 'utf8')).toBe('a\nb\n');
    await writeAll(sink, 'c\n');
    expect(await sink.flush()).toBe(6);
    await sink.commit();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n');
  });

  test('at 0 starts anew, whether there is a file or not', async () => {
    const path = newPath();
    await (await openFileSink(path, { resumeBytes: 0 })).abort();
    writeFileSync(partialPath(path), 'rest');
    await (await openFileSink(path, { resumeBytes: 0 })).abort();
    expect(await fileBytes(partialPath(path))).toBe(0);
  });

  test('a file that is missing or too short is refused', async () => {
    const path = newPath();
    await expect(openFileSink(path, { resumeBytes: 4 })).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    writeFileSync(partialPath(path), 'abc');
    await expect(openFileSink(path, { resumeBytes: 4 })).rejects.toThrow('holds 3 bytes');
  });
});

describe('a place that cannot be written', () => {
  const refused = (path: string, reason: string): Promise<void> =>
    expect(openFileSink(path)).rejects.toMatchObject({
      code: 'ERR_OUTPUT_UNWRITABLE',
      message: expect.stringMatching(`${path.replaceAll('\\', '\\\\')}.*${reason}`),
    });

  test('a missing directory, a file in its place, a directory as output', async () => {
    await refused(join(folder, 'nowhere', 'out.jsonl'), 'there is no directory');
    writeFileSync(join(folder, 'file'), '');
    await refused(join(folder, 'file', 'out.jsonl'), 'is not a directory');
    mkdirSync(join(folder, 'dir'));
    await refused(join(folder, 'dir'), 'it is a directory');
  });

  test('a directory where the partial file belongs', async () => {
    const path = newPath();
    mkdirSync(partialPath(path));
    await refused(path, 'it is a directory');
  });

  test.skipIf(process.platform === 'win32')('a circle of links', async () => {
    const path = newPath();
    symlinkSync(path, path);
    await refused(path, 'too many symbolic links');
  });
});

describe.skipIf(process.platform !== 'linux')('devices', () => {
  test('are written directly and never replaced', async () => {
    const sink = await openFileSink('/dev/null');
    await writeAll(sink, 'a', 'b');
    expect(await sink.flush()).toBe(2);
    await sink.commit();
    expect(existsSync('/dev/null.partial')).toBe(false);
    expect(await fileBytes('/dev/null')).toBeUndefined();
  });

  test('a full one is told while writing, with its reason and cause', async () => {
    const sink = await openFileSink('/dev/full');
    const failed = { code: 'ERR_OUTPUT_UNWRITABLE', message: expect.stringContaining('no space left'), cause: {} };
    await sink.write(bytesOf('a')).catch(() => {});
    await expect(sink.flush()).rejects.toMatchObject({ ...failed, cause: { code: 'ENOSPC' } });
    await expect(sink.write(bytesOf('b'))).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await expect(sink.commit()).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await sink.abort();
  });

  test('no file stays open', async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (let round = 0; round < 3; round++) {
      await (await openFileSink(newPath())).commit();
      await (await openFileSink(newPath())).abort();
      const full = await openFileSink('/dev/full');
      await full.write(bytesOf('a')).catch(() => {});
      await full.commit().catch(() => {});
      await full.abort();
      const path = newPath();
      writeFileSync(partialPath(path), 'a');
      await openFileSink(path, { resumeBytes: 2 }).catch(() => {});
    }
    expect(openFiles()).toBeLessThanOrEqual(before);
  });
});

test('writes that take less than they are given are continued', async () => {
  const file: number[] = [];
  const handle = {
    write: async (bytes: Uint8Array, offset: number, length: number, position: number | null) => {
      const taken = Math.min(3, length);
      file.splice(position ?? file.length, taken, ...bytes.subarray(offset, offset + taken));
      return { bytesWritten: taken };
    },
  };
  await writeFully(handle, bytesOf('0123456789'), 0);
  await writeFully(handle, bytesOf('abcde'), 10);
  await writeFully(handle, bytesOf('xyz!'), null);
  expect(Buffer.from(file).toString()).toBe('0123456789abcdexyz!');
});
