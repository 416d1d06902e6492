/** Outcomes of scoring as tests look at them. */
import { isMillraceError, type ErrorCode } from '../../src/core/errors.js';
import { isFailure, type CountsReport, type Failure } from '../../src/core/report.js';

/** The report; an outcome that is a failure throws its error. */
export function reportOf<R extends CountsReport>(outcome: R | Failure | undefined): R {
  if (outcome === undefined) throw new Error('expected a report, got no outcome');
  if (isFailure(outcome)) throw outcome.error;
  return outcome;
}

/** The failure; an outcome that is a report throws. */
export function failureOf(outcome: CountsReport | Failure | undefined): Failure {
  if (outcome === undefined || !isFailure(outcome)) throw new Error('expected a failure');
  return outcome;
}

/** For each outcome the code of its failure, or its id. */
export function codesOrIds(outcomes: readonly (CountsReport | Failure)[]): (string | number)[] {
  return outcomes.map((outcome) => (isFailure(outcome) ? outcome.error.code : outcome.id));
}

/** What `work` rejects with, which must be an error of the library. */
export async function errorOf(work: Promise<unknown>): Promise<{ code: ErrorCode; message: string; cause: unknown }> {
  try {
    await work;
  } catch (thrown) {
    if (isMillraceError(thrown)) return { code: thrown.code, message: thrown.message, cause: thrown.cause };
    throw thrown;
  }
  throw new Error('expected a rejection');
}

/** Resolves to what `work` does, or to `instead` after so many milliseconds; for a test that must not hang. */
export async function within<T, U>(milliseconds: number, work: Promise<T>, instead: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(() => {
      resolve(instead);
    }, milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
