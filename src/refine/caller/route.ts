import type { Clock } from '../../core/clock.js';
import { AdaptiveConcurrency } from '../../core/flow/aimd.js';
import { Semaphore } from '../../core/flow/semaphore.js';
import type { CallError, Usage } from '../providers/provider.js';
import { costNanoUsd, worstNanoUsd, type Price } from '../prices.js';
import { Breaker, type BreakerState, type Health } from './breaker.js';
import { Limits, type LimitsStatus } from './limits.js';
import type { ResolvedCallerOptions, ResolvedCallerProvider } from './options.js';

export interface RouteStatus {
  readonly name: string;
  readonly model: string;
  readonly inFlight: number;
  /** Calls that may be in flight now. */
  readonly concurrency: number;
  /** Calls that wait for one of those in flight to end. */
  readonly waiting: number;
  readonly breaker: BreakerState;
  readonly limits: LimitsStatus;
}

/**
 * The share of calls that may be turned away, or meet a server out of breath, before there are fewer calls at once. With every
 * single one, one call in a hundred would leave a dozen at once of a thousand (the square root of 2 / 0.01).
 */
const PRESSURE_TOLERANCE = 1 / 8;

/** One provider with all that guards it. */
export class Route {
  readonly index: number;
  readonly target: ResolvedCallerProvider;
  readonly permits: Semaphore;
  readonly pressure: AdaptiveConcurrency;
  readonly limits: Limits;
  readonly breaker: Breaker;
  inFlight = 0;
  /** The last one that told against the provider. */
  lastError: CallError | undefined;

  constructor(index: number, target: ResolvedCallerProvider, options: ResolvedCallerOptions) {
    const { concurrency, callsMax, clock } = options;
    this.index = index;
    this.target = target;
    this.permits = new Semaphore(concurrency, { queueMax: callsMax });
    this.pressure = new AdaptiveConcurrency({
      max: concurrency,
      tolerance: PRESSURE_TOLERANCE,
      onChange: (limit) => {
        this.permits.resize(limit);
      },
    });
    this.limits = new Limits(target.limits, callsMax, clock);
    this.breaker = new Breaker(options.breaker);
  }

  worstNanoUsd(inputTokens: number, outputTokens: number): number {
    return priced(this.target.price, (price) => worstNanoUsd(price, inputTokens, outputTokens));
  }

  costNanoUsd(usage: Usage): number {
    return priced(this.target.price, (price) => costNanoUsd(price, usage));
  }

  status(clock: Clock): RouteStatus {
    const { permits, waiting } = this.permits.status();
    const { name, model } = this.target;
    const breaker = this.breaker.state(clock.monotonicMs());
    return {
      name,
      model,
      inFlight: this.inFlight,
      concurrency: permits,
      waiting,
      breaker,
      limits: this.limits.status(),
    };
  }
}

/** A provider that answers is in order, also where it refuses. */
export function healthOf(error: CallError): Health {
  switch (error.code) {
    case 'ERR_PROVIDER_ANSWER':
    case 'ERR_PROVIDER_TIMEOUT':
    case 'ERR_PROVIDER_UNAVAILABLE':
      return 'bad';
    default:
      return 'good';
  }
}

/** Whether an error says that there were too many calls at once. */
export function isPressure({ code }: CallError): boolean {
  return code === 'ERR_PROVIDER_RATE_LIMITED' || code === 'ERR_PROVIDER_TIMEOUT' || code === 'ERR_PROVIDER_UNAVAILABLE';
}

function priced(price: Price | undefined, nanoUsd: (price: Price) => number): number {
  return price === undefined ? 0 : nanoUsd(price);
}
