import { checkInteger, checkKnown } from '../core/options.js';

/** How inputs are cut into chunks. */
export interface SourceOptions {
  /** Bytes of input a chunk stands for, about. Integer, 1 or more. @defaultValue 1 MiB */
  readonly chunkBytes?: number;
  /**
   * Bytes of the longest line (without its LF) that a stream carries whole; of a longer one it carries the first
   * `lineBytesMax + 1` bytes, so that whoever scores it sees that it is too long. Where it is less than `chunkBytes`,
   * `chunkBytes` counts. Integer, 1 or more. @defaultValue 64 MiB
   */
  readonly lineBytesMax?: number;
}

export type ResolvedSourceOptions = Required<SourceOptions>;

export const SOURCE_DEFAULTS: ResolvedSourceOptions = Object.freeze({
  chunkBytes: 1024 * 1024,
  lineBytesMax: 64 * 1024 * 1024,
});

/** A line has to fit a buffer with its LF and one byte more; engines allocate no more than this. */
const BYTES_MAX = 2 ** 31 - 16;

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
export function resolveSourceOptions(options: SourceOptions): ResolvedSourceOptions {
  checkKnown('source', options, Object.keys(SOURCE_DEFAULTS));
  const { chunkBytes = SOURCE_DEFAULTS.chunkBytes, lineBytesMax = SOURCE_DEFAULTS.lineBytesMax } = options;
  checkInteger('source.chunkBytes', chunkBytes, 1, BYTES_MAX);
  checkInteger('source.lineBytesMax', lineBytesMax, 1, BYTES_MAX);
  return Object.freeze({ chunkBytes, lineBytesMax: Math.max(lineBytesMax, chunkBytes) });
}
