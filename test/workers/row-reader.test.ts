/**
 * Proves that a row at which the kernel runs out of memory is the only one that is not read, and that without any memory there is an
 * error: the kernel is made to trap at chosen calls. What is read otherwise is proven by `test/engine/refine-files`.
 */
import { expect, it } from 'vitest';
import { compileKernel, type Kernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { RowReader } from '../../src/workers/row-reader.js';
import { KEEP_ALL } from '../../src/workers/row-settings.js';
import { FULLEST_ROWS } from '../support/measures.js';

const settings = {
  ...KEEP_ALL,
  emit: 'reports' as const,
  textField: 'text',
  idField: 'id',
  maxBytes: 1000,
  lineBytesMax: 10_000,
};
const data = Buffer.from('{"text":"a"}\n\n{"text":"b"}\n{"text":1}\n{"text":"c"}');
const block = { data, start: 0, source: 'made' };

/** Its kernels trap at the rows for which `traps` says so. */
class TrappingSlot extends KernelSlot {
  readonly #traps: (row: number) => boolean;
  readonly #prepared = new WeakSet();

  constructor(traps: (row: number) => boolean) {
    super(compileKernel(), FULLEST_ROWS.row);
    this.#traps = traps;
  }

  override get kernel(): Kernel {
    const kernel = super.kernel;
    if (this.#prepared.has(kernel)) return kernel;
    this.#prepared.add(kernel);
    const { exports } = kernel;
    let row = 0;
    const nextRow = (skip: number): number => {
      if (skip === 0 && this.#traps(row)) throw new RangeError('no memory');
      row++;
      return exports.nextRow(skip);
    };
    Object.defineProperty(kernel, 'exports', { value: { ...exports, nextRow } });
    return kernel;
  }
}

class FullSlot extends KernelSlot {
  override get kernel(): Kernel {
    throw new RangeError('no memory');
  }
}

it('gives up the rows at which the kernel traps, and no others', () => {
  const slot = new TrappingSlot((row) => row === 1 || row === 3);
  const { rows, lines } = new RowReader(settings, slot).read(block);
  expect(lines).toBe(5);
  expect(rows).toMatchObject([
    { kind: 'text', line: 1, text: 'a', bytes: 1 },
    { kind: 'unread', line: 3, error: { code: 'ERR_OUT_OF_MEMORY' } },
    { kind: 'unread', line: 4, error: { code: 'ERR_TEXT_TYPE' } },
    { kind: 'unread', line: 5, error: { code: 'ERR_OUT_OF_MEMORY' } },
  ]);
});

it('fails when there is no memory for a block', () => {
  const reader = new RowReader(settings, new FullSlot(compileKernel(), FULLEST_ROWS.row));
  expect(() => reader.read(block)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_MEMORY' }));
  expect(() => reader.count(block)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_MEMORY' }));
});
