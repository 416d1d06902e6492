import { writeFile } from 'node:fs/promises';

import { hasCritical } from '../../harness/bench/compare.js';
import type { BenchResult } from '../../harness/bench/result.js';
import { checkWritable } from '../../io/file-sink.js';
import { outputError } from '../../io/fs-errors.js';
import type { CliContext, Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { INTERRUPTED, interruptible } from '../interrupts.js';
import { print } from '../print.js';
import { stylesFor, understandsEscapes } from '../styles.js';
import { checkFlags, toBenchOptions, writtenFiles, type BenchFlags } from './flags.js';
import { BenchProgressLine } from './progress.js';
import { formatBench, formatNotes } from './table.js';

/** Runs `millrace bench`; returns the exit code. */
export async function runBenchCommand(
  inputs: readonly string[],
  flags: BenchFlags,
  { context }: Invocation,
): Promise<number> {
  checkFlags(inputs, flags);
  for (const path of writtenFiles(flags)) await checkWritable(path); // before the run, not when minutes of work are done

  const showsProgress = flags.quiet !== true && understandsEscapes(context.stderr, context.env);
  const progress = showsProgress ? new BenchProgressLine(context.stderr) : undefined;
  const work = async (signal: AbortSignal): Promise<number> => {
    try {
      const result = await context.bench({
        ...toBenchOptions(inputs, flags),
        signal,
        ...(inputs.includes('-') && { stdin: context.stdin }),
        ...(progress && { onProgress: (state) => progress.update(state) }),
      });
      progress?.clear();
      await report(result, flags, context);
      return hasCritical(result) ? EXIT.failed : EXIT.ok;
    } finally {
      progress?.clear();
    }
  };
  return interruptible(
    context,
    1,
    ({ signal }) => work(signal),
    () => INTERRUPTED,
  );
}

async function report(result: BenchResult, flags: BenchFlags, { stdout, stderr, env }: CliContext): Promise<void> {
  if (flags.quiet !== true) stderr.write(formatNotes(result));
  const json = `${JSON.stringify(result, undefined, 2)}\n`;
  if (flags.json === '-') await print(stdout, json);
  else {
    if (flags.json !== undefined) await writeText(flags.json, json);
    await print(stdout, formatBench(result, stylesFor(stdout, env)));
  }
  if (flags.html !== undefined) await writeText(flags.html, await pageOf(result));
}

/** Drawing is loaded when there is something to draw. */
async function pageOf(result: BenchResult): Promise<string> {
  const { benchPage } = await import('../../harness/bench/page.js');
  const { renderBenchPage } = await import('../../monitor/page/bench-page.js');
  return renderBenchPage(benchPage(result));
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}
