import { isMillraceError, type ErrorCode } from '../core/errors.js';

/** What the process ends with; scripts rely on these. */
export const EXIT = {
  /** All documents were processed. */
  ok: 0,
  /** The run failed. */
  failed: 1,
  /** Bad usage: nothing was done. */
  usage: 2,
  /** Finished, with dead letters. */
  deadLetters: 3,
  /** Stopped by SIGINT; what is finished can be resumed. */
  interrupted: 130,
  /** Likewise by SIGTERM. */
  terminated: 143,
} as const;

/** Errors that another command line would have avoided. */
const USAGE_CODES: readonly ErrorCode[] = [
  'ERR_EXPRESSION',
  'ERR_INPUT_NOT_FOUND',
  'ERR_OPTION_RANGE',
  'ERR_OPTION_TYPE',
  'ERR_OPTION_UNKNOWN',
  'ERR_RESUME_MISMATCH',
  'ERR_USAGE',
];

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  return isMillraceError(error) && USAGE_CODES.includes(error.code) ? EXIT.usage : EXIT.failed;
}
