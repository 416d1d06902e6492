/**
 * Proves that a run writes rows in the form that is asked for, and that it is one run whatever the form: where no text is improved,
 * rows are the bytes that scoring gives for the same inputs; where some are, they hold the texts and decisions of the other forms. A
 * run that is ended and gone on with gives the same bytes and counts, with rows in memory, on disk, and copied for a round of retries.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefineFilesOptions, RefineFilesSummary } from '../../../src/engine/refine-files/options.js';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { CallError } from '../../../src/refine/providers/provider.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, readRows } from '../../support/scratch.js';
import { wellFormedText } from '../../support/text-arbitraries.js';
import { differencesOf, lettersOf, LocalModel, numberIn, poorText, runOver } from './support.js';

const scratch = new Scratch();

/** A row a line, each in another form; those whose number is a multiple of 4 are no documents, some texts are there twice. */
const LINES = Array.from({ length: 40 }, (_, n) => {
  const text = JSON.stringify(poorText(n % 10 === 9 ? 5 : n));
  if (n % 4 === 3) return `{"id": ${n}, "label":"kept", "body":null}`;
  if (n % 4 === 2) return `{"body":"an earlier one","meta":{"body":"inner"},"n":1.50, "body" :${text} } \r`;
  return n % 4 === 1 ? ` {"bo\\u0064y":${text},"label":["caf\u00e9"]}\r` : `{"id":"row-${n}","body":${text}}`;
});
const DOCUMENTS = LINES.filter((_, n) => n % 4 !== 3);

/** Improves the documents of even numbers; the others are left as they are. */
function improvingSome(before: () => Promise<unknown> = () => Promise.resolve()): LocalModel {
  return new LocalModel(async (request) => {
    await before();
    if (numberIn(request) % 2 === 1) throw new CallError('ERR_PROVIDER_REQUEST', 'refused', { status: 400 });
  });
}

function runOfLines(model = new LocalModel()): RefineFilesOptions & { readonly output: string; readonly run: string } {
  const options = runOver(scratch, [], model);
  writeFileSync(options.inputs[0]!, `\ufeff${LINES.join('\n')}`);
  return { ...options, textField: 'body' };
}

/** Counts that do not depend on where a run was ended. */
function countsIn(summary: RefineFilesSummary): Partial<RefineFilesSummary> {
  const { documents, failed, fastPath, accepted, rolledBack, bytes, stopped, before, after, inputBytes } = summary;
  return { documents, failed, fastPath, accepted, rolledBack, bytes, stopped, before, after, inputBytes };
}

describe('rows that are not improved', () => {
  it('are those that scoring emits', async () => {
    const folder = scratch.fresh('');
    const contents = fc.sample(fc.tuple(jsonLinesFile(), wellFormedText(), fc.boolean()), { numRuns: 40, seed: 7 });
    const inputs = contents.flatMap(([lines, text, isPacked], index) => {
      const [jsonl, txt] = [`${folder}-${index}.jsonl`, `${folder}-${index}.txt`];
      const pack = (content: string | Uint8Array): Uint8Array => (isPacked ? gzipSync(content) : Buffer.from(content));
      const paths = isPacked ? [`${jsonl}.gz`, `${txt}.gz`] : [jsonl, txt];
      writeFileSync(paths[0]!, pack(lines));
      writeFileSync(paths[1]!, pack(text));
      return paths;
    });
    const settings = { inputs, emit: 'rows', workers: 1 } as const;
    const [scored, refined] = [`${folder}.scored.jsonl`, `${folder}.refined.jsonl.gz`];
    await scoreFiles({ ...settings, output: scored });
    const model = new LocalModel();
    const providers = [{ provider: model, model: 'm' }];
    await refineFiles({ ...settings, output: refined, providers, gate: 'bytes >= 0' });
    expect(model.asked).toEqual([]);
    const rows = readFileSync(scored);
    expect(rows.length).toBeGreaterThan(5000);
    expect(gunzipSync(readFileSync(refined)).equals(rows)).toBe(true);
  });
});

