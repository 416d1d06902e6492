import { MillraceError } from '../../core/errors.js';

/** Of a longer cycle the message shows the first ids and the last one. */
const CYCLE_IDS_SHOWN = 10;

type Node = 'task' | 'document';

/** Refuses a cycle, showing it: each id depends on the next one, and the last is the first again. */
export function cycleError(what: Node, ids: readonly string[]): MillraceError {
  return new MillraceError('ERR_DEPENDENCY_CYCLE', `${what}s depend on each other: ${cyclePath(ids)}`);
}

export function missingError(what: Node, id: string, dependency: string): MillraceError {
  const message = `${what} ${quote(id)} depends on ${quote(dependency)}, which is not there`;
  return new MillraceError('ERR_DEPENDENCY_MISSING', message);
}

/** @param root - why it was not begun: the first failure, which may be that of a dependency's dependency. */
export function dependencyError(what: Node, id: string, dependency: string, root: MillraceError): MillraceError {
  const message = `${what} ${quote(id)} depends on ${quote(dependency)}, which failed: ${root.message}`;
  return new MillraceError('ERR_DEPENDENCY_FAILED', message, { cause: root });
}

function cyclePath(ids: readonly string[]): string {
  const [first = ''] = ids;
  if (ids.length <= CYCLE_IDS_SHOWN) return [...ids, first].join(' → ');
  const hidden = ids.length - CYCLE_IDS_SHOWN;
  return [...ids.slice(0, CYCLE_IDS_SHOWN - 1), `… ${hidden} more …`, ids.at(-1), first].join(' → ');
}

function quote(id: string): string {
  return JSON.stringify(id);
}
