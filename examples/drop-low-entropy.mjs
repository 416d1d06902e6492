/**
 * Keeps the rows of JSON Lines that are varied enough: from stdin to stdout, at the pace of the slower one.
 *
 *   node examples/drop-low-entropy.mjs 0.5 < rows.jsonl > kept.jsonl
 *
 * The argument is the least `entropy.aggregate` that is kept, from 0 to 1. Nothing piles up: the stream reads its source no
 * faster than results are taken, and no result is taken while stdout is full.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createEngine, isFailure } from 'millrace';

const least = Number(process.argv[2] ?? 0.5);

/** An id comes back as it was given: here it is the whole row. */
async function* documents() {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') yield { id: line, text: JSON.parse(line).text };
  }
}

const engine = await createEngine();
for await (const outcome of engine.stream(documents())) {
  if (isFailure(outcome)) console.error(`${outcome.error.code}: ${outcome.id}`);
  else if (outcome.entropy.aggregate >= least && !process.stdout.write(`${outcome.id}\n`)) {
    await once(process.stdout, 'drain');
  }
}
await engine.close();
