/** What compares versions in a thread: the guards of refinement. */
import { objectionTo } from '../../refine/guards/objection.js';
import { GUARD_DEFAULTS, resolveGuardOptions } from '../../refine/guards/options.js';
import { TextFacts } from '../../refine/guards/text-facts.js';
import type { Compare } from '../../workers/comparison.js';

/** Bounds are options of the guards, and read once for comparisons in a row that share them. */
export function createComparer(): Compare {
  let lastBounds: unknown = GUARD_DEFAULTS;
  let guards = GUARD_DEFAULTS;
  return ({ version, original, bounds }) => {
    if (bounds !== lastBounds) guards = resolveGuardOptions('guards', bounds);
    lastBounds = bounds;
    return objectionTo(new TextFacts(version), new TextFacts(original), guards);
  };
}
