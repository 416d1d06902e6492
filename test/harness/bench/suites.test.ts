/**
 * Proves that every suite runs as it is shipped, on few documents and for one round: its check passes, each case gives a positive
 * value beside the baselines that it names, and nothing is left behind. That without a `wc` its baseline is left out, on text that no
 * ASCII scorer would get right, and that the plain scorer beside the kernel measures what the reference model of the tests does.
 */
import { describe, expect, it } from 'vitest';

import { SYSTEM_CLOCK } from '../../../src/core/clock.js';
import { BenchDocuments } from '../../../src/harness/bench/documents.js';
import { plainReport } from '../../../src/harness/bench/plain-scorer.js';
import { benchSuites } from '../../../src/harness/bench/run-bench.js';
import { SUITE_NAMES } from '../../../src/harness/bench/suite.js';
import { SUITES } from '../../../src/harness/bench/suites/all.js';
import { workerCounts } from '../../../src/harness/bench/suites/scaling.js';
import { WordCount } from '../../../src/harness/bench/word-count.js';
import { DocumentGenerator } from '../../../src/harness/documents.js';
import { referenceReport } from '../../reference/report.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const signal = new AbortController().signal;

describe('every suite', () => {
  it('is there once, in the order of the names', () => {
    expect(SUITES.map(({ name }) => name)).toEqual(SUITE_NAMES);
  });

  it.each(SUITE_NAMES)('%s gives checked, positive values beside its baselines', async (name) => {
    const result = await benchSuites(SUITES, { suites: [name], rounds: 1, seconds: 1, documents: 100, workers: 2 });
    const [suite, ...others] = result.suites;
    expect(others).toEqual([]);
    expect(suite?.cases.length).toBeGreaterThan(1);
    const names = new Set(suite?.cases.map(({ name: each }) => each));
    expect(names.size).toBe(suite?.cases.length);
    expect(suite?.memory.length).toBeGreaterThan(0);
    const processes = name === 'memory' && process.platform === 'linux' ? ['100 documents', '400 documents'] : [];
    const running = suite?.processMemory.filter(({ points }) => points.some(({ value }) => (value ?? 0) > 10e6)) ?? [];
    expect(running.map(({ label }) => label)).toEqual(processes);
    for (const each of suite?.cases ?? []) {
      expect(each.rounds).toHaveLength(1);
      expect(each.value.value).toBeGreaterThan(0);
      for (const { baseline, ratio } of each.ratios) {
        expect(names).toContain(baseline);
        expect(ratio.value).toBeGreaterThan(0);
      }
    }
  });

  it.each(['kernel', 'score', 'cache'] as const)('%s takes any text, and a machine without wc', async (name) => {
    const suite = SUITES.find((each) => each.name === name);
    const texts = [
      '',
      ' ',
      '水は樋を流れる。',
      'a\ud800b',
      '👍🏽 emoji',
      '\u2028\r\n\0',
      'x'.repeat(5000),
      'İstanbul ǅ ß',
    ];
    const folder = scratch.folder;
    const open = await suite?.open({
      documents: new BenchDocuments(
        texts.map((text, id) => ({ id, text })),
        folder,
      ),
      workers: 1,
      scale: 0.01,
      folder,
      wordCount: undefined,
      clock: SYSTEM_CLOCK,
      signal,
    });
    try {
      await open?.check();
      expect(open?.cases.map(({ name: each }) => each)).not.toContain('wc -w');
      for (const each of open?.cases ?? []) expect(await each.run()).toBeGreaterThan(0);
    } finally {
      await open?.close();
    }
  });
});

describe('wc', () => {
  it('is not found where there is none', async () => {
    expect(await WordCount.find(scratch.folder, 'no-such-program')).toBeUndefined();
  });
});

describe('documents', () => {
  const documents = new BenchDocuments(new DocumentGenerator().take(50), scratch.folder);

  it('are joined until they are large enough, and lose no text but the rest', () => {
    const joined = documents.joined(5000);
    for (const { text } of joined.documents) expect(Buffer.byteLength(text)).toBeGreaterThanOrEqual(4998);
    const all = documents.documents.map(({ text }) => text).join('\n\n');
    expect(all.startsWith(joined.documents.map(({ text }) => text).join('\n\n'))).toBe(true);
    expect(documents.joined(1e9).count).toBe(1);
  });

  it('are all there when more are asked for', () => {
    expect(documents.first(1000)).toBe(documents);
    expect(documents.first(3).documents).toEqual(documents.documents.slice(0, 3));
  });
});

it('scaling measures 1, 2, 4 and so on, and the most', () => {
  expect([1, 2, 3, 8, 12].map(workerCounts)).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 4, 8], [1, 2, 4, 8, 12]]);
});

it('the plain scorer measures ASCII prose as the reference model does', () => {
  const prose = new DocumentGenerator({ seed: 4 }).take(200).filter(({ text }) => text.startsWith('Letter'));
  expect(prose.length).toBeGreaterThan(50);
  for (const { text } of prose) {
    const { entropy, bytes, chars, words, tokens, distinctTokens, lines, sentences } = referenceReport(text);
    const plain = plainReport(text);
    expect(plain).toMatchObject({ bytes, chars, words, tokens, distinctTokens, lines, sentences });
    expect(plain.charEntropy).toBeCloseTo(entropy.char, 9);
    expect(plain.tokenEntropy).toBeCloseTo(entropy.token, 9);
    expect(plain.sentenceEntropy).toBeCloseTo(entropy.sentence, 9);
  }
});
