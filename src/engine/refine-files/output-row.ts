import type { RefinedRow } from '../../refine/row.js';
import type { RowLine } from '../../workers/row-reader.js';
import type { Emit } from '../emit.js';

/** The field of a row that holds what was decided, where its other fields are those of the input. */
export const REFINEMENT_FIELD = 'refinement';

/**
 * The line of a refined document, line feed included, as bytes of its own.
 *
 * In a line that is emitted in its own form all bytes stay but those of a text that was improved. Decisions follow on its last
 * field, so that a row with a field of that name has two, of which readers take the last.
 *
 * @param line - of the input; `undefined` for a text file, which becomes a row of id and text.
 */
export function outputRow(emit: Emit, row: RefinedRow, line: RowLine | undefined): Buffer {
  if (emit === 'reports') return Buffer.from(`${JSON.stringify(row)}\n`);
  const { text, ...decisions } = row;
  const added = emit === 'both' ? `,"${REFINEMENT_FIELD}":${JSON.stringify(decisions)}` : '';
  if (line === undefined) {
    const fields = JSON.stringify({ id: row.id, text }).slice(0, -1);
    return Buffer.from(`${fields}${added}}\n`);
  }
  if (added === '' && !row.accepted) return line.bytes;
  return Buffer.concat([...fieldsOf(line, row), Buffer.from(added), line.bytes.subarray(line.objectEnd)]);
}

/** The row up to its closing brace. */
function fieldsOf({ bytes, textStart, textEnd, objectEnd }: RowLine, { accepted, text }: RefinedRow): Buffer[] {
  if (!accepted) return [bytes.subarray(0, objectEnd)];
  const inside = JSON.stringify(text).slice(1, -1);
  return [bytes.subarray(0, textStart), Buffer.from(inside), bytes.subarray(textEnd, objectEnd)];
}
