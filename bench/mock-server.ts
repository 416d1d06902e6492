/** A mock server in a process of its own, as a provider is: what it takes is not on the account of whoever calls it. */
import type { MockServerOptions } from '../src/refine/mock/options.js';
import { forkBenchFile } from './processes.js';

export interface MockFacts {
  readonly url: string;
  /** Since it was started. */
  readonly calls: number;
  /** Processor time of the process, likewise. */
  readonly cpuMs: number;
}

export type MockAnswer = MockFacts | { readonly error: string };

export class MockServerProcess {
  readonly url: string;
  readonly #ask: (message: MockServerOptions | 'facts') => Promise<MockFacts>;
  readonly #stop: () => void;

  private constructor(url: string, ask: MockServerProcess['facts'], stop: () => void) {
    this.url = url;
    this.#ask = ask;
    this.#stop = stop;
  }

  static async start(options: MockServerOptions): Promise<MockServerProcess> {
    const child = forkBenchFile('mock-process.ts');
    let take: (answer: MockAnswer) => void = () => {};
    child.on('message', (answer: MockAnswer) => {
      take(answer);
    });
    child.once('exit', () => {
      take({ error: 'the process has ended' });
    });
    const ask = async (message: MockServerOptions | 'facts' = 'facts'): Promise<MockFacts> => {
      const answer = await new Promise<MockAnswer>((resolve) => {
        take = resolve;
        child.send(message);
      });
      if ('error' in answer) throw new Error(`the mock server failed: ${answer.error}`);
      return answer;
    };
    const { url } = await ask(options);
    return new MockServerProcess(url, ask, () => {
      if (child.connected) child.disconnect();
    });
  }

  facts(): Promise<MockFacts> {
    return this.#ask('facts');
  }

  close(): void {
    this.#stop();
  }
}
