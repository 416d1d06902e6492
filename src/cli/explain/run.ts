import { explain } from '../../engine/explain/explain.js';
import type { Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { print } from '../print.js';
import { readConfig } from '../score/config.js';
import { stylesFor } from '../styles.js';
import type { ExplainFlags } from './flags.js';
import { formatExplanation } from './format.js';
import { glyphsFor } from './glyphs.js';
import { readDocument } from './read-document.js';

/** Runs `millrace explain`; returns the exit code. */
export async function runExplain(
  file: string,
  id: string | undefined,
  flags: ExplainFlags,
  { context }: Invocation,
): Promise<number> {
  const config = flags.config === undefined ? {} : await readConfig(flags.config);
  const { document, place, replaced } = await readDocument(file, id, flags, context.stdin);
  const explanation = explain(document, { ...config, replaced });
  const { stdout, env } = context;
  const text =
    flags.json === true
      ? `${JSON.stringify(explanation, undefined, 2)}\n`
      : formatExplanation(explanation, place, { styles: stylesFor(stdout, env), glyphs: glyphsFor(env) });
  await print(stdout, text);
  return EXIT.ok;
}
