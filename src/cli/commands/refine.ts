import { Option, type Command } from 'commander';

import { EMITS } from '../../engine/emit.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, WORKERS_MAX } from '../../engine/options.js';
import { REFINE_RUN_DEFAULTS } from '../../engine/refine/options.js';
import { CALL_RETRY_DEFAULTS, CALLER_DEFAULTS } from '../../refine/caller/options.js';
import { REFINE_DEFAULTS } from '../../refine/options.js';
import type { PricesOptions } from '../../refine/prices.js';
import { STRATEGY_NAMES } from '../../refine/strategies/built-in.js';
import type { Invocation } from '../context.js';
import type { RefineFlags } from '../refine/flags.js';
import {
  fallbackOf,
  headerOf,
  priceOf,
  profileOf,
  PROVIDER_NAMES,
  refuseKey,
  urlOf,
  type ProviderFlags,
} from '../refine/values.js';
import { bytesOf, choiceOf, choicesOf, integerOf, numberOf, textOf } from '../values.js';
import { adderFor, INPUT, MIB, type ParserOf } from './shared.js';

const CONFIG =
  'JSON file of options as the library has them: {"providers": [{"provider": {"provider": "openai", "apiKeyEnv": "KEY"}, "model": "…"}], ' +
  '"guards": {…}, "profile": {…}, "strategies": […], "retry": {…}, "breaker": {…}, …}; flags come before it';

const EMIT =
  'what a row is: id, text and what was decided, the input row as it was but for a text that was improved, or that row with ' +
  'what was decided under "refinement"';

const NOTES = `
Examples:
  millrace refine docs/ -o better.jsonl --provider rules                   repair texts on this machine, without a model
  millrace refine in.jsonl --provider openai --model gpt-5-mini --estimate what a run would cost, without a call
  millrace refine in.jsonl -o out.jsonl --provider openai --model gpt-5-mini \\
      --budget 20 --rpm 5000 --tpm 2000000 --run out.run --cache .millrace one that stops at 20 USD and can be resumed
  millrace refine in.jsonl -o out.jsonl --provider openai --base-url http://localhost:8000/v1 --model qwen3
                                                                           a model on a machine of your own

The same command goes on with a run that was interrupted or killed, if it has --run. The first Ctrl-C waits for the calls in
flight, the second abandons them, the third ends the process. Keys are taken from OPENAI_API_KEY and ANTHROPIC_API_KEY.

Exit codes:
  0  all documents processed                 1    the run failed: a refused key, a used-up quota, a lost output
  3  finished, with dead letters             130  interrupted: with --run, the same command goes on
  2  bad usage                               143  likewise, by SIGTERM`;

