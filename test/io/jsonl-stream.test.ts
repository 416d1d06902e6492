// Proves that a stream becomes the same blocks however it arrives, resumes behind any block, hands over its whole lines
// before an error, and stops at once when it is aborted.
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Source } from '../../src/io/chunk.js';
import type { StdinInput } from '../../src/io/input.js';
import { fileBlockSource, openGzip, openPipe, openReadable, streamSource } from '../../src/io/jsonl-stream.js';
import { resolveSourceOptions } from '../../src/io/source-options.js';
import { readAll, textOf } from './collect.js';
import { tempFolder } from './temp-folder.js';

const folder = tempFolder();
const identity = { source: '-', kind: 'stdin', bytes: null, mtimeMs: null, digest: null } as const;
const input: StdinInput = { kind: 'stdin', index: 2, source: '-', bytes: undefined, identity };
const options = resolveSourceOptions({ chunkBytes: 100, lineBytesMax: 1000 });
const text = Array.from({ length: 50 }, (_, i) => `{"id":${i},"text":"${'x'.repeat((i * 13) % 40)}"}\n`).join('');

function readable(pieces: Iterable<unknown>): Source {
  return streamSource(input, openReadable(Readable.from(pieces, { objectMode: true }), '-'), options);
}

describe('blocks', () => {
  test('say where they come from', async () => {
    const { chunks } = await readAll(readable([Buffer.from(text)]));
    expect(chunks[0]).toMatchObject({ kind: 'block', input: 2, source: '-', start: 0 });
    expect(chunks[1]).toMatchObject({ kind: 'block', start: chunks[0]?.end });
    for (const { start, end, bytes } of chunks) expect(bytes).toBe(end - start);
    expect(textOf(chunks)).toBe(text);
  });

  test('are the same for any arrival, and can be transferred', async () => {
    const { chunks: expected } = await readAll(readable([Buffer.from(text)]));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        const pieces: Buffer[] = [];
        for (let at = 0, n = 0; at < text.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(Buffer.from(text.slice(at, at + size)));
          at += size;
        }
        const { chunks } = await readAll(readable(pieces));
        expect(chunks).toEqual(expected);
        for (const chunk of chunks) {
          if (chunk.kind === 'block') structuredClone(chunk.data, { transfer: [chunk.data.buffer] });
        }
      }),
      { numRuns: 30 },
    );
  });

  test('an empty stream has none; strings are encoded; anything else is refused', async () => {
    expect(await readAll(readable([]))).toEqual({ chunks: [], error: undefined });
    expect(textOf((await readAll(readable(['é\n']))).chunks)).toBe('é\n');
    expect((await readAll(readable([{ text: 'a' }]))).error).toMatchObject({ code: 'ERR_SOURCE' });
  });
});

describe('resuming', () => {
  test('behind any block gives the blocks after it', async () => {
    const { chunks } = await readAll(readable([Buffer.from(text)]));
    for (const [index, { end }] of chunks.entries()) {
      const rest = await readAll(readable([Buffer.from(text)]), end);
      expect(rest).toEqual({ chunks: chunks.slice(index + 1), error: undefined });
    }
  });

  test('a stream that is shorter than what was read of it is another stream', async () => {
    const { error } = await readAll(readable([Buffer.from('short\n')]), 7);
    expect(error).toMatchObject({ code: 'ERR_RESUME_MISMATCH', message: expect.stringContaining('byte 6') });
  });
});

describe('a stream that breaks off', () => {
  test('delivers its whole lines first', async () => {
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a\nb\nhalf a li');
      throw Object.assign(new Error('i/o error'), { code: 'EIO' });
    };
    const { chunks, error } = await readAll(streamSource(input, openReadable(Readable.from(broken()), '-'), options));
    expect(textOf(chunks)).toBe('a\nb\n');
    expect(error).toMatchObject({ code: 'ERR_INPUT_UNREADABLE', message: expect.stringContaining('input -') });
  });

  test('a truncated gzip file delivers whole lines, then names itself', async () => {
    const path = join(folder, 'cut.jsonl.gz');
    writeFileSync(path, gzipSync(text).subarray(0, 150));
    const { chunks, error } = await readAll(streamSource(input, openGzip(path, 'cut.jsonl.gz'), options));
    const delivered = textOf(chunks);
    expect(delivered.length).toBeGreaterThan(0);
    expect(delivered).toBe(text.slice(0, text.lastIndexOf('\n', delivered.length) + 1));
    expect(error).toMatchObject({ code: 'ERR_INPUT_CORRUPT', message: expect.stringContaining('cut.jsonl.gz') });
  });
});

