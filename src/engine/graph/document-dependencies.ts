import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { CsrBuilder, type Csr } from './csr.js';
import { DocumentFailures } from './document-failures.js';

/** A document as far as its dependencies matter; its ordinal is its place in the array. */
export interface DependentDocument {
  readonly id: DocumentId | undefined;
  readonly dependsOn: readonly DocumentId[];
}

/** The dependencies of one document, all in all; more are refused, since an id that repeats may stand for many documents. */
export const DOCUMENT_DEPENDENCIES_MAX = 2 ** 26;

/**
 * Works out which documents fail because of others. Ids are not unique in real data: who depends on an id depends on every
 * document that has it. Numbers and strings are different ids.
 *
 * @param failures - documents that have failed by themselves, by ordinal.
 * @returns these and, by ordinal, those that depend on one that is not there (`ERR_DEPENDENCY_MISSING`), on each other
 * (`ERR_DEPENDENCY_CYCLE`), or on a document that fails for whatever reason (`ERR_DEPENDENCY_FAILED`, with the first such reason
 * as its cause).
 * @throws MillraceError `ERR_OPTION_RANGE` when there are more than `DOCUMENT_DEPENDENCIES_MAX` edges.
 */
export function failuresOf(
  documents: readonly DependentDocument[],
  failures: ReadonlyMap<number, MillraceError>,
): Map<number, MillraceError> {
  const missing = new Map<number, DocumentId>();
  const found = new DocumentFailures(readEdges(documents, missing), {
    nameOf: (ordinal) => nameOf(documents[ordinal]?.id, ordinal),
    own: (ordinal) => failures.get(ordinal)!,
    missing: (ordinal) => String(missing.get(ordinal)),
  });
  for (const ordinal of failures.keys()) found.fail(ordinal, 0);
  for (const ordinal of missing.keys()) found.failMissing(ordinal, 0);
  found.failCycles();
  found.spread();
  return new Map(Array.from(found.failed(), (ordinal) => [ordinal, found.errorOf(ordinal)]));
}

/** @param missing - is given, for each document that depends on ids that are not there, the first of them. */
function readEdges(documents: readonly DependentDocument[], missing: Map<number, DocumentId>): Csr {
  const ordinals = ordinalsById(documents);
  const builder = new CsrBuilder(documents.length);
  let edges = 0;
  for (const [ordinal, { dependsOn }] of documents.entries()) {
    for (const dependency of dependsOn) {
      const those = ordinals.get(dependency);
      if (those === undefined) {
        if (!missing.has(ordinal)) missing.set(ordinal, dependency);
        continue;
      }
      edges += those.length;
      if (edges > DOCUMENT_DEPENDENCIES_MAX) throw tooManyDependencies();
      for (const each of those) builder.add(each);
    }
    builder.endNode();
  }
  return builder.build();
}

export function tooManyDependencies(): MillraceError {
  const message = `documents may have ${DOCUMENT_DEPENDENCIES_MAX} dependencies in all, repeated ids counted as often`;
  return new MillraceError('ERR_OPTION_RANGE', `${message}, got more`);
}

/** Only ids that some document depends on are kept. */
function ordinalsById(documents: readonly DependentDocument[]): Map<DocumentId, number[]> {
  const ordinals = new Map<DocumentId, number[]>();
  for (const { dependsOn } of documents) for (const id of dependsOn) if (!ordinals.has(id)) ordinals.set(id, []);
  for (const [ordinal, { id }] of documents.entries()) if (id !== undefined) ordinals.get(id)?.push(ordinal);
  for (const [id, those] of ordinals) if (those.length === 0) ordinals.delete(id);
  return ordinals;
}

function nameOf(id: DocumentId | undefined, ordinal: number): string {
  return id === undefined ? `number ${ordinal}` : String(id);
}
