/**
 * What a worker is started with.
 *
 * Apart from the protocol, since the declarations of the package must not name what its users' type libraries may lack.
 */
export interface WorkerData {
  readonly progress: Int32Array;
  readonly kernel: WebAssembly.Module;
  /** What is measured and how: a `measureRow`. */
  readonly measures: Float64Array;
}
