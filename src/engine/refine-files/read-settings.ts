import type { ReadOptions } from './read-documents.js';
import type { ResolvedRefineFilesOptions } from './options.js';

/** A line holds its text with up to six bytes of escape for one, and so much besides. */
const LINE_EXTRA_BYTES = 1024 * 1024;
const ESCAPE_BYTES_MAX = 6;
const LINE_BYTES_LIMIT = 512 * 1024 * 1024;

/** How the documents of a run are read. */
export function readSettings({
  textField,
  idField,
  maxBytes,
}: Pick<ResolvedRefineFilesOptions, 'textField' | 'idField' | 'maxBytes'>): Omit<ReadOptions, 'signal' | 'blockBytes'> {
  const lineBytesMax = Math.min(maxBytes * ESCAPE_BYTES_MAX + LINE_EXTRA_BYTES, LINE_BYTES_LIMIT);
  return { textField, idField, maxBytes, lineBytesMax };
}
