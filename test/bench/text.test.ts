/** Proves where text comes from: a folder, JSON Lines with or without gzip, one file, and the installed packages. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectText } from '../../bench/text.js';

const ROWS = '{"id":1,"text":"first\\u2028row"}\n\n{"id":2}\n{"text":7}\n[]\n{"text":"lone \\ud800"}\n{"text":"last"}';
const TEXT_OF_ROWS = 'first\u2028row\n\nlone \ufffd\n\nlast';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-text-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('collectText', () => {
  it('takes the text of rows, and passes those over that have none', async () => {
    writeFileSync(join(folder, 'rows.jsonl'), ROWS);
    writeFileSync(join(folder, 'rows.jsonl.gz'), gzipSync(ROWS));
    for (const name of ['rows.jsonl', 'rows.jsonl.gz']) {
      const { bytes, texts } = await collectText(join(folder, name));
      expect(bytes.toString()).toBe(TEXT_OF_ROWS);
      expect(texts).toBe(3);
    }
  });

  it('takes the text files of a folder in path order, a blank line between two', async () => {
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'b.txt'), 'second');
    writeFileSync(join(folder, 'a', 'B.MD'), 'first');
    writeFileSync(join(folder, 'c.png'), 'no text');
    const { bytes, source, digest } = await collectText(folder);
    expect(bytes.toString()).toBe('first\n\nsecond');
    expect(source).toBe(folder);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes one file, whatever its name', async () => {
    writeFileSync(join(folder, 'page'), 'text');
    expect((await collectText(join(folder, 'page'))).bytes.toString()).toBe('text');
  });

  it('finds the README files of the installed packages', async () => {
    const { bytes, texts } = await collectText();
    expect(texts).toBeGreaterThan(50);
    expect(bytes.length).toBeGreaterThan(500_000);
  });
});
