/**
 * A process that refines files until it is done or killed: `<options as JSON>`. Prints a line when it begins, and the summary at
 * the end.
 */
import { refineFiles } from '../../../dist/engine/refine-files/refine-files.js';

process.stdout.write('begun\n');
const summary = await refineFiles(JSON.parse(process.argv[2]));
process.stdout.write(`${JSON.stringify(summary)}\n`);
