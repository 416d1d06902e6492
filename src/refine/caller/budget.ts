import { checkAborted, type AbortSource } from '../../core/abort.js';
import { MillraceError } from '../../core/errors.js';
import { Lanes } from '../../core/flow/lanes.js';
import { Waiter } from '../../core/flow/waiter.js';

/** Money set aside for one call. */
export interface Reservation {
  /** Says what the call cost; the rest is free again. Only the first word counts. */
  settle(nanoUsd: number): void;
}

export interface BudgetStatus {
  /** Infinity without a cap. */
  readonly capNanoUsd: number;
  readonly spentNanoUsd: number;
  /** Set aside for calls that have not been settled. */
  readonly reservedNanoUsd: number;
  /** What calls cost beyond what was reserved for them: 0 unless a provider counts more tokens than there are bytes. */
  readonly overrunNanoUsd: number;
  readonly waiting: number;
}

interface Claim {
  readonly nanoUsd: number;
  readonly waiter: Waiter<Reservation>;
}

/**
 * Money that may be spent, in integers of 1e-9 USD: spent + reserved never exceeds the cap.
 *
 * A call reserves the most that it can cost before it is sent and settles afterwards. One that does not fit waits, in order of
 * arrival, as long as calls in flight may cost less than was reserved for them; it is refused once it would not fit even if all
 * of them cost nothing. So nobody waits while nothing is reserved.
 */
export class Budget {
  readonly #capNanoUsd: number;
  readonly #claims: Lanes<Claim>;
  #spentNanoUsd: number;
  #reservedNanoUsd = 0;
  #overrunNanoUsd = 0;

  /**
   * @param capNanoUsd - Infinity for no cap.
   * @param spentNanoUsd - of earlier runs, with what was reserved for calls whose end is not known.
   */
  constructor(capNanoUsd: number, spentNanoUsd: number, queueMax: number) {
    this.#capNanoUsd = capNanoUsd;
    this.#spentNanoUsd = spentNanoUsd;
    this.#claims = new Lanes(1, queueMax, 'caller.callsMax');
  }

  /** Undefined when it does not fit now. @throws MillraceError `ERR_BUDGET` when it never will. */
  tryReserve(nanoUsd: number): Reservation | undefined {
    this.#checkPossible(nanoUsd);
    if (this.#claims.length > 0 || !this.#fits(nanoUsd)) return undefined;
    return this.#grant(nanoUsd);
  }

  /** @throws MillraceError `ERR_BUDGET`, `ERR_QUEUE_FULL`, `ERR_ABORTED`. */
  async reserve(nanoUsd: number, signal: AbortSource): Promise<Reservation> {
    checkAborted(signal);
    const reservation = this.tryReserve(nanoUsd);
    if (reservation !== undefined) return reservation;
    const waiter = new Waiter<Reservation>();
    const ticket = this.#claims.push(0, { nanoUsd, waiter });
    return waiter.wait(signal, () => {
      this.#claims.remove(ticket);
      this.#serve();
    });
  }

  status(): BudgetStatus {
    return {
      capNanoUsd: this.#capNanoUsd,
      spentNanoUsd: this.#spentNanoUsd,
      reservedNanoUsd: this.#reservedNanoUsd,
      overrunNanoUsd: this.#overrunNanoUsd,
      waiting: this.#claims.length,
    };
  }

  #fits(nanoUsd: number): boolean {
    return this.#spentNanoUsd + this.#reservedNanoUsd + nanoUsd <= this.#capNanoUsd;
  }

  #isPossible(nanoUsd: number): boolean {
    return this.#spentNanoUsd + nanoUsd <= this.#capNanoUsd;
  }

  #checkPossible(nanoUsd: number): void {
    if (!this.#isPossible(nanoUsd)) throw this.#refusal(nanoUsd);
  }

  #refusal(nanoUsd: number): MillraceError {
    const [cap, spent, next] = [this.#capNanoUsd, this.#spentNanoUsd, nanoUsd].map((each) => (each / 1e9).toFixed(6));
    const message = `the next call could cost ${next} USD, which with ${spent} USD spent would cross the budget of ${cap} USD`;
    return new MillraceError('ERR_BUDGET', message);
  }

  #grant(nanoUsd: number): Reservation {
    this.#reservedNanoUsd += nanoUsd;
    return new HeldReservation(nanoUsd, this.#settle);
  }

  readonly #settle = (reservedNanoUsd: number, nanoUsd: number): void => {
    this.#reservedNanoUsd -= reservedNanoUsd;
    this.#spentNanoUsd += nanoUsd;
    this.#overrunNanoUsd += Math.max(0, nanoUsd - reservedNanoUsd);
    this.#serve();
  };

  /** Grants to the oldest what fits, and refuses what never will. */
  #serve(): void {
    for (let claim = this.#claims.first(0); claim !== undefined; claim = this.#claims.first(0)) {
      const isPossible = this.#isPossible(claim.nanoUsd);
      if (isPossible && !this.#fits(claim.nanoUsd)) return;
      this.#claims.shift(0);
      if (isPossible) claim.waiter.resolve(this.#grant(claim.nanoUsd));
      else claim.waiter.reject(this.#refusal(claim.nanoUsd));
    }
  }
}

class HeldReservation implements Reservation {
  readonly #nanoUsd: number;
  #settle: ((reservedNanoUsd: number, nanoUsd: number) => void) | undefined;

  constructor(nanoUsd: number, settle: (reservedNanoUsd: number, nanoUsd: number) => void) {
    this.#nanoUsd = nanoUsd;
    this.#settle = settle;
  }

  settle(nanoUsd: number): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(this.#nanoUsd, nanoUsd);
  }
}
