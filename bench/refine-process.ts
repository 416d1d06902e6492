/** A process of its own: refines generated documents by a server that runs and prints its peak memory as JSON. */
import { performance } from 'node:perf_hooks';
import type { Document } from '../src/core/document.js';
import { loadEngine } from './millrace.js';
import { peakRssBytes } from '../src/core/peak-rss.js';
import { providerAt, REFINE_OPTIONS } from './refine.bench.js';

export interface RefineFacts {
  readonly documents: number;
  readonly ms: number;
  readonly peakRssBytes: number;
}

const SENTENCES = 11;

const [url = '', count = ''] = process.argv.slice(2);
const { createEngine } = await loadEngine();
const engine = await createEngine();
const started = performance.now();
let documents = 0;
for await (const row of engine.refine(generate(Number(count)), { ...REFINE_OPTIONS, providers: providerAt(url) })) {
  if ('error' in row) throw row.error;
  documents++;
}
const ms = performance.now() - started;
await engine.close();
if (documents !== Number(count)) throw new Error(`${documents} rows of ${count} documents`);

const facts: RefineFacts = { documents, ms, peakRssBytes: peakRssBytes() };
process.stdout.write(JSON.stringify(facts));

/** About 1 KB each, all different. */
function* generate(total: number): Generator<Document> {
  for (let id = 0; id < total; id++) {
    const sentences = Array.from({ length: SENTENCES }, (_, at) => {
      return `Line ${id * SENTENCES + at} of the log says what the harbour master saw when ship ${id} came in.`;
    });
    yield { id, text: sentences.join(' ') };
  }
}
