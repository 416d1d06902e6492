// Proves that a name's extension, in any case and through `.gz`, tells the format.
import { expect, test } from 'vitest';

import { formatOf } from '../../src/io/formats.js';

test.each([
  ['a.jsonl', 'jsonl'],
  ['dir.txt/a.NDJSON', 'jsonl'],
  ['a.jsonl.gz', 'jsonl.gz'],
  ['a.ndjson.GZ', 'jsonl.gz'],
  ['a.txt', 'text'],
  ['a.md.gz', 'text'],
  ['README', undefined],
  ['a.json', undefined],
  ['a.gz', undefined],
  ['archive.tar.gz', undefined],
  ['a.jsonl.partial', undefined],
])('%s is %s', (name, format) => {
  expect(formatOf(name)).toBe(format);
});
