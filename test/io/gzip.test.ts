// Proves that each write becomes a gzip member of its own, in order, so that the file can be cut behind any of them.
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { gzipSink } from '../../src/io/gzip.js';
import { MemorySink } from './memory-sink.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('any writes come out as their members in order, and every prefix of members is a file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 3000 }), { maxLength: 10 }), async (texts) => {
      const inner = new MemorySink();
      const sink = gzipSink(inner, { membersMax: 3 });
      const lengths: number[] = [];
      for (const [index, text] of texts.entries()) {
        await sink.write(bytesOf(text));
        if (index % 2 === 0) lengths[index] = await sink.flush();
      }
      await sink.flush();
      expect(inner.writes.map((member) => gunzipSync(member).toString())).toEqual(texts);
      const file = Buffer.concat(inner.writes);
      lengths.forEach((length, index) => {
        const head = gunzipSync(file.subarray(0, length)).toString();
        expect(head).toBe(texts.slice(0, index + 1).join(''));
      });
    }),
    { numRuns: 30 },
  );
});

test('holds the writer back while membersMax writes are on their way', async () => {
  let open = (): void => {};
  const gate = new Promise<void>((done) => (open = done));
  const inner = new MemorySink();
  const write = inner.write.bind(inner);
  inner.write = async (bytes) => {
    await gate;
    await write(bytes);
  };
  const sink = gzipSink(inner, { membersMax: 2 });
  await sink.write(bytesOf('a'));
  const second = sink.write(bytesOf('b'));
  let resolved = false;
  void second.then(() => (resolved = true));
  await new Promise((done) => setTimeout(done, 30));
  expect(resolved).toBe(false);
  open();
  await second;
  await sink.flush();
  expect(inner.writes.length).toBe(2);
});

describe('the end', () => {
  test('an output that nothing was written to is a gzip file all the same', async () => {
    const inner = new MemorySink();
    const sink = gzipSink(inner);
    await sink.write(bytesOf(''));
    expect(await sink.flush()).toBe(0);
    await sink.commit();
    expect(inner.state).toBe('committed');
    expect(gunzipSync(Buffer.concat(inner.writes)).length).toBe(0);
  });

  test('commit and abort wait for the members on their way', async () => {
    for (const end of ['commit', 'abort'] as const) {
      const inner = new MemorySink();
      const sink = gzipSink(inner);
      await sink.write(bytesOf('a'.repeat(100_000)));
      await sink[end]();
      expect(inner.writes.length).toBe(1);
      expect(inner.state).toBe(end === 'commit' ? 'committed' : 'aborted');
    }
  });

  test('an error of the inner sink reaches the writer; nothing is written after it', async () => {
    const inner = new MemorySink(1);
    const sink = gzipSink(inner, { membersMax: 2 });
    await sink.write(bytesOf('a'));
    await sink.write(bytesOf('b'));
    await expect(sink.flush()).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await expect(sink.commit()).rejects.toMatchObject({ code: 'ERR_OUTPUT_UNWRITABLE' });
    await sink.abort();
    expect(inner).toMatchObject({ state: 'aborted', writes: [expect.anything()] });
  });
});
