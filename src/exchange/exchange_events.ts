// What the exchange tells the outside about itself: one event per step, on a diagnostics channel and to a hook.
// Events carry names, times and ids; never tokens, keys or search texts.

import { channel } from "node:diagnostics_channel";
import { monotonicMs } from "./clock.ts";
import { ExchangeError, type ExchangeStep } from "./errors.ts";

export const exchangeChannelName = "tti-provider:exchange";

/** How the credentials of a call came about. */
export type CacheState = "hit" | "stale" | "miss" | "coalesced";

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
  readonly code?: string;
}

export type ExchangeEventListener = (event: ExchangeEvent) => void;

export class ExchangeEvents {
  readonly #channel = channel(exchangeChannelName);
  readonly #listener: ExchangeEventListener | undefined;

  constructor(listener: ExchangeEventListener | undefined) {
    this.#listener = listener;
  }

  /** Whether anybody would hear an event. */
  get wanted(): boolean {
    return this.#listener !== undefined || this.#channel.hasSubscribers;
  }

  emit(event: ExchangeEvent): void {
    if (this.#channel.hasSubscribers) this.#channel.publish(event);
    try {
      this.#listener?.(event);
    } catch {
      // A listener's fault must not change what the exchange does.
    }
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

function requestIdOf(result: object): string | undefined {
  return "awsRequestId" in result && typeof result.awsRequestId === "string"
    ? result.awsRequestId
    : undefined;
}
