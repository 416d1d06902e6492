/** Proves what the summary shows and what its JSON holds, on summaries made by hand. */
import { describe, expect, it } from 'vitest';
import { formatSummary, scoreSummaryJson } from '../../../src/cli/score/summary.js';
import { speedOf } from '../../../src/cli/speed.js';
import { stylesFor } from '../../../src/cli/styles.js';
import { FILTER_REASONS } from '../../../src/core/filters.js';
import type { RunSummary } from '../../../src/engine/score-files/options.js';
import { Capture, SUMMARY } from '../fake-context.js';

const PLAIN = stylesFor(new Capture(false), {});

describe('formatSummary', () => {
  it('is a label and a value a line, aligned', () => {
    expect(formatSummary(SUMMARY, PLAIN)).toBe(
      [
        'documents     1,234,567',
        'dead letters  0',
        'text          2.35 GB',
        'time          20.0 s',
        'speed         3,703,701 documents/min, 117 MB/s',
        'workers       2',
        'peak memory   123 MB',
        'output        out.jsonl',
        '',
      ].join('\n'),
    );
  });

  it('tells of dead letters, of what was resumed, skipped and replaced', () => {
    const summary = {
      ...SUMMARY,
      failed: 2,
      failedOutput: 'out.jsonl.failed.jsonl',
      resumedDocuments: 1000,
      skippedFiles: 1,
      restarts: 3,
      output: undefined,
    };
    expect(formatSummary(summary, PLAIN).split('\n')).toEqual([
      'documents     1,234,567',
      'resumed       1,000 of them were done before',
      'dead letters  2, in out.jsonl.failed.jsonl',
      'skipped       1 file',
      'text          2.35 GB',
      'time          20.0 s',
      'speed         3,700,701 documents/min, 117 MB/s',
      'workers       2, replaced 3 times',
      'peak memory   123 MB',
      'output        stdout',
      '',
    ]);
  });

  it('tells of rejected documents and why, the first ten reasons', () => {
    const rejections: RunSummary['rejections'] = [
      { filter: 'c4_quality', reason: 'too_few_sentences', documents: 1000 },
      { filter: 'keep-if', reason: `words > 50 and\n${'coherence > 0.5 and '.repeat(5)}true`, documents: 234 },
    ];
    const linesOf = (summary: RunSummary): string[] => formatSummary(summary, PLAIN).split('\n').slice(1);
    const summary = { ...SUMMARY, rejected: 1234, rejections, rejectedOutput: 'bin.jsonl' };
    expect(linesOf(summary).slice(0, 4)).toEqual([
      'rejected      1,234, in bin.jsonl',
      '              c4_quality too_few_sentences                                           1,000  81.0 %',
      '              keep-if words > 50 and coherence > 0.5 and coherence > 0.5 and coher…    234  19.0 %',
      'dead letters  0',
    ]);
    expect(linesOf({ ...SUMMARY, rejectedOutput: 'bin.jsonl' })[0]).toBe('rejected      0, in bin.jsonl');
    const many = FILTER_REASONS.gopher_repetition.map((reason, index) => {
      return { filter: 'gopher_repetition' as const, reason, documents: 20 - index };
    });
    const lines = linesOf({ ...SUMMARY, rejected: 182, rejections: many });
    expect(lines[0]).toBe('rejected      182');
    expect(lines[10]).toMatch(/^ {14}gopher_repetition duplicated_7_n_grams +11 +6\.0 %$/);
    expect(lines.slice(11, 13)).toEqual(['              and 3 more', 'dead letters  0']);
  });

  it('tells what was found in the cache, when anything was looked for', () => {
    const cache = { l1: 1000, l2: 0, l3: 250, miss: 1250 };
    const table = formatSummary({ ...SUMMARY, cache }, PLAIN);
    expect(table).toMatch(/^cache +50\.0 % of 2,500: 1,000 in memory, 250 on disk$/m);
    expect(formatSummary(SUMMARY, PLAIN)).not.toContain('cache');
    expect(scoreSummaryJson({ ...SUMMARY, cache })).toMatchObject({ cache: { ...cache, hitRatio: 0.5 } });
  });

  it('says how many documents were not remembered', () => {
    const table = formatSummary({ ...SUMMARY, unremembered: 12_345 }, PLAIN);
    expect(table).toMatch(/^not remembered +12,345: --dedup-bytes was full$/m);
    expect(formatSummary(SUMMARY, PLAIN)).not.toContain('remembered');
  });

  it('is styled on a terminal only, and not with NO_COLOR', () => {
    const terminal = new Capture(true);
    expect(formatSummary(SUMMARY, stylesFor(terminal, {}))).toContain('\x1b[1m1,234,567\x1b[22m');
    expect(formatSummary(SUMMARY, stylesFor(terminal, { NO_COLOR: '' }))).toContain('\x1b[');
    expect(formatSummary(SUMMARY, stylesFor(terminal, { NO_COLOR: '1' }))).not.toContain('\x1b');
    expect(formatSummary(SUMMARY, stylesFor(terminal, { TERM: 'dumb' }))).not.toContain('\x1b');
  });
});

describe('speedOf', () => {
  it('is that of what this run did', () => {
    const summary = { ...SUMMARY, documents: 100, bytes: 10_000_000, seconds: 5 };
    expect(speedOf(summary)).toEqual({ docsPerMinute: 1200, megabytesPerSecond: 2 });
    expect(speedOf({ ...summary, resumedDocuments: 75 })).toEqual({ docsPerMinute: 300, megabytesPerSecond: 0.5 });
  });

  it('is zero for a run that had nothing to do or took no time', () => {
    const zero = { docsPerMinute: 0, megabytesPerSecond: 0 };
    expect(speedOf({ ...SUMMARY, documents: 0, bytes: 0 })).toEqual(zero);
    expect(speedOf({ ...SUMMARY, resumedDocuments: SUMMARY.documents })).toEqual(zero);
    expect(speedOf({ ...SUMMARY, seconds: 0 })).toEqual(zero);
  });
});

describe('scoreSummaryJson', () => {
  it('holds every field, null where there is nothing', () => {
    expect(JSON.parse(JSON.stringify(scoreSummaryJson({ ...SUMMARY, output: undefined })))).toEqual({
      schema: 1,
      command: 'score',
      documents: 1_234_567,
      failed: 0,
      rejected: 0,
      rejections: [],
      unremembered: 0,
      bytes: 2_345_678_901,
      seconds: 20,
      docsPerMinute: 3_703_701,
      megabytesPerSecond: expect.closeTo(117.28, 2),
      workers: 2,
      cache: { l1: 0, l2: 0, l3: 0, miss: 0, hitRatio: null },
      peakRssBytes: 123_456_789,
      inputBytes: 3_000_000_000,
      outputBytes: 600_000_000,
      resumedDocuments: 0,
      skippedFiles: 0,
      restarts: 0,
      mainThreadUsPerDocument: 0.25,
      output: null,
      failedOutput: null,
      rejectedOutput: null,
      node: process.version,
      platform: expect.stringContaining(process.platform),
      cpu: expect.any(String),
    });
  });
});
