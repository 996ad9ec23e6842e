// Which exchanges are under way and which sessions are over: forgotten, refused by AWS or at their end. Whoever still
// holds such a session must not use it, whatever a cache says.

import { monotonicMs } from "./clock.ts";
import type { Deadline, DeadlinePlace } from "./deadline.ts";
import type { ExchangedSession } from "./exchange_request.ts";

/** An exchange that has not ended. */
export interface UnderWay {
  readonly key: string;
  readonly tenantId: string;
  readonly user: string;
  /** Whether the user was forgotten meanwhile: then its session is over when it comes. */
  forgotten: boolean;
  deadline: Deadline | undefined;
}

export class SessionLedger {
  readonly #underWay = new Set<UnderWay>();
  /** Forgotten, or refused by AWS, while somebody may still hold them. */
  readonly #over = new WeakSet<ExchangedSession>();
  /** When sessions end, by the clock that never goes back. */
  readonly #endsAtMs = new WeakMap<ExchangedSession, number>();

  /** Notes that an exchange begins; give it to {@link end} whatever comes of it. */
  begin(who: Pick<UnderWay, "key" | "tenantId" | "user">): UnderWay {
    const exchange: UnderWay = { ...who, forgotten: false, deadline: undefined };
    this.#underWay.add(exchange);
    return exchange;
  }

  end(exchange: UnderWay): void {
    this.#underWay.delete(exchange);
  }

  /** Where the exchange under a key is. */
  placeOf(key: string): DeadlinePlace | undefined {
    for (const exchange of this.#underWay) if (exchange.key === key) return exchange.deadline?.place;
    return undefined;
  }

  /** A user is forgotten: what is under way for it comes too late. */
  forget(tenantId: string, user: string): void {
    for (const exchange of this.#underWay) {
      if (exchange.tenantId === tenantId && exchange.user === user) exchange.forgotten = true;
    }
  }

  /** Notes a session and how long it lives from now on. */
  add(session: ExchangedSession, livesMs: number): void {
    this.#endsAtMs.set(session, monotonicMs() + livesMs);
  }

  /** The session must not be used any more. */
  close(session: ExchangedSession): void {
    this.#over.add(session);
  }

  isOpen(session: ExchangedSession): boolean {
    return !this.#over.has(session) && monotonicMs() < (this.#endsAtMs.get(session) ?? 0);
  }
}
