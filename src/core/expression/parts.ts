import { compileExpression } from './compile.js';
import { FIELDS, type FieldPart } from './fields.js';
import type { ExpressionNode } from './nodes.js';

/** What has to be measured for the fields that an expression names. */
export function partsIn(node: ExpressionNode): ReadonlySet<FieldPart> {
  const parts = new Set<FieldPart>();
  const note = (path: string): void => {
    const field = FIELDS.get(path);
    if (field !== undefined) parts.add(field.part);
  };
  compileExpression<unknown>(node, {
    number(path) {
      note(path);
      return () => NaN;
    },
    boolean(path) {
      note(path);
      return () => false;
    },
    textIs(path) {
      note(path);
      return () => false;
    },
  });
  return parts;
}
