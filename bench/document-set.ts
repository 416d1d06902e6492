/** Documents to measure with, in memory and, when asked for, as files. */
import { appendFileSync, closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from '../src/core/document.js';
import type { Load } from './throughput.js';

const WRITE_CHARS = 1024 * 1024;

export class DocumentSet {
  /** For people: `1 KB`. */
  readonly name: string;
  readonly documents: readonly Document[];
  readonly load: Load;
  readonly #folder: string;
  readonly #files = new Map<string, string>();

  /** @param folder - where the files go. */
  constructor(name: string, documents: readonly Document[], folder: string) {
    this.name = name;
    this.documents = documents;
    this.load = {
      documents: documents.length,
      bytes: documents.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0),
    };
    this.#folder = folder;
  }

  /** The first `count` documents as a set. */
  first(count: number): DocumentSet {
    return new DocumentSet(this.name, this.documents.slice(0, count), this.#folder);
  }

  /** Path of a file of exactly the documents' text. */
  textFile(): string {
    return this.#file('text.txt', (document) => document.text);
  }

  /** Path of a JSON Lines file of `{id, text}`. */
  rowsFile(): string {
    return this.#file('rows.jsonl', (document) => `${JSON.stringify(document)}\n`);
  }

  /** Removes the files. */
  dispose(): void {
    for (const path of this.#files.values()) rmSync(path, { force: true });
    this.#files.clear();
  }

  #file(name: string, format: (document: Document) => string): string {
    const present = this.#files.get(name);
    if (present !== undefined) return present;
    const path = join(this.#folder, name);
    writeAll(path, this.documents, format);
    this.#files.set(name, path);
    return path;
  }
}

function writeAll(path: string, documents: readonly Document[], format: (document: Document) => string): void {
  const file = openSync(path, 'w');
  let pending = '';
  for (const document of documents) {
    pending += format(document);
    if (pending.length < WRITE_CHARS) continue;
    appendFileSync(file, pending);
    pending = '';
  }
  appendFileSync(file, pending);
  closeSync(file);
}
