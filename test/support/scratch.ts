/** Files for one test file, in a folder of their own that is removed after it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  #count = 0;

  constructor() {
    afterAll(() => {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A path that no other call has returned. */
  fresh(ending: string): string {
    return this.path(`${++this.#count}${ending}`);
  }

  write(name: string, content: string | Uint8Array): string {
    const path = this.path(name);
    writeFileSync(path, content);
    return path;
  }
}

/** Rows as JSON Lines. */
export function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** The rows of a file of JSON Lines; none when there is no file. */
export function readRows(path: string): Record<string, unknown>[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  if (lines.pop() !== '') throw new Error(`${path} must end with a newline`);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
