/**
 * Proves what `millrace refine` makes of its arguments: options for the engine, or one line that says what was expected and what
 * was given, before anything is read or sent. The engine is a function of the test.
 */
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { Scratch } from '../../support/scratch.js';
import { createFake } from '../fake-context.js';

const scratch = new Scratch();
const KEYS = { OPENAI_API_KEY: 'sk-openai', ANTHROPIC_API_KEY: 'sk-anthropic', OTHER_KEY: 'sk-other', EMPTY: '' };
const OPENAI = ['refine', 'x', '--provider', 'openai', '--model', 'gpt-5-mini'];
const LOCAL = [...OPENAI.slice(0, 4), '--base-url', 'http://localhost:8000/v1', '--model', 'local'];

/** What the engine was asked, without what every run is handed. */
async function optionsOf(argv: readonly string[], env = KEYS): Promise<Partial<RefineFilesOptions>> {
  const { context, refineRuns, stderr } = createFake({ env });
  expect([await main(argv, context), stderr.text]).toEqual([0, expect.stringMatching(/^documents/)]);
  expect(refineRuns).toHaveLength(1);
  const { signal, stop, stdout, stderr: toStderr, onProgress, onWarn, ...options } = refineRuns[0] ?? {};
  expect([signal, stop]).toEqual([expect.any(AbortSignal), expect.any(AbortSignal)]);
  expect([onProgress, onWarn]).toEqual([expect.any(Function), expect.any(Function)]);
  expect([stdout, toStderr]).toEqual([context.stdout, context.stderr]);
  return options;
}

/** The line that says what is wrong. */
async function refusalOf(argv: readonly string[], env: Readonly<Record<string, string>> = KEYS): Promise<string> {
  const { context, refineRuns, stdout, stderr } = createFake({ env });
  expect(await main(argv, context)).toBe(2);
  expect([stdout.text, refineRuns, stderr.text.match(/\n/g)]).toEqual(['', [], ['\n']]);
  return stderr.text.trimEnd().replace('millrace: ', '');
}

describe('options for the engine', () => {
  it('are inputs and provider alone when nothing else is given', async () => {
    const provider = { provider: 'openai', apiKey: 'sk-openai' };
    expect(await optionsOf(OPENAI)).toEqual({
      inputs: ['x'],
      limits: {},
      prices: {},
      providers: [{ provider, model: 'gpt-5-mini' }],
    });
    expect((await optionsOf(['refine', 'x', '--provider', 'rules'])).providers).toEqual([
      { provider: 'rules', model: 'rules' },
    ]);
  });

  it('are all of them when all are given', async () => {
    const line =
      'refine a b -o out.jsonl --provider anthropic --model claude-x --base-url https://proxy.test/v1 --api-key-env OTHER_KEY ' +
      '--temperature 0.5 --max-tokens 4096 --gate words>5 --iterations 3 --gain-min 0.01 --no-gain-max 4 ' +
      '--strategies clarity,accuracy --profile documentation.overall=2,miair=-.5 --seed 9 --concurrency 64 --rpm 100 --tpm 2000.5 ' +
      '--input-tpm 30 --output-tpm 40 --retries 0 --call-timeout-ms 500 --budget 2.50 --price claude-x=3,15,0.3 ' +
      '--emit both --run run --retry-failed --cache answers --failed bad.jsonl --text-field body --id-field url --depends-on-field parts --max-bytes 64k --workers 3';
    expect(await optionsOf(line.split(' '))).toEqual({
      inputs: ['a', 'b'],
      output: 'out.jsonl',
      emit: 'both',
      providers: [
        {
          model: 'claude-x',
          provider: {
            provider: 'anthropic',
            baseUrl: 'https://proxy.test/v1',
            apiKey: 'sk-other',
          },
        },
      ],
      temperature: 0.5,
      answerTokensMax: 4096,
      gate: 'words>5',
      iterations: 3,
      gainMin: 0.01,
      noGainMax: 4,
      strategies: ['clarity', 'accuracy'],
      profile: { 'documentation.overall': 2, miair: -0.5 },
      seed: 9,
      concurrency: 64,
      limits: {
        requestsPerMinute: 100,
        tokensPerMinute: 2000.5,
        inputTokensPerMinute: 30,
        outputTokensPerMinute: 40,
      },
      retry: { retries: 0 },
      callTimeoutMs: 500,
      budgetUsd: 2.5,
      prices: { 'claude-x': { input: 3, output: 15, cachedInput: 0.3 } },
      run: 'run',
      retryFailed: true,
      cache: { dir: 'answers' },
      failed: 'bad.jsonl',
      textField: 'body',
      idField: 'url',
      dependsOnField: 'parts',
      maxBytes: 65_536,
      workers: 3,
    });
  });

  it('have each header, each price, and each fallback in its place', async () => {
    const more = [
      '--header',
      'X-Org: a: b',
      '--header',
      'authorization:Bearer k',
      '--price',
      'm*=1,2',
      '--price',
      'o=0,0',
    ];
    const fallbacks = ['--fallback', 'provider=anthropic,model=claude', '--fallback', 'provider=rules'];
    const far = ['--fallback', 'provider=openai,baseUrl=http://b.test/v1?a=b,model=m,apiKeyEnv=OTHER_KEY'];
    const options = await optionsOf([...LOCAL, ...more, ...fallbacks, ...far]);
    expect(options.prices).toEqual({ 'm*': { input: 1, output: 2 }, o: { input: 0, output: 0 } });
    const headers = { 'X-Org': 'a: b', authorization: 'Bearer k' };
    const local = { provider: 'openai', baseUrl: 'http://localhost:8000/v1', headers, apiKey: 'sk-openai' };
    expect(options.providers).toEqual([
      { model: 'local', provider: local },
      { model: 'claude', provider: { provider: 'anthropic', apiKey: 'sk-anthropic' } },
      { model: 'rules', provider: 'rules' },
      { model: 'm', provider: { provider: 'openai', baseUrl: 'http://b.test/v1?a=b', apiKey: 'sk-other' } },
    ]);
  });

  it('have no key where the environment has none and none is needed', async () => {
    const [first] = (await optionsOf(LOCAL, { ...KEYS, OPENAI_API_KEY: '' })).providers ?? [];
    expect(first?.provider).toEqual({ provider: 'openai', baseUrl: 'http://localhost:8000/v1' });
  });

  it('have as many connections as calls', async () => {
    const connections = async (calls: string): Promise<unknown> =>
      (await optionsOf([...LOCAL, '--concurrency', calls])).providers?.[0]?.provider;
    expect(await connections('1000')).not.toHaveProperty('connectionsMax');
    expect(await connections('1500')).toHaveProperty('connectionsMax', 1500);
    expect(await connections('20000')).toHaveProperty('connectionsMax', 10_000);
  });
});

