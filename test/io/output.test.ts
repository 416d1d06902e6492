// Proves that an output's name picks its sink, and that a compressed output resumes behind any flushed length.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { partialPath } from '../../src/io/file-sink.js';
import { openSink } from '../../src/io/output.js';
import { tempFolder } from './temp-folder.js';

const folder = tempFolder();
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('- is standard output', async () => {
  const stdout = new PassThrough();
  const sink = await openSink('-', { stdout });
  await sink.write(bytesOf('a'));
  await sink.commit();
  expect(String(stdout.read())).toBe('a');
});

test('a path is a file', async () => {
  const path = join(folder, 'out.jsonl');
  const sink = await openSink(path, { stdout: new PassThrough() });
  await sink.write(bytesOf('a'));
  await sink.commit();
  expect(readFileSync(path, 'utf8')).toBe('a');
});

test('.gz compresses; a run that ended badly goes on behind what it had flushed', async () => {
  const path = join(folder, 'out.jsonl.gz');
  const first = await openSink(path, { stdout: new PassThrough() });
  await first.write(bytesOf('a\n'));
  const resumeBytes = await first.flush();
  await first.write(bytesOf('never recorded\n'));
  await first.abort();
  expect(gunzipSync(readFileSync(partialPath(path))).toString()).toBe('a\nnever recorded\n');
  const second = await openSink(path, { stdout: new PassThrough(), resumeBytes });
  await second.write(bytesOf('b\n'));
  await second.commit();
  expect(gunzipSync(readFileSync(path)).toString()).toBe('a\nb\n');
});
