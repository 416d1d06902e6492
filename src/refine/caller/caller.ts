import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { MillraceError, type ErrorCode } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { delayMs } from '../../core/flow/backoff.js';
import { Deadlines } from '../../core/flow/deadlines.js';
import type { Permit } from '../../core/flow/semaphore.js';
import { sleep } from '../../core/flow/sleep.js';
import { Waiter } from '../../core/flow/waiter.js';
import { CallError, type Completion, type CompletionRequest } from '../providers/provider.js';
import { Budget, type BudgetStatus } from './budget.js';
import { Hold } from './hold.js';
import { NO_JOURNAL, WatchedJournal, type AttemptId } from './journal.js';
import { resolveCallerOptions, type CallerOptions, type ResolvedCallerOptions } from './options.js';
import { healthOf, isPressure, Route, type RouteStatus } from './route.js';
import { Routes, type Passage } from './routes.js';
import { Scopes, type Landing, type Scope } from './scope.js';
import { InputBounds } from './worst-case.js';

export interface CallContext {
  /** The document's position in its source. */
  readonly ordinal: number;
  readonly iteration: number;
  /** Retries that earlier calls of the document took, which `retriesPerDocument` bounds. @defaultValue 0 */
  readonly retriesBefore?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of a call that did not end the run. */
export type CallOutcome = AnsweredCall | FailedCall;

export interface CallFacts {
  /** The name of the provider that had the last word. */
  readonly provider: string;
  readonly model: string;
  /** Requests that were sent. */
  readonly attempts: number;
  readonly retries: number;
  /** What all attempts together are charged with, in 1e-9 USD; null where no price is known. */
  readonly nanoUsd: number | null;
}

export interface AnsweredCall extends CallFacts {
  readonly completion: Completion;
  readonly error?: undefined;
}

export interface FailedCall extends CallFacts {
  readonly completion?: undefined;
  /** Why the last attempt failed, when no other was left or it would have changed nothing. */
  readonly error: CallError;
}

export interface CallerStatus {
  readonly inFlight: number;
  readonly waiting: number;
  /** Requests that were sent. */
  readonly calls: number;
  readonly answered: number;
  /** Failed attempts, and those of them that were tried again, by code. */
  readonly failures: Readonly<Partial<Record<ErrorCode, number>>>;
  readonly retries: Readonly<Partial<Record<ErrorCode, number>>>;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly budget: BudgetStatus;
  /** Of answered calls, from sending to answer; null before the first. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  readonly routes: readonly RouteStatus[];
  /** Why nothing is sent any more. */
  readonly ended: unknown;
}

/** An hour in microseconds: the longest time-out. */
const LATENCY_US_MAX = 3_600_000_000;

/**
 * The one owner of calls and money: nobody else retries, waits for a limit or charges.
 *
 * A call passes, in this order, the breakers (which choose the provider), the permits of its concurrency, the budget and the
 * limits of rate; then the journal knows of it, and then it is sent. It waits in one place at a time, in each in order of
 * arrival, and holds only what is before it, so that nothing waits for what waits for it. Calls that are tried again get
 * permits before those that were never sent: they are older.
 */
export class Caller {
  readonly #options: ResolvedCallerOptions;
  readonly #routes: readonly Route[];
  readonly #passages: Routes;
  readonly #budget: Budget;
  readonly #deadlines: Deadlines;
  /** Undefined where nothing is written down: then nothing is made for it, either. */
  readonly #journal: WatchedJournal | undefined;
  readonly #scopes = new Scopes();
  readonly #bounds = new InputBounds();
  readonly #latencyUs: RecordableHistogram = createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: 3 });
  readonly #failures = new Map<ErrorCode, number>();
  readonly #retries = new Map<ErrorCode, number>();
  readonly #usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
  #calls = 0;
  #answered = 0;
  #end: { readonly reason: unknown } | undefined;
  #idle: Waiter<void> | undefined;

