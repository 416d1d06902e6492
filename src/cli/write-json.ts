import { writeFile } from 'node:fs/promises';
import { outputError } from '../io/fs-errors.js';

/**
 * Writes a file of JSON for people and programs, over whatever is there.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file.
 */
export async function writeJson(path: string, value: object): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}