/** `millrace refine`; what it runs is loaded when it runs. */
export function defineRefine(command: Command, invocation: Invocation): void {
  const { workers, maxBytes } = ENGINE_DEFAULTS;
  command
    .description(
      'Send the documents that do not pass the gate to a language model, and keep an answer only where it is better.',
    )
    .argument('<input...>', INPUT);
  const add = adderFor(command);
  /** An option that may be given several times. */
  const collect = <T, All>(
    flags: string,
    description: string,
    parserOf: ParserOf<T>,
    join: (all: All | undefined, one: T) => All,
  ): void => {
    const option = new Option(flags, description);
    const parse = parserOf(option.long ?? flags);
    command.addOption(option.argParser((typed, all: All | undefined) => join(all, parse(typed))));
  };

  add('-o, --output <file>', 'where the rows go, - is stdout; .gz is compressed (default: -)', textOf);

  add('--emit <what>', `${EMIT} (${EMITS.join('|')}) (default: reports)`, (option) => choiceOf(option, EMITS));

  command.optionsGroup('Model:');
  add('--provider <name>', `who answers: ${PROVIDER_NAMES.join('|')}`, (option) => choiceOf(option, PROVIDER_NAMES));
  add('--model <name>', 'the model that is asked; rules needs none', textOf);
  add('--base-url <url>', "URL of the API, with its version (default: the provider's own)", urlOf);
  add(
    '--api-key-env <name>',
    'variable of the environment that holds the key (default: OPENAI_API_KEY or ANTHROPIC_API_KEY)',
    textOf,
  );
  collect(
    '--header <header>',
    "header that is sent with every call: 'Name: value'; repeatable",
    headerOf,
    merge<Headers>,
  );
  collect(
    '--fallback <provider>',
    "asked when the one before is out of service: 'provider=…,model=…[,baseUrl=…][,apiKeyEnv=…]'; repeatable",
    fallbackOf,
    (all: readonly ProviderFlags[] | undefined, one: ProviderFlags) => [...(all ?? []), one],
  );
  add('--temperature <x>', "0 to 2 (default: the provider's)", (option) => numberOf(option, 0, 2));
  add(
    '--max-tokens <n>',
    `tokens of an answer at most, 256 to 1048576 (default: ${REFINE_DEFAULTS.answerTokensMax})`,
    (option) => integerOf(option, 256, 2 ** 20),
  );

  command.optionsGroup('What is sent and what is kept:');
  add('--gate <expr>', `documents for which this holds are not sent (default: ${REFINE_RUN_DEFAULTS.gate})`, textOf);
  add('--iterations <n>', `prompts for a document at most (default: ${REFINE_DEFAULTS.iterations})`, (option) =>
    integerOf(option, 1, 100),
  );
  add(
    '--gain-min <x>',
    `what a version must gain on the best one before it (default: ${REFINE_DEFAULTS.gainMin})`,
    (option) => numberOf(option, 0),
  );
  add(
    '--no-gain-max <n>',
    `iterations without gain, in a row, at most (default: ${REFINE_DEFAULTS.noGainMax})`,
    (option) => integerOf(option, 1, 100),
  );
  add('--strategies <names>', `of ${STRATEGY_NAMES.join(',')} (default: all)`, (option) =>
    choicesOf(option, STRATEGY_NAMES),
  );
  add(
    '--profile <fields>',
    `what versions are judged by: a number of the report, or several with weights, a=2,b=1 (default: ${REFINE_DEFAULTS.profile})`,
    profileOf,
  );
  add('--seed <n>', `the same seed makes the same prompts (default: ${REFINE_DEFAULTS.seed})`, (option) =>
    integerOf(option, 0, 2 ** 32 - 1),
  );
  add('--config <file>', CONFIG, textOf);

  command.optionsGroup('Limits and money:');
  add(
    '--concurrency <n>',
    `calls in flight at each provider, at first and at most (default: ${CALLER_DEFAULTS.concurrency})`,
    (option) => integerOf(option, 1, 65_536),
  );
  add('--rpm <n>', 'requests per minute (default: no limit)', (option) => numberOf(option, 0.001));
  add('--tpm <n>', 'tokens per minute, input and output together (default: no limit)', (option) =>
    numberOf(option, 0.001),
  );
  add('--input-tpm <n>', 'input tokens per minute (default: no limit)', (option) => numberOf(option, 0.001));
  add('--output-tpm <n>', 'output tokens per minute (default: no limit)', (option) => numberOf(option, 0.001));
  add('--retries <n>', `attempts after the first (default: ${CALL_RETRY_DEFAULTS.retries})`, (option) =>
    integerOf(option, 0, 100),
  );
  add('--call-timeout-ms <n>', `milliseconds of one call (default: ${CALLER_DEFAULTS.timeoutMs})`, (option) =>
    integerOf(option, 1, 3_600_000),
  );
  add('--budget <usd>', 'US dollars that are never crossed (default: no cap)', (option) => numberOf(option, 0, 1e6));
  collect(
    '--price <price>',
    "USD per million tokens: 'model=input,output[,cachedInput]'; repeatable (default: the vendors' list prices)",
    priceOf,
    merge<PricesOptions>,
  );
  add('--prices <file>', 'JSON file of prices: {"model": {"input": 1, "output": 4, "cachedInput": 0.1}, …}', textOf);
  command.option('--estimate', 'print what a run would need, calls, tokens, price and time, and make no call');

  command.optionsGroup('Runs and files:');
  add(
    '--run <dir>',
    'directory of what was sent, answered and written: the same command goes on there (default: none)',
    textOf,
  );
  command.option('--retry-failed', 'try the dead letters of a complete run again; needs --run');
  add('--cache <dir>', 'directory of answers that were paid for; made when there is none (default: none)', textOf);
  add('--failed <file>', 'where the dead letters go (default: <output>.failed.jsonl; without -o, stderr)', textOf);
  add('--text-field <name>', 'field of a row that holds the text (default: text)', textOf);
  add('--id-field <name>', 'field of a row that holds the id (default: id)', textOf);
  add(
    '--depends-on-field <name>',
    'field of a row with the ids of documents that it depends on: it is refined after them, and fails when one of them does. ' +
      'Inputs are read twice, so each must be a file (default: none)',
    textOf,
  );
  add(
    '--max-bytes <n>',
    `largest text; a larger one is a dead letter. Bytes, or with a unit: 64k, 64MiB (default: ${maxBytes / MIB}MiB)`,
    (option) => bytesOf(option, 1, MAX_BYTES_LIMIT),
  );
  add(
    '--workers <n>',
    `threads that score, 1 to ${WORKERS_MAX} (default: one for each core, here ${workers})`,
    (option) => integerOf(option, 1, WORKERS_MAX),
  );
  add('--summary <file>', 'write the summary, or the estimate, there as JSON', textOf);
  add('--report <file>', 'write a page about the run there: one HTML file, to be looked at in a browser', textOf);
  command
    .option('--quiet', 'no progress line and no summary on stderr')
    .option('--debug', 'show the stack of an error')
    .addOption(new Option('--api-key <key>').hideHelp().argParser(refuseKey))
    .addHelpText('after', NOTES)
    .action(async (inputs: readonly string[], flags: RefineFlags) => {
      const { runRefine } = await import('../refine/run.js');
      invocation.exitCode = await runRefine(inputs, flags, invocation);
    });
}

type Headers = Readonly<Record<string, string>>;

function merge<T extends object>(all: T | undefined, one: T): T {
  return { ...all, ...one };
}
