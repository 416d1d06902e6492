import type { Guard } from './guard.js';

/** Headings are counted only: a strategy may reword them. */
export const headingsGuard: Guard = (original, version, { headingsLostMax }) => {
  if (headingsLostMax === null) return undefined;
  const before = original.structure.headings;
  const lost = before - version.structure.headings;
  return lost > headingsLostMax * before ? `${lost} of ${before} headings gone` : undefined;
};