describe('bad usage', () => {
  it.each([
    ['', /^--provider must be one of openai, anthropic, rules, got none$/],
    ['--provider azure', /^--provider must be one of openai, anthropic, rules, got "azure"$/],
    ['--provider openai', /^--model must name the model of openai, got none$/],
    ['--provider rules --fallback provider=openai', /^--fallback: --model must name the model of openai, got none$/],
    ['--provider rules --fallback openai', /^--fallback must be like 'name=value,name=value', got "openai"$/],
    [
      '--provider rules --fallback model=m',
      /^--fallback\.provider must be one of openai, anthropic, rules, got undefined$/,
    ],
    [
      '--provider rules --fallback provider=openai,url=x',
      /^--fallback\.url is not an option; expected one of provider, /,
    ],
    [
      '--provider rules --fallback provider=openai,model=m,baseUrl=x',
      /^--fallback\.baseUrl must be a URL such as .*, got "x"$/,
    ],
    [
      '--base-url localhost:8000',
      /^--base-url must be a URL such as http:\/\/localhost:8000\/v1, got "localhost:8000"$/,
    ],
    ['--base-url http://', /^--base-url must be a URL such as http:\/\/localhost:8000\/v1, got "http:\/\/"$/],
    [
      '--provider openai --model m --api-key-env NOPE',
      /^--api-key-env must name a variable .*, got NOPE, which does not$/,
    ],
    [
      '--provider openai --model m --api-key-env EMPTY',
      /^--api-key-env must name a variable .*, got EMPTY, which does not$/,
    ],
    ['--temperature 2.1', /^--temperature must be a number from 0 to 2, got "2.1"$/],
    ['--max-tokens 255', /^--max-tokens must be an integer from 256 to 1048576, got 255$/],
    ['--provider rules --gate wrds>5', /^--gate, column 1: expected a field of the report, got wrds; nearest: words$/],
    ['--iterations 0', /^--iterations must be an integer from 1 to 100, got 0$/],
    ['--strategies clarity,beauty', /^--strategies must be one of entropy, .*, got "beauty"$/],
    [
      '--profile documentation.beauty',
      /^--profile must be a number of the report such as .*, got "documentation.beauty"$/,
    ],
    ['--profile miair=1,words=x', /^--profile words must be a number.*, got "x"$/],
    ['--profile miair=0', /^--profile must have a weight that is not 0, got none$/],
    ['--rpm 0', /^--rpm must be a number >= 0.001, got "0"$/],
    ['--retries 101', /^--retries must be an integer from 0 to 100, got 101$/],
    ['--call-timeout-ms 0', /^--call-timeout-ms must be an integer from 1 to 3600000, got 0$/],
    ['--budget -1', /^--budget must be a number from 0 to 1000000, got "-1"$/],
    ['--price m=1', /^--price must be like 'model=input,output' or .*, in USD per million tokens, got "m=1"$/],
    ['--price m=1,x', /^--price m must be a number >= 0, got "x"$/],
    ['--price =1,2', /^--price must be like .*, got "=1,2"$/],
    [
      '--provider openai --model new --budget 5 --price other=1,2',
      /^--budget needs the price of each model, got none for new; give it with --price 'new=INPUT,OUTPUT', in USD /,
    ],
    [
      '--provider openai --model gpt-5-mini --fallback provider=openai,model=new,baseUrl=http://b --budget 5',
      /^--budget needs the price of each model, got none for new; /,
    ],
    ['--provider rules --retry-failed', /^--retry-failed needs the directory of the run \(--run DIR\), got no --run$/],
    ['--provider rules --run dir', /^--run needs an output file \(-o FILE\), got no -o$/],
    ['--provider rules --run dir -o -', /^--run needs an output file \(-o FILE\), got -o -$/],
    ['--provider rules -o y --summary y', /^--summary must be a file of its own, got y, /],
    ['--provider rules -o y --report -', /^--report must be the path of a file, got -$/],
    ['--provider rules -o y --report z --summary z', /^--summary must be a file of its own, got z, /],
    ['--provider rules --prices none.json', /^--prices must be a file that can be read, got none\.json: ENOENT/],
    ['--provider rules --emit row', /^--emit must be one of reports, rows, both, got "row"$/],
    [
      '--provider rules --emit both --text-field refinement',
      /^--text-field must be another field, got --text-field refinement with --emit both, which adds a field of that name$/,
    ],
    ['--modle m', /^unknown option '--modle' \(Did you mean --model\?\)$/],
  ])('refine x %s', async (line, expected) => {
    expect(await refusalOf(['refine', 'x', ...line.split(' ').filter(Boolean)])).toMatch(expected);
  });

  it('is a missing key, unless the provider is somewhere else or nothing is sent', async () => {
    const expected = 'a key for https://api.openai.com/v1 must be in OPENAI_API_KEY';
    expect(await refusalOf(OPENAI, {})).toBe(`${expected}, or in the variable that --api-key-env names, got none`);
    const { context } = createFake({ estimateRefineFiles: () => Promise.reject(new Error('estimated')) });
    expect(await main([...OPENAI, '--estimate'], context)).toBe(1);
  });

  it('is a key in the arguments, which is not repeated; nor is a header that is none, nor a key that cannot be one', async () => {
    const secret = 'sk-very-secret';
    for (const argv of [['--api-key', secret], [`--api-key=${secret}`]]) {
      const refusal = await refusalOf([...OPENAI, ...argv]);
      expect(refusal).toMatch(/^--api-key would show the key .*: set OPENAI_API_KEY .* --api-key-env$/);
      expect(refusal).not.toContain(secret);
    }
    expect(await refusalOf([...LOCAL, '--header', `Authorization ${secret}`])).toBe(
      "--header must be like 'Name: value', got something else",
    );
    const { context, stderr } = createFake({ env: { OPENAI_API_KEY: `${secret}\n` } });
    expect(await main(OPENAI, context)).toBe(1);
    expect(stderr.text).toMatch(/^millrace: openai\.apiKey must be printable ASCII .* \(ERR_PROVIDER_AUTH\)\n$/);
    expect(stderr.text).not.toContain(secret);
  });
});

