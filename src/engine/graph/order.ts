import { degrees, type Csr } from './csr.js';

/**
 * The nodes in an order in which each comes after all that it depends on (Kahn 1962), in O(nodes + edges) and without recursion.
 *
 * Nodes on a cycle, and those that depend on one, are left out: the order is shorter than the graph exactly if there is a cycle.
 */
export function topologicalOrder(dependencies: Csr, dependants: Csr): Uint32Array {
  const { nodes } = dependencies;
  const missing = degrees(dependencies);
  const order = new Uint32Array(nodes);
  let ordered = 0;
  for (let node = 0; node < nodes; node++) if (missing[node] === 0) order[ordered++] = node;
  // The order is its own queue: what stands before `at` has been taken from it.
  for (let at = 0; at < ordered; at++) {
    const node = order[at]!;
    for (let edge = dependants.offsets[node]!; edge < dependants.offsets[node + 1]!; edge++) {
      const dependant = dependants.targets[edge]!;
      missing[dependant]!--;
      if (missing[dependant] === 0) order[ordered++] = dependant;
    }
  }
  return order.subarray(0, ordered);
}

/**
 * A cycle among the nodes that an order has left out: each node depends on the next one, and the last one on the first.
 *
 * Every node that was left out depends on another such node, so a walk along these must come back to where it has been.
 */
export function findCycle(dependencies: Csr, order: Uint32Array): number[] {
  const isOrdered = new Uint8Array(dependencies.nodes);
  for (const node of order) isOrdered[node] = 1;
  const placeOf = new Map<number, number>();
  const path: number[] = [];
  let node = isOrdered.indexOf(0);
  while (node !== -1 && !placeOf.has(node)) {
    placeOf.set(node, path.length);
    path.push(node);
    node = leftOutDependency(dependencies, node, isOrdered);
  }
  return path.slice(placeOf.get(node) ?? path.length);
}

function leftOutDependency({ offsets, targets }: Csr, node: number, isOrdered: Uint8Array): number {
  for (let at = offsets[node]!; at < offsets[node + 1]!; at++) if (isOrdered[targets[at]!] === 0) return targets[at]!;
  return -1;
}
