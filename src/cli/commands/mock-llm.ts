import type { Command } from 'commander';

import { ANSWERS } from '../../refine/mock/answers.js';
import { FAULTS, MOCK_DEFAULTS, type MockServerOptions } from '../../refine/mock/options.js';
import type { Invocation } from '../context.js';
import { integerOf, numberOf, sharesOf, textOf } from '../values.js';
import { adderFor } from './shared.js';

const NOTES = `
Examples:
  millrace mock-llm --port 8080                           a model that answers in ${MOCK_DEFAULTS.latencyMs} ms and improves every text
  millrace mock-llm --latency-ms 800 --latency-sigma 0.5  as slow, and as uneven, as a real one
  millrace mock-llm --rpm 6000 --tpm 200000 --fail 500=0.01,reset=0.01,429-retry=0.02
  millrace mock-llm --answers improve=0.8,worsen=0.1,truncate=0.1 --seed 7

It speaks the protocols of OpenAI (POST /v1/chat/completions) and of Anthropic (POST /v1/messages), prints its URL on stdout, and
says on SIGINT what it was asked for; GET /__mock/stats says so at any time.

Answers: ${ANSWERS.join(', ')}
Faults:  ${FAULTS.join(', ')}

Exit codes:
  0  interrupted, as it is meant to end      1    it failed
  2  bad usage`;

/** `millrace mock-llm`; what it runs is loaded when it runs. */
export function defineMock(command: Command, invocation: Invocation): void {
  command.description(
    'Serve a mock of a language model: set latency, limits, answers and faults, the same for the same seed.',
  );
  const add = adderFor(command);
  const { latencyMs, seed, burstSeconds } = MOCK_DEFAULTS;
  add('--port <n>', 'port, 0 for a free one (default: 0)', (option) => integerOf(option, 0, 65_535));
  add('--host <name>', `address to listen on (default: ${MOCK_DEFAULTS.host})`, textOf);
  add('--latency-ms <n>', `how long an answer takes (default: ${latencyMs})`, (option) => numberOf(option, 0));
  add('--latency-sigma <x>', 'sigma of log-normal latencies around that median (default: 0)', (option) =>
    numberOf(option, 0),
  );
  add('--answers <shares>', 'share of each kind of answer; the rest improves the text', (option) =>
    sharesOf(option, ANSWERS),
  );
  add('--fail <shares>', 'probability of each fault (default: none)', (option) => sharesOf(option, FAULTS));
  add('--rpm <n>', 'requests a minute (default: no limit)', (option) => integerOf(option, 1));
  add('--tpm <n>', 'tokens a minute (default: no limit)', (option) => integerOf(option, 1));
  add('--burst-seconds <x>', `seconds of the limits that may be used at once (default: ${burstSeconds})`, (option) =>
    numberOf(option, 0),
  );
  add('--context-tokens <n>', 'tokens that prompt and answer may have together (default: no limit)', (option) =>
    integerOf(option, 1),
  );
  add('--quota-calls <n>', 'calls after which the quota is used up (default: no limit)', (option) =>
    integerOf(option, 0),
  );
  add('--key <key>', 'the only key that is accepted (default: any)', textOf);
  add('--model <name>', 'the only model that is known (default: any)', textOf);
  add('--log <file>', 'append every call there, a line of JSON each', textOf);
  add('--seed <n>', `the same seed gives the same answers and faults (default: ${seed})`, (option) =>
    integerOf(option, 0),
  );
  command
    .option('--until-eof', 'end when stdin ends, too: with the program that holds it, however that ends')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(
      async ({
        fail,
        untilEof = false,
        debug: _,
        ...flags
      }: MockServerOptions & { fail?: MockServerOptions['faults']; untilEof?: boolean; debug?: boolean }) => {
        const { runMock } = await import('../mock-llm/run.js');
        invocation.exitCode = await runMock(
          { ...flags, ...(fail === undefined ? {} : { faults: fail }) },
          { untilEof },
          invocation,
        );
      },
    );
}
