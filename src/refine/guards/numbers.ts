import type { Guard } from './guard.js';
import { distinctContained } from './hash-list.js';

/** Digits, wherever they stand: `3.2` is a 3 and a 2. Those that number a list do not count. */
export const numbersGuard: Guard = (original, version, { numbersLostMax }) => {
  if (numbersLostMax === null) return undefined;
  const { held, total } = distinctContained(original.words.numbers, version.words.numbers);
  const lost = total - held;
  return lost > numbersLostMax * total ? `${lost} of ${total} different numbers gone` : undefined;
};
