/** Does what its input says; what a module of a user may do to its thread. */
export default async function act(input, { id, results, failures, signal }) {
  const [what, value] = Object.entries(input)[0];
  switch (what) {
    case 'returns':
      return value;
    case 'adds':
      return [...results.values()].reduce((sum, each) => sum + each, value);
    case 'tells':
      return { id, results, failures: [...failures].map(([from, error]) => [from, error.code]) };
    case 'throws':
      throw new TypeError(value);
    case 'throwsAFunction':
      throw Object.assign(new Error('odd'), { odd: () => undefined });
    case 'throwsNamed':
      throw Object.assign(new Error('named'), { name: value });
    case 'returnsAFunction':
      return () => undefined;
    case 'exits':
      return process.exit(value);
    case 'failsLater':
      setTimeout(() => {
        throw new Error(value);
      }, 1);
      return new Promise(() => undefined);
    case 'eats': {
      const eaten = [];
      while (true) eaten.push(new Array(1e5).fill(0).map((_, at) => ({ at })));
    }
    case 'waits':
      tell(value);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
    case 'spins':
      tell(value);
      while (true);
  }
}

/** Lets the main thread know that the task runs. */
function tell(flag) {
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}
