/** A task of known size, for worker threads: so many steps of arithmetic. Returns how long they took, in milliseconds. */
export default function spin(steps) {
  const startedAtMs = performance.now();
  let state = 1;
  for (let step = 0; step < steps; step++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  const ms = performance.now() - startedAtMs;
  return state === 0 ? -ms : ms; // so that the loop is not optimised away; it does not come to 0
}
