import type { RefineProgress } from '../../engine/refine-files/options.js';
import { formatCountOf } from '../numbers.js';
import type { RefineFlags } from './flags.js';

/** What is said to the first interrupt: calls in flight are paid, so that they are waited for. */
export function finishingLine(latest: RefineProgress | undefined): string {
  const inFlight = latest?.caller?.inFlight ?? 0;
  const what = inFlight === 0 ? 'what is under way' : `${formatCountOf(inFlight, 'call')} in flight`;
  return `millrace: finishing ${what}; interrupt again to stop at once\n`;
}

/**
 * What is said when a run was interrupted: how it goes on, or that it does not. The command is not repeated, since a header may
 * hold a key.
 *
 * @param partial - the file that holds the rows; undefined when there is none.
 */
export function interruptedLine({ run, cache }: RefineFlags, partial: string | undefined): string {
  if (run !== undefined) return `millrace: interrupted; the same command goes on where it was (--run ${run})\n`;
  const rows = partial === undefined ? '' : `; what is finished is in ${partial}`;
  const answers = cache === undefined ? '' : `; answers that are in ${cache} are not paid for again`;
  return `millrace: interrupted${rows}; without --run it cannot be resumed${answers}\n`;
}
