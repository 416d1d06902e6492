import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { CsrBuilder, transpose, type Csr } from './csr.js';
import { cycleError, dependencyError, missingError } from './refusals.js';

/** A document as far as its dependencies matter; its ordinal is its place in the array. */
export interface DependentDocument {
  readonly id: DocumentId | undefined;
  readonly dependsOn: readonly DocumentId[];
}

/** The dependencies of one document, all in all; more are refused, since an id that repeats may stand for many documents. */
export const DOCUMENT_DEPENDENCIES_MAX = 2 ** 26;

const NONE = -1;
const OPEN = 0;
const ON_PATH = 1;
const CLOSED = 2;

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
  const failed = new Map(failures);
  const dependencies = readEdges(documents, failed);
  failCycles(documents, dependencies, failed);
  spread(documents, dependencies, failed);
  return failed;
}

function readEdges(documents: readonly DependentDocument[], failed: Map<number, MillraceError>): Csr {
  const ordinals = ordinalsById(documents);
  const builder = new CsrBuilder(documents.length);
  let edges = 0;
  for (const [ordinal, { id, dependsOn }] of documents.entries()) {
    for (const dependency of dependsOn) {
      const those = ordinals.get(dependency);
      if (those === undefined) {
        if (!failed.has(ordinal))
          failed.set(ordinal, missingError('document', nameOf(id, ordinal), String(dependency)));
        continue;
      }
      edges += those.length;
      if (edges > DOCUMENT_DEPENDENCIES_MAX) {
        const message = `documents may have ${DOCUMENT_DEPENDENCIES_MAX} dependencies in all, repeated ids counted as often`;
        throw new MillraceError('ERR_OPTION_RANGE', `${message}, got more`);
      }
      for (const each of those) builder.add(each);
    }
    builder.endNode();
  }
  return builder.build();
}

/** Only ids that some document depends on are kept. */
function ordinalsById(documents: readonly DependentDocument[]): Map<DocumentId, number[]> {
  const ordinals = new Map<DocumentId, number[]>();
  for (const { dependsOn } of documents) for (const id of dependsOn) if (!ordinals.has(id)) ordinals.set(id, []);
  for (const [ordinal, { id }] of documents.entries()) if (id !== undefined) ordinals.get(id)?.push(ordinal);
  for (const [id, those] of ordinals) if (those.length === 0) ordinals.delete(id);
  return ordinals;
}

/**
 * Fails the documents on cycles, in O(nodes + edges): a walk along dependencies, deepest first, meets a node of its own path
 * exactly if that closes a cycle, which is the path from there on.
 *
 * A cycle with a document on it that has failed already is passed over: the others on it depend on that one, and fail for it.
 */
function failCycles(documents: readonly DependentDocument[], graph: Csr, failed: Map<number, MillraceError>): void {
  const { nodes, offsets, targets } = graph;
  const states = new Uint8Array(nodes);
  const next = offsets.slice();
  const depths = new Uint32Array(nodes);
  /** By place on the path: the last place up to there that holds a failed document. */
  const failedUpTo = new Int32Array(nodes);
  const path: number[] = [];
  const enter = (node: number): void => {
    const depth = path.length;
    states[node] = ON_PATH;
    depths[node] = depth;
    failedUpTo[depth] = failed.has(node) ? depth : depth === 0 ? NONE : failedUpTo[depth - 1]!;
    path.push(node);
  };
  for (let start = 0; start < nodes; start++) {
    if (states[start] === OPEN) enter(start);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const target = next[node]! < offsets[node + 1]! ? targets[next[node]!++]! : NONE;
      if (target === NONE) {
        states[node] = CLOSED;
        path.pop();
      } else if (states[target] === OPEN) {
        enter(target);
      } else if (states[target] === ON_PATH && failedUpTo[depths[node]!]! < depths[target]!) {
        failCycle(documents, path.slice(depths[target]), failed);
        for (let depth = depths[target]!; depth < path.length; depth++) failedUpTo[depth] = depth;
      }
    }
  }
}

/** All on a cycle share one error. */
function failCycle(
  documents: readonly DependentDocument[],
  cycle: readonly number[],
  failed: Map<number, MillraceError>,
): void {
  const error = cycleError(
    'document',
    cycle.map((ordinal) => nameOf(documents[ordinal]?.id, ordinal)),
  );
  for (const ordinal of cycle) failed.set(ordinal, error);
}

/** Fails what depends on a failed document, and what depends on that in turn: nearest first. */
function spread(documents: readonly DependentDocument[], graph: Csr, failed: Map<number, MillraceError>): void {
  const { offsets, targets } = transpose(graph);
  for (const [ordinal, error] of failed) {
    // A map yields what is added while it is walked: it is its own queue.
    const root = error.code === 'ERR_DEPENDENCY_FAILED' && error.cause instanceof MillraceError ? error.cause : error;
    for (let edge = offsets[ordinal]!; edge < offsets[ordinal + 1]!; edge++) {
      const dependant = targets[edge]!;
      if (failed.has(dependant)) continue;
      const id = nameOf(documents[dependant]?.id, dependant);
      failed.set(dependant, dependencyError('document', id, nameOf(documents[ordinal]?.id, ordinal), root));
    }
  }
}

function nameOf(id: DocumentId | undefined, ordinal: number): string {
  return id === undefined ? `number ${ordinal}` : String(id);
}
