import type { Guard } from './guard.js';

/** A short document may grow by so much in any case: a heading and an example are more than three times a line. */
const GROWTH_CHARS = 1000;

export const lengthGuard: Guard = (original, version, { lengthMin, lengthMax }) => {
  const before = original.text.length;
  const after = version.text.length;
  const isTooLong = lengthMax !== null && after > lengthMax * before + GROWTH_CHARS;
  const isTooShort = lengthMin !== null && after < lengthMin * before;
  return isTooLong || isTooShort ? `${before} characters became ${after}` : undefined;
};
