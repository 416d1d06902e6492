/** The part of the WebAssembly API that the kernels' hosts use; the types of Node.js 20 leave it out. */
declare namespace WebAssembly {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- opaque: nothing is known of a module but that it is one
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: object);
    readonly exports: Exports;
  }
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class RuntimeError extends Error {}
  type Exports = Readonly<Record<string, unknown>>;
}
