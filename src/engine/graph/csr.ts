/**
 * Neighbours of the nodes 0 to `nodes - 1`, in two typed arrays (compressed sparse rows):
 *
 *   offsets   0 2 2 3        node i's neighbours are targets[offsets[i]] … targets[offsets[i + 1] - 1]
 *   targets   4 7 0          so node 0 has 4 and 7, node 1 has none, node 2 has 0
 *
 * Four bytes a node and four an edge: a million nodes with three million edges take 16 MB, an array of arrays some 150.
 */
export interface Csr {
  readonly nodes: number;
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
}

/** Takes the neighbours of one node after the other. */
export class CsrBuilder {
  readonly #offsets: Uint32Array;
  /** The node, counted from 1, that has last taken each target: what tells a repeated neighbour without a search. */
  readonly #takenBy: Uint32Array;
  #targets = new Uint32Array(16);
  #nodes = 0;
  #edges = 0;

  constructor(nodes: number) {
    this.#offsets = new Uint32Array(nodes + 1);
    this.#takenBy = new Uint32Array(nodes);
  }

  /** Adds a neighbour of the node that is open; a neighbour that it has already is left out. */
  add(target: number): void {
    if (this.#takenBy[target] === this.#nodes + 1) return;
    this.#takenBy[target] = this.#nodes + 1;
    if (this.#edges === this.#targets.length) this.#grow();
    this.#targets[this.#edges++] = target;
  }

  /** Ends the node that is open and opens the next one. */
  endNode(): void {
    this.#offsets[++this.#nodes] = this.#edges;
  }

  build(): Csr {
    return { nodes: this.#nodes, offsets: this.#offsets, targets: this.#targets.slice(0, this.#edges) };
  }

  #grow(): void {
    const grown = new Uint32Array(this.#targets.length * 2);
    grown.set(this.#targets);
    this.#targets = grown;
  }
}

/** The same edges seen from their other ends, in the order of their nodes: counted, summed up, put in place. */
export function transpose({ nodes, offsets, targets }: Csr): Csr {
  const reversed = { nodes, offsets: new Uint32Array(nodes + 1), targets: new Uint32Array(targets.length) };
  for (const target of targets) reversed.offsets[target + 1]!++;
  for (let node = 0; node < nodes; node++) reversed.offsets[node + 1]! += reversed.offsets[node]!;
  const next = reversed.offsets.slice();
  for (let node = 0; node < nodes; node++) {
    for (let at = offsets[node]!; at < offsets[node + 1]!; at++) reversed.targets[next[targets[at]!]!++] = node;
  }
  return reversed;
}

/** Edges of each node. */
export function degrees({ nodes, offsets }: Csr): Uint32Array {
  const counts = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) counts[node] = offsets[node + 1]! - offsets[node]!;
  return counts;
}
