import type { Document } from '../../core/document.js';
import type { MillraceError } from '../../core/errors.js';
import { isFailure, type CountsReport } from '../../core/report.js';
import { failureOf, type Outcome } from './documents-batch.js';
import { dependencyIds, malformedDependencies } from '../dependencies/dependency-ids.js';
import { failuresOf, type DependentDocument } from '../graph/document-dependencies.js';

/**
 * Puts a failure in place of the report of each document that depends on one that is missing, failed, or depends on it in turn.
 *
 * All documents have been scored by then: their reports do not depend on each other, only whether they count does, and a failure
 * that scoring has found must reach documents that come earlier.
 *
 * @param field - of the documents: an id, an array of ids, or nothing. Anything else is as good as an id that is not there.
 */
export function failDependants<R extends CountsReport>(
  documents: readonly Document[],
  outcomes: Outcome<R>[],
  field: string,
): void {
  const own = new Map<number, MillraceError>();
  const dependents = documents.map((document, ordinal): DependentDocument => {
    const given: unknown = Object.entries(document).find(([name]) => name === field)?.[1];
    const dependsOn = dependencyIds(given);
    if (dependsOn === undefined) own.set(ordinal, malformedDependencies(field, given));
    return { id: document.id, dependsOn: dependsOn ?? [] };
  });
  for (const [ordinal, outcome] of outcomes.entries()) if (isFailure(outcome)) own.set(ordinal, outcome.error);
  for (const [ordinal, error] of failuresOf(dependents, own)) {
    const document = documents[ordinal];
    if (document !== undefined) outcomes[ordinal] = failureOf(document, ordinal, error);
  }
}
