/**
 * Proves that an expression decides as it reads: random expressions are printed, parsed, sent through JSON and compiled for rows
 * and for reports, and both are compared with the value that a slow model computes of the report.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExpressionNode } from '../../../src/core/expression/nodes.js';
import { parseExpression } from '../../../src/engine/expression/parse.js';
import { compileForReports } from '../../../src/engine/expression/report-fields.js';
import { compileForRows } from '../../../src/workers/expression-row.js';
import { conditionArbitrary, holds, print } from '../../support/expression-model.js';
import { KINDS, rowArbitrary } from '../../support/report-rows.js';

describe.each(KINDS)('an expression over $name', (kind) => {
  it('holds where the model says so, on the row and on the report', async () => {
    const row = rowArbitrary(kind);
    await fc.assert(
      fc.asyncProperty(conditionArbitrary(kind), fc.array(row, { minLength: 1, maxLength: 5 }), async (model, rows) => {
        const text = print(model);
        fc.pre(text.length <= 4096);
        const node = await parseExpression(text, kind.settings);
        const overRows = compileForRows(structuredClone(node), kind.decoder.slots);
        const overReports = compileForReports(JSON.parse(JSON.stringify(node)) as ExpressionNode);
        for (const { rows: doubles, at, report } of rows) {
          const expected = holds(model, report);
          expect({ text, row: overRows(doubles, at), report: overReports(report) }).toEqual({
            text,
            row: expected,
            report: expected,
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});
