// The exchange's dealings with the refresh token store: whose token, what if the store fails or never answers, what if
// the user was forgotten meanwhile. The store itself may be the ISV's database, shared by several processes.

import { type Deadline, withDeadline } from "./deadline.ts";
import { RefreshTokenStoreError } from "./errors.ts";
import type { ExchangeEvents } from "./exchange_events.ts";
import type { ExchangeRequest } from "./exchange_request.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import type { RefreshTokenKey, RefreshTokenStore } from "./refresh_token_store.ts";

export interface KeptRefreshTokensOptions {
  readonly store: RefreshTokenStore | undefined;
  readonly events: ExchangeEvents;
  /** Seconds one call of the store may take. */
  readonly callSeconds: number;
  /** The client is closed: nobody waits for the store any more. */
  readonly closing: AbortSignal;
}

/** A save that has begun; forget() reaches it also when the store is slow. */
interface Saving {
  readonly name: string;
  forgotten: boolean;
}

export class KeptRefreshTokens {
  readonly #store: RefreshTokenStore | undefined;
  readonly #options: KeptRefreshTokensOptions;
  readonly #saving = new Set<Saving>();

  constructor(options: KeptRefreshTokensOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  /** @throws RefreshTokenStoreError `refresh_token_store_failed` */
  async find(request: ExchangeRequest, deadline: Deadline): Promise<string | undefined> {
    const store = this.#store;
    if (store === undefined) return undefined;
    deadline.at("create-token-with-iam", "the refresh token store");
    try {
      return await deadline.limit(
        this.#options.callSeconds,
        () => storeFailed("read in time"),
        async () => await store.load(keyOf(request)),
      );
    } catch {
      deadline.signal.throwIfAborted();
      throw storeFailed("read");
    }
  }

  /**
   * Keeps a token for the next renewal. A store that cannot must not cost the user the credentials just obtained; the
   * next renewal then needs an ID token or a sign-in, and an event tells why. Never rejects, and ends in its time.
   */
  async save(request: ExchangeRequest, refreshToken: string): Promise<void> {
    const store = this.#store;
    if (store === undefined || request.isForgotten()) return;
    const key = keyOf(request);
    const saving: Saving = { name: nameOf(key), forgotten: false };
    this.#saving.add(saving);
    // Goes on after its time is over: the store may still write, and then forget() must have the last word.
    const work = (async () => {
      try {
        await store.save(key, refreshToken);
        if (saving.forgotten || request.isForgotten()) await store.delete(key, refreshToken);
      } finally {
        this.#saving.delete(saving);
      }
    })();
    await this.#tolerate(request, work);
  }

  /** Drops a token AWS no longer takes, unless another process has kept its successor meanwhile. */
  async discard(request: ExchangeRequest, refused: string): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    const key = keyOf(request);
    const work = (async () => {
      // Stores whose delete() knows no second parameter are protected by the look alone.
      if ((await store.load(key)) === refused) await store.delete(key, refused);
    })();
    await this.#tolerate(request, work);
  }

  /**
   * Drops a user's token on demand; a store that fails fails the caller, who must know.
   *
   * @throws RefreshTokenStoreError `refresh_token_store_failed`
   */
  async forget(key: RefreshTokenKey): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    const name = nameOf(key);
    for (const saving of this.#saving) if (saving.name === name) saving.forgotten = true;
    try {
      await this.#inTime((async () => await store.delete(key))());
    } catch {
      throw storeFailed("cleared");
    }
  }

  #inTime<T>(work: Promise<T>, closing?: AbortSignal): Promise<T> {
    return withDeadline(this.#options.callSeconds, closing, (deadline) => deadline.race(work));
  }

  async #tolerate({ connection, user }: ExchangeRequest, work: Promise<void>): Promise<void> {
    try {
      await this.#inTime(work, this.#options.closing);
    } catch {
      this.#options.events.emit({
        step: "create-token-with-iam",
        outcome: "error",
        tenantId: connection.tenantId,
        user,
        durationMs: 0,
        code: "refresh_token_store_failed",
      });
    }
  }
}

/** Not the store's own words: they may quote the token. */
function storeFailed(what: string): RefreshTokenStoreError {
  return new RefreshTokenStoreError({
    code: "refresh_token_store_failed",
    step: "create-token-with-iam",
    message: `The refresh token store could not be ${what}.`,
    fix: otherFixes.refresh_token_store_failed,
    retryable: true,
  });
}

function keyOf({ connection, user }: ExchangeRequest): RefreshTokenKey {
  return { tenantId: connection.tenantId, user, idcApplicationArn: connection.idcApplicationArn };
}

function nameOf({ tenantId, user, idcApplicationArn }: RefreshTokenKey): string {
  return JSON.stringify([tenantId, user, idcApplicationArn]);
}
