import type { Guard } from './guard.js';

export const linksGuard: Guard = (original, version, { linksLostMax }) => {
  if (linksLostMax === null) return undefined;
  const targets = original.structure.links;
  let lost = 0;
  for (const target of targets) if (!version.structure.links.has(target)) lost++;
  return lost > linksLostMax * targets.size ? `${lost} of ${targets.size} link targets gone` : undefined;
};
