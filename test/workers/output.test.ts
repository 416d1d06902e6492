/** Proves that rows that the kernel writes are gathered in order in a slab that grows as needed, and where they stand there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kernel } from '../../src/workers/kernel-host.js';
import { Output } from '../../src/workers/output.js';

const ADDRESS = 100;

/** A kernel whose memory holds these bytes at `ADDRESS`. */
function kernelWith(rows: Uint8Array): Kernel {
  const bytes = new Uint8Array(ADDRESS + rows.length);
  bytes.set(rows, ADDRESS);
  return { bytes } as unknown as Kernel;
}

describe('gathered rows', () => {
  it('follow each other, whatever the size of the slab', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), fc.nat({ max: 300 }), (pieces, slabBytes) => {
        const slab = new ArrayBuffer(slabBytes);
        const output = new Output(slab);
        let before = 0;
        const lineIds: number[] = [];
        for (const [index, piece] of pieces.entries()) {
          output.noteLineId(7, index);
          lineIds.push(before + 7, index);
          output.gather(kernelWith(piece), ADDRESS, ADDRESS + piece.length);
          before += piece.length;
        }
        expect(output.length).toBe(before);
        expect(Buffer.from(output.slab, 0, output.length)).toEqual(Buffer.concat(pieces));
        expect([...output.lineIds]).toEqual(lineIds);
        if (before <= slabBytes) expect(output.slab).toBe(slab);
      }),
      { numRuns: 200 },
    );
  });
});
