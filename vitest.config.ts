import { defineConfig, type Plugin } from 'vitest/config';

export default defineConfig({
  plugins: [takeBuiltParts()],
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    unstubEnvs: true,
    unstubGlobals: true,
    restoreMocks: true,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The kernels are AssemblyScript. Code that runs in worker threads runs from dist/ and is not counted either.
      exclude: ['src/cache/kernel/**', 'src/workers/kernel/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 90, statements: 90, functions: 90 },
    },
  },
});

/**
 * The sources of the main thread, run from src/, with what threads need from dist/: a thread runs a file of JavaScript, and the
 * kernels are WebAssembly. Both are named by their place beside the source that asks for them.
 */
function takeBuiltParts(): Plugin {
  const built = [
    {
      file: '/src/engine/threads/worker-pool.ts',
      from: "'./thread.js'",
      to: "'../../../dist/engine/threads/thread.js'",
    },
    {
      file: '/src/cache/hash-kernel.ts',
      from: "'./kernel/hash.wasm'",
      to: "'../../dist/cache/kernel/hash.wasm'",
    },
    {
      file: '/src/engine/threads/module-pool.ts',
      from: "'../../workers/module-worker.js'",
      to: "'../../../dist/workers/module-worker.js'",
    },
    {
      file: '/src/workers/kernel-host.ts',
      from: "'./kernel/kernel.wasm'",
      to: "'../../dist/workers/kernel/kernel.wasm'",
    },
  ];
  return {
    name: 'take-built-parts',
    enforce: 'pre',
    transform(code, id) {
      const part = built.find(({ file }) => id.endsWith(file));
      if (part === undefined) return undefined;
      if (!code.includes(part.from)) throw new Error(`${part.file} must name ${part.from}`);
      return { code: code.replace(part.from, part.to), map: null };
    },
  };
}
