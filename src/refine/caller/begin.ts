import { messageOf } from '../../core/errors.js';
import { CallError, type CallInFlight, type Completion, type CompletionRequest } from '../providers/provider.js';
import type { ResolvedCallerProvider } from './options.js';

/** Begins a call to any provider; `land` is called once, unless it is broken off before. */
export function begin(
  { provider, name }: ResolvedCallerProvider,
  request: CompletionRequest,
  land: (result: Completion | CallError) => void,
): CallInFlight {
  if (provider.begin !== undefined) {
    try {
      return provider.begin(request, land);
    } catch (thrown) {
      land(callErrorOf(thrown, name));
      return NOT_BEGUN;
    }
  }
  const controller = new AbortController();
  start(() => provider.call(request, controller.signal)).then(land, (thrown: unknown) => {
    land(callErrorOf(thrown, name));
  });
  return {
    breakOff: () => {
      controller.abort();
    },
  };
}

const NOT_BEGUN: CallInFlight = Object.freeze({ breakOff: () => undefined });

/** A function that throws before it returns a promise rejects like any other. */
async function start<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

/** What a provider threw that is no error of a call: it is treated as if it had broken the connection. */
function callErrorOf(thrown: unknown, name: string): CallError {
  if (thrown instanceof CallError) return thrown;
  return new CallError('ERR_PROVIDER_UNAVAILABLE', `${name} failed: ${messageOf(thrown)}`, { cause: thrown });
}
