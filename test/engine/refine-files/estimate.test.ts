/**
 * Proves that an estimate counts what a run then does: exactly where all documents are looked at, within its range where they are
 * drawn; and that nothing is written or sent.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateRefineFiles } from '../../../src/engine/refine-files/estimate.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch } from '../../support/scratch.js';
import { LocalModel, poorRows, runOver } from './support.js';

const scratch = new Scratch();

describe('estimateRefineFiles', () => {
  it('counts the documents that a run sends, and bounds its price', async () => {
    const model = new LocalModel();
    const rows = [...poorRows(50), { id: 'none' }, { id: 'empty', text: '' }];
    const over = { ...runOver(scratch, rows, model), gate: 'words > 19 or words == 0', iterations: 2 };
    const estimate = await estimateRefineFiles({ ...over, retryFailed: true });
    expect(model.asked).toEqual([]);
    expect([over.run, over.output].map((path) => existsSync(path))).toEqual([false, false]);
    const summary = await refineFiles(over);
    const sent = summary.documents - summary.failed - summary.fastPath;
    expect(estimate).toMatchObject({ inputDocuments: 51, model: 'm', isExact: true });
    expect(estimate.documents).toEqual({ low: sent, high: sent });
    expect(summary.calls).toBeGreaterThanOrEqual(estimate.calls.low);
    expect(summary.calls).toBeLessThanOrEqual(estimate.calls.high);
    expect(estimate.usd?.high).toBeGreaterThan(estimate.usd?.low ?? Infinity);
  });

  it('draws a sample of many, whose range holds what there is', async () => {
    const rows = Array.from({ length: 12_000 }, (_, id) => ({ id, text: id % 3 === 0 ? 'one two three' : 'one two' }));
    const over = { ...runOver(scratch, rows, new LocalModel()), gate: 'words > 2' };
    const estimate = await estimateRefineFiles(over);
    expect(estimate).toMatchObject({ inputDocuments: 12_000, isExact: false });
    expect(estimate.documents.low).toBeLessThanOrEqual(8000);
    expect(estimate.documents.high).toBeGreaterThanOrEqual(8000);
    expect(estimate.documents.high - estimate.documents.low).toBeLessThan(600);
    expect(await estimateRefineFiles(over)).toEqual(estimate);
  });

  it('refuses what a run would refuse', async () => {
    const over = runOver(scratch, poorRows(1), new LocalModel());
    expect(await errorOf(estimateRefineFiles({ ...over, gate: 'no' }))).toMatchObject({ code: 'ERR_EXPRESSION' });
    expect(await errorOf(estimateRefineFiles({ ...over, inputs: [] }))).toMatchObject({ code: 'ERR_USAGE' });
  });
});
