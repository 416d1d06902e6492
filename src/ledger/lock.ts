import { resolve } from 'node:path';

import { messageOf } from '../core/errors.js';
import { tryLock, type Lock } from '../core/file-lock.js';
import { ledgerError } from './journal-file.js';

export type { Lock } from '../core/file-lock.js';

/**
 * Keeps a second process (or a second run in this one) off a ledger, by a file `<path>.lock` that holds the owner.
 *
 * @throws MillraceError `ERR_LEDGER` naming the process that holds the lock, or why the lock cannot be made.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const file = resolve(`${path}.lock`);
  const lock = await tryLock(file).catch((thrown: unknown) => {
    throw ledgerError(path, `its lock ${file} cannot be made: ${messageOf(thrown)}`, thrown);
  });
  if (typeof lock !== 'number') return lock;
  throw ledgerError(
    path,
    lock === 0 ? `its lock ${file} keeps changing hands` : `process ${lock} is using it (${file})`,
  );
}
