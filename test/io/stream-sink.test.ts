// Proves back pressure on a stream, and that a reader that goes away is told apart from every other failure.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';

import { describe, expect, test } from 'vitest';

import { MillraceError } from '../../src/core/errors.js';
import { isClosedPipe, streamSink } from '../../src/io/stream-sink.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('writes in order, and leaves the stream open', async () => {
  const stream = new PassThrough();
  const sink = streamSink(stream, 'out');
  await sink.write(bytesOf('a'));
  await sink.write(bytesOf('b'));
  expect(await sink.flush()).toBe(2);
  await sink.commit();
  expect(stream.writableEnded).toBe(false);
  expect(String(stream.read())).toBe('ab');
});

test('a reader that does not read holds the writer back; giving up does not wait for it', async () => {
  const stream = new Writable({ write: () => {} });
  const sink = streamSink(stream, 'out', { bufferBytesMax: 2 });
  await sink.write(bytesOf('a'));
  let resolved = false;
  void errorOf(sink.write(bytesOf('b')).then(() => (resolved = true)));
  await new Promise((done) => setTimeout(done, 20));
  expect(resolved).toBe(false);
  await sink.abort();
  await expect(sink.write(bytesOf('c'))).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
});

describe('a reader that goes away', () => {
  test('of a real pipe', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.once("data", () => process.exit(0))']);
    const sink = streamSink(child.stdin, 'standard output', { bufferBytesMax: 1 });
    let error: unknown;
    while (error === undefined) error = await errorOf(sink.write(Buffer.alloc(100_000, '\n')));
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE', message: expect.stringContaining('standard output') });
    expect(isClosedPipe(error)).toBe(true);
    expect(isClosedPipe(await errorOf(sink.commit()))).toBe(true);
    if (child.exitCode === null) await once(child, 'exit');
  });

  test('between two writes', async () => {
    const stream = new PassThrough();
    const sink = streamSink(stream, 'out');
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await new Promise((done) => setImmediate(done));
    expect(isClosedPipe(await errorOf(sink.write(bytesOf('a'))))).toBe(true);
  });

  test('without a word', async () => {
    const stream = new PassThrough();
    const sink = streamSink(stream, 'out');
    stream.destroy();
    await sink.write(bytesOf('a')).catch(() => {});
    expect(isClosedPipe(await errorOf(sink.flush()))).toBe(true);
  });

  test('is no other failure', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) });
    const sink = streamSink(stream, 'out');
    await sink.write(bytesOf('a')).catch(() => {});
    const error = await errorOf(sink.flush());
    expect(error).toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE', message: 'output out cannot be written: full' });
    expect(isClosedPipe(error)).toBe(false);
    expect(isClosedPipe(new MillraceError('ERR_INTERNAL', '', { cause: { code: 'EPIPE' } }))).toBe(false);
    expect(isClosedPipe(undefined)).toBe(false);
  });
});