describe('gzip files', () => {
  test('give the blocks of their content', async () => {
    const path = join(folder, 'a.jsonl.gz');
    writeFileSync(path, Buffer.concat([gzipSync(text.slice(0, 333)), gzipSync(text.slice(333))]));
    const { chunks } = await readAll(streamSource(input, openGzip(path, 'a.jsonl.gz'), options));
    expect(chunks).toEqual((await readAll(readable([Buffer.from(text)]))).chunks);
  });
});

describe('aborting', () => {
  test('a stream that gives nothing ends at once', async () => {
    const silent = new PassThrough();
    const controller = new AbortController();
    const reading = readAll(streamSource(input, openReadable(silent, '-'), options), 0, controller.signal);
    setImmediate(() => controller.abort());
    expect(await reading).toMatchObject({ chunks: [], error: { code: 'ERR_ABORTED' } });
    expect(silent.destroyed).toBe(true);
  });

  test('between two blocks of one piece', async () => {
    const controller = new AbortController();
    let blocks = 0;
    const run = async (): Promise<void> => {
      for await (const chunk of readable([Buffer.from(text)]).read(0, controller.signal)) {
        blocks += Number(chunk.bytes > 0);
        controller.abort();
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(blocks).toBe(1);
  });
});

test('reads no more of a stream than its reader asks for', async () => {
  let given = 0;
  const endless = function* (): Generator<Buffer> {
    for (;;) {
      given += 100;
      yield Buffer.alloc(100, '\n');
    }
  };
  for await (const chunk of readable(endless()).read(0, new AbortController().signal)) {
    await new Promise((done) => setTimeout(done, 20));
    expect(chunk.bytes).toBe(100);
    if (chunk.end >= 500) break;
  }
  expect(given).toBeLessThan(500 + 100 * 32);
});

test.skipIf(process.platform === 'win32')('reads a named pipe', async () => {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  execFile('sh', ['-c', `printf 'a\\nb\\n' > '${path}'`]);
  expect(textOf((await readAll(streamSource(input, openPipe(path, path), options))).chunks)).toBe('a\nb\n');
});

describe('a plain file in blocks', () => {
  const path = join(folder, 'plain.jsonl');
  const plain = { kind: 'jsonl', index: 0, source: 'plain.jsonl', path, identity } as const;

  test('goes on from any line and ends with the lines that began before its end was known', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(text.length), async (bytes, before) => {
        writeFileSync(path, text);
        const source = fileBlockSource({ ...plain, bytes }, options);
        const lineEnd = (at: number): number => (at === 0 ? 0 : text.indexOf('\n', at - 1) + 1);
        const [from, end] = [lineEnd(before), lineEnd(bytes)];
        const { chunks, error } = await readAll(source, from);
        expect(error).toBeUndefined();
        expect(textOf(chunks)).toBe(text.slice(from, end));
        if (from >= bytes) return;
        expect(chunks.reduce((sum, chunk) => sum + chunk.bytes, 0)).toBe(bytes - from);
        expect(chunks.at(-1)?.end).toBe(end);
      }),
      { numRuns: 200 },
    );
  });

  test('delivers its whole lines and says so when it has become shorter', async () => {
    writeFileSync(path, text.slice(0, -5));
    const { chunks, error } = await readAll(fileBlockSource({ ...plain, bytes: text.length }, options));
    expect(textOf(chunks)).toBe(text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1));
    const message = `${path} has become shorter: expected ${text.length} bytes, got ${text.length - 5}`;
    expect(error).toMatchObject({ code: 'ERR_INPUT_UNREADABLE', message });
  });
});
