import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll } from 'vitest';

/** Hands out paths in a folder that is removed after the test file. */
export function tempPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-ledger-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return () => join(folder, `run-${count++}.ledger`);
}
