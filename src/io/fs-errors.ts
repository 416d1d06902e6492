import { MillraceError, messageOf } from '../core/errors.js';

/** The system's code of an error (`ENOENT`, `Z_DATA_ERROR`, …), when it has one. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** True when the error means that there is nothing of that name. */
export function isMissing(thrown: unknown): boolean {
  const code = systemCode(thrown);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** `ERR_INPUT_NOT_FOUND` or `ERR_INPUT_UNREADABLE`, naming the input and the reason. */
export function inputError(name: string, thrown: unknown): MillraceError {
  if (isMissing(thrown)) {
    return new MillraceError('ERR_INPUT_NOT_FOUND', `input ${name}: no such file or directory`, { cause: thrown });
  }
  return new MillraceError('ERR_INPUT_UNREADABLE', `input ${name} cannot be read: ${reasonOf(thrown)}`, {
    cause: thrown,
  });
}

/** `ERR_OUTPUT_UNWRITABLE`, naming the output and the reason; the cause keeps the system's error. */
export function outputError(name: string, thrown: unknown): MillraceError {
  return new MillraceError('ERR_OUTPUT_UNWRITABLE', `output ${name} cannot be written: ${reasonOf(thrown)}`, {
    cause: thrown,
  });
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EDQUOT', 'disk quota exceeded'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['EMFILE', 'too many open files'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENOENT', 'no such file or directory'],
  ['ENOSPC', 'no space left on the device'],
  ['ENOTDIR', 'a part of its path is not a directory'],
  ['EPERM', 'operation not permitted'],
  ['EPIPE', 'the reader closed the pipe'],
  ['EROFS', 'the file system is read-only'],
]);

function reasonOf(thrown: unknown): string {
  return REASONS.get(systemCode(thrown) ?? '') ?? messageOf(thrown);
}
