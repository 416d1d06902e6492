import { abortedError, checkAborted, offAbort, onAbort } from '../../core/abort.js';
import { CallError, type Completion, type CompletionRequest, type Provider } from './provider.js';

/** `call`, for a provider that has `begin`. */
export async function callByBegin(
  provider: Required<Pick<Provider, 'begin'>>,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Completion> {
  checkAborted(signal);
  return new Promise((resolve, reject) => {
    const end = (): void => {
      call.breakOff();
      reject(abortedError(signal));
    };
    onAbort(signal, end);
    const call = provider.begin(request, (result) => {
      offAbort(signal, end);
      if (result instanceof CallError) reject(result);
      else resolve(result);
    });
  });
}
