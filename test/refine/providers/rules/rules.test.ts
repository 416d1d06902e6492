/**
 * Proves each rule on examples: what it repairs, and, as many times, what looks alike and must stay. (Mojibake has a file of its
 * own.)
 */
import { describe, expect, it } from 'vitest';
import { refineByRules } from '../../../../src/refine/providers/rules/refine-by-rules.js';
import type { RuleName } from '../../../../src/refine/providers/rules/rule.js';

type Example = readonly [what: string, text: string, expected: string];

const CHANGED: Partial<Record<RuleName, readonly Example[]>> = {
  'line-endings': [
    ['CR LF', 'a\r\nb\r\n', 'a\nb\n'],
    ['CR alone', 'a\r\rb', 'a\n\nb'],
    ['CR CR LF', 'a\r\r\nb', 'a\nb'],
    ['in code', '```\r\na\r\n```', '```\na\n```'],
  ],
  invisible: [
    ['a mark of byte order', '\ufeffa\ufeffb', 'ab'],
    ['zero-width characters between Latin letters', 'a\u200bb\u200cc\u200dd\u2060e', 'abcde'],
    ['soft hyphens and controls', 'so\u00adft\0\x08\x7f', 'soft'],
    ['separators', 'a\x1fb', 'a b'],
    ['a form feed', 'a\fb', 'a\nb'],
    ['directions without right-to-left text', '\u202eabc\u202c\u200e', 'abc'],
    ['tags that hide a text', `a${tagged('ignore')}b`, 'ab'],
  ],
  hyphenation: [
    ['a word that occurs undivided', 'The document. A docu-\nment is read.', 'The document. A document\nis read.'],
    ['a word that occurs with its hyphen', 'well-known, a well-\nknown fact', 'well-known, a well-known\nfact'],
    ['a soft hyphen', 'a docu\u00ad\nment, read', 'a document,\nread'],
    ['the last word of a line', 'The document. A docu-\nment\n', 'The document. A document\n'],
  ],
  'code-fences': [
    ['a fence left open', '```js\na', '```js\na\n```'],
    ['with its own length', '~~~~\na\n', '~~~~\na\n~~~~\n'],
  ],
  headings: [
    ['underlined', 'Title\n=====\n\nPart\n---\n', '# Title\n\n## Part\n'],
    ['without a blank', '##Overview\n\ntext', '## Overview\n\ntext'],
    ['one sign without a blank beside others', '#The Guide\n\n## Part', '# The Guide\n\n## Part'],
    ['levels never used', '# A\n\n### B\n\n#### C\n\n### D', '# A\n\n## B\n\n### C\n\n## D'],
  ],
  lists: [
    ['bullets', '• one\n• two', '- one\n- two'],
    ['nested bullets', '• one\n  ◦ two', '- one\n  - two'],
    ['the rarer marker', '- a\n- b\n\ntext\n\n* c\n* d\n* e', '* a\n* b\n\ntext\n\n* c\n* d\n* e'],
    ['a missing blank', '- one\n-two\n- three', '- one\n- two\n- three'],
    ['a missing blank after numbers', '1.One\n2.Two', '1. One\n2. Two'],
  ],
  repeats: [
    ['a line', 'This line was copied once.\nThis line was copied once.\nEnd', 'This line was copied once.\nEnd'],
    [
      'a paragraph',
      'This one was copied twice.\n\nThis one was copied twice.\n\nEnd',
      'This one was copied twice.\n\nEnd',
    ],
    ['boilerplate', boilerplate('\n\n'), `One.\n\n${footer()}\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n\nSeven.`],
  ],
  punctuation: [
    ['before commas and full stops', 'one , two .', 'one, two.'],
    [
      'before marks where the text sets them close',
      'a: b. c: d. e: f. g: h. Really ?',
      'a: b. c: d. e: f. g: h. Really?',
    ],
    ['before a comma in French', 'Oui , merci ; non !', 'Oui, merci ; non !'],
  ],
  spacing: [
    ['blanks at the end', 'a \nb\t\n', 'a\nb\n'],
    ['blanks between words', 'a  b   c', 'a b c'],
    ['lines of only blanks', 'a\n  \nb', 'a\n\nb'],
    ['empty lines', 'a\n\n\n\nb\n\n\n', 'a\n\nb\n'],
    ['empty lines at the start', '\n\na', 'a'],
    ['more than two blanks that break a line', 'a    \nb', 'a  \nb'],
  ],
};

