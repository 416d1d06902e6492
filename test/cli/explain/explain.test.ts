/**
 * Proves what `millrace explain` prints and what it refuses: on files made for the test, through the command line, with the real
 * kernel.
 */
import { mkdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { Capture, createFake, type FakeOptions } from '../fake-context.js';
import { jsonLines, Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const TEXT = '# Salt\n\nSalt keeps. Salt also remembers.\n\nSalt keeps. Salt also remembers.\n';
const guide = scratch.write('guide.md', TEXT);
const packed = scratch.write('guide.md.gz', gzipSync(TEXT));
const ROWS = [{ id: 'a', text: 'Salt.' }, { id: 12, text: TEXT }, { text: 'The tide.' }, { id: 'bad', text: null }];
const rows = scratch.write('rows.jsonl', `${jsonLines(ROWS)}not JSON\n[1]\n{"id": "none"}\n`);
const packedRows = scratch.write('rows.jsonl.gz', gzipSync(jsonLines(ROWS)));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], options: FakeOptions = {}): Promise<Outcome> {
  const { context, stdout, stderr } = createFake(options);
  const code = await main(['explain', ...args], context);
  return { code, out: stdout.text, err: stderr.text };
}

async function idOf(args: readonly string[], options: FakeOptions = {}): Promise<unknown> {
  const { code, out, err } = await run([...args, '--json'], options);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const explanation: unknown = JSON.parse(out);
  expect(explanation).toMatchObject({ schema: 1 });
  return (explanation as { report: { id: unknown } }).report.id;
}

describe('which document', () => {
  it('is a text file, packed or not, or stdin', async () => {
    expect(await idOf([guide])).toBe(guide);
    expect(await idOf([packed])).toBe(packed);
    expect(await idOf(['-'], { stdin: TEXT })).toBe('-');
  });

  it('is a row by its id, string or number, or by its line', async () => {
    expect(await idOf([rows, 'a'])).toBe('a');
    expect(await idOf([rows, '12'])).toBe(12);
    expect(await idOf([rows, '12.0'])).toBe(12);
    expect(await idOf([packedRows, '12'])).toBe(12);
    expect(await idOf([`${rows}:2`])).toBe(12);
    expect(await idOf([rows, `${rows}:3`])).toBe(`${rows}:3`);
  });

  it('is read from the fields that are named', async () => {
    const named = scratch.write('named.jsonl', jsonLines([{ key: 'k', body: 'Salt.' }]));
    expect(await idOf([named, 'k', '--id-field', 'key', '--text-field', 'body'])).toBe('k');
  });

  it('may be empty', async () => {
    expect(await idOf([scratch.write('empty.txt', '')])).toMatch(/empty\.txt$/);
    const { code, out } = await run(['-'], { stdin: '' });
    expect(code).toBe(0);
    expect(out).toContain('repeats: none');
  });
});

describe('ill-formed UTF-8', () => {
  it('is replaced and counted, beside what is U+FFFD itself', async () => {
    const text = Buffer.concat([Buffer.from('\ufeff\ufffd a'), Buffer.from([0xff, 0xe2, 0x82]), Buffer.from(' b')]);
    const { out } = await run([scratch.write('ill.txt', text), '--json']);
    expect(JSON.parse(out)).toMatchObject({ report: { replaced: 2, chars: 8 } });
  });

  it('counts in the text of a row only', async () => {
    const row = Buffer.concat([
      Buffer.from('{"id": 1, "other": "'),
      Buffer.from([0xff]),
      Buffer.from('", "text": "\\ufffd \\ud800 \ufffd '),
      Buffer.from([0xff]),
      Buffer.from('"}\n'),
    ]);
    const { out } = await run([scratch.write('ill.jsonl', row), '1', '--json']);
    expect(JSON.parse(out)).toMatchObject({ report: { replaced: 2, chars: 7 } });
  });
});

