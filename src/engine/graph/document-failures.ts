import type { MillraceError } from '../../core/errors.js';
import { transpose, type Csr } from './csr.js';
import { cycleError, dependencyError, missingError } from './refusals.js';

/** What errors say of documents; a detail is the number that a failure was given with. */
export interface FailureWords {
  readonly nameOf: (ordinal: number) => string;
  /** The document's own error. */
  readonly own: (ordinal: number, detail: number) => MillraceError;
  /** The id that is not there. */
  readonly missing: (ordinal: number, detail: number) => string;
}

/** Why a document fails; 0: it does not. */
const OWN = 1;
const MISSING = 2;
const CYCLE = 3;
const DEPENDENCY = 4;

const NONE = -1;
const OPEN = 0;
const ON_PATH = 1;
const CLOSED = 2;

/** Errors that others have as their cause, kept so that they are made once; the cache begins anew when it is full. */
const ROOT_ERRORS_MAX = 1024;

/**
 * Which documents of a graph fail because of others, and why.
 *
 * Holds 13 bytes a document beside the graph and its transpose; errors are made when they are asked for, since there may be as
 * many as documents. To be called in this order: `fail` and `failMissing`, `failCycles`, `spread`; then for what fails later
 * `fail` and `spread` again, or `fail` and `failsForOthers`.
 */
export class DocumentFailures {
  readonly #graph: Csr;
  readonly #dependants: Csr;
  readonly #words: FailureWords;
  readonly #causes: Uint8Array;
  /** Of an own or missing failure the caller's number; the next on the cycle; the document depended on. */
  readonly #details: Uint32Array;
  /** The first failure: of a cycle its first document. */
  readonly #roots: Uint32Array;
  /** The failed documents as they were found: the queue of `spread`. */
  readonly #order: Uint32Array;
  #count = 0;
  #spreadTo = 0;
  readonly #rootErrors = new Map<number, MillraceError>();

  /** @param graph - for each document those that it depends on. */
  constructor(graph: Csr, words: FailureWords) {
    this.#graph = graph;
    this.#dependants = transpose(graph);
    this.#words = words;
    this.#causes = new Uint8Array(graph.nodes);
    this.#details = new Uint32Array(graph.nodes);
    this.#roots = new Uint32Array(graph.nodes);
    this.#order = new Uint32Array(graph.nodes);
  }

  has(ordinal: number): boolean {
    return this.#causes[ordinal] !== 0;
  }

  hasDependants(ordinal: number): boolean {
    return this.#dependants.offsets[ordinal]! < this.#dependants.offsets[ordinal + 1]!;
  }

  /** The detail of a document that has failed by itself. */
  ownDetail(ordinal: number): number | undefined {
    return this.#causes[ordinal] === OWN ? this.#details[ordinal] : undefined;
  }

  /** The failed documents as they were found, those with failures of their own first. */
  failed(): Uint32Array {
    return this.#order.subarray(0, this.#count);
  }

  /** A document that fails by itself; one that has failed keeps its first reason. */
  fail(ordinal: number, detail: number): void {
    this.#fail(ordinal, OWN, detail, ordinal);
  }

  /** A document that depends on an id that is not there. */
  failMissing(ordinal: number, detail: number): void {
    this.#fail(ordinal, MISSING, detail, ordinal);
  }

  /**
   * Fails the documents on cycles, in O(nodes + edges): a walk along dependencies, deepest first, meets a node of its own path
   * exactly if that closes a cycle, which is the path from there on.
   *
   * A cycle with a document on it that has failed already is passed over: the others on it depend on that one, and fail for it.
   */
  failCycles(): void {
    const { nodes, offsets, targets } = this.#graph;
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
      failedUpTo[depth] = this.has(node) ? depth : depth === 0 ? NONE : failedUpTo[depth - 1]!;
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
          this.#failCycle(path.slice(depths[target]));
          for (let depth = depths[target]!; depth < path.length; depth++) failedUpTo[depth] = depth;
        }
      }
    }
  }

  /** Fails what depends on a failed document, and what depends on that in turn, nearest first; returns those that are new. */
  spread(): Uint32Array {
    const { offsets, targets } = this.#dependants;
    const before = this.#count;
    for (; this.#spreadTo < this.#count; this.#spreadTo++) {
      const ordinal = this.#order[this.#spreadTo]!;
      for (let edge = offsets[ordinal]!; edge < offsets[ordinal + 1]!; edge++) {
        this.#fail(targets[edge]!, DEPENDENCY, ordinal, this.#roots[ordinal]!);
      }
    }
    return this.#order.subarray(before, this.#count);
  }

  /**
   * Whether a document fails, if only for the first that it depends on and that has failed. In place of `spread`, for whoever asks of
   * each document after all that it depends on: so the reason does not depend on which of these failed earlier.
   */
  failsForOthers(ordinal: number): boolean {
    if (this.has(ordinal)) return true;
    const { offsets, targets } = this.#graph;
    for (let edge = offsets[ordinal]!; edge < offsets[ordinal + 1]!; edge++) {
      const target = targets[edge]!;
      if (!this.has(target)) continue;
      this.#fail(ordinal, DEPENDENCY, target, this.#roots[target]!);
      return true;
    }
    return false;
  }

  /** Why a document has failed; all on a cycle share one error. */
  errorOf(ordinal: number): MillraceError {
    const detail = this.#details[ordinal]!;
    const root = this.#roots[ordinal]!;
    switch (this.#causes[ordinal]) {
      case OWN:
        return this.#words.own(ordinal, detail);
      case DEPENDENCY: {
        const { nameOf } = this.#words;
        return dependencyError('document', nameOf(ordinal), nameOf(detail), this.#rootError(root));
      }
      default:
        return this.#rootError(root);
    }
  }

  #rootError(root: number): MillraceError {
    const known = this.#rootErrors.get(root);
    if (known !== undefined) return known;
    const error = this.#makeRootError(root);
    if (this.#rootErrors.size === ROOT_ERRORS_MAX) this.#rootErrors.clear();
    this.#rootErrors.set(root, error);
    return error;
  }

  #makeRootError(root: number): MillraceError {
    const { nameOf, own, missing } = this.#words;
    const detail = this.#details[root]!;
    if (this.#causes[root] === OWN) return own(root, detail);
    if (this.#causes[root] === MISSING) return missingError('document', nameOf(root), missing(root, detail));
    const names = [nameOf(root)];
    for (let each = detail; each !== root; each = this.#details[each]!) names.push(nameOf(each));
    return cycleError('document', names);
  }

  #failCycle(cycle: readonly number[]): void {
    const [root = 0] = cycle;
    for (const [index, ordinal] of cycle.entries()) this.#fail(ordinal, CYCLE, cycle[index + 1] ?? root, root);
  }

  #fail(ordinal: number, cause: number, detail: number, root: number): void {
    if (this.has(ordinal)) return;
    this.#causes[ordinal] = cause;
    this.#details[ordinal] = detail;
    this.#roots[ordinal] = root;
    this.#order[this.#count++] = ordinal;
  }
}