describe('rows that are improved', () => {
  it('are the same in every form', async () => {
    const reports = runOfLines();
    const summary = await refineFiles(reports);
    const refined = readRows(reports.output);
    expect(summary).toMatchObject({ documents: 40, failed: 10, accepted: 30 });

    const rows = runOfLines();
    expect(countsIn(await refineFiles({ ...rows, emit: 'rows' }))).toEqual(countsIn(summary));
    const expected = DOCUMENTS.map((line, at) => {
      const body = JSON.stringify(refined[at]?.['text']);
      const from = line.lastIndexOf('"number ');
      const to = from < 0 ? line.length : line.indexOf('again"', from) + 6;
      return `${line.slice(0, from)}${body}${line.slice(to)}\n`;
    });
    expect(readFileSync(rows.output, 'utf8')).toBe(expected.join(''));

    const both = runOfLines();
    await refineFiles({ ...both, emit: 'both' });
    const decided = readRows(both.output).map(({ refinement, ...row }) => ({ row, refinement }));
    expect(decided.map(({ row }) => row)).toEqual(readRows(rows.output));
    const nameless = (path: unknown): string => String(path).replace(/^.*\.jsonl:/, '');
    const told = refined.map(({ text: _text, id, ...others }) => ({ id: nameless(id), ...others }));
    expect(
      decided.map(({ refinement }) => {
        const { id, ...others } = refinement as Record<string, unknown>;
        return { id: nameless(id), ...others };
      }),
    ).toEqual(told);
    expect(await differencesOf(both.run)).toEqual([]);
  });

  it('leave text files as rows of id and text', async () => {
    const path = scratch.write('guide.md', poorText(2));
    const output = scratch.fresh('.jsonl');
    const providers = [{ provider: new LocalModel(), model: 'm' }];
    await refineFiles({ inputs: [path], output, providers, workers: 1, emit: 'both' });
    const [row] = readRows(output);
    expect(Object.keys(row ?? {})).toEqual(['id', 'text', 'refinement']);
    expect(row).toMatchObject({ id: path, refinement: { id: path, accepted: true } });
    expect(row?.['text']).toContain('## Overview');
  });

  it.each([
    ['in memory', {}],
    ['on disk', { rowsBytesMax: 0 }],
  ])('are gone on with, %s, to the same bytes and counts', async (_, ledger) => {
    const whole = { ...runOfLines(improvingSome()), emit: 'rows' as const };
    const summary = await refineFiles(whole);
    for (const after of [1, 20]) {
      const controller = new AbortController();
      const counting = improvingSome(() => {
        if (counting.asked.length > after) controller.abort();
        return Promise.resolve();
      });
      const cut = { ...runOfLines(counting), emit: 'rows' as const, ledger, concurrency: 4 };
      expect(await errorOf(refineFiles({ ...cut, signal: controller.signal }))).toMatchObject({ code: 'ERR_ABORTED' });
      const last = { ...cut, providers: [{ provider: improvingSome(), model: 'm' }] };
      expect(countsIn(await refineFiles(last))).toEqual(countsIn(summary));
      expect(readFileSync(cut.output, 'utf8')).toBe(readFileSync(whole.output, 'utf8'));
      expect(await differencesOf(cut.run)).toEqual([]);
    }
  });

  it('are copied for a round of retries, which counts them as before', async () => {
    const whole = { ...runOfLines(), emit: 'rows' as const };
    const summary = await refineFiles(whole);
    const over = { ...runOfLines(improvingSome()), emit: 'rows' as const };
    await refineFiles(over);
    expect(lettersOf(over).length).toBeGreaterThan(15);
    const providers = [{ provider: new LocalModel(), model: 'm' }];
    const retried = await refineFiles({ ...over, providers, retryFailed: true });
    expect(countsIn(retried)).toMatchObject({ ...countsIn(summary), before: {}, after: {} });
    expect(retried.after.score).toBeCloseTo(summary.after.score, 12);
    expect(readFileSync(over.output, 'utf8')).toBe(readFileSync(whole.output, 'utf8'));
    expect(await differencesOf(over.run)).toEqual([]);
  });
});

describe('the option', () => {
  it('is refused where it is none, where it hides a field, and where the run had another', async () => {
    const over = runOfLines();
    const given: unknown = { ...over, emit: 'row' };
    expect(await errorOf(refineFiles(given as RefineFilesOptions))).toMatchObject({
      code: 'ERR_OPTION_RANGE',
      message: 'emit must be one of reports, rows, both, got "row"',
    });
    expect(await errorOf(refineFiles({ ...over, emit: 'both', textField: 'refinement' }))).toMatchObject({
      code: 'ERR_USAGE',
    });
    await refineFiles(over);
    expect(await errorOf(refineFiles({ ...over, emit: 'rows' }))).toMatchObject({
      code: 'ERR_RESUME_MISMATCH',
      message: expect.stringContaining('emit') as string,
    });
  });
});
