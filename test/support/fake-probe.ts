import type { ProcessProbe } from '../../src/monitor/process-probe.js';

/** Figures of a process that a test sets by hand. */
export class FakeProbe implements ProcessProbe {
  cpu: number | null = 0;
  machine: { busyMs: number; totalMs: number } | null = { busyMs: 0, totalMs: 0 };
  bytes: number | null = 100;
  loop = { activeMs: 0, idleMs: 0 };
  gc = 0;
  files: number | null = 7;
  isClosed = false;

  cpuMs(): number | null {
    return this.cpu;
  }

  machineMs(): { busyMs: number; totalMs: number } | null {
    return this.machine && { ...this.machine };
  }

  memory(): { rssBytes: number; heapUsedBytes: number; externalBytes: number } | null {
    if (this.bytes === null) return null;
    return { rssBytes: this.bytes, heapUsedBytes: this.bytes / 2, externalBytes: this.bytes / 4 };
  }

  loopMs(): { activeMs: number; idleMs: number } {
    return { ...this.loop };
  }

  gcMs(): number {
    return this.gc;
  }

  async countOpenFiles(): Promise<number | null> {
    return Promise.resolve(this.files);
  }

  close(): void {
    this.isClosed = true;
  }
}
