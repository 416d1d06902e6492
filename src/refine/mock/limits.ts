const MINUTE_MS = 60_000;

/** A limit of so many units a minute, of which a burst may be used at once. */
export class MockLimit {
  readonly perMinute: number;
  readonly #burst: number;
  #available: number;
  #atMs: number;

  constructor(perMinute: number, burstSeconds: number, nowMs: number) {
    this.perMinute = perMinute;
    this.#burst = Math.max((perMinute * burstSeconds * 1000) / MINUTE_MS, 1);
    this.#available = this.#burst;
    this.#atMs = nowMs;
  }

  /** Milliseconds until so many units may be taken; more than a burst may be once a whole burst is there. */
  waitMs(units: number, nowMs: number): number {
    this.#refill(nowMs);
    return Math.max(((Math.min(units, this.#burst) - this.#available) * MINUTE_MS) / this.perMinute, 0);
  }

  take(units: number): void {
    this.#available -= units;
  }

  /** Units that were taken and not needed. */
  giveBack(units: number): void {
    this.#available = Math.min(this.#available + units, this.#burst);
  }

  get remaining(): number {
    return Math.max(Math.floor(this.#available), 0);
  }

  /** Milliseconds until the limit is whole again. */
  get resetMs(): number {
    return Math.ceil(((this.#burst - this.#available) * MINUTE_MS) / this.perMinute);
  }

  #refill(nowMs: number): void {
    this.#available = Math.min(this.#available + ((nowMs - this.#atMs) * this.perMinute) / MINUTE_MS, this.#burst);
    this.#atMs = nowMs;
  }
}

/** What headers tell of a limit. */
interface NamedLimit {
  readonly name: 'requests' | 'tokens';
  readonly limit: MockLimit;
}

/** The limits of requests and tokens, and the headers that each protocol tells them by. */
export class MockLimits {
  readonly #limits: readonly NamedLimit[];

  constructor(
    limits: { readonly rpm: number | undefined; readonly tpm: number | undefined; readonly burstSeconds: number },
    nowMs: number,
  ) {
    const named: NamedLimit[] = [];
    if (limits.rpm !== undefined)
      named.push({ name: 'requests', limit: new MockLimit(limits.rpm, limits.burstSeconds, nowMs) });
    if (limits.tpm !== undefined)
      named.push({ name: 'tokens', limit: new MockLimit(limits.tpm, limits.burstSeconds, nowMs) });
    this.#limits = named;
  }

  /** Takes a request and its tokens from all limits or from none; returns the milliseconds to wait for, 0 if they were taken. */
  take(tokens: number, nowMs: number): number {
    const unitsOf = (name: NamedLimit['name']): number => (name === 'requests' ? 1 : tokens);
    const waitMs = Math.max(0, ...this.#limits.map(({ name, limit }) => limit.waitMs(unitsOf(name), nowMs)));
    if (waitMs === 0) for (const { name, limit } of this.#limits) limit.take(unitsOf(name));
    return waitMs;
  }

  giveBackTokens(tokens: number): void {
    for (const { name, limit } of this.#limits) if (name === 'tokens') limit.giveBack(tokens);
  }

  headers(protocol: 'openai' | 'anthropic', epochMs: number): Record<string, string> {
    const headers: Record<string, string> = {};
    for (const { name, limit } of this.#limits) {
      const { perMinute, remaining, resetMs } = limit;
      if (protocol === 'openai') {
        headers[`x-ratelimit-limit-${name}`] = String(perMinute);
        headers[`x-ratelimit-remaining-${name}`] = String(remaining);
        headers[`x-ratelimit-reset-${name}`] = `${resetMs}ms`;
      } else {
        headers[`anthropic-ratelimit-${name}-limit`] = String(perMinute);
        headers[`anthropic-ratelimit-${name}-remaining`] = String(remaining);
        headers[`anthropic-ratelimit-${name}-reset`] = new Date(epochMs + resetMs).toISOString();
      }
    }
    return headers;
  }
}