  /** @throws MillraceError as `resolveCallerOptions`. */
  constructor(options: CallerOptions) {
    this.#options = resolveCallerOptions(options);
    const { providers, capNanoUsd, spentNanoUsd, callsMax, outageMsMax, timeoutMs, journal, clock } = this.#options;
    this.#routes = providers.map((target, index) => new Route(index, target, this.#options));
    const endRun = (reason: unknown): void => {
      this.#endRun(reason);
    };
    this.#journal = journal === NO_JOURNAL ? undefined : new WatchedJournal(journal, endRun);
    this.#deadlines = new Deadlines(timeoutMs, clock);
    this.#budget = new Budget(capNanoUsd, spentNanoUsd, callsMax);
    this.#passages = new Routes(this.#routes, { outageMsMax, queueMax: callsMax, clock, onOutage: endRun });
  }

  /** Calls that may be in flight at each provider, at most. */
  get concurrency(): number {
    return this.#options.concurrency;
  }

  /**
   * Makes one call, with all retries it needs and is allowed.
   *
   * @throws what ends the run, from then on also for every other call that is not in flight: CallError of the verdict `run`, or
   * `ERR_PROVIDER_UNAVAILABLE` after an outage; what the journal throws; MillraceError `ERR_CLOSED`. Else MillraceError `ERR_BUDGET`, when
   * the next attempt could cross the budget; `ERR_ABORTED`; `ERR_QUEUE_FULL` when `callsMax` calls are under way.
   */
  async call(request: CompletionRequest, context: CallContext): Promise<CallOutcome> {
    this.#checkEnded();
    this.#checkRoom();
    const scope = this.#scopes.enter(context.signal);
    try {
      const call = new Call(request, context, scope, this.#bounds.of(request));
      let failure: FailedCall | undefined;
      for (;;) {
        this.#checkEnded();
        const passage = this.#passages.tryPass(call.from) ?? (await this.#waitToPass(call));
        // Where the next provider is out of service, a call that used up the one before is not worth waiting for it.
        if (passage === undefined) return failure!;
        const { route } = passage;
        const result = await this.#attempt(call, passage);
        if (result === undefined) continue; // The breaker opened before the call was sent.
        if (!(result instanceof CallError)) return call.answered(route, result);
        if (result.verdict === 'run') throw result;
        const waitMs = this.#waitMsAfter(call, route, result);
        failure = call.failed(route, result);
        if (waitMs === undefined) return failure;
        count(this.#retries, result.code);
        if (waitMs > 0) await sleep(waitMs, this.#options.clock, call.scope);
      }
    } catch (thrown) {
      scope.check(); // The reason, in place of the ERR_ABORTED of whatever was waited for.
      throw thrown;
    } finally {
      this.#scopes.leave(scope);
      if (this.#scopes.size === 0) this.#idle?.resolve();
    }
  }

  status(): CallerStatus {
    const inFlight = this.#routes.reduce((sum, route) => sum + route.inFlight, 0);
    const ms = (percentile: number): number => this.#latencyUs.percentile(percentile) / 1000;
    return {
      inFlight,
      waiting: this.#scopes.size - inFlight,
      calls: this.#calls,
      answered: this.#answered,
      failures: Object.fromEntries(this.#failures),
      retries: Object.fromEntries(this.#retries),
      ...this.#usage,
      budget: this.#budget.status(),
      latencyMs: this.#answered === 0 ? null : { p50: ms(50), p99: ms(99) },
      routes: this.#routes.map((route) => route.status(this.#options.clock)),
      ended: this.#end?.reason,
    };
  }

  /** Sends nothing more, waits for calls in flight, and closes the providers. Calls that wait reject with `ERR_CLOSED`. */
  async close(): Promise<void> {
    this.#endRun(new MillraceError('ERR_CLOSED', 'the caller is closed'));
    if (this.#scopes.size > 0) {
      this.#idle ??= new Waiter();
      await this.#idle.wait(undefined, () => undefined);
    }
    await Promise.all(this.#routes.map(({ target }) => target.provider.close()));
  }

  async #waitToPass(call: Call): Promise<Passage | undefined> {
    return call.from === 0 ? this.#passages.pass(call.scope) : undefined;
  }

  /** Undefined when the call was not sent, because the breaker opened while it waited. */
  async #attempt(call: Call, passage: Passage): Promise<Completion | CallError | undefined> {
    const { route } = passage;
    const { scope, inputTokens, request } = call;
    const worstNanoUsd = route.worstNanoUsd(inputTokens, request.maxTokens);
    const hold = new Hold(route);
    try {
      hold.permit = route.permits.tryAcquire() ?? (await this.#waitForPermit(call, route));
      hold.reservation = this.#budget.tryReserve(worstNanoUsd) ?? (await this.#budget.reserve(worstNanoUsd, scope));
      hold.units =
        route.limits.tryTake(inputTokens, request.maxTokens) ??
        (await route.limits.take(inputTokens, request.maxTokens, scope));
      scope.check();
      if (!route.breaker.holds(passage.round)) return undefined;

      const id = call.nextAttempt(route);
      const noted = this.#journal?.sent({ ...id, model: route.target.model, worstNanoUsd });
      if (noted !== undefined) await noted;
      if (scope.aborted) await this.#journal?.failed({ ...id, code: 'ERR_ABORTED', chargedNanoUsd: 0 });
      scope.check();

      const { round } = route.pressure;
      const sentAtMs = this.#options.clock.monotonicMs();
      const result = await this.#fly(call, route);
      route.inFlight--;
      this.#judge(result, passage, round); // Before the permit goes to the next call.
      const chargedNanoUsd = this.#settle(hold, result, worstNanoUsd);
      call.nanoUsd += chargedNanoUsd;
      this.#count(route, result, sentAtMs);
      const written = this.#noteLanded(id, result, chargedNanoUsd);
      if (written !== undefined) await written;
      if (result instanceof MillraceError && !(result instanceof CallError)) throw result;
      return result;
    } finally {
      hold.giveBack();
      this.#passages.record(passage, 'unknown'); // Unless it has been judged.
    }
  }

  #waitForPermit({ attempts, scope }: Call, route: Route): Promise<Permit> {
    return route.permits.acquire({ priority: attempts === 0 ? 'normal' : 'high', signal: scope });
  }

  /** Sends the request and waits for what comes of it. */
  #fly({ request, scope }: Call, route: Route): Promise<Landing> {
    const { target } = route;
    this.#calls++;
    route.inFlight++;
    const asked = request.model === target.model ? request : { ...request, model: target.model };
    return scope.fly(target, asked, this.#deadlines);
  }

  #noteLanded(id: AttemptId, result: Landing, chargedNanoUsd: number): MaybePromise<void> {
    if (result instanceof MillraceError) return this.#journal?.failed({ ...id, code: result.code, chargedNanoUsd });
    return this.#journal?.answered({ ...id, completion: result, chargedNanoUsd });
  }

  /** What the end of an attempt says of its provider and of the run. @param round - of the pressure, when it was sent. */
  #judge(result: Landing, passage: Passage, round: number): void {
    const { route } = passage;
    if (!(result instanceof MillraceError)) {
      route.pressure.succeeded(round);
      this.#passages.record(passage, 'good');
    } else if (result instanceof CallError) {
      const health = healthOf(result);
      if (health === 'bad') route.lastError = result;
      this.#passages.record(passage, health);
      if (result.verdict === 'run') this.#endRun(result);
      const isUnderPressure = isPressure(result) && route.pressure.pressed(round);
      this.#heed(route, result, isUnderPressure);
    }
  }

  /** Settles what the attempt held. @returns what it is charged with. */
  #settle(hold: Hold, result: Landing, worstNanoUsd: number): number {
    const { route } = hold;
    if (result instanceof CallError && !result.mayBeCharged) {
      if (result.status === undefined) hold.giveBack();
      else hold.settleRefused();
      return 0;
    }
    const usage = result instanceof MillraceError ? undefined : result.usage;
    const nanoUsd = usage === undefined ? worstNanoUsd : route.costNanoUsd(usage);
    hold.settle(nanoUsd, usage);
    return nanoUsd;
  }

  #count(route: Route, result: Landing, sentAtMs: number): void {
    if (result instanceof MillraceError) {
      count(this.#failures, result.code);
      return;
    }
    this.#latencyUs.record(latencyUs(this.#options.clock.monotonicMs() - sentAtMs));
    this.#countAnswer(route, result);
  }

  #countAnswer(route: Route, { usage, limits }: Completion): void {
    this.#answered++;
    if (limits !== undefined) route.limits.heed(limits);
    if (usage === undefined) return;
    this.#usage.inputTokens += usage.inputTokens;
    this.#usage.cachedInputTokens += usage.cachedInputTokens;
    this.#usage.outputTokens += usage.outputTokens;
  }

  /**
   * Does what a refusal asks for, for all calls to the provider. One that turns away a call here and there asks that call to wait,
   * which it does; one under pressure asks all.
   */
  #heed(route: Route, { limits, retryAfterMs }: CallError, isUnderPressure: boolean): void {
    if (limits !== undefined) route.limits.heed(limits);
    if (retryAfterMs === undefined) return;
    if (retryAfterMs > this.#options.outageMsMax) this.#passages.trip(route, retryAfterMs);
    else if (isUnderPressure) route.limits.pause(retryAfterMs);
  }

  /** How long to wait before the next attempt; undefined when there is to be none. */
  #waitMsAfter(call: Call, route: Route, error: CallError): number | undefined {
    const { retry, random, outageMsMax } = this.#options;
    if (error.verdict !== 'retry' || call.retriesOfDocument >= retry.retriesPerDocument) return undefined;
    const failures = call.countFailure(route);
    if (failures > retry.retries) call.from = route.index + 1;
    if (call.from === this.#routes.length) return undefined;
    call.retries++;
    if (call.from > route.index) return 0;
    const { retryAfterMs } = error;
    if (retryAfterMs === undefined || retryAfterMs > outageMsMax) return delayMs(failures - 1, retry, random);
    return retryAfterMs + random() * retry.baseMs; // Not all that were turned away together come back together.
  }

  /** Ends the run, unless it has ended; calls in flight are waited for, since they are paid. */
  #endRun(reason: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#scopes.abortWaiting(reason);
  }

