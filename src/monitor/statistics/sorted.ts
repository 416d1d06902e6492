import { MillraceError } from '../../core/errors.js';

/**
 * A sorted copy.
 *
 * @throws MillraceError `ERR_OPTION_RANGE` for none, or for one that is not finite: it would poison every figure made of it.
 */
export function sortedSample(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0)
    throw new MillraceError('ERR_OPTION_RANGE', 'a sample must have at least one value, got none');
  const odd = sorted.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new MillraceError('ERR_OPTION_RANGE', `a sample must be of finite numbers, got ${odd}`);
  return sorted;
}
