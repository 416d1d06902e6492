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
import { contained, distinct } from '../../../src/refine/guards/containment.js';
import { GUARD_REASONS } from '../../../src/refine/guards/guard.js';
import { HashSet } from '../../../src/refine/guards/hash-set.js';
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

/** All but numbers that are added is allowed. */
const NUMBERS_ALONE: GuardOptions = {
  lengthMin: null,
  lengthMax: null,
  cutOff: false,
  code: false,
  linksLostMax: null,
  headingsLostMax: null,
  numbersLostMax: null,
  varietyMin: null,
  languageMin: null,
  meaningMin: null,
};

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
      'have a code block and a link within it more',
      (page) => `${page}\n\`\`\`\nnew\n\`\`\`\n\nSee [above](#starting-the-pump).\n`,
    ],
    [
      'make a link of an URL',
      (page) => page.replace(': https://example.com/workshop,', ' [here](https://example.com/workshop),'),
    ],
    ['make bullets of numbered steps', (page) => page.replace('1. Open', '- Open').replace('2. Press', '- Press')],
    [
      'number its parts and lines, and put a year over them',
      (page) => `${page.replaceAll('## ', '## 2024: ')}\n13. Repairs\n14) Notes\n1.15. Keys\n> 16. Lamps\n`,
    ],
    ['write the number of a word', (page) => page.replace('at six in', 'at 6 in').replace('until eight', 'until 8')],
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
    [
      'makes up a link',
      (page) => `${page}\nSee [more](https://example.org/more).\n`,
      'added_links: 1 of 3',
      { linksAddedMax: 0.5 },
    ],
    [
      'makes up a number',
      (page) => page.replace('Nobody', 'It uses 40 litres. Nobody'),
      'added_numbers: 1 of 4',
      { numbersAddedMax: 0.25 },
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
      'added_links',
      'added_numbers',
    ]);
  });
});

