import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';

import type { TextFile } from './chunk.js';
import { formatOf } from './formats.js';
import type { FilesInput, Input } from './input.js';
import type { FoundFile } from './walk.js';

/** Collects inputs in the order of their arguments, and text files that follow each other into one. */
export class InputList {
  readonly #inputs: Input[] = [];
  /** The text files since the last other input. */
  #run = new TextRun(0);

  addStdin(): void {
    this.#closeRun();
    const index = this.#inputs.length;
    const identity = { source: '-', kind: 'stdin', bytes: null, mtimeMs: null, digest: null } as const;
    this.#inputs.push({ kind: 'stdin', index, source: '-', bytes: undefined, identity });
  }

  /** A file (or pipe) that is itself an argument. */
  addNamed(pattern: string, path: string, id: string, stats: Stats): void {
    if (!stats.isFile()) {
      this.#closeRun();
      const index = this.#inputs.length;
      const identity = { source: pattern, kind: 'pipe', bytes: null, mtimeMs: null, digest: null } as const;
      this.#inputs.push({ kind: 'pipe', index, source: pattern, path, bytes: undefined, identity });
      return;
    }
    const format = formatOf(id) ?? 'text';
    this.#add(pattern, { path, id, format, bytes: stats.size, mtimeMs: stats.mtimeMs });
  }

  /** The files of a directory or glob. */
  addFound(pattern: string, files: readonly FoundFile[]): void {
    for (const file of files) this.#add(pattern, file);
  }

  /** All inputs; nothing may be added afterwards. */
  finish(): readonly Input[] {
    this.#closeRun();
    return this.#inputs;
  }

  #add(pattern: string, file: FoundFile): void {
    const { path, id, format, bytes, mtimeMs } = file;
    if (format === 'text') {
      this.#run.add(pattern, file);
      return;
    }
    this.#closeRun();
    const identity = { source: id, kind: format, bytes, mtimeMs, digest: null } as const;
    const place = { index: this.#inputs.length, source: id, path, identity };
    if (format === 'jsonl') this.#inputs.push({ kind: format, ...place, bytes });
    else this.#inputs.push({ kind: format, ...place, bytes: undefined });
  }

  #closeRun(): void {
    const run = this.#run;
    if (run.files.length === 0) return;
    this.#inputs.push(run.toInput(this.#inputs.length));
    this.#run = new TextRun(run.start + run.files.length);
  }
}

/** Text files that follow each other. */
class TextRun {
  readonly files: TextFile[] = [];
  readonly #patterns = new Set<string>();
  readonly #digest = createHash('sha256');
  #bytes = 0;
  #mtimeMs = 0;

  constructor(readonly start: number) {}

  add(pattern: string, { path, id, bytes, mtimeMs }: FoundFile): void {
    this.#patterns.add(pattern);
    this.files.push({ path, id, bytes });
    this.#digest.update(`${id}\0${bytes}\0${mtimeMs}\n`);
    this.#bytes += bytes;
    this.#mtimeMs = Math.max(this.#mtimeMs, mtimeMs);
  }

  toInput(index: number): FilesInput {
    const [first = '', ...others] = this.#patterns;
    const source = others.length === 0 ? first : `${first} (+${others.length} more)`;
    const bytes = this.#bytes;
    const digest = this.#digest.digest('hex').slice(0, 32);
    const identity = { source, kind: 'files', bytes, mtimeMs: this.#mtimeMs, digest } as const;
    return { kind: 'files', index, source, files: this.files, start: this.start, bytes, identity };
  }
}