describe('--prices', () => {
  it('holds prices by model, before which come those of --price', async () => {
    const file = scratch.write(
      'prices.json',
      '{"m": {"input": 1, "output": 2, "cacheWrite": 1.25}, "n": {"input": 0, "output": 0}}',
    );
    expect((await optionsOf([...LOCAL, '--prices', file, '--price', 'n=3,4'])).prices).toEqual({
      m: { input: 1, output: 2, cacheWrite: 1.25 },
      n: { input: 3, output: 4 },
    });
  });

  it.each([
    ['{"m": {"input": 1}}', 'm.output must be a number, got undefined'],
    [
      '{"m": {"input": 1, "output": 2, "out": 3}}',
      'm.out is not an option; expected one of input, cachedInput, cacheWrite, output',
    ],
    ['[]', 'the content must be an object, got an array'],
    ['{', 'line 1, column 2 must be a name in double quotes, got the end of the file'],
  ])('%s is refused with the name of the file', async (text, expected) => {
    const file = scratch.write('prices.json', text);
    expect(await refusalOf([...LOCAL, '--prices', file])).toBe(`${file}: ${expected}`);
  });
});

describe('--config', () => {
  it('holds options of the library; flags come before them, and limits, retries and prices are joined', async () => {
    const config = {
      providers: [
        {
          provider: { provider: 'openai', apiKeyEnv: 'OTHER_KEY', headers: { a: 'b' } },
          model: 'm',
          limits: { requestsPerMinute: 5 },
        },
        { provider: 'rules', model: 'rules' },
      ],
      guards: { code: false },
      profile: { miair: 1 },
      strategies: ['clarity', { name: 'own', instruction: 'Do.', watches: [{ field: 'words', poor: 0, good: 10 }] }],
      retry: { retries: 7, baseMs: 5 },
      breaker: { callsMin: 3 },
      limits: { tokensPerMinute: 10, requestsPerMinute: 20 },
      prices: { m: { input: 1, output: 2 } },
      gate: 'words > 3',
      iterations: 2,
      concurrency: 8,
      callTimeoutMs: 900,
      budgetUsd: 3,
    };
    const file = scratch.write('config.json', JSON.stringify(config));
    const flags = ['--iterations', '4', '--rpm', '30', '--retries', '1', '--budget', '9', '--price', 'n=1,1'];
    const options = await optionsOf(['refine', 'x', '--config', file, ...flags]);
    const [first, second] = config.providers;
    expect(options).toMatchObject({
      ...{ guards: config.guards, profile: config.profile, gate: config.gate, concurrency: 8, callTimeoutMs: 900 },
      providers: [{ ...first, provider: { provider: 'openai', headers: { a: 'b' }, apiKey: 'sk-other' } }, second],
      iterations: 4,
      budgetUsd: 9,
      retry: { retries: 1, baseMs: 5 },
      breaker: { callsMin: 3 },
      limits: { tokensPerMinute: 10, requestsPerMinute: 30 },
      prices: { m: { input: 1, output: 2 }, n: { input: 1, output: 1 } },
    });
    expect(options.strategies).toMatchObject(config.strategies);
  });

  it.each([
    ['{"gates": "words > 5"}', /^gates is not an option; expected a name such as gate, /],
    ['{"cache": {}}', /^cache is not an option; /],
    ['{"guards": {"code": 1}}', /^guards\.code must be true or false, got 1$/],
    ['{"profile": "documentation.beauty"}', /^profile must be a number of the report such as /],
    ['{"strategies": ["beauty"]}', /^strategies\[0\] must be one of entropy, .*, got "beauty"$/],
    ['{"retry": 3}', /^retry must be an object, got 3$/],
    ['{"retry": {"retries": -1}}', /^retry\.retries must be an integer from 0 to 100, got -1$/],
    ['{"breaker": {"failureShare": 2}}', /^breaker\.failureShare must be a number from 0.01 to 1, got 2$/],
    ['{"limits": {"rpm": 2}}', /^limits\.rpm is not an option; /],
    ['{"prices": {"m": 1}}', /^prices\.m must be an object, got 1$/],
    ['{"concurrency": "8"}', /^concurrency must be an integer, got "8"$/],
    ['{"callTimeoutMs": 0}', /^callTimeoutMs must be an integer >= 1, got 0$/],
    ['{"budgetUsd": "5"}', /^budgetUsd must be a number, got "5"$/],
    ['{"providers": {}}', /^providers must be an array, got an object$/],
    [
      '{"providers": [{"provider": "openai", "model": "m"}]}',
      /^providers\[0\]\.provider must be an object, got "openai"$/,
    ],
    [
      '{"providers": [{"provider": {"provider": "x"}, "model": "m"}]}',
      /^providers\[0\]\.provider\.provider must be one of openai, anthropic, got "x"$/,
    ],
    [
      '{"providers": [{"provider": {"provider": "openai"}}]}',
      /^providers\[0\]\.model must be a string, got undefined$/,
    ],
    [
      '{"providers": [{"provider": {"provider": "openai", "apiKeyEnv": "NOPE"}, "model": "m"}]}',
      /^providers\[0\]\.provider\.apiKeyEnv must name a variable .*, got NOPE, which does not$/,
    ],
    [
      '{"providers": [{"provider": "rules", "model": "m", "limits": {"rpm": 1}}]}',
      /^providers\[0\]\.limits\.rpm is not an option; /,
    ],
  ])('%s is refused with the name of the file', async (text, expected) => {
    const file = scratch.write('config.json', text);
    const refusal = await refusalOf([...LOCAL, '--config', file]);
    expect(refusal.slice(0, file.length + 2)).toBe(`${file}: `);
    expect(refusal.slice(file.length + 2)).toMatch(expected);
  });

  it('with providers leaves no room for those of flags', async () => {
    const file = scratch.write('config.json', '{"providers": [{"provider": "rules", "model": "rules"}]}');
    expect(await refusalOf(['refine', 'x', '--config', file, '--base-url', 'http://a'])).toBe(
      '--base-url needs a --config without providers, got both',
    );
  });
});