describe('what is printed', () => {
  it('has the parts, their gain, the checks and the repeats, in 80 columns', async () => {
    const { code, out } = await run([guide], { env: { LANG: 'en_GB.UTF-8' } });
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}headings {11}██░{8} {2}0\.200 {2}1 heading of 5$/m);
    expect(out).toMatch(/^ {2}\+0\.033 overall {2}headings: add 4 more headings$/m);
    expect(out).toMatch(/^ {2}years {14}does not apply$/m);
    expect(out).toMatch(/^gopher_quality {2}dropped: gopher_short_doc$/m);
    expect(out).toMatch(/^ {2}✗ n_non_symbol_words {6}11 < 50 /m);
    expect(out).toMatch(/^ {2}✓ n_non_symbol_words {6}11 ≤ 100000 /m);
    expect(out).toMatch(/^ +2× +\d+ % {2}3, 5 +Salt keeps\. Salt also remembers\.$/m);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('is ASCII where the locale is not UTF-8, but for the text itself', async () => {
    const { out } = await run([guide], { env: { LC_ALL: 'C', LANG: 'en_GB.UTF-8' } });
    expect(out).toMatch(/^ {2}headings {11}##\.{8} {2}0\.200/m);
    expect(out).toMatch(/^[\n -~]*$/);
  });

  it('is styled on a terminal only, and not with NO_COLOR', async () => {
    const styled = await run([guide], { stdout: new Capture(true) });
    expect(styled.out).toContain('\x1b[1mcompleteness');
    const { out } = await run([guide]);
    expect(styled.out.replace(/\x1b\[\d+m/g, '')).toBe(out); // eslint-disable-line no-control-regex
    expect((await run([guide], { stdout: new Capture(true), env: { NO_COLOR: '1' } })).out).toBe(out);
  });

  it('cannot command the terminal', async () => {
    const { out } = await run(['-'], { stdin: 'a \x1b[31mred\u202e b\n\n'.repeat(3) });
    expect(out).toContain('red');
    expect(out).not.toMatch(/\x1b|\u202e/); // eslint-disable-line no-control-regex
  });

  it('has the thresholds and weights of --config', async () => {
    const filters = { gopher_quality: { minWords: 5, minStopWords: null } };
    const config = scratch.write('config.json', JSON.stringify({ weights: { clarity: 0 }, filters }));
    const { out } = await run([guide, '--config', config]);
    expect(out).toMatch(/^ {2}\+ n_non_symbol_words {6}11 >= 5 /m);
    expect(out).toMatch(/^ {2}- stop_word_count {9}\d, off /m);
    expect(out).toMatch(/^clarity .* weight 0$/m);
  });
});

describe('what is refused', () => {
  it.each([
    ['no file', [scratch.path('none.txt')], 2, /none\.txt: no such file or directory$/],
    ['no file of a line', [`${scratch.path('none.jsonl')}:3`], 2, /none\.jsonl:3: no such file or directory$/],
    ['a line of a text', [`${guide}:3`], 2, /guide\.md:3: no such file or directory$/],
    ['a folder', [scratch.folder], 2, /is a directory: expected a file/],
    ['a JSON Lines file without an id', [rows], 2, /expected an id .* or a line .*:LINE\), got none$/],
    ['an id for a text', [guide, 'x'], 2, /is one text: expected no id, got "x"$/],
    ['an id for stdin', ['-', 'x'], 2, /expected no id, got "x"$/],
    ['an id and a line', [`${rows}:1`, 'x'], 2, /names a row already: expected no id, got "x"$/],
    [
      'an id that is not there',
      [rows, 'aa'],
      2,
      /id "aa": 7 rows looked through, 2 of them broken, the first in line 5; the nearest ids are "a", "12", "bad"$/,
    ],
    ['a line that is not there', [`${rows}:99`], 2, /has no line 99, only 7$/],
    ['a row without a string', [rows, 'bad'], 1, /line 4: field "text" must be a string, got null \(ERR_TEXT_TYPE\)$/],
    ['a row without a text', [rows, 'none'], 1, /line 7: the row has no field "text" \(ERR_TEXT_MISSING\)$/],
    ['a row of no JSON', [`${rows}:5`], 1, /line 5, column 1 must be a value, got "not JSON" \(ERR_ROW_JSON\)$/],
    ['a row that is no object', [`${rows}:6`], 1, /line 6 must be a JSON object, .* \(ERR_ROW_TYPE\)$/],
    ['a damaged file', [scratch.write('cut.txt.gz', gzipSync(TEXT).subarray(0, 30))], 1, /\(ERR_INPUT_CORRUPT\)$/],
    ['no argument', [], 2, /missing required argument 'file'.*got none; see `millrace explain --help`$/],
    ['an unknown option', [guide, '--jsn'], 2, /unknown option '--jsn' \(Did you mean --json\?\)$/],
    [
      'a config that is not there',
      [guide, '--config', scratch.path('none.json')],
      2,
      /--config must be a file that can/,
    ],
  ] as const)('%s', async (_, args, code, message) => {
    const outcome = await run(args);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code, out: '' });
    expect(outcome.err).toMatch(/^millrace: [^\n]*\n$/);
    expect(outcome.err.trimEnd()).toMatch(message);
  });

  it('a file that ends in .jsonl and is a folder', async () => {
    const folder = scratch.path('folder.jsonl');
    mkdirSync(folder);
    expect(await run([folder, 'x'])).toMatchObject({ code: 2 });
  });
});
