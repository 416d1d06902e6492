/**
 * Proves what the rules do together: applied to their own result they change nothing, code and addresses come through as they were,
 * numbers and headings stay, and clean texts are given back as the very same string. Examples, and properties over texts that are
 * put together from damaged and sound parts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refineByRules } from '../../../../src/refine/providers/rules/refine-by-rules.js';
import { RULE_NAMES } from '../../../../src/refine/providers/rules/rule.js';
import { documentText } from '../../../support/text-arbitraries.js';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/corpus/', import.meta.url));

const FLAWS = [
  'cafÃ© au lait',
  'donâ€™t  go , please .',
  'ÃƒÂ© twice',
  '\ufeff',
  'in\u200bvisible \u200dtext',
  'soft\u00adhyphen',
  'docu-\nment about a document',
  '#Heading',
  '##Overview',
  '#### Deep',
  '# Top',
  'Title\n=====',
  'Part\n---',
  '• one\n• two',
  '- one\n* two\n* three\n-four',
  '1.One\n2.Two',
  'This sentence comes again and again here.',
  'This sentence comes again and again here.',
  'trailing   ',
  '\n\n\n',
  '\r\n',
  '\r',
  'a  b   c',
  'Name   Age\nAnna   12',
  '| a  | b |\n|---|---|\n| 1  | 2 |',
  'x\u0092s \u0085 y',
  '\u202eabc\u202c',
  'שלום\u200f!',
  '👩\u200d🚀 می\u200cخواهم',
  '`code  span ,` after',
  'see https://example.org/a\u200b_b?Ã©=1 , ok',
  '[text](http://x.y/Ã©  z)',
];
const CODE = '```js\nlet  a = 1 ;  \n\n\n\n\nconst cafÃ© = "\u200b";\n#Not a heading\n```';

const anyText = fc.oneof(
  { weight: 2, arbitrary: documentText() },
  {
    weight: 5,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom(...FLAWS, CODE, '```', '~~~'), fc.constantFrom('\n\n', '\n', ' ', '')), {
        maxLength: 14,
      })
      .map((parts) => parts.flat().join('')),
  },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        'Ã',
        '©',
        'â',
        '€',
        '™',
        ' ',
        '\n',
        '-',
        '#',
        '`',
        '\u200b',
        '\u00ad',
        '.',
        '•',
        '\r',
        '\x92',
        '=',
        '<',
        '|',
      ),
      maxLength: 60,
    }),
  },
);

describe('refineByRules', () => {
  it('applied twice changes nothing more', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = refineByRules(text).text;
        expect(refineByRules(once)).toEqual({ text: once, applied: [] });
      }),
      { numRuns: 1000 },
    );
  });

  it.each(RULE_NAMES)('applied twice by %s alone changes nothing more', (rule) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = refineByRules(text, { rules: [rule] }).text;
        expect(refineByRules(once, { rules: [rule] }).text).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  it('tells a rule exactly when it changed the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const refined = refineByRules(text);
        expect(refined.applied.length > 0).toBe(refined.text !== text);
        expect(refined.applied.every(({ count }) => count > 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('gives code, inline code and addresses back as they were', () => {
    const kept = fc.stringMatching(/^[A-Za-zÃ©â€™\u200b ,;=.]{1,30}$/);
    const address = fc.stringMatching(/^[a-zÃ©\u200b/]{1,20}$/);
    const around = fc.constantFrom('Prose  here , cafÃ©.', 'Plain words.', '#Heading', '- item');
    fc.assert(
      fc.property(kept, kept, address, around, (block, span, path, prose) => {
        const code = ['```js', block, '', '', '', `${block}  `, '```'].join('\n');
        const text = `${prose}\n\n${code}\n\n${prose} \`${span}\` and  https://example.org/${path} more\n\n    x${block}  \n`;
        const refined = refineByRules(text).text;
        expect(refined).toContain(`\n${code}\n`);
        expect(refined).toContain(`\`${span}\``);
        expect(refined).toContain(`https://example.org/${path} `);
        expect(refined).toContain(`\n    x${block}  \n`);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every word and number of a text that is only untidy', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,6}[0-9]{0,3}$/), { minLength: 1, maxLength: 12 });
    const line = fc.tuple(words, fc.constantFrom(' ', '  ', '   ')).map(([all, gap]) => all.join(gap));
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { maxLength: 12 }),
        fc.constantFrom('\n', '\r\n', ' \n\n', '\n\n\n\n\n'),
        (lines, end) => {
          const text = lines.join(end);
          expect(refineByRules(text).text.split(/\s+/)).toEqual(text.split(/\s+/));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the very same string back for well-kept texts', () => {
    for (const folder of ['guides', 'languages', 'essays']) {
      for (const file of readdirSync(join(EXAMPLES, folder))) {
        const text = readFileSync(join(EXAMPLES, folder, file), 'utf8');
        expect([file, refineByRules(text)]).toEqual([file, { text, applied: [] }]);
      }
    }
  });

  it('repairs a damaged text, and says how', () => {
    const text =
      '\ufeffGuide\r\n=====\r\n\r\nThe cafÃ©\u200b  opens at 8 , daily.\r\n\r\n\r\n\r\n\r\n• one\r\n• two\r\n\r\n```sh\r\nrun  it\r\n';
    expect(refineByRules(text)).toEqual({
      text: '# Guide\n\nThe café opens at 8, daily.\n\n- one\n- two\n\n```sh\nrun  it\n```\n',
      applied: [
        { rule: 'line-endings', count: 13 },
        { rule: 'mojibake', count: 1 },
        { rule: 'invisible', count: 2 },
        { rule: 'code-fences', count: 1 },
        { rule: 'headings', count: 1 },
        { rule: 'lists', count: 2 },
        { rule: 'punctuation', count: 1 },
        { rule: 'spacing', count: 2 },
      ],
    });
  });

  it('takes time that grows with the text, whatever it repeats', { timeout: 20_000 }, () => {
    // A rule that is quadratic takes minutes here; the test's own limit ends it.
    const pieces = [
      '`a ',
      '<a ',
      '$a ',
      '://',
      'ab-\n',
      '#A b\n\n',
      '• a\n',
      'a . ',
      'a  b ',
      ' \n',
      '\n',
      'Ã©',
      'a\u200d',
      '\x92a',
      ' ',
    ];
    for (const piece of pieces) expect(refineByRules(`x${piece.repeat(100_000)}`).text.length).toBeGreaterThan(0);
  });
});

describe('options', () => {
  it('apply only the rules that are named', () => {
    const text = 'cafÃ© is  here';
    expect(refineByRules(text, { rules: ['spacing'] }).text).toBe('cafÃ© is here');
    expect(refineByRules(text, { rules: ['spacing', 'mojibake'] }).text).toBe('café is here');
  });

  it.each([
    [{ rules: [] }, 'ERR_OPTION_RANGE', 'rules.rules must name at least one rule'],
    [{ rules: ['speling'] }, 'ERR_OPTION_RANGE', 'rules.rules[0] must be one of'],
    [{ rules: 'spacing' }, 'ERR_OPTION_TYPE', 'rules.rules must be an array'],
    [{ repeatsMax: 0 }, 'ERR_OPTION_RANGE', 'rules.repeatsMax must be an integer'],
    [{ repeats: 2 }, 'ERR_OPTION_UNKNOWN', 'rules.repeats is not an option'],
  ])('refuse %j', (options, code, message) => {
    expect(() => refineByRules('', options as object)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
