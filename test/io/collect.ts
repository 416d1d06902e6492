import type { Chunk, Source } from '../../src/io/chunk.js';
import type { LineBlock } from '../../src/io/line-blocks.js';

/** All chunks of a source, and the error that ended them, if any. */
export async function readAll(
  source: Source,
  from = 0,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ chunks: Chunk[]; error: unknown }> {
  const chunks: Chunk[] = [];
  try {
    for await (const chunk of source.read(from, signal)) chunks.push(chunk);
    return { chunks, error: undefined };
  } catch (error) {
    return { chunks, error };
  }
}

/** The text of block chunks, one after the other. */
export function textOf(chunks: readonly (Chunk | LineBlock)[]): string {
  return Buffer.concat(chunks.flatMap((chunk) => ('data' in chunk ? [chunk.data] : []))).toString();
}
