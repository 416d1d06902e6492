/**
 * Proves that the peak of a process is its own: one that is started by a process with some 300 MB in memory reports less than that,
 * which `getrusage` on Linux does not; and that it is at least what is resident now.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { transpileModule, ModuleKind } from 'typescript';

import { peakRssBytes } from '../../src/core/peak-rss.js';

const SOURCE = readFileSync(new URL('../../src/core/peak-rss.ts', import.meta.url), 'utf8');
const PARENT_BYTES = 300e6;

it('is that of this process and not of the one that started it', () => {
  const held = Buffer.alloc(PARENT_BYTES, 1); // filled, so that it is resident
  const { outputText } = transpileModule(SOURCE, { compilerOptions: { module: ModuleKind.ESNext } });
  const script = `${outputText}\nprocess.stdout.write(String(peakRssBytes()));`;
  const peak = Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }));
  expect(held[held.length - 1]).toBe(1);
  expect(peak).toBeGreaterThan(10e6);
  expect(peak).toBeLessThan(200e6);
});

it('is at least what is resident now', () => {
  const resident = process.memoryUsage().rss;
  expect(peakRssBytes()).toBeGreaterThan(resident * 0.95); // the two are read one after the other
});
