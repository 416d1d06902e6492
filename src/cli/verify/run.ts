import type { InspectedRun } from '../../ledger/calls/verify.js';
import type { Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { formatCountOf, formatUsd } from '../numbers.js';
import { print } from '../print.js';

/** Runs `millrace verify`; returns the exit code, that of a failed run when something does not add up. */
export async function runVerify(dir: string, { context }: Invocation): Promise<number> {
  const onWarn = (message: string): void => void context.stderr.write(`millrace: ${message}\n`);
  let differences = 0;
  for await (const { kind, message } of context.verifyRefineRun(dir, { onWarn })) {
    await print(context.stdout, `${kind}: ${message}\n`);
    differences++;
  }
  if (differences > 0) return EXIT.failed;
  await print(context.stdout, formatProof(await context.inspectRun(dir)));
  return EXIT.ok;
}

/** What no difference proves, in one line. */
function formatProof({ checkpoint, deadLetterCount, money }: InspectedRun): string {
  const documents = checkpoint.ordinal;
  const calls = `${formatCountOf(money.sent, 'call')}, none answered twice`;
  const rows = `${formatCountOf(documents - deadLetterCount, 'row')} and ${formatCountOf(deadLetterCount, 'dead letter')}`;
  // A model without a price is charged nothing, which is not to be taken for a price.
  const price = money.spentNanoUsd > 0 ? `; ${formatUsd(money.spentNanoUsd / 1e9)}` : '';
  return `${formatCountOf(documents, 'document')}: ${rows}, each once and in order; ${calls}${price}\n`;
}
