/**
 * Proves what a worker does with the versions of a batch: each is compared once, with its bounds and in its place; those that were
 * given up or have no report are passed over; one that cannot be compared is a failure and costs nobody else; and the shared progress
 * says which one a comparison that never ends is at.
 */
import { describe, expect, it } from 'vitest';
import { compareVersions, type Comparison, type Difference } from '../../src/workers/comparison.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import type { DocumentFailure, DocumentsResponse, VersionComparison } from '../../src/workers/protocol.js';

const progress = new ProgressRow(createProgress(1), 0);
const FAILURE: DocumentFailure = { index: 4, error: { code: 'ERR_OUT_OF_MEMORY', message: 'no memory' } };

function comparison(index: number): VersionComparison {
  return { index, version: `version ${index}`, original: `original ${index}`, bounds: { index } };
}

function scored(failures: readonly DocumentFailure[] = []): DocumentsResponse {
  return { kind: 'documents', slab: new ArrayBuffer(8), failures, objections: [] };
}

/** Objects to everything, with what it was given. */
function objectAlways({ version, original, bounds }: Comparison): Difference {
  return { reason: version, details: `${original} ${JSON.stringify(bounds)} at ${progress.document}` };
}

describe('versions of a batch', () => {
  it('are compared in their places, but for those that are given up or have failed', () => {
    const request = { comparisons: [1, 2, 4, 7].map(comparison), condemned: [2] };
    const response = compareVersions(request, scored([FAILURE]), objectAlways, progress);
    expect(response.objections).toEqual([
      { index: 1, reason: 'version 1', details: 'original 1 {"index":1} at 1' },
      { index: 7, reason: 'version 7', details: 'original 7 {"index":7} at 7' },
    ]);
    expect(response.failures).toEqual([FAILURE]);
  });

  it('have nothing said of them when there is nothing against them', () => {
    const answer = scored();
    const response = compareVersions(
      { comparisons: [comparison(0)], condemned: [] },
      answer,
      () => undefined,
      progress,
    );
    expect(response).toEqual(answer);
    expect(response.slab).toBe(answer.slab);
  });

  it('that cannot be compared are failures, and the others are compared', () => {
    const compare = (each: Comparison): Difference => {
      if (each.version === 'version 1') throw new RangeError('Maximum call stack size exceeded');
      return objectAlways(each);
    };
    const request = { comparisons: [0, 1, 2].map(comparison), condemned: [] };
    const { failures, objections } = compareVersions(request, scored([FAILURE]), compare, progress);
    expect(objections.map(({ index }) => index)).toEqual([0, 2]);
    const message = 'the version could not be compared with the original: Maximum call stack size exceeded';
    expect(failures).toEqual([FAILURE, { index: 1, error: { code: 'ERR_OUT_OF_MEMORY', message } }]);
  });
});
