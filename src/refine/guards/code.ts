import type { Guard } from './guard.js';

/** Blocks may be added and moved. One that is there twice has to be there twice. */
export const codeGuard: Guard = (original, version, { code }) => {
  const blocks = original.structure.code;
  if (!code || blocks.length === 0) return undefined;
  const left = new Map<string, number>();
  for (const block of version.structure.code) left.set(block, (left.get(block) ?? 0) + 1);
  let lost = 0;
  for (const block of blocks) {
    const count = left.get(block) ?? 0;
    if (count === 0) lost++;
    else left.set(block, count - 1);
  }
  return lost === 0 ? undefined : `${lost} of ${blocks.length} code blocks changed or gone`;
};
