import type { Guard } from './guard.js';
import { contained } from './containment.js';

/** Digits, wherever they stand: `3.2` is a 3 and a 2. Those that number a list do not count. */
export const numbersGuard: Guard = (original, version, { numbersLostMax }) => {
  if (numbersLostMax === null) return undefined;
  const { numbers } = original.words;
  const total = numbers.length;
  const lost = total - contained(numbers, version.words.numbers);
  return lost > numbersLostMax * total ? `${lost} of ${total} different numbers gone` : undefined;
};
