/**
 * Proves that reports agree with the expected values of independent implementations: counts, verdicts and reasons equal, bits and
 * ratios within 1e-9·max(1, |x|), cleaned texts by their digests; through the library and through files, which must agree with
 * each other byte for byte on a corpus of real documents. Where the expected values are not there, it says so and skips.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/engine.js';
import { scoreFiles } from '../../src/engine/score-files/score-files.js';
import { differences } from '../support/compare.js';
import {
  ORACLE_ABSENT_NOTE,
  ORACLE_PRESENT,
  readCorpus,
  readDevCases,
  readDevFilterCases,
  readEdgeCases,
  readEdgeFilterCases,
} from '../support/oracle.js';
import { reportOf } from '../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../support/scratch.js';

/** As the expected values have it; with statistics, so that all of them are compared. */
const MEASURES = { asOf: 2026, stats: true };

const scratch = new Scratch();
const engine = await createEngine({ ...MEASURES, workers: 2 });
afterAll(() => engine.close());

describe.skipIf(!ORACLE_PRESENT)(ORACLE_PRESENT ? 'expected values' : `skipped: ${ORACLE_ABSENT_NOTE}`, () => {
  const filterCases = ORACLE_PRESENT ? [...readDevFilterCases(), ...readEdgeFilterCases()] : [];
  const cases = ORACLE_PRESENT ? [...readDevCases(), ...readEdgeCases(), ...filterCases] : [];

  it('are those of the library', async () => {
    const outcomes = await engine.scoreAll(cases.map(({ text }, id) => ({ id, text })));
    expect(cases.length).toBeGreaterThan(2000);
    expect(cases.flatMap((each, index) => differences(`${index}`, reportOf(outcomes[index]), each.expected))).toEqual(
      [],
    );
  });

  it('are those of files', async () => {
    const input = scratch.write('oracle.jsonl', jsonLines(cases.map(({ text }, id) => ({ id, text }))));
    const output = scratch.path('oracle.out.jsonl');
    await scoreFiles({ ...MEASURES, inputs: [input], output, workers: 2, chunkBytes: 64 * 1024 });
    const rows = readRows(output);
    expect(rows.length).toBe(cases.length);
    expect(cases.flatMap((each, index) => differences(`${index}`, rows[index] ?? {}, each.expected))).toEqual([]);
  });

  it('are those of texts that C4 has cleaned', async () => {
    const input = scratch.write('unclean.jsonl', jsonLines(filterCases.map(({ text }, id) => ({ id, text }))));
    const output = scratch.path('clean.jsonl');
    await scoreFiles({ inputs: [input], output, emit: 'rows', clean: 'c4', rejectBy: ['c4_quality'] });
    const digests = readRows(output).map((row) => digestOf(String((row as { text?: unknown }).text)));
    const expected = filterCases.flatMap(({ cleanedText }) => (cleanedText === null ? [] : [cleanedText.sha256]));
    expect(expected.length).toBeGreaterThan(400);
    expect(digests).toEqual(expected);
  });

  it('a whole corpus gives the same bytes by library and by file', async () => {
    const documents = [...readCorpus()];
    const input = scratch.write('corpus.jsonl', jsonLines(documents));
    const output = scratch.path('corpus.out.jsonl');
    await scoreFiles({ ...MEASURES, inputs: [input], output, workers: 2 });
    const outcomes = await engine.scoreAll(documents);
    expect(documents.length).toBeGreaterThan(6000);
    expect(readFileSync(output, 'utf8') === jsonLines(outcomes.map(reportOf))).toBe(true);
  });
});

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
