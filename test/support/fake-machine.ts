import type { MachineFacts } from '../../src/monitor/machine.js';

export const FAKE_MACHINE: MachineFacts = Object.freeze({
  cpu: 'Abacus 9',
  cores: 2,
  memoryBytes: 2 ** 33,
  platform: 'wood-x64',
  node: 'v20.20.0',
  millrace: '0.1.0',
});
