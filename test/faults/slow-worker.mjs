/** The engine's worker, which takes its time at random: before it scores a batch, and before it answers. */
import handle from '../../dist/engine/threads/thread.js';

const MILLISECONDS_MAX = 6;

export default async function handleSlowly(request) {
  pause(); // the thread itself, so that batches of different threads overtake each other
  const answer = await handle(request);
  // The answer alone, so that batches of one thread overtake each other as well.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * MILLISECONDS_MAX));
  return answer;
}

function pause() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * MILLISECONDS_MAX);
}
