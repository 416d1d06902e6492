/** The documents that a bench measures with: all distinct, in memory, and as JSON Lines or plain text in a file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Document } from '../../core/document.js';

const PARAGRAPH_BREAK = '\n\n';

export class BenchDocuments {
  readonly documents: readonly Document[];
  /** UTF-8 bytes of all texts. */
  readonly bytes: number;
  readonly #folder: string;
  readonly #files = new Map<string, Promise<string>>();

  /** @param folder - for files, which stay there. */
  constructor(documents: readonly Document[], folder: string) {
    this.documents = documents;
    this.bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    this.#folder = folder;
  }

  get count(): number {
    return this.documents.length;
  }

  /** The first `count` of them, or all. */
  first(count: number): BenchDocuments {
    return count >= this.count ? this : new BenchDocuments(this.documents.slice(0, count), this.#folder);
  }

  /** Fewer and larger ones, of `bytes` or somewhat more each: texts that follow each other. One at least. */
  joined(bytes: number): BenchDocuments {
    const documents: Document[] = [];
    let parts: string[] = [];
    let size = 0;
    for (const { text } of this.documents) {
      parts.push(text);
      size += Buffer.byteLength(text) + PARAGRAPH_BREAK.length;
      if (size < bytes) continue;
      documents.push({ id: documents.length, text: parts.join(PARAGRAPH_BREAK) });
      [parts, size] = [[], 0];
    }
    if (documents.length === 0) documents.push({ id: 0, text: parts.join(PARAGRAPH_BREAK) });
    return new BenchDocuments(documents, this.#folder);
  }

  /** A JSON Lines file of them, written when it is first asked for. */
  jsonLinesFile(): Promise<string> {
    return this.#file('jsonl', () => this.lines().join('\n'));
  }

  /** A file of their texts, likewise. */
  textFile(): Promise<string> {
    return this.#file('txt', () => this.documents.map(({ text }) => text).join('\n'));
  }

  /** The lines of the JSON Lines file. */
  lines(): string[] {
    return this.documents.map(({ id, text }) => JSON.stringify({ id, text }));
  }

  #file(extension: string, content: () => string): Promise<string> {
    const known = this.#files.get(extension);
    if (known !== undefined) return known;
    const path = join(this.#folder, `documents-${this.count}-${this.bytes}.${extension}`);
    const written = writeFile(path, `${content()}\n`).then(() => path);
    this.#files.set(extension, written);
    return written;
  }
}
