// Proves that a gzip file is read whole or its damage is told, with what decoded before it delivered first, and that
// the file is closed whatever happens.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { gunzipFile } from '../../src/io/gunzip.js';
import { tempFolder } from './temp-folder.js';

const folder = tempFolder();
/** Compresses to about a quarter: several reads of the file, many pieces. */
const text = Buffer.from(
  Array.from({ length: 40_000 }, (_, i) => `{"id":${i},"n":"${(i * 7919) % 65_537}"}\n`).join(''),
);
const gz = gzipSync(text);

async function gunzip(content: Uint8Array, name = 'a.gz'): Promise<{ bytes: Buffer; error: unknown }> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of gunzipFile(path, name, new AbortController().signal)) pieces.push(piece);
    return { bytes: Buffer.concat(pieces), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error };
  }
}

describe('whole files', () => {
  test('one member', async () => {
    const { bytes, error } = await gunzip(gz);
    expect(error).toBeUndefined();
    expect(bytes.equals(text)).toBe(true);
  });

  test('many members, empty ones included, and padding', async () => {
    const small = ['a\n', '', 'b\n', 'c'].map((part) => gzipSync(part));
    expect((await gunzip(Buffer.concat([...small, Buffer.alloc(100_000)]))).bytes.toString()).toBe('a\nb\nc');
    const { bytes, error } = await gunzip(Buffer.concat([gz, gz, gz]));
    expect(error).toBeUndefined();
    expect(bytes.equals(Buffer.concat([text, text, text]))).toBe(true);
  });

  test('a member may end where a read of the file ends', async () => {
    const READ_BYTES = 64 * 1024;
    const member = Array.from({ length: 100 }, (_, less) =>
      gzipSync(Buffer.alloc(READ_BYTES - less), { level: 0 }),
    ).find((candidate) => candidate.length === READ_BYTES);
    if (member === undefined) throw new Error('expected a member of exactly one read');
    const { bytes, error } = await gunzip(Buffer.concat([member, member, gzipSync('end')]));
    expect(error).toBeUndefined();
    expect(bytes.subarray(-3).toString()).toBe('end');
    expect(bytes.subarray(0, -3).every((byte) => byte === 0)).toBe(true);
    expect(bytes.length).toBeGreaterThan(2 * (READ_BYTES - 100));
  });
});

describe('damaged files', () => {
  const corrupt = { code: 'ERR_INPUT_CORRUPT', message: expect.stringContaining('a.gz') };

  test('truncated anywhere: all that decodes, then the error', async () => {
    for (const length of [
      0,
      1,
      9,
      17,
      100,
      gz.length >> 1,
      gz.length - 9,
      gz.length - 8,
      gz.length - 4,
      gz.length - 1,
    ]) {
      const { bytes, error } = await gunzip(gz.subarray(0, length));
      expect(error, `${length} bytes`).toMatchObject(corrupt);
      expect(bytes.equals(text.subarray(0, bytes.length))).toBe(true);
      if (length >= gz.length >> 1) expect(bytes.length).toBeGreaterThan(text.length / 3);
      if (length >= gz.length - 8) expect(bytes.length, `${length} bytes`).toBe(text.length);
    }
  });

  test('bits flipped: what is delivered, up to 64 KiB before the damage, was there before it', async () => {
    for (const at of [gz.length >> 2, gz.length >> 1, gz.length - 6]) {
      const damaged = Buffer.from(gz);
      damaged.fill(0xff, at, at + 6);
      const { bytes, error } = await gunzip(damaged);
      expect(error).toMatchObject(corrupt);
      const intact = Math.floor((text.length * at) / gz.length) - 2 * 64 * 1024;
      expect(bytes.length).toBeGreaterThan(intact);
      expect(bytes.subarray(0, intact).equals(text.subarray(0, intact))).toBe(true);
    }
  });

  test('a second member that is cut, damaged, or hidden behind padding', async () => {
    for (const tail of [gz.subarray(0, 5), gz.subarray(0, gz.length - 1), Buffer.from('garbage')]) {
      expect((await gunzip(Buffer.concat([gz, tail]))).error).toMatchObject(corrupt);
    }
    const hidden = await gunzip(Buffer.concat([gz, Buffer.alloc(200_000), gz]));
    expect(hidden.error).toMatchObject(corrupt);
    expect(hidden.bytes.equals(text)).toBe(true);
  });

  test('no gzip file at all', async () => {
    expect((await gunzip(Buffer.from('{"text":"plain"}\n'))).error).toMatchObject(corrupt);
  });
});

describe('files that cannot be read', () => {
  const read = async (path: string, signal = new AbortController().signal): Promise<void> => {
    for await (const piece of gunzipFile(path, path, signal)) expect(piece).toBeDefined();
  };

  test('missing, or a directory', async () => {
    await expect(read(join(folder, 'missing.gz'))).rejects.toMatchObject({ code: 'ERR_INPUT_NOT_FOUND' });
    await expect(read(folder)).rejects.toMatchObject({ code: 'ERR_INPUT_UNREADABLE' });
  });

  test('aborted before and while', async () => {
    const path = join(folder, 'abort.gz');
    writeFileSync(path, gz);
    await expect(read(path, AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    const controller = new AbortController();
    const run = async (): Promise<void> => {
      for await (const piece of gunzipFile(path, path, controller.signal)) controller.abort(piece.length);
    };
    await expect(run()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});

test.skipIf(process.platform !== 'linux')(
  'the file is closed after the end, an error, and a reader that leaves',
  async () => {
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const path = join(folder, 'close.gz');
    const before = openFiles();
    for (let round = 0; round < 5; round++) {
      await gunzip(gz, 'close.gz');
      await gunzip(gz.subarray(0, 1000), 'close.gz');
      writeFileSync(path, gz);
      for await (const piece of gunzipFile(path, path, new AbortController().signal)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    }
    expect(openFiles()).toBeLessThanOrEqual(before);
  },
);