  #checkEnded(): void {
    if (this.#end !== undefined) throw this.#end.reason;
  }

  #checkRoom(): void {
    const { callsMax } = this.#options;
    if (this.#scopes.size >= callsMax)
      throw new MillraceError('ERR_QUEUE_FULL', `more calls than caller.callsMax, ${callsMax}, would be under way`);
  }
}

/** The state of one call over all its attempts. */
class Call {
  readonly request: CompletionRequest;
  readonly context: CallContext;
  readonly scope: Scope;
  /** At most so many. */
  readonly inputTokens: number;
  /** Providers before this one have used up their retries. */
  from = 0;
  attempts = 0;
  retries = 0;
  nanoUsd = 0;
  #failures: number[] | undefined;

  constructor(request: CompletionRequest, context: CallContext, scope: Scope, inputTokens: number) {
    this.request = request;
    this.context = context;
    this.scope = scope;
    this.inputTokens = inputTokens;
  }

  get retriesOfDocument(): number {
    const { retriesBefore = 0 } = this.context;
    return retriesBefore + this.retries;
  }

  /** The next one, which goes to this provider. */
  nextAttempt({ target }: Route): AttemptId {
    const { ordinal, iteration } = this.context;
    return { ordinal, iteration, attempt: this.attempts++, provider: target.name };
  }

  /** @returns how often the call has failed at this provider. */
  countFailure({ index }: Route): number {
    this.#failures ??= [];
    return (this.#failures[index] = (this.#failures[index] ?? 0) + 1);
  }

  answered(route: Route, completion: Completion): AnsweredCall {
    return { ...this.#facts(route), completion };
  }

  failed(route: Route, error: CallError): FailedCall {
    return { ...this.#facts(route), error };
  }

  #facts({ target }: Route): CallFacts {
    const nanoUsd = target.price === undefined ? null : this.nanoUsd;
    const { attempts, retries } = this;
    return { provider: target.name, model: target.model, attempts, retries, nanoUsd };
  }
}

function latencyUs(ms: number): number {
  return Math.min(LATENCY_US_MAX, Math.max(1, Math.round(ms * 1000)));
}

function count<Code extends ErrorCode>(counts: Map<Code, number>, code: Code): void {
  counts.set(code, (counts.get(code) ?? 0) + 1);
}
