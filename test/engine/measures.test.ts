/**
 * Proves that an engine gives the reports that were asked for, with the same fields by every way in: on the calling thread, in
 * workers, one by one, all at once and as a stream. What the numbers are is proved elsewhere.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { FILTER_NAMES, FILTER_STATS } from '../../src/core/filters.js';
import type { CountsReport } from '../../src/core/report.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import type { EngineOptions } from '../../src/engine/options.js';
import { scoreFiles } from '../../src/engine/score-files/score-files.js';
import { FULLEST_ROWS } from '../support/measures.js';
import { errorOf, reportOf } from '../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../support/scratch.js';

const COUNTS = ['schema', 'id', 'bytes', 'chars', 'words', 'tokens', 'distinctTokens', 'lines', 'paragraphs'];
const ENTROPY_FIELDS = [...COUNTS, 'sentences', 'entropy'];
const ALL_FIELDS = [...ENTROPY_FIELDS, 'readability', 'coherence', 'documentation', 'miair', 'filters'];

const scratch = new Scratch();
const engines: Engine<CountsReport>[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

async function engineOf(options: EngineOptions): Promise<Engine<CountsReport>> {
  const engine = await createEngine({ workers: 1, ...options });
  engines.push(engine);
  return engine;
}

/** The report of one text by every way in. */
async function reportsOf(options: EngineOptions): Promise<CountsReport[]> {
  const document = { id: 'a', text: '# Salt\n\nSalt keeps. Salt also remembers: 2024 \ud800.\n' };
  const inline = await engineOf(options);
  const threaded = await engineOf({ ...options, inlineBytesMax: 0 });
  const reports = [await inline.score(document), await threaded.score(document)];
  for (const outcome of await threaded.scoreAll([document, { text: '' }, document])) reports.push(reportOf(outcome));
  reports.splice(3, 1); // that of the empty text between them
  for await (const outcome of threaded.stream([document])) reports.push(reportOf(outcome));
  expect(inline.stats().inline).toBe(1);
  expect(threaded.stats().inline).toBe(0);
  return reports;
}

describe('the fields of a report', () => {
  it.each([
    ["'entropy'", { measures: 'entropy' } as const, ENTROPY_FIELDS],
    ["'all'", { measures: 'all' } as const, ALL_FIELDS],
    ['left out', {}, ALL_FIELDS],
    ["'all' with stats", { measures: 'all', stats: true } as const, ALL_FIELDS],
  ])('with measures %s are the same by every way in', async (_, options, fields) => {
    const reports = await reportsOf(options);
    expect(reports).toHaveLength(5);
    const [first] = reports;
    expect(Object.keys(first ?? {}).sort()).toEqual([...fields, 'replaced'].sort());
    for (const report of reports) expect(report).toEqual(first);
  });

  it('count the same whatever else is measured', async () => {
    const [entropy] = await reportsOf({ measures: 'entropy' });
    const [all] = await reportsOf({ measures: 'all', stats: true });
    expect(all).toMatchObject({ ...entropy });
  });
});

describe('the filters of a report', () => {
  it('have a verdict each, and statistics when these are asked for', async () => {
    const plain = await createEngine({ workers: 1 });
    const withStats = await createEngine({ workers: 1, stats: true });
    engines.push(plain, withStats);
    const { filters } = await plain.score({ text: 'Salt keeps.' });
    const { filters: statistical } = await withStats.score({ text: 'Salt keeps.' });
    expect(Object.keys(filters)).toEqual([...FILTER_NAMES]);
    for (const filter of FILTER_NAMES) {
      expect(Object.keys(filters[filter])).toEqual(['keep', 'reason']);
      expect(Object.keys(statistical[filter])).toEqual(['keep', 'reason', 'stats']);
      expect(Object.keys(statistical[filter].stats ?? {})).toEqual(FILTER_STATS[filter]);
    }
  });
});

describe('options that make no sense', () => {
  it('are refused before anything is made', async () => {
    const stats = { measures: 'entropy', stats: true } as const;
    expect(await errorOf(createEngine(stats))).toMatchObject({ code: 'ERR_OPTION_RANGE' });
    const output = scratch.fresh('.out.jsonl');
    expect(await errorOf(scoreFiles({ inputs: ['none'], output, ...stats }))).toMatchObject({
      code: 'ERR_OPTION_RANGE',
      message: "stats must be false or left out with measures 'entropy', which has no filters, got true",
    });
  });
});

describe('rows of files', () => {
  it.each([['a.jsonl'], ['a.txt']])('of %s are the reports that the library gives', async (name) => {
    const text = 'Salt keeps. Salt also remembers.';
    const input = scratch.write(name, name.endsWith('.txt') ? text : jsonLines([{ id: 'a', text }]));
    const output = scratch.fresh('.out.jsonl');
    await scoreFiles({ ...FULLEST_ROWS.options, inputs: [input], output, workers: 1 });
    const engine = await engineOf(FULLEST_ROWS.options);
    const [row] = readRows(output);
    expect(row).toEqual(await engine.score({ id: name.endsWith('.txt') ? input : 'a', text }));
  });
});
