// The exchange's dealings with the refresh token store: whose token, what if the store fails, what if the user was
// forgotten meanwhile. The store itself may be the ISV's database.

import type { Deadline } from "./deadline.ts";
import { ExchangeError } from "./errors.ts";
import type { ExchangeEvents } from "./exchange_events.ts";
import type { ExchangeRequest } from "./exchanger.ts";
import type { RefreshTokenKey, RefreshTokenStore } from "./refresh_token_store.ts";

export class KeptRefreshTokens {
  readonly #store: RefreshTokenStore | undefined;
  readonly #events: ExchangeEvents;

  constructor(store: RefreshTokenStore | undefined, events: ExchangeEvents) {
    this.#store = store;
    this.#events = events;
  }

  /** @throws ExchangeError `refresh_token_store_failed` */
  async find(request: ExchangeRequest, deadline: Deadline): Promise<string | undefined> {
    if (this.#store === undefined) return undefined;
    try {
      return await deadline.race(this.#store.load(keyOf(request)));
    } catch {
      deadline.signal.throwIfAborted();
      // Not the store's own words: they may quote the token.
      throw new ExchangeError({
        code: storeFailed,
        step: "create-token-with-iam",
        message: "The refresh token store could not be read.",
        fix: "See the store's own log; the store is the one given as refreshTokens.",
        retryable: true,
      });
    }
  }

  /**
   * Keeps a token for the next renewal. A store that cannot must not cost the user the credentials just obtained; the
   * next renewal then needs an ID token or a sign-in, and an event tells why.
   */
  async save(request: ExchangeRequest, refreshToken: string): Promise<void> {
    if (this.#store === undefined || request.isForgotten()) return;
    try {
      await this.#store.save(keyOf(request), refreshToken);
      // forget() may have come while the store was writing.
      if (request.isForgotten()) await this.#store.delete(keyOf(request));
    } catch {
      this.#tellFailure(request);
    }
  }

  /** Drops a token AWS no longer takes. */
  async discard(request: ExchangeRequest): Promise<void> {
    try {
      await this.#store?.delete(keyOf(request));
    } catch {
      this.#tellFailure(request);
    }
  }

  /** Drops a user's token on demand; a store that fails fails the caller, who must know. */
  async forget(key: RefreshTokenKey): Promise<void> {
    await this.#store?.delete(key);
  }

  #tellFailure({ connection, user }: ExchangeRequest): void {
    this.#events.emit({
      step: "create-token-with-iam",
      outcome: "error",
      tenantId: connection.tenantId,
      user,
      durationMs: 0,
      code: storeFailed,
    });
  }
}

const storeFailed = "refresh_token_store_failed";

function keyOf({ connection, user }: ExchangeRequest): RefreshTokenKey {
  return { tenantId: connection.tenantId, user, idcApplicationArn: connection.idcApplicationArn };
}
