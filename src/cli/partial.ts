import { fileBytes, partialPath } from '../io/file-sink.js';

/**
 * The file of rows that an interrupted run has left; undefined when its output is a stream or device, or when it had not begun.
 *
 * @param output - path of the rows; undefined for stdout.
 */
export async function partialOf(output: string | undefined): Promise<string | undefined> {
  if (output === undefined) return undefined;
  const partial = partialPath(output);
  return (await fileBytes(partial)) === undefined ? undefined : partial;
}
