import type { RefineProvider } from './options.js';

/** A provider of a run; no other one of it has the same name. */
export interface NamedProvider extends RefineProvider {
  readonly name: string;
}

/**
 * Names the providers of a run: by their own names, and from the second of a name on with a number, since one protocol may be spoken
 * at several places: `openai`, `openai-2`.
 */
export function namedProviders(providers: readonly RefineProvider[]): readonly NamedProvider[] {
  const counts = new Map<string, number>();
  return providers.map((each) => {
    const name = ownName(each.provider);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { ...each, name: count === 1 ? name : `${name}-${count}` };
  });
}

function ownName(provider: RefineProvider['provider']): string {
  if (provider === 'rules') return provider;
  return 'call' in provider ? provider.name : provider.provider;
}