describe('the threshold of the meaning', () => {
  const contentKept = (original: string, version: string): number => {
    const { content } = wordsOf(original);
    return contained(content, wordsOf(version).content) / content.length;
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
        expect(found.contentCount).toBe(stems.length + pairs.length);
        expect(found.content).toHaveLength(new Set([...stems, ...pairs]).size);
        expect(new Set(found.content).size).toBe(found.content.length);
        expect(found.numbers).toHaveLength(new Set(numbers).size);
      }),
      { numRuns: 500 },
    );
  });

  it('has the figures that a pattern finds', () => {
    const part = fc.oneof(
      fc.constantFrom(
        '1',
        '23',
        '007',
        '1,000',
        '2024-05-13',
        '12:30',
        '3. ',
        '\u0663\u0664',
        '\u{1d7ce}',
        '\u{1f600}',
      ),
      fc.constantFrom(
        '.',
        ',',
        ':',
        "'",
        '’',
        '\u00a0',
        '\u202f',
        ' ',
        '-',
        '\n',
        'a',
        'É',
        '\u0130',
        'Σ',
        '水',
        '\ud835',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const figures = text.match(/\p{Nd}+(?:[.,:'’\u00a0\u202f]\p{Nd}+)*/gu) ?? [];
        expect(wordsOf(text).figures).toEqual(figures);
      }),
      { numRuns: 2000 },
    );
  });

  it('contains of another what sets say', () => {
    const lists = fc.array(fc.oneof(fc.integer({ min: -5, max: 20 }), fc.integer()), { maxLength: 30 });
    fc.assert(
      fc.property(lists, lists, (of, by) => {
        const there = new Set(by);
        expect(distinct(of)).toEqual([...new Set(of)]);
        expect(contained(of, by)).toBe(of.filter((hash) => there.has(hash)).length);
      }),
    );
  });

  it('holds what a set holds, whatever the seed, the size and what was there before', () => {
    const small = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 60 });
    const rounds = fc.array(fc.tuple(small, fc.constantFrom(0, 1, 3000, 100_000)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.integer(), rounds, (seed, contents) => {
        const set = new HashSet(seed);
        for (const [hashes, more] of contents) {
          const all = [...hashes, ...Array.from({ length: more }, (_, at) => 100 + at)];
          const model = new Set<number>();
          set.reset(all.length);
          let surprises = 0;
          for (const hash of all) {
            if (set.add(hash) === model.has(hash)) surprises++;
            model.add(hash);
          }
          for (let hash = -45; hash < 3200; hash++) if (set.has(hash) !== model.has(hash)) surprises++;
          expect(surprises).toBe(0);
        }
      }),
      { numRuns: 100 },
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

describe('a figure of a version', () => {
  it.each<[string, string, string]>([
    ['1,000 and 12.000.000 are the same', '1000 l, 12 000 000 m', '1,000 l, 12.000.000 m'],
    ['ungrouped', 'costs 1,250 EUR', 'costs 1250 EUR'],
    ['a date in another order', 'since 5.3.2024', 'since 2024-03-05'],
    ['a version of which the text has the parts', 'version 2, release 14', 'version 2.14'],
    ['in other digits of the text', '٤٢ كتاب', '٤٢ كتاب هنا'],
  ])('may be %s', (_, original, version) => {
    expect(objection(original.replaceAll(' 000', '\u00a0000'), version, NUMBERS_ALONE)).toBeUndefined();
  });

  it.each<[string, string, string]>([
    ['a version', 'the newest version', 'the newest version 2.1.0'],
    ['a decimal', 'a share of 125 parts', 'a share of 12.5 parts'],
    ['a share at the beginning of a line', 'most users', '99.9 % of the users'],
    ['a time', 'in the morning at 7', 'at 7:30 in the morning'],
    ['a year in prose', 'founded long ago', 'founded in 1847'],
    ['a number in a new code block', 'start it', 'start it\n```\nrun --port 8080\n```'],
  ])('is made up when it is %s', (_, original, version) => {
    expect(objection(original, version, NUMBERS_ALONE)).toContain('added_numbers: 1 of ');
  });

  it('is found as a slow reading finds it', () => {
    const digits = fc.constantFrom('7', '12', '13', '2024', '007');
    const between = fc.constantFrom(' ', '.', ',', ', ', '-', ' a ', '\n', '\n# ', '\n- ');
    const text = fc.array(fc.tuple(digits, between), { maxLength: 12 }).map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, text, (original, version) => {
        const runsOf = (line: string): string[] => (line.match(/\d+/g) ?? []).map((run) => String(Number(run)));
        const there = new Set(runsOf(original));
        const lines = version.split('\n').filter((line) => !line.startsWith('# '));
        const figures = lines
          .map((line) => line.replace(/^(\d{1,3}[.)])+(?= )/, ''))
          .flatMap((line) => line.match(/\d+(?:[.,]\d+)*/g) ?? [])
          .filter((figure) => !/^(7|12)$/.test(figure));
        const isAdded = figures.some((figure) => runsOf(figure).some((run) => !there.has(run)));
        expect(objection(original, version, NUMBERS_ALONE) !== undefined).toBe(isAdded);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a link of a version', () => {
  it.each<[string, string, string]>([
    ['of an address in the text', 'Look at www.example.com/manual/ for more.', '[manual](https://example.com/manual)'],
    ['of a file in the text', 'It is in `docs/setup.md`.', 'It is in [setup](docs/setup.md).'],
    ['of a mail address', 'Write to jo@example.com.', 'Write to [Jo](mailto:jo@example.com).'],
    ['to a part of the document', 'See below.', 'See [below](#below).'],
  ])('may be made %s', (_, original, version) => {
    expect(objection(original, version, { lengthMin: null })).toBeUndefined();
  });

  it('is made up when there is no such address', () => {
    expect(objection('See the manual.', 'See [the manual](manual.html).')).toBe(
      'added_links: 1 of 1 link targets added',
    );
    const many = Array.from({ length: 150 }, (_, index) => `[a](b${index})`).join(' ');
    expect(objection(many.replaceAll(/[[\]()]/g, ' '), many, { linksAddedMax: 0.3 })).toContain('50 of 150');
  });
});
