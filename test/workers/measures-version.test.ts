/**
 * Proves that the version of the measures is raised when a text gets another report: reports of fixed texts by fixed settings are
 * hashed, and the hash is pinned beside the version.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resolveMeasures } from '../../src/core/measures.js';
import { Kernel } from '../../src/workers/kernel-host.js';
import { measureRow } from '../../src/workers/measure-row.js';
import { MEASURES_VERSION } from '../../src/workers/measures-version.js';

/** Add the hash that the test tells for a new version; never change that of an old one. */
const HASHES: Readonly<Record<number, string>> = {
  1: '869be52feb3a60baad212409e546e71bc2f282539c5b6a33a94a6664fef65a02',
};

const PARAGRAPH =
  'Salt keeps, and salt remembers; it is old and it is white. In 2025 the harbour was rebuilt by the town. ' +
  'See [the notes](https://example.org/a?b=c) for version 2.1.0, which was improved... It works!';

const TEXTS = [
  '',
  ' \n\t',
  'word',
  PARAGRAPH,
  `${PARAGRAPH}\n\n`.repeat(6),
  `# Title\n\n- one item\n- two items\n- three\n\n1. first\n2. second\n\n\`\`\`js\nconst a = { b: [1, 2] };\n\`\`\`\n\n${PARAGRAPH}`,
  'lorem ipsum dolor sit amet. Terms of use. This site uses cookies; JavaScript is required. {brace}',
  'Übung macht den Meister. Ça va? Да, конечно! 你好，世界。 これはペンです。 안녕하세요 🙂🙂 ﷽',
  `${'the same line again and again\n'.repeat(40)}• bullet\n… and so on…`,
  `${'x'.repeat(2000)} ${'#tag '.repeat(60)}`,
  Array.from({ length: 400 }, (_, index) => `w${(index * 7919) % 97}`).join(' '),
];

const SETTINGS = [
  { measures: 'entropy' },
  { asOf: 2026 },
  { asOf: 2026, stats: true },
  {
    asOf: 2020,
    stats: true,
    weights: { clarity: 3 },
    filters: { c4_quality: { minSentences: 1, curlyBracket: null } },
  },
] as const;

function hashOfReports(): string {
  const hash = createHash('sha256');
  for (const settings of SETTINGS) {
    const kernel = Kernel.load(measureRow(resolveMeasures('', settings)));
    for (const text of TEXTS) hash.update(Array.from(kernel.scoreText(text)).join());
  }
  return hash.digest('hex');
}

describe('the version of the measures', () => {
  it('is another one when reports are', () => {
    expect(hashOfReports()).toBe(HASHES[MEASURES_VERSION]);
  });
});
