// Proves that options are complete after they are resolved, and refused by name when they are out of bounds.
import { expect, test } from 'vitest';

import { resolveSourceOptions, SOURCE_DEFAULTS } from '../../src/io/source-options.js';

test('defaults', () => {
  expect(resolveSourceOptions({})).toEqual(SOURCE_DEFAULTS);
});

test('a line may always be as long as a chunk', () => {
  expect(resolveSourceOptions({ chunkBytes: 1000, lineBytesMax: 10 }).lineBytesMax).toBe(1000);
});

test('refuses by name', () => {
  expect(() => resolveSourceOptions({ chunkBytes: 0 })).toThrow('source.chunkBytes must be an integer from 1');
  expect(() => resolveSourceOptions({ lineBytesMax: 1.5 })).toThrow('source.lineBytesMax');
  const misspelt = { chunkBytes: 1, chunkByte: 1 };
  expect(() => resolveSourceOptions(misspelt)).toThrow('source.chunkByte is not an option');
});
