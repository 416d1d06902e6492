/** Proves what the summary and the estimate of `refine` show and what their JSON holds, on ones made by hand. */
import { describe, expect, it } from 'vitest';
import { estimateJson, formatEstimate } from '../../../src/cli/refine/estimate.js';
import { formatSummary, refineSummaryJson } from '../../../src/cli/refine/summary.js';
import { stylesFor } from '../../../src/cli/styles.js';
import { Capture, REFINE_ESTIMATE, REFINE_SUMMARY } from '../fake-context.js';

const PLAIN = stylesFor(new Capture(false), {});

describe('formatSummary', () => {
  it('is a label and a value a line, aligned', () => {
    expect(formatSummary(REFINE_SUMMARY, PLAIN)).toBe(
      [
        'documents     1,000',
        'as they came  600 passed the gate',
        'improved      300; 12 better versions rolled back',
        'score         0.500 before, 0.623 after',
        'stopped by    gate 900, no_gain 60, exhausted 40',
        'calls         1,234, 34 of them again',
        'tokens        1,000,000 in, 500,000 out',
        'price         $3.50, $0.0028 a call',
        'dead letters  0',
        'text          5.00 MB',
        'time          1 min 00 s',
        'speed         1,000 documents/min, 0.08 MB/s',
        'workers       2',
        'peak memory   123 MB',
        'output        out.jsonl',
        '',
      ].join('\n'),
    );
  });

  it('tells of what was resumed, shared, saved, and lacks a price', () => {
    const summary = {
      ...REFINE_SUMMARY,
      resumedDocuments: 400,
      shared: 1,
      cachedInputTokens: 2000,
      usd: null,
      cache: { l1: 1, l2: 1, l3: 2, miss: 4 },
      saved: { promptCacheUsd: 0.5, answerCacheUsd: 2, gateUsd: 12.5 },
    };
    const table = formatSummary(summary, PLAIN);
    expect(table).toMatch(/^resumed +400 of them were done before$/m);
    expect(table).toMatch(/^calls +1,234, 34 of them again; 1 answer without one$/m);
    expect(table).toMatch(/^tokens +1,000,000 in \(2,000 out of the provider's cache\), 500,000 out$/m);
    expect(table).toMatch(/^price +not known: no price is given for the model \(--price\)$/m);
    expect(table).toMatch(
      /^saved +\$12\.50 by the gate, \$2\.00 by known answers, \$0\.5000 by the provider's cache$/m,
    );
    expect(table).toMatch(/^cache +50\.0 % of 8: 2 in memory, 2 on disk$/m);
  });

  it('says that nothing was done for a run that was complete', () => {
    const table = formatSummary({ ...REFINE_SUMMARY, wasComplete: true }, PLAIN);
    expect(table).toMatch(/^documents +1,000\n +the run was complete: nothing was done\n/);
    const lost = formatSummary({ ...REFINE_SUMMARY, wasComplete: true, failed: 2 }, PLAIN);
    expect(lost).toContain('nothing was done; --retry-failed tries its dead letters again\n');
  });

  it('says below the table what the numbers speak for', () => {
    const recommendations = [
      { code: 'cheaper_model', message: 'try gpt-5-nano', savesUsd: 2 },
      { code: 'cache', message: 'use a cache', savesUsd: null },
    ] as const;
    expect(formatSummary({ ...REFINE_SUMMARY, recommendations }, PLAIN)).toMatch(
      /out\.jsonl\n\nWhat the numbers speak for:\n- try gpt-5-nano\n- use a cache\n$/,
    );
  });
});

describe('refineSummaryJson', () => {
  it('holds every field, null where there is nothing', () => {
    const json: unknown = JSON.parse(JSON.stringify(refineSummaryJson({ ...REFINE_SUMMARY, output: undefined })));
    expect(json).toEqual({
      ...{ schema: 1, command: 'refine', documents: 1000, failed: 0, rejected: 0, bytes: 5_000_000, seconds: 60 },
      docsPerMinute: expect.closeTo(1000),
      megabytesPerSecond: expect.closeTo(0.083, 3),
      workers: 2,
      cache: { l1: 0, l2: 0, l3: 0, miss: 0, hitRatio: null },
      ...{
        peakRssBytes: 123_456_789,
        calls: 1234,
        retries: 34,
        accepted: 300,
        rolledBack: 12,
        fastPath: 600,
        shared: 0,
      },
      usage: { inputTokens: 1_000_000, cachedInputTokens: 0, outputTokens: 500_000 },
      usd: 3.5,
      saved: { promptCacheUsd: 0, answerCacheUsd: 0, gateUsd: null },
      stopped: { gate: 900, no_gain: 60, exhausted: 40, budget: 0 },
      ...{ before: { score: 0.5 }, after: { score: 0.6234 }, recommendations: [], wasComplete: false },
      ...{ inputBytes: 6_000_000, outputBytes: 7_000_000, resumedDocuments: 0, skippedFiles: 0 },
      mainThreadUsPerDocument: 80,
      ...{ output: null, failedOutput: null, node: process.version },
      platform: expect.stringContaining(process.platform),
      cpu: expect.any(String),
    });
  });
});

describe('formatEstimate', () => {
  it('has a range for each number, or one where it is certain', () => {
    expect(formatEstimate(REFINE_ESTIMATE, undefined, PLAIN)).toBe(
      [
        'documents   10,000, by a sample of them',
        'to be sent  3,800 to 4,200',
        'model       gpt-5-mini',
        'calls       3,800 to 29,400',
        'tokens in   4,000,000 to 60,000,000',
        'tokens out  2,000,000 to 30,000,000',
        'price       $5.00 to $75.00',
        'time        5 min 00 s to 2 h 00 min; at most that by requests per minute',
        '',
      ].join('\n'),
    );
    const exact = { ...REFINE_ESTIMATE, isExact: true, documents: { low: 4000, high: 4000 }, usd: null };
    const table = formatEstimate(exact, 5, PLAIN);
    expect(table).toMatch(/^documents +10,000, all of them scored$/m);
    expect(table).toMatch(/^to be sent +4,000$/m);
    expect(table).toMatch(/^price +not known: give the price of the model \(--price\)$/m);
    expect(table).not.toContain('budget');
  });

  it.each([
    [75, /^budget +\$75\.00 suffices$/m],
    [74, /^budget +\$74\.00 may be used up$/m],
    [4.99, /^budget +\$4\.99 will be used up$/m],
  ])('says whether a budget of %d suffices', (budgetUsd, expected) => {
    expect(formatEstimate(REFINE_ESTIMATE, budgetUsd, PLAIN)).toMatch(expected);
  });

  it('is whole as JSON', () => {
    expect(estimateJson(REFINE_ESTIMATE)).toEqual({ schema: 1, command: 'refine', estimate: REFINE_ESTIMATE });
  });
});
