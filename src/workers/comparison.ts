import { toWireError, MillraceError, messageOf } from '../core/errors.js';
import type { ProgressRow } from './progress.js';
import type { DocumentFailure, DocumentsRequest, DocumentsResponse, VersionObjection } from './protocol.js';

/** A version of a document, and the original that it is compared with. */
export interface Comparison {
  readonly version: string;
  readonly original: string;
  /** How far they may differ, as whoever compares them understands it. Comparisons of one batch may share the object. */
  readonly bounds: unknown;
}

/** What there is against a version. */
export interface Difference {
  readonly reason: string;
  readonly details: string;
}

/** Compares a version with its original; `undefined` when there is nothing against it. */
export type Compare = (comparison: Comparison) => Difference | undefined;

/** Makes the comparisons that a batch of texts asks for, once these have been scored. A version that failed is passed over. */
export function compareVersions(
  { comparisons, condemned }: Pick<DocumentsRequest, 'comparisons' | 'condemned'>,
  scored: DocumentsResponse,
  compare: Compare,
  progress: ProgressRow,
): DocumentsResponse {
  const failures: DocumentFailure[] = [...scored.failures];
  const objections: VersionObjection[] = [];
  const passedOver = new Set([...condemned, ...failures.map(({ index }) => index)]);
  for (const comparison of comparisons) {
    const { index } = comparison;
    if (passedOver.has(index)) continue;
    progress.atDocument(index);
    try {
      const difference = compare(comparison);
      if (difference !== undefined) objections.push({ index, ...difference });
    } catch (thrown) {
      failures.push({ index, error: incomparable(thrown) });
    }
  }
  return { ...scored, failures, objections };
}

/** What compares allocates, and looks for patterns: both throw when a text is too much for them. */
function incomparable(thrown: unknown): DocumentFailure['error'] {
  const message = `the version could not be compared with the original: ${messageOf(thrown)}`;
  return toWireError(new MillraceError('ERR_OUT_OF_MEMORY', message));
}
