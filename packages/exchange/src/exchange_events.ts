// What the exchange tells the outside about itself: one event per step, on a diagnostics channel and to a hook.
// Events carry names, times and ids; never tokens, keys or search texts.

import { type Channel, channel } from "node:diagnostics_channel";
import { monotonicMs } from "./clock.ts";
import type { ExchangeErrorCode } from "./error_codes.ts";
import { ExchangeError, type ExchangeStep } from "./errors.ts";

/** The diagnostics channel on which every client of this process tells its steps. */
export const exchangeChannelName = "tti-provider:exchange";

/** How the credentials of a call came about. */
export type CacheState = "hit" | "stale" | "miss" | "coalesced";

/** What is told of one step. */
export interface ExchangeEvent {
  /** A step of the exchange, or `credentials` for the whole of it as one caller saw it. */
  readonly step: ExchangeStep | "credentials";
  readonly outcome: "ok" | "error";
  readonly tenantId: string;
  readonly user: string;
  readonly durationMs: number;
  /** 1 for the first exchange of a call, more after a fresh token. */
  readonly attempt?: number;
  /** Of `credentials` events. */
  readonly cache?: CacheState;
  /** Of step 2: what was exchanged. */
  readonly grant?: string;
  readonly awsRequestId?: string | undefined;
  /** The error's code, when the outcome is an error. */
  readonly code?: ExchangeErrorCode | "aborted";
}

/** A listener may return a promise; nobody waits for it. */
export type ExchangeEventListener = (event: ExchangeEvent) => void;

/** What lines of a log go to. Never a token, key, search text or user: the tenant, the step and how it went. */
export interface ExchangeLogger {
  debug(line: string): void;
  warn(line: string): void;
}

export class ExchangeEvents {
  readonly #channel = channel(exchangeChannelName);
  readonly #listener: ExchangeEventListener | undefined;
  readonly #logger: ExchangeLogger | undefined;

  constructor(listener: ExchangeEventListener | undefined, logger?: ExchangeLogger) {
    this.#listener = listener;
    this.#logger = logger;
  }

  /** Whether anybody would hear an event. */
  get wanted(): boolean {
    return this.#listener !== undefined || this.#logger !== undefined || this.#channel.hasSubscribers;
  }

  /** Tells everybody who listens. No listener's fault, thrown or rejected, reaches the exchange or ends the process. */
  emit(told: ExchangeEvent): void {
    // One object for all: no listener changes what the next one hears.
    const event = Object.freeze(told);
    for (const subscriber of subscribersOf(this.#channel)) {
      tell(() => subscriber(event, exchangeChannelName));
    }
    const listener = this.#listener;
    if (listener !== undefined) tell(() => listener(event));
    const logger = this.#logger;
    if (logger === undefined) return;
    tell(() => (event.outcome === "ok" ? logger.debug(lineOf(event)) : logger.warn(lineOf(event))));
  }

  /** Runs one step and tells how it went. */
  async observe<T extends object>(
    about: Pick<ExchangeEvent, "step" | "tenantId" | "user" | "attempt" | "grant">,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!this.wanted) return await work();
    const startedMs = monotonicMs();
    try {
      const result = await work();
      const durationMs = monotonicMs() - startedMs;
      this.emit({ ...about, outcome: "ok", durationMs, awsRequestId: requestIdOf(result) });
      return result;
    } catch (error) {
      const known = error instanceof ExchangeError ? error : undefined;
      this.emit({
        ...about,
        outcome: "error",
        durationMs: monotonicMs() - startedMs,
        awsRequestId: known?.awsRequestId,
        code: known?.code ?? "aborted",
      });
      throw error;
    }
  }
}

/** An event for a person; the user, whose name is personal data, stays in the events. */
function lineOf({
  step,
  outcome,
  tenantId,
  durationMs,
  code,
  attempt,
  cache,
  awsRequestId,
}: ExchangeEvent): string {
  const about = [
    `tenant ${JSON.stringify(tenantId)}`,
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(attempt === undefined || attempt === 1 ? [] : [`attempt ${attempt}`]),
    ...(cache === undefined ? [] : [`cache ${cache}`]),
    ...(awsRequestId === undefined ? [] : [`AWS request ${awsRequestId}`]),
  ];
  return `tti-exchange: ${step} ${outcome === "ok" ? "done" : "failed"} in ${Math.round(durationMs)} ms (${about.join(", ")})`;
}

type Subscriber = (message: unknown, name: string) => unknown;

/**
 * Who listens on a channel. Node's own `publish` turns what a subscriber throws into an uncaught exception, which ends
 * the process; so the subscribers are called one by one. A Node.js that keeps them elsewhere gets `publish`.
 */
function subscribersOf(events: Channel): readonly Subscriber[] {
  if (!events.hasSubscribers) return [];
  const kept: unknown = Reflect.get(events, "_subscribers");
  if (!Array.isArray(kept)) return [(message) => events.publish(message)];
  return kept.filter((one): one is Subscriber => typeof one === "function");
}

/** Calls a listener; its fault, also one of a promise it returns, goes nowhere. */
function tell(listen: () => unknown): void {
  try {
    const answer = listen();
    if (isThenable(answer)) answer.then(undefined, () => undefined);
  } catch {
    // See emit().
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function requestIdOf(result: object): string | undefined {
  return "awsRequestId" in result && typeof result.awsRequestId === "string"
    ? result.awsRequestId
    : undefined;
}
