/** Proves that rows that the kernel writes are gathered in order in a slab that grows as needed, and where they stand there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../src/workers/kernel-host.js';
import { Output } from '../../src/workers/output.js';

const ADDRESS = 100;

/** A kernel whose output holds these bytes. */
function kernelWith(rows: Uint8Array): Kernel {
  const bytes = new Uint8Array(ADDRESS + rows.length);
  bytes.set(rows, ADDRESS);
  let end = ADDRESS + rows.length;
  const exports = {
    outputEnd: () => end,
    emptyOutput: () => {
      end = ADDRESS;
      return 0;
    },
  };
  return { bytes, outputAddress: ADDRESS, exports } as unknown as Kernel;
}

describe('gathered rows', () => {
  it('follow each other, whatever the size of the slab', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.nat({ max: 300 }), (pieces, slabBytes) => {
        const slab = new ArrayBuffer(slabBytes);
        const output = new Output(slab);
        let before = 0;
        for (const piece of pieces) {
          const kernel = kernelWith(piece);
          expect(output.positionOf(kernel, ADDRESS + 7)).toBe(before + 7);
          output.gather(kernel);
          output.gather(kernel); // emptied by the first
          before += piece.length;
        }
        expect(output.length).toBe(before);
        expect(Buffer.from(output.slab, 0, output.length)).toEqual(Buffer.concat(pieces));
        if (before <= slabBytes) expect(output.slab).toBe(slab);
      }),
      { numRuns: 200 },
    );
  });
});
