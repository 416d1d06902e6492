import { createHash } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import type { Input } from '../../io/input.js';
import type { RunHeader } from '../../ledger/run.js';
import type { ResolvedRefineOptions } from '../../refine/options.js';
import { KNOWN_PROVIDERS } from '../../refine/providers/options.js';
import type { RefineProvider } from '../refine/options.js';
import type { OutputPaths } from '../score-files/run-output.js';
import type { RefineFilesOptions, ResolvedRefineFilesOptions } from './options.js';

type Options = RunHeader['options'];

/**
 * Everything that changes the output, and where it is: a run that is gone on with must be the same in all of it. No keys, no
 * headers of requests, and nothing of a base URL that may hold a password.
 */
export function headerOf(
  { inputs: patterns, providers }: Pick<RefineFilesOptions, 'inputs' | 'providers'>,
  resolved: ResolvedRefineFilesOptions,
  inputs: readonly Input[],
  { output, failed }: OutputPaths,
  asOf: number,
): RunHeader {
  const { refine, gate, temperature } = resolved.refining;
  const { emit, textField, idField, dependsOnField, maxBytes } = resolved;
  return {
    command: 'refine',
    options: {
      inputs: JSON.stringify(patterns),
      folder: patterns.every(isPlain) ? null : process.cwd(),
      output: resolve(output),
      failed: failed === undefined ? null : resolve(failed),
      emit,
      textField,
      idField,
      ...(dependsOnField !== undefined && { dependsOnField }),
      maxBytes,
      asOf,
      gate,
      temperature: temperature ?? null,
      ...providersHeader(providers),
      ...refineHeader(refine),
    },
    inputs: inputs.map(({ identity }) => identity),
  };
}

/** Whether a pattern leads to the same files from every folder. */
function isPlain(pattern: string): boolean {
  return pattern === '-' || isAbsolute(pattern);
}

function providersHeader(providers: readonly RefineProvider[]): Options {
  const header: Record<string, Options[string]> = {};
  for (const [index, { provider, model }] of providers.entries()) {
    const at = `providers[${index}]`;
    header[`${at}.model`] = model;
    if (provider === 'rules') header[`${at}.provider`] = provider;
    else if ('call' in provider) header[`${at}.provider`] = provider.name;
    else {
      header[`${at}.provider`] = provider.provider;
      header[`${at}.baseUrl`] = withoutSecrets(provider.baseUrl ?? KNOWN_PROVIDERS[provider.provider].baseUrl);
    }
  }
  return header;
}

function withoutSecrets(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return '';
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function refineHeader({ profile, strategies, guards, ...others }: ResolvedRefineOptions): Options {
  const header: Record<string, Options[string]> = { ...others };
  for (const [path, weight] of Object.entries(profile)) header[`profile.${path}`] = weight;
  header['strategies'] = strategies.map((each) => (typeof each === 'string' ? each : each.name)).join(',');
  for (const each of strategies) if (typeof each === 'object') header[`strategies.${each.name}`] = digestOf(each);
  for (const [name, value] of Object.entries<number | boolean | null>(guards)) header[`guards.${name}`] = value;
  return header;
}

/** Tells two strategies of one name apart; what a function closes over is not seen. */
function digestOf({
  instruction,
  watches,
  after,
  findings,
}: Exclude<ResolvedRefineOptions['strategies'][number], string>): string {
  const told = JSON.stringify([instruction, watches, after, String(findings)]);
  return createHash('sha256').update(told).digest('hex').slice(0, 16);
}
