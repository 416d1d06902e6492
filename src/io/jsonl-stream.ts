import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';

import { becameShorter } from '../core/became-shorter.js';
import { isMillraceError, MillraceError } from '../core/errors.js';
import { abortedError, checkAborted } from '../core/abort.js';
import type { BlockChunk, Source } from './chunk.js';
import { inputError } from './fs-errors.js';
import { gunzipFile } from './gunzip.js';
import type { Input, JsonLinesInput } from './input.js';
import { LineBlocks, type LineBlock } from './line-blocks.js';
import type { ResolvedSourceOptions } from './source-options.js';

const LF = 0x0a;

/** Opens a stream of JSON Lines at its beginning. */
export type OpenStream = (signal: AbortSignal) => AsyncIterable<Uint8Array>;

/**
 * Blocks of whole lines of a stream that can only be read from its beginning: resuming reads up to `from` again and
 * drops it. When the stream breaks off, its whole lines are delivered before the error.
 */
export function streamSource(input: Input, openStream: OpenStream, options: ResolvedSourceOptions): Source {
  return blockSource(input, (from, signal) => skipBytes(openStream(signal), from, input.source), options);
}

/**
 * Blocks of the lines of a file that begin before the end that it had when the inputs were resolved; resuming goes straight to
 * `from`. A file that has become shorter breaks off.
 */
export function fileBlockSource(input: JsonLinesInput, options: ResolvedSourceOptions): Source {
  const source = blockSource(input, (from, signal) => bytesFrom(input, from, signal), options);
  return {
    async *read(from, signal) {
      if (from >= input.bytes) return;
      for await (const block of source.read(from, signal)) {
        yield block.end > input.bytes ? cutBehind(block, input.bytes) : block;
        if (block.end >= input.bytes) return;
      }
    },
  };
}

/** Like a `Source`, of blocks alone. */
interface BlockSource {
  read(from: number, signal: AbortSignal): AsyncGenerator<BlockChunk, void>;
}

function blockSource(
  input: Input,
  openAt: (from: number, signal: AbortSignal) => AsyncIterable<Uint8Array>,
  options: ResolvedSourceOptions,
): BlockSource {
  return {
    async *read(from, signal) {
      checkAborted(signal);
      const blocks = new LineBlocks(from, options);
      try {
        for await (const bytes of openAt(from, signal)) {
          for (const block of blocks.push(bytes)) {
            yield toChunk(input, block);
            checkAborted(signal);
          }
        }
      } catch (thrown) {
        const rest = isBroken(thrown) ? blocks.endDamaged() : undefined;
        if (rest !== undefined) yield toChunk(input, rest);
        throw thrown;
      }
      const rest = blocks.end();
      if (rest !== undefined) yield toChunk(input, rest);
    },
  };
}

/** The bytes of a gzip file. */
export function openGzip(path: string, source: string): OpenStream {
  return (signal) => gunzipFile(path, source, signal);
}

/** The bytes of a named pipe or device. */
export function openPipe(path: string, source: string): OpenStream {
  return (signal) => bytesOf(createReadStream(path), source, signal);
}

/** The bytes of a stream that is open already; it can be read once. */
export function openReadable(stream: Readable, source: string): OpenStream {
  return (signal) => bytesOf(stream, source, signal);
}

async function* bytesOf(stream: Readable, source: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const pieces: AsyncIterable<unknown> = addAbortSignal(signal, stream);
  try {
    for await (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
      else if (typeof piece === 'string') yield Buffer.from(piece);
      else throw new MillraceError('ERR_SOURCE', `input ${source} must be a stream of bytes`);
    }
  } catch (thrown) {
    if (signal.aborted) throw abortedError(signal);
    throw isMillraceError(thrown) ? thrown : inputError(source, thrown);
  }
}

async function* bytesFrom(
  { path, source, bytes }: JsonLinesInput,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let end = from;
  for await (const piece of bytesOf(createReadStream(path, { start: from }), source, signal)) {
    end += piece.length;
    yield piece;
  }
  if (end < bytes) throw becameShorter(path, bytes, end);
}

/** The lines of a block that begin before `end`, which is in its last line or behind a line. */
function cutBehind(block: BlockChunk, end: number): BlockChunk {
  const lineEnd = block.data.indexOf(LF, end - block.start - 1) + 1;
  const bytes = end - block.start;
  if (lineEnd === 0 || lineEnd === block.data.length) return { ...block, bytes };
  return { ...block, data: block.data.slice(0, lineEnd), end: block.start + lineEnd, bytes };
}

async function* skipBytes(
  stream: AsyncIterable<Uint8Array>,
  count: number,
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = count;
  for await (const bytes of stream) {
    if (left < bytes.length) yield bytes.subarray(left);
    left = Math.max(0, left - bytes.length);
  }
  if (left > 0) {
    const message = `input ${source} ends at byte ${count - left}; the run to resume had read ${count} bytes of it`;
    throw new MillraceError('ERR_RESUME_MISMATCH', message);
  }
}

function isBroken(thrown: unknown): boolean {
  return isMillraceError(thrown) && (thrown.code === 'ERR_INPUT_CORRUPT' || thrown.code === 'ERR_INPUT_UNREADABLE');
}

function toChunk(input: Input, { data, start, end }: LineBlock): BlockChunk {
  const { index, source } = input;
  return { kind: 'block', input: index, source, data, start, end, bytes: end - start };
}
