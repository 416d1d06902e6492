/**
 * Proves which documents fail because of others: random documents with repeated ids, missing ids, cycles and failures of their own
 * are held against a model that says a document is fine when it and all that it depends on are; and each error tells the truth.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MillraceError } from '../../../src/core/errors.js';
import { failuresOf, type DependentDocument } from '../../../src/engine/graph/document-dependencies.js';

const anyId = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }).map(String));
const anyDocuments: fc.Arbitrary<DependentDocument[]> = fc.array(
  fc.record({ id: fc.option(anyId, { nil: undefined }), dependsOn: fc.array(anyId, { maxLength: 2 }) }),
  { maxLength: 20 },
);

/** The ordinals that a document depends on; undefined when one of its ids is not there. */
function dependenciesOf(documents: readonly DependentDocument[], ordinal: number): number[] | undefined {
  const those = documents[ordinal]!.dependsOn.map((id) =>
    [...documents.keys()].filter((each) => documents[each]!.id === id),
  );
  return those.some((each) => each.length === 0) ? undefined : those.flat();
}

/** Ordinals of the documents that are fine: found to be so, one after the other, until no more are. */
function fineOnes(documents: readonly DependentDocument[], own: ReadonlySet<number>): Set<number> {
  const fine = new Set<number>();
  for (let before = -1; before !== fine.size;) {
    before = fine.size;
    for (const ordinal of documents.keys()) {
      const isFine = dependenciesOf(documents, ordinal)?.every((each) => fine.has(each)) === true;
      if (isFine && !own.has(ordinal)) fine.add(ordinal);
    }
  }
  return fine;
}

it('fails exactly the documents that are not fine, each for a reason that is one', () => {
  fc.assert(
    fc.property(anyDocuments, fc.uniqueArray(fc.nat({ max: 19 }), { maxLength: 3 }), (documents, failing) => {
      const own = failing.filter((ordinal) => ordinal < documents.length);
      const failures = new Map(own.map((ordinal) => [ordinal, new MillraceError('ERR_TEXT_TYPE', `own ${ordinal}`)]));
      const failed = failuresOf(documents, failures);
      const fine = fineOnes(documents, new Set(own));
      expect([...failed.keys()].sort((a, b) => a - b)).toEqual([...documents.keys()].filter((each) => !fine.has(each)));
      for (const [ordinal, error] of failed) expectTrue(documents, failed, failures, ordinal, error);
    }),
    { numRuns: 1000 },
  );
});

it('is linear in documents that are all on one cycle or all close one', () => {
  const length = 20_000;
  const ring = Array.from({ length }, (_, id) => ({ id, dependsOn: [(id + 1) % length] }));
  const fan = Array.from({ length }, (_, id) => ({ id, dependsOn: [0, Math.min(id + 1, length - 1)] }));
  expect(failuresOf(ring, new Map()).size).toBe(length);
  expect(failuresOf(fan, new Map()).size).toBe(length);
});

function expectTrue(
  documents: readonly DependentDocument[],
  failed: ReadonlyMap<number, MillraceError>,
  own: ReadonlyMap<number, MillraceError>,
  ordinal: number,
  error: MillraceError,
): void {
  const dependencies = dependenciesOf(documents, ordinal);
  switch (error.code) {
    case 'ERR_DEPENDENCY_MISSING':
      expect(dependencies).toBeUndefined();
      break;
    case 'ERR_DEPENDENCY_CYCLE':
      expect(dependencies?.some((each) => failed.get(each) === error)).toBe(true);
      break;
    case 'ERR_DEPENDENCY_FAILED':
      expect(dependencies?.some((each) => failed.has(each))).toBe(true);
      expect([...failed.values()]).toContain(error.cause);
      expect((error.cause as MillraceError).code).not.toBe('ERR_DEPENDENCY_FAILED');
      break;
    default:
      expect(error).toBe(own.get(ordinal));
  }
}
