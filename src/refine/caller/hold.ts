import type { Permit } from '../../core/flow/semaphore.js';
import type { Usage } from '../providers/provider.js';
import type { Reservation } from './budget.js';
import type { Units } from './limits.js';
import type { Route } from './route.js';

/** What an attempt has taken of a provider, until it is settled or given back. Each part is let go once. */
export class Hold {
  readonly route: Route;
  permit: Permit | undefined;
  reservation: Reservation | undefined;
  units: Units | undefined;

  constructor(route: Route) {
    this.route = route;
  }

  /** The request was made: it costs so much, and of the limits what it used, or all that was taken where that is not known. */
  settle(nanoUsd: number, usage: Usage | undefined): void {
    if (this.units !== undefined && usage !== undefined) this.route.limits.settle(this.units, usage);
    this.units = undefined;
    this.reservation?.settle(nanoUsd);
    this.giveBack();
  }

  /** The request was refused: it costs nothing, and of the limits only itself. */
  settleRefused(): void {
    if (this.units !== undefined) this.route.limits.giveTokensBack(this.units);
    this.units = undefined;
    this.giveBack();
  }

  /** Gives back what is still held; nothing was sent. */
  giveBack(): void {
    if (this.units !== undefined) this.route.limits.giveBack(this.units);
    this.reservation?.settle(0);
    this.permit?.release();
    this.units = this.reservation = this.permit = undefined;
  }
}
