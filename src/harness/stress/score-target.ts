import { isMillraceError } from '../../core/errors.js';
import type { Report } from '../../core/report.js';
import type { Engine } from '../../engine/engine.js';
import type { ArrivingDocuments } from './documents.js';
import type { OnOutcome, OpenTarget } from './target.js';

/** Sees what ended well, for comparison with another run. */
export type OnReport = (arrival: number, report: Report) => void;

/**
 * Scores each document by a call of `engine.score`, as a service does.
 *
 * An outcome belongs to the arrival that its report names: one that was mixed up is seen as lost and repeated.
 */
export function scoreTarget(engine: Engine, documents: ArrivingDocuments, onReport: OnReport): OpenTarget {
  return async (onOutcome: OnOutcome) => {
    const end = (report: Report): void => {
      const arrival = Number(report.id);
      onReport(arrival, report);
      onOutcome(arrival, { code: undefined });
    };
    return {
      offer: (arrival) => {
        engine.score(documents.at(arrival)).then(end, (thrown: unknown) => {
          onOutcome(arrival, { code: codeOf(thrown) });
        });
      },
      close: async () => undefined, // The engine is another's.
    };
  };
}

export function codeOf(thrown: unknown): string {
  return isMillraceError(thrown) ? thrown.code : 'ERR_INTERNAL';
}
