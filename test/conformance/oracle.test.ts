/**
 * Proves that reports agree with the expected values of an independent implementation: counts equal, bits and ratios within
 * 1e-9·max(1, |x|); through the library and through files, which must agree with each other byte for byte on a corpus of
 * real documents. Where the expected values are not there, it says so and skips.
 */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { scoreFiles } from '../../src/engine/score-files.js';
import { differences } from '../support/compare.js';
import { ORACLE_ABSENT_NOTE, ORACLE_PRESENT, readCorpus, readDevCases, readEdgeCases } from '../support/oracle.js';
import { reportOf } from '../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../support/scratch.js';

const scratch = new Scratch();
const engine = await createEngine({ workers: 2 });
afterAll(() => engine.close());

describe.skipIf(!ORACLE_PRESENT)(ORACLE_PRESENT ? 'expected values' : `skipped: ${ORACLE_ABSENT_NOTE}`, () => {
  const cases = ORACLE_PRESENT ? [...readDevCases(), ...readEdgeCases()] : [];

  it('are those of the library', async () => {
    const outcomes = await engine.scoreAll(cases.map(({ text }, id) => ({ id, text })));
    expect(cases.length).toBeGreaterThan(1000);
    expect(cases.flatMap((each, index) => differences(`${index}`, reportOf(outcomes[index]), each.expected))).toEqual(
      [],
    );
  });

  it('are those of files', async () => {
    const input = scratch.write('oracle.jsonl', jsonLines(cases.map(({ text }, id) => ({ id, text }))));
    const output = scratch.path('oracle.out.jsonl');
    await scoreFiles({ inputs: [input], output, workers: 2, chunkBytes: 64 * 1024 });
    const rows = readRows(output);
    expect(rows.length).toBe(cases.length);
    expect(cases.flatMap((each, index) => differences(`${index}`, rows[index] ?? {}, each.expected))).toEqual([]);
  });

  it('a whole corpus gives the same bytes by library and by file', async () => {
    const documents = [...readCorpus()];
    const input = scratch.write('corpus.jsonl', jsonLines(documents));
    const output = scratch.path('corpus.out.jsonl');
    await scoreFiles({ inputs: [input], output, workers: 2 });
    const outcomes = await engine.scoreAll(documents);
    expect(documents.length).toBeGreaterThan(6000);
    expect(readFileSync(output, 'utf8') === jsonLines(outcomes.map(reportOf))).toBe(true);
  });
});
