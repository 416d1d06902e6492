/** Starts a mock, says its process id, and stays. */
import { MockProcess } from '../../dist/harness/mock-process.js';

const mock = await MockProcess.start([], new AbortController().signal);
console.log(mock.pid);
setInterval(() => undefined, 60_000);
