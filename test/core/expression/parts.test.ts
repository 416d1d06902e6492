/** Proves that every field that an expression names counts for what has to be measured, wherever it stands in it. */
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../src/core/expression/fields.js';
import { partsIn } from '../../../src/core/expression/parts.js';
import { parseExpression } from '../../../src/engine/expression/parse.js';

async function partsOf(text: string): Promise<string[]> {
  return [...partsIn(await parseExpression(text, { measures: 'all', stats: true }))].sort();
}

describe('the parts of an expression', () => {
  it.each([...FIELDS.values()].map((field) => [field.path, field] as const))(
    'that names %s alone',
    async (path, field) => {
      const condition = { number: `${path} > 1`, boolean: path, string: `${path} == null` }[field.type];
      expect(await partsOf(condition)).toEqual([field.part]);
    },
  );

  it.each([
    ['true', []],
    ['words > 5 and not (coherence == null)', ['counts', 'report']],
    ['min(1, sqrt(-miair)) < 5 ? true : 1 < 2', ['report']],
    ['1 < (filters.c4_quality.keep ? words : filters.c4_quality.stats.lines) < 3', ['counts', 'report', 'stats']],
    ['filters.c4_quality.reason != "lorem_ipsum"', ['report']],
  ])('%s', async (text, parts) => {
    expect(await partsOf(text)).toEqual(parts);
  });
});
