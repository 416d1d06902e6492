/**
 * Proves what each guard objects to and what it lets pass, on a page that has everything; that the threshold of the meaning is
 * between unrelated texts and heavy rewording, on the texts of `examples/corpus`; and that any text may become itself. Words and
 * links are compared with slow, obvious readings of random texts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GUARD_REASONS } from '../../../src/refine/guards/guard.js';
import { allContained, distinctContained } from '../../../src/refine/guards/hash-list.js';
import { objectionTo } from '../../../src/refine/guards/objection.js';
import { GUARD_DEFAULTS, resolveGuardOptions, type GuardOptions } from '../../../src/refine/guards/options.js';
import { structureOf } from '../../../src/refine/guards/structure.js';
import { TextFacts } from '../../../src/refine/guards/text-facts.js';
import { wordsOf } from '../../../src/refine/guards/words.js';
import { fenced } from '../../../src/refine/fence.js';
import { answerTo, documentOf } from '../../../src/refine/mock/answers.js';

const CORPUS = fileURLToPath(new URL('../../../examples/corpus', import.meta.url));

function corpus(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(CORPUS, folder)).map((name) => readFileSync(join(CORPUS, folder, name), 'utf8')),
  );
}

function objection(original: string, version: string, options: GuardOptions = {}): string | undefined {
  const found = objectionTo(new TextFacts(version), new TextFacts(original), resolveGuardOptions('guards', options));
  return found === undefined ? undefined : `${found.reason}: ${found.details}`;
}

const PAGE = `# Watering the greenhouse

The pump runs for 15 minutes at six in the morning, and for 20 minutes when the thermometer shows more than 31 degrees. Nobody has to be there.

## Starting the pump

1. Open the valve behind the barrel.
2. Press the green button; see [the manual](https://example.com/pump_(b).html) for the lamps.

\`\`\`sh
pump --start --minutes 15
\`\`\`

## When it fails

Call the workshop, which answers until eight in the evening: https://example.com/workshop, or write a note.

~~~
code 7: no water
~~~

## Who looks after it

Maria, who has built the pump, keeps a list of all repairs in the shed.
`;

describe('a version may', () => {
  it.each<[string, (page: string) => string]>([
    ['be the same', (page) => page],
    ['have other line breaks', (page) => page.replaceAll('\n', '\r\n')],
    [
      'be reworded',
      (page) => page.replace('Nobody has to be there.', 'It needs nobody.').replace('keeps', 'maintains'),
    ],
    ['say a heading in other words', (page) => page.replace('## When it fails', '## What to do when the pump fails')],
    ['name the language of a code block', (page) => page.replace('~~~\ncode', '~~~text\ncode')],
    [
      'have a code block and a link more',
      (page) => `${page}\n\`\`\`\nnew\n\`\`\`\n\nSee [more](https://example.com/more).\n`,
    ],
    [
      'make a link of an URL',
      (page) => page.replace(': https://example.com/workshop,', ' [here](https://example.com/workshop),'),
    ],
    ['make bullets of numbered steps', (page) => page.replace('1. Open', '- Open').replace('2. Press', '- Press')],
    ['end in a list', (page) => `${page}\n- repairs\n- notes\n`],
    [
      'grow a little',
      (page) =>
        `${page}\nShe oils the motor on Sundays, empties the filter when leaves fall, and greets visitors warmly.\n`,
    ],
  ])('%s', (_, change) => {
    expect(objection(PAGE, change(PAGE))).toBeUndefined();
  });

  it('lose repetitions', () => {
    expect(
      objection(
        PAGE.replace(/^Maria.*$/m, (line) => `${line}\n`.repeat(10)),
        PAGE,
      ),
    ).toBeUndefined();
  });
});

describe('a version is rolled back when it', () => {
  it.each<[string, (page: string) => string, string, GuardOptions]>([
    ['grows too long', (page) => page.repeat(5), 'length: ', { lengthMax: null }],
    ['is nearly empty', () => 'It is about a pump.\n', 'length: ', { lengthMin: null }],
    [
      'breaks off',
      (page) => page.replace(/keeps a list[\s\S]*$/, 'keeps a'),
      'cut_off: the last sentence',
      { cutOff: false },
    ],
    ['leaves a code block open', (page) => `${page}\n\`\`\`\nx\n`, 'cut_off: a code block', { cutOff: false }],
    ['changes code', (page) => page.replace('--minutes 15', '--minutes=15'), 'code: 1 of 2', { code: false }],
    ['drops a code block', (page) => page.replace(/~~~[\s\S]*~~~\n/, ''), 'code: 1 of 2', { code: false }],
    [
      'drops a link',
      (page) => page.replace(/\[the manual\]\S+/, 'the manual'),
      'links: 1 of 2',
      { linksLostMax: null },
    ],
    ['alters a link', (page) => page.replace('/workshop', '/shop'), 'links: 1 of 2', { linksLostMax: 0.5 }],
    ['drops headings', (page) => page.replaceAll('## ', ''), 'headings: 3 of 4', { headingsLostMax: null }],
    [
      'loses a number',
      (page) => page.replace('31 degrees', 'some degrees'),
      'numbers: 1 of 4',
      { numbersLostMax: 0.25 },
    ],
    [
      'alters a number',
      (page) => page.replace('20 minutes', '25 minutes'),
      'numbers: 1 of 4',
      { numbersLostMax: null },
    ],
  ])('%s', (_, change, expected, off) => {
    expect(objection(PAGE, change(PAGE))).toContain(expected);
    const found = objection(PAGE, change(PAGE), off);
    expect(found?.split(':')[0]).not.toBe(expected.split(':')[0]);
  });

  it('says everything three times', () => {
    expect(objection(PAGE, PAGE.repeat(3))).toContain('repetition: variety of words 0.333');
    expect(objection(PAGE, PAGE.repeat(3), { varietyMin: null })).toBeUndefined();
  });

  it('is in another script', () => {
    const version = PAGE.replace(/(?<!\S)[a-z]+(?![^\s.,])/g, 'слово');
    expect(objection(PAGE, version, { code: false })).toContain('language: overlap of scripts');
  });

  it('is translated', () => {
    const english = corpus('essays')[0]!;
    const german = readFileSync(join(CORPUS, 'languages/de-fahrradschlauch-flicken.md'), 'utf8');
    const options = { numbersLostMax: null, linksLostMax: null, lengthMin: null, lengthMax: null };
    expect(objection(english, german, options)).toContain('language: function words');
  });

  it('is about something else', () => {
    const [one = '', other = ''] = corpus('essays');
    const options = { numbersLostMax: null, linksLostMax: null, lengthMin: null, lengthMax: null };
    expect(objection(one, other, options)).toContain('meaning: content words');
  });

  it('has a reason that is documented', () => {
    expect(Object.keys(GUARD_REASONS)).toEqual([
      'length',
      'cut_off',
      'code',
      'links',
      'headings',
      'numbers',
      'language',
      'meaning',
      'repetition',
    ]);
  });
});

describe('the threshold of the meaning', () => {
  const contentKept = (original: string, version: string): number => {
    const { held, total } = distinctContained(wordsOf(original).content, wordsOf(version).content);
    return held / total;
  };

  it('is above what unrelated texts of one language share', () => {
    const texts = corpus('essays', 'guides');
    const most = Math.max(
      ...texts.flatMap((text) => texts.filter((other) => other !== text).map((other) => contentKept(text, other))),
    );
    expect(most).toBeLessThan(GUARD_DEFAULTS.meaningMin ?? 0);
    expect(most).toBeGreaterThan(0.2); // they do share words, or this proves nothing
  });

  it('is below what is left when every third word is replaced', () => {
    for (const text of corpus('essays', 'guides', 'languages')) {
      let words = 0;
      const reworded = text.replace(/\p{L}{4,}/gu, (word) =>
        words++ % 3 === 0 ? `q${[...word].reverse().join('')}` : word,
      );
      expect(contentKept(text, reworded)).toBeGreaterThan(GUARD_DEFAULTS.meaningMin ?? 1);
    }
  });

  it('lets pass what the mock server improves, in every language', () => {
    for (const text of corpus('essays', 'guides', 'languages', 'poor')) {
      const improved = documentOf(answerTo(fenced(text, 'document-1'), 'improve').text).text;
      expect(objection(text, improved)).toBeUndefined();
    }
  });
});

const markdown = fc
  .array(
    fc.constantFrom(
      '# ',
      '## H',
      '\n',
      '\n',
      '```',
      '~~~',
      '````',
      ' ',
      '    ',
      'word',
      'The',
      'größe',
      '漢字',
      'слово',
      '12',
      '3.',
      '](',
      '[a](b)',
      'http://x.y/z.',
      ')',
      '\r\n',
      '`',
      '\ud800',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('any text', () => {
  it('may become itself', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        expect(objection(text, text)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('has the words that a slow reading finds', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const words = text.toLowerCase().match(/(?:(?![\p{Script=Han}])[\p{L}\p{M}_\p{Cs}])+/gu) ?? [];
        const stems = words.filter((word) => word.length > 3).map((word) => word.slice(0, 6));
        const pairs = [...text.matchAll(/(?=(\p{Script=Han}{2}))/gu)].map(([, pair]) => pair);
        const numbers = text.replace(/(?<=^ *)\d+[.)] /gm, '').match(/\d+/g) ?? [];
        const found = wordsOf(text);
        expect(found.functions).toHaveLength(words.length - stems.length);
        expect(found.content).toHaveLength(stems.length + pairs.length);
        expect(new Set(found.content).size).toBe(new Set([...stems, ...pairs]).size);
        expect(new Set(found.numbers).size).toBe(new Set(numbers).size);
        expect([...found.content]).toEqual([...found.content].sort((a, b) => a - b));
      }),
      { numRuns: 500 },
    );
  });

  it('contains of another what sets and counts say', () => {
    const lists = fc
      .array(fc.integer({ min: -5, max: 20 }), { maxLength: 30 })
      .map((list) => Int32Array.from(list).sort());
    fc.assert(
      fc.property(lists, lists, (of, by) => {
        const there = new Set(by);
        const distinct = [...new Set(of)];
        const isThere = (hash: number): boolean => there.has(hash);
        expect(distinctContained(of, by)).toEqual({ held: distinct.filter(isThere).length, total: distinct.length });
        expect(allContained(of, by)).toEqual({ held: [...of].filter(isThere).length, total: of.length });
      }),
    );
  });
});

describe('the structure of a text', () => {
  it.each<[string, string, readonly string[], number]>([
    ['a fence in a longer fence', '````\n```\nx\n```\n````\n# A', ['```\nx\n```'], 1],
    ['a heading in a fence', '```\n# A\n```\n# B', ['# A'], 1],
    ['a fence of tildes', '~~~ js\na\n~~~', ['a'], 0],
    ['backticks behind backticks', '``` a`b\n# A', [], 1],
    ['a fence that is not closed', '```\na\n~~~\n', ['a\n~~~'], 0],
    ['an indented line', '    # no\n   # yes', [], 1],
    ['no blank behind #', '#no\n#\n', [], 1],
    ['line breaks of Windows', '```\r\na\r\nb\r\n```\r\n# A\r\n', ['a\nb'], 1],
  ])('holds %s', (_, text, code, headings) => {
    expect(structureOf(text)).toMatchObject({ code, headings });
  });

  it.each([
    ['[a](b.md) and [c](#d)', ['b.md', '#d']],
    ['see https://x.y/z, or <ftp://x>.', ['https://x.y/z', 'ftp://x']],
    ['[a](https://x.y "title")', ['https://x.y']],
    ['参照 https://x.y/z。次', ['https://x.y/z']],
    ['nothing](  ) :// x', []],
  ])('finds the links of %s', (text, links) => {
    expect([...structureOf(text).links]).toEqual(links);
  });
});
