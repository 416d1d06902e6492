/**
 * Proves that `report` writes a page about the whole run: files are scored with real workers, and the page has every document, the
 * worst one by its place, and the reasons. A place that cannot be written is refused before anything is, and it is no input.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { parsePage } from '../../support/parse-page.js';
import { Scratch, jsonLines } from '../../support/scratch.js';

const scratch = new Scratch();

const ROWS = Array.from({ length: 500 }, (_, id) => ({
  id: id === 300 ? '<script>worst</script>' : `doc-${id}`,
  text: id === 300 ? '' : 'The mill stands by the river, and the wheel turns. '.repeat(1 + (id % 20)),
}));

it('writes a page about all documents of a run', async () => {
  const input = scratch.write('in.jsonl', jsonLines(ROWS));
  const [output, report] = [scratch.path('out.jsonl'), scratch.path('page.html')];
  const rejectBy = ['gopher_quality'] as const;
  const summary = await scoreFiles({
    inputs: [input],
    output,
    report,
    rejectBy,
    emit: 'rows',
    workers: 2,
    chunkBytes: 4096,
  });
  const { text } = parsePage(readFileSync(report, 'utf8'));
  expect(text).toContain('500 in all.');
  expect(text).toContain(input);
  expect(text).toContain('documentation.overall');
  expect(text).toContain('<script>worst</script>');
  expect(text).toContain(':301');
  expect(text).toMatch(/Bottleneck: |No stage stands out/);
  for (const stage of ['score', 'write', 'main']) expect(text).toContain(stage);
  const reasons = summary.rejections.map(({ reason }) => reason);
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(text).toContain(reason);
});

it.each([
  ['in a folder that is not there', () => scratch.path('none/page.html'), 'ERR_OUTPUT_UNWRITABLE'],
  ['that is a folder', () => scratch.path('.'), 'ERR_OUTPUT_UNWRITABLE'],
  ['that is an input', () => scratch.path('same.jsonl'), 'ERR_USAGE'],
  ['that is the output', () => scratch.path('out2.jsonl'), 'ERR_USAGE'],
  ['that is empty', () => '', 'ERR_OPTION_RANGE'],
])('a place %s is refused before the run', async (_, place, code) => {
  const input = scratch.write('same.jsonl', jsonLines(ROWS));
  const output = scratch.path('out2.jsonl');
  await expect(scoreFiles({ inputs: [input], output, report: place() })).rejects.toMatchObject({ code });
  expect(existsSync(output)).toBe(false);
  expect(readFileSync(input, 'utf8')).toBe(jsonLines(ROWS));
});

it('a page in the folder that is read is none of its documents', async () => {
  const folder = scratch.path('docs');
  mkdirSync(folder);
  scratch.write('docs/a.md', 'One document.');
  const report = scratch.write('docs/page.md', 'an earlier page');
  const summary = await scoreFiles({ inputs: [folder], output: scratch.path('docs.jsonl'), report });
  expect(summary.documents).toBe(1);
  expect(readFileSync(report, 'utf8')).toContain('1 in all.');
});
