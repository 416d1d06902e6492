import { writeFile } from 'node:fs/promises';
import { checkWritable } from '../../io/file-sink.js';
import { outputError } from '../../io/fs-errors.js';
import type { StressProgress, StressResult } from '../../harness/stress/result.js';
import { widthOf, type CliContext, type Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { print } from '../print.js';
import { stylesFor, understandsEscapes } from '../styles.js';
import { checkReports, toStressOptions, type StressFlags } from './flags.js';
import { formatStressLine } from './line.js';
import { formatStress } from './table.js';

const ERASE = '\r\x1b[K';

/** Runs `millrace stress`; returns the exit code, that of a failed run where a criterion is not met. */
export async function runStress(
  inputs: readonly string[],
  flags: StressFlags,
  { context }: Invocation,
): Promise<number> {
  checkReports(inputs, flags);
  for (const path of [flags.json, flags.html]) if (path !== undefined) await checkWritable(path);
  const line = lineFor(flags, context);
  const work = async (signal: AbortSignal): Promise<number> => {
    try {
      const result = await context.stress({
        ...toStressOptions(inputs, flags),
        ...(inputs.includes('-') ? { stdin: context.stdin } : {}),
        signal,
        onProgress: line.update,
      });
      line.clear();
      await writeReports(result, flags);
      await print(context.stdout, formatStress(result, stylesFor(context.stdout, context.env)));
      return result.holds ? EXIT.ok : EXIT.failed;
    } finally {
      line.clear();
    }
  };
  return interruptible(
    context,
    1,
    ({ signal }) => work(signal),
    () => 'interrupted: there is no verdict\n',
  );
}

interface Line {
  readonly update: (progress: StressProgress) => void;
  readonly clear: () => void;
}

/** On a terminal only. */
function lineFor({ quiet }: StressFlags, { stderr, env }: CliContext): Line {
  if (quiet === true || !understandsEscapes(stderr, env)) return { update: () => undefined, clear: () => undefined };
  return {
    update: (progress) => {
      // In the last column the cursor would wrap, and the next line would be drawn below this one.
      stderr.write(`${ERASE}${formatStressLine(progress, widthOf(stderr) - 1)}`);
    },
    clear: () => {
      stderr.write(ERASE);
    },
  };
}

/** @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file. */
async function writeReports(result: StressResult, { json, html }: StressFlags): Promise<void> {
  if (json !== undefined) await write(json, `${JSON.stringify(result, undefined, 2)}\n`);
  if (html === undefined) return;
  const { stressPage } = await import('../../harness/stress/page.js');
  const { renderRunPage } = await import('../../monitor/page/run-page.js');
  await write(html, renderRunPage(stressPage(result)));
}

async function write(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}
