/**
 * Proves that `report` of a refinement writes a page about the whole run: what was kept, what was rolled back and by which guard, why
 * documents stopped and calls failed, what it cost, and the places of documents; also of a run that was complete before. A place that
 * cannot be written, or is another file of the run, is refused before anything is asked of a model.
 */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { CallError } from '../../../src/refine/providers/provider.js';
import { LocalModel, numberIn, poorRows, runOver } from '../refine-files/support.js';
import { parsePage } from '../../support/parse-page.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();

/** The rows of the table of stages by their names. */
function stagesIn(html: string): (string | undefined)[] {
  const [, table = ''] = /What each stage did([^]*?)<\/table>/.exec(html) ?? [];
  return Array.from(table.matchAll(/<th scope="row"[^>]*>(?:<[^>]*>)*([^<]*)/g), ([, name]) => name);
}

it('writes a page about a run, and about one that was complete', async () => {
  const model = new LocalModel((request) => {
    if (numberIn(request) !== 7) return Promise.resolve();
    throw new CallError('ERR_PROVIDER_REQUEST', 'the model refused', { status: 400 });
  });
  const options = runOver(scratch, poorRows(40), model);
  const report = scratch.fresh('.html');
  const run = { ...options, report, budgetUsd: 5 };
  const summary = await refineFiles(run);
  const html = readFileSync(report, 'utf8');
  const { text } = parsePage(html);
  expect(text).toContain('40 in all.');
  for (const said of ['improved', 'dead letters', 'kept', 'ERR_PROVIDER_REQUEST', 'documentation.overall']) {
    expect(text).toContain(said);
  }
  expect(html).toMatch(/Histogram of documentation\.overall before and after\. Median before .*Median after/);
  expect(text).toContain('Why documents went no further');
  expect(text).toContain('1 dead letters since the run was last started.');
  expect(text).toContain('1 failed attempts since the run was last started.');
  expect(text).toContain(`${summary.accepted} iterations since the run was last started.`);
  expect(text).toContain('one call, from sending to answer');
  expect(text).toContain('Budget');
  expect(text).toContain('calls');
  expect(text).toMatch(/Bottleneck: |No stage stands out/);
  expect(text).toContain('doc-3');
  expect(stagesIn(html)).toEqual(['source', 'batch', 'score', 'calls', 'write', 'ledger', 'main']);

  await refineFiles(run);
  expect(parsePage(readFileSync(report, 'utf8')).text).toContain('The run was complete before');
});

it.each([
  ['in a folder that is not there', () => scratch.path('none/page.html'), 'ERR_OUTPUT_UNWRITABLE'],
  ['that is an input', (input: string) => input, 'ERR_USAGE'],
  ['that is the output', (_: string, output: string) => output, 'ERR_USAGE'],
  ['that is empty', () => '', 'ERR_OPTION_RANGE'],
])('a place %s is refused before the run', async (_, place, code) => {
  const model = new LocalModel();
  const options = runOver(scratch, poorRows(3), model);
  const report = place(options.inputs[0]!, options.output);
  await expect(refineFiles({ ...options, report })).rejects.toMatchObject({ code });
  expect(model.asked).toEqual([]);
  expect(existsSync(options.output)).toBe(false);
});
