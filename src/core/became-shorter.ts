import { MillraceError } from './errors.js';

/** The error of a file that ends before the end that it had when the inputs were resolved. */
export function becameShorter(path: string, expectedBytes: number, gotBytes: number): MillraceError {
  const expected = `${path} has become shorter: expected ${expectedBytes} bytes`;
  return new MillraceError('ERR_INPUT_UNREADABLE', `${expected}, got ${gotBytes}`);
}
