import type { Csr } from './csr.js';
import type { Precedence } from './ready-heap.js';

/**
 * Turns each node's own level and cost, in place, into what decides its turn, in one pass from the end of the graph:
 *
 * - its level is that of its highest dependant: what something urgent waits for is as urgent;
 * - its rank is the cost of the longest path from it to the end of the graph, its own cost included. Whatever runs first by
 *   this upward rank keeps the critical path going (HEFT without its communication costs: Topcuoglu, Hariri and Wu 2002,
 *   "Performance-effective and low-complexity task scheduling for heterogeneous computing").
 *
 * @param order - topological.
 */
export function rankUpwards({ offsets, targets }: Csr, order: Uint32Array, { levels, ranks }: Precedence): void {
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    let level = levels[node]!;
    let longest = 0;
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const dependant = targets[edge]!;
      if (levels[dependant]! > level) level = levels[dependant]!;
      if (ranks[dependant]! > longest) longest = ranks[dependant]!;
    }
    levels[node] = level;
    ranks[node] = ranks[node]! + longest;
  }
}
