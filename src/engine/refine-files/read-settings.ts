import { lineBytesMaxOf } from '../score-files/score-files.js';
import type { ReadOptions } from './read-documents.js';

/** How the documents of a run are read. */
export function readSettings({
  textField,
  idField,
  maxBytes,
}: Pick<ReadOptions, 'textField' | 'idField' | 'maxBytes'>): Omit<ReadOptions, 'signal' | 'blockBytes'> {
  return { textField, idField, maxBytes, lineBytesMax: lineBytesMaxOf(maxBytes) };
}
