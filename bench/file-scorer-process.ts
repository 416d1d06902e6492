/** The process of `FileScorer`: scores a file for each message and answers with the time it took. */
import { performance } from 'node:perf_hooks';
import { messageOf } from '../src/core/errors.js';
import type { FileScorerAnswer, FileScorerRequest, FileScorerRun } from './file-scorer.js';
import { loadScoreFiles } from './millrace.js';

process.on('message', (request: FileScorerRequest) => {
  run(request).then(answer, (error: unknown) => {
    answer({ error: messageOf(error) });
  });
});

async function run({ input, output, workers, measures }: FileScorerRequest): Promise<FileScorerRun> {
  const { scoreFiles } = await loadScoreFiles();
  globalThis.gc?.();
  const started = performance.now();
  const summary = await scoreFiles({ ...measures, inputs: [input], output, workers });
  return { ms: performance.now() - started, summary };
}

function answer(message: FileScorerAnswer): void {
  process.send?.(message);
}
