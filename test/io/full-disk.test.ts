// Proves that an output that the system cuts off in the middle of a write (a limit on file sizes stands in for a full
// disk) ends in an error that names it, and holds whole writes only.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { partialPath } from '../../src/io/file-sink.js';
import { tempFolder } from './temp-folder.js';

const path = join(tempFolder(), 'out.jsonl');
const ROW_BYTES = 300_000;

test.skipIf(process.platform === 'win32')('the partial file ends with its last whole write', () => {
  const script = `
    import { openFileSink } from ${JSON.stringify(new URL('../../src/io/file-sink.ts', import.meta.url).href)};
    const sink = await openFileSink(process.argv[1], { bufferBytesMax: 1 });
    const row = Buffer.alloc(${ROW_BYTES}, 'x');
    row[row.length - 1] = 10;
    try {
      for (;;) await sink.write(row);
    } catch (error) {
      process.stdout.write(error.code + ' ' + error.message);
    }
    await sink.abort();`;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script, path];
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 4096; exec "$@"', 'sh', ...node], { encoding: 'utf8' });
  expect(stdout).toMatch(/^ERR_OUTPUT_UNWRITABLE output .*out\.jsonl cannot be written: /);
  const written = readFileSync(partialPath(path));
  expect(written.length).toBeGreaterThan(ROW_BYTES);
  expect(written.length % ROW_BYTES).toBe(0);
});
