import { ANTHROPIC } from './anthropic.js';
import { HttpProvider, type HttpProtocol } from './http-provider.js';
import { OPENAI } from './openai.js';
import { resolveProviderOptions, type HttpProviderName, type ProviderOptions } from './options.js';
import type { Provider } from './provider.js';

/**
 * Makes a provider that is reached over HTTP. Nothing is sent before the first call.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_PROVIDER_AUTH`.
 */
export function createProvider(options: ProviderOptions): Provider {
  const resolved = resolveProviderOptions(options);
  return new HttpProvider(PROTOCOLS[resolved.provider], resolved);
}

const PROTOCOLS: Readonly<Record<HttpProviderName, HttpProtocol>> = { openai: OPENAI, anthropic: ANTHROPIC };
