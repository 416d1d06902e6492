import type { CallerStatus } from '../../refine/caller/caller.js';
import type { RouteStatus } from '../../refine/caller/route.js';
import { formatTimeLeft } from '../numbers.js';

/** The provider that calls go to just now; undefined while none is in order. */
export function openRoute({ routes }: CallerStatus): RouteStatus | undefined {
  return routes.find(({ breaker }) => breaker === 'closed');
}

/** What keeps calls from being sent just now; undefined where none has to wait. */
export function holdOf(caller: CallerStatus): string | undefined {
  const route = openRoute(caller);
  if (route === undefined) return 'breaker';
  const { limits, waiting, concurrency } = route;
  if (limits.pausedMs > 0) return `retry-after, ${formatTimeLeft(limits.pausedMs / 1000)}`;
  if (caller.budget.waiting > 0) return 'budget';
  if (limits.waiting > 0) return scarcest(route);
  return waiting > 0 ? `concurrency ${concurrency}` : undefined;
}

/** Of the limits of a minute, the one of which the least share is left. */
function scarcest({ limits: { limits } }: RouteStatus): string {
  const shares = Object.entries(limits).map(([name, { available, burst }]) => ({ name, share: available / burst }));
  const least = shares.reduce((a, b) => (b.share < a.share ? b : a), { name: 'requests', share: Infinity });
  return least.name === 'requests' ? 'rate' : 'tokens';
}
