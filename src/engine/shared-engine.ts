import { createEngine, type Engine } from './engine.js';

let shared: Promise<Engine> | undefined;

/**
 * The engine that the whole process shares, with all defaults; made by the first call, and anew after it was closed.
 *
 * It keeps no process alive: when nothing else is left to do, it is closed and the process ends.
 */
export async function getEngine(): Promise<Engine> {
  shared ??= make();
  return shared;
}

async function make(): Promise<Engine> {
  const engine = await createEngine();
  const close = (): void => void engine.close();
  process.once('beforeExit', close);
  engine.once('close', () => {
    process.removeListener('beforeExit', close);
    shared = undefined;
  });
  return engine;
}
