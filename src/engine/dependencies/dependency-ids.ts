import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { describe } from '../../core/options.js';

/** The ids that a document's field names: one id, an array of ids, or nothing. Undefined for anything else. */
export function dependencyIds(value: unknown): readonly DocumentId[] | undefined {
  if (value === undefined || value === null) return [];
  if (isId(value)) return [value];
  return Array.isArray(value) && value.every(isId) ? value : undefined;
}

export function isId(value: unknown): value is DocumentId {
  return typeof value === 'string' || typeof value === 'number';
}

export function malformedDependencies(field: string, value: unknown): MillraceError {
  return new MillraceError(
    'ERR_DEPENDENCY_MISSING',
    `${field} must be an id or an array of ids, got ${describe(value)}`,
  );
}
