/** A process of its own: streams generated documents through an engine and prints its peak memory as JSON. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Document } from '../src/core/document.js';
import { peakRssBytes } from '../src/core/peak-rss.js';
import { isFailure } from '../src/core/report.js';
import type { StreamFacts } from './memory.bench.js';
import { loadEngine } from './millrace.js';
import { seededRandom } from './random.js';

const BYTES = 1024;

const [path = '', count = '', seed = ''] = process.argv.slice(2);
const { createEngine } = await loadEngine();
const engine = await createEngine({ workers: 2, measures: 'entropy' });
const started = performance.now();
let documents = 0;
let bytes = 0;
for await (const outcome of engine.stream(generate(readFileSync(path), Number(count), Number(seed)))) {
  if (isFailure(outcome)) throw outcome.error;
  documents++;
  bytes += outcome.bytes;
}
const ms = performance.now() - started;
await engine.close();
if (documents !== Number(count)) throw new Error(`${documents} reports of ${count} documents`);

const facts: StreamFacts = { documents, bytes, ms, peakRssBytes: peakRssBytes() };
process.stdout.write(JSON.stringify(facts));

/** Text from anywhere, its number in front: distinct without remembering what was there before. */
function* generate(text: Buffer, total: number, randomSeed: number): Generator<Document> {
  const random = seededRandom(randomSeed);
  for (let index = 0; index < total; index++) {
    const start = Math.floor(random() * Math.max(1, text.length - BYTES));
    yield { id: index, text: `${index} ${text.toString('utf8', start, start + BYTES)}` };
  }
}
