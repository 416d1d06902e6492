/**
 * The engine's worker, with a kernel that fails on cue: a text says what happens when it is scored, or read by what compares versions.
 *
 *   FAULT:exit       the thread ends
 *   FAULT:heap       the thread runs out of JavaScript heap
 *   FAULT:hang       the thread never comes back
 *   FAULT:trap       the kernel stops, as when it is out of memory
 *   FAULT:throw      an error that nobody catches, once the batch is scored but before it is answered
 *   FAULT:busy=50    takes that many milliseconds
 *   FAULT:once=PATH  the thread ends, but only for the first to make the file PATH
 */
import { closeSync, openSync } from 'node:fs';

const CUE = /FAULT:(\w+)(?:=([^\s"]+))?/;

const RealInstance = WebAssembly.Instance;
WebAssembly.Instance = class {
  constructor(module, imports) {
    const { exports } = new RealInstance(module, imports);
    this.exports = { ...exports, ...watched(exports) };
  }
};

const { toLowerCase } = String.prototype;
// What compares versions reads the words of both texts in lower case.
String.prototype.toLowerCase = function () {
  act(String(this));
  return toLowerCase.call(this);
};

const { default: handle } = await import('../../dist/engine/threads/thread.js');
export default handle;

/** The functions that score, each looking for a cue in its text first. */
function watched(exports) {
  let rows = [];
  return {
    scoreUnits(address, length, report) {
      act(decode(exports, address, 2 * length, 'utf-16le'));
      return exports.scoreUnits(address, length, report);
    },
    scoreFile(start, end, ...ids) {
      act(decode(exports, start, (end >>> 0) - (start >>> 0), 'utf-8'));
      return exports.scoreFile(start, end, ...ids);
    },
    startLines(start, end) {
      const lines = decode(exports, start, (end >>> 0) - (start >>> 0), 'utf-8').split('\n');
      rows = lines.filter((line) => /[^ \t\r]/.test(line));
      return exports.startLines(start, end);
    },
    nextRow(skip) {
      if (skip === 0) act(rows[0] ?? '');
      const outcome = exports.nextRow(skip);
      if (outcome !== OUTPUT_FULL) rows.shift();
      return outcome;
    },
  };
}

const OUTPUT_FULL = 32;

function decode({ memory }, address, length, encoding) {
  return new TextDecoder(encoding).decode(new Uint8Array(memory.buffer, address >>> 0, length));
}

function act(text) {
  const [, kind, value] = CUE.exec(text) ?? [];
  switch (kind) {
    case 'exit':
      process.exit(1);
      break;
    case 'heap':
      exhaustHeap();
      break;
    case 'hang':
      for (;;);
    case 'trap':
      throw new WebAssembly.RuntimeError('unreachable');
    case 'throw':
      globalThis.queueMicrotask(() => {
        throw new Error('nobody catches this');
      });
      break;
    case 'busy':
      wait(Number(value));
      break;
    case 'once':
      if (isFirst(value)) process.exit(1);
      break;
  }
}

function exhaustHeap() {
  for (const all = []; ;) all.push(new Array(10_000).fill(all.length));
}

/** Keeps the thread, as scoring would. */
function wait(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function isFirst(path) {
  try {
    closeSync(openSync(path, 'wx'));
    return true;
  } catch {
    return false;
  }
}