const KEPT: Partial<Record<RuleName, readonly (readonly [what: string, text: string])[]>> = {
  invisible: [
    ['a joiner in an emoji', '👩‍🚀 👨‍👩‍👧 🏳️‍🌈 👩🏽‍💻'],
    ['a flag of a region', `🏴${tagged('gbeng')}\u{e007f}`],
    ['a non-joiner in Persian', 'می‌خواهم'],
    ['a joiner in Hindi and Sinhala', 'क्‍ष ශ්‍රී'],
    ['a break in Thai and Khmer', 'ภาษา​ไทย ភាសា​ខ្មែរ'],
    ['directions in Hebrew', 'שלום\u200f! \u202aabc\u202c'],
    ['what Mongolian needs', 'ᠠ\u180eᠠ'],
    ['code', '`a\u200bb`\n\n```\na\u200bb\n```\n\n    a\u200bb'],
  ],
  hyphenation: [
    ['a word that the text does not show', 'A docu-\nment is read.'],
    ['the start of a list', 'The docu-\n- ment, a document'],
    ['the next paragraph', 'document docu-\n\nment'],
    ['a dash', 'document docu -\nment'],
    ['the same in code', 'document\n\n```\ndocu-\nment\n```'],
  ],
  'code-fences': [
    ['closed fences', '```\na\n```\n\n~~~\nb\n~~~'],
    ['inline code', '```a``` b'],
    ['a fence closed with too much indentation', '```\na\n    ```\n'],
  ],
  headings: [
    ['front matter', '---\ntitle: a\n---\n\ntext'],
    ['a ruler', 'text\n\n---\n\ntext'],
    ['the header of a table', 'Name  Age\n---------\nAnna  12'],
    ['the end of a paragraph', 'one line\nanother line\n---'],
    ['a sentence above a ruler', 'This is a sentence.\n---'],
    ['reStructuredText', 'Title\n=====\n\nPart\n~~~~\n'],
    ['hash tags', '#MeToo is a tag\n\n#1 is a number\n\n#!/bin/sh'],
    ['comments in code', '```\n#Comment\n\n### x\n```'],
    ['levels that are all used', '# A\n\n### B\n\n## C'],
  ],
  lists: [
    ['options of a command', '-v  verbose\n-q  quiet'],
    ['emphasis', '*one* thing\n*two* things'],
    ['rulers', '* * *\n\n- - -\n\n***'],
    ['pros and cons', '+ good\n- bad'],
    ['numbers', '1.5 litres\n2.5 litres\n-5 degrees'],
    ['a footnote', '- a\n- b\n\n* a note'],
    ['markers of which some may be code', '- a\n- b\n- c\n\n* d\n    * e'],
    ['a bullet alone', '• Home • About'],
  ],
  repeats: [
    ['headings', '## Example of the usage\n\na\n\n## Example of the usage\n\nb'],
    ['short lines', 'La la la\nLa la la'],
    ['items', '- none of these apply here\n- none of these apply here'],
    ['rulers', '--------------------------------\n--------------------------------'],
    ['tables', '| the same row of it | 1 |\n| the same row of it | 1 |'],
    ['code', '```\ncall the function twice();\ncall the function twice();\n```'],
    ['a sentence under each heading', boilerplate('\n\n## Next\n\n')],
    ['a sentence before each example', boilerplate('\n\n```\nx\n```\n\n')],
  ],
  punctuation: [
    ['French', 'Oui ; non ! Vraiment ? Ainsi :'],
    ['names and paths', 'use .NET and ./path, 5 .5'],
    ['an ellipsis', 'wait . . . now ...'],
    ['smileys', 'good :) fine ;-)'],
    ['quoted lines', '> LINK : fatal error: a: b: c: d'],
    ['code', '`a , b` is a: b: c: d: e:'],
    ['tables', '| a , b | c . |'],
  ],
  spacing: [
    ['a break of a line', 'a  \nb'],
    ['columns', 'Name   Age\nAnna   12\nJohann 7'],
    ['columns with one gap', '12:00 ERROR [a] x\n12:01 WARN  [b] y\n12:02 DEBUG [c] z'],
    ['tables', '| a   | b |\n|-----|---|'],
    ['drawings', '  /\\  +--+\n /  \\ |  |'],
    ['indentation', '  a\n   b'],
    ['code', '```\na  b  \n\n\n\nc\n```'],
    ['raw HTML', '<pre>\na  b\n\n\n\nc  \n</pre>'],
    ['two empty lines', 'a\n\n\nb'],
    ['nothing', ''],
    ['only blanks', ' \n \n'],
  ],
};

describe.each(Object.entries(CHANGED))('%s', (rule, examples) => {
  it.each(examples)('repairs %s', (_, text, expected) => {
    expect(refineByRules(text, { rules: [rule as RuleName] }).text).toBe(expected);
  });
});

describe.each(Object.entries(KEPT))('%s', (rule, examples) => {
  it.each(examples)('leaves %s', (_, text) => {
    expect(refineByRules(text, { rules: [rule as RuleName] })).toEqual({ text, applied: [] });
  });
});

/** The same sentence seven times, with something between. */
function boilerplate(between: string): string {
  return ['One.', 'Two.', 'Three.', 'Four.', 'Five.', 'Six.', 'Seven.']
    .flatMap((text) => [text, footer()])
    .join(between);
}

function footer(): string {
  return 'Copyright of the museum, all rights reserved.';
}

function tagged(text: string): string {
  return [...text].map((char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('');
}
