/** Judges a version on this thread, as the workers do: its report with what the guards have against it. */
import type { Report } from '../../src/core/report.js';
import { objectionTo } from '../../src/refine/guards/objection.js';
import { GUARD_DEFAULTS } from '../../src/refine/guards/options.js';
import { TextFacts } from '../../src/refine/guards/text-facts.js';
import type { Judged } from '../../src/refine/refinement.js';

export function judged(report: Report, version: string, original: string): Judged {
  return { report, objection: objectionTo(new TextFacts(version), new TextFacts(original), GUARD_DEFAULTS) };
}
