// An issuer's keys as the exchange uses them: verified by them, a token's tenant claim is the issuer's word. What was
// good stays good through an outage, a new key is found at once, and no caller's token costs another caller anything.

import { type Clock, monotonicMs } from "../clock.ts";
import { IdTokenError } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { messageOf } from "../failures/redaction.ts";
import type { IdToken } from "./id_token.ts";
import { explainKeyFault } from "./key_faults.ts";
import { type FetchedKeySet, fetchKeySet, IssuerDocumentFault } from "./key_set_fetch.ts";
import type { KeyFault } from "./published_keys.ts";

/** Used as they are for this long; then fetched again. A key the issuer takes back is refused after it. */
export const freshMs = 10 * 60_000;
/** If they cannot be fetched again, still used until this age. */
export const staleIfErrorMs = 24 * 3_600_000;
/** After a fetch that failed, the next one waits this long where old keys serve meanwhile. */
const outagePauseMs = 30_000;
/** Where nothing serves, callers within this time share the failure. */
const failureHoldMs = 1000;
/** How long a caller whose token fits no known key must wait before another one makes us ask the issuer. */
const callerPauseMs = 10_000;
const mostCallers = 1000;

/** Whose token it is: tokens that fit no key are counted per caller. */
export interface KeyCaller {
  readonly tenantId: string;
  readonly user: string;
}

export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly jwksUri?: string | undefined;
  readonly clock: Clock;
  /** Milliseconds from anywhere, never back. */
  readonly now?: () => number;
}

interface Known extends FetchedKeySet {
  readonly atMs: number;
}

export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #now: () => number;
  #known: Known | undefined;
  /** The one fetch under way; whoever needs keys waits for it together. */
  #fetching: Promise<Known> | undefined;
  #failure: { readonly error: IdTokenError; readonly atMs: number } | undefined;
  /** When each caller's token last made us ask, the oldest first. */
  readonly #askedFor = new Map<string, number>();

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#now = options.now ?? monotonicMs;
  }

  /** How far the issuer's clock is ahead of this machine's, as its last answer showed. */
  get issuerAheadSeconds(): number | undefined {
    return this.#known?.issuerAheadSeconds;
  }

  /**
   * Verifies a token with the issuer's published keys.
   *
   * @throws IdTokenError `id_token_key_not_found`, `id_token_key_ambiguous`, `id_token_key_unusable`,
   *   `id_token_signature`, `id_token_keys_unavailable`, `id_token_keys_invalid`: each another cause
   */
  async verify(token: IdToken, caller: KeyCaller): Promise<void> {
    let known = await this.#current();
    let fault = await known.keys.findFault(token);
    // A fetch somebody else has begun costs this caller nothing.
    if (fault !== undefined && this.#fetching !== undefined) {
      known = (await this.#fetching.catch(() => undefined)) ?? known;
      fault = await known.keys.findFault(token);
    }
    if (fault !== undefined && this.#mayAskFor(caller)) {
      const newer = await this.#askAgain(fault);
      if (newer !== undefined) fault = await newer.keys.findFault(token);
    }
    if (fault !== undefined) throw faultError(fault, String(token.header["kid"]), this.#options.issuer);
  }

  /** Keys to begin with: fresh ones, or what an outage has left. */
  async #current(): Promise<Known> {
    const known = this.#known;
    if (known === undefined) return await this.#fetchOrShareFailure();
    const ageMs = this.#now() - known.atMs;
    if (ageMs < freshMs) return known;
    if (ageMs >= staleIfErrorMs) return await this.#fetchOrShareFailure();
    const failedMs = this.#failure === undefined ? freshMs : this.#now() - this.#failure.atMs;
    if (failedMs >= freshMs) return await this.#fetch().catch(() => known);
    // In an outage nobody waits: the old keys serve, and the issuer is asked in the background.
    if (failedMs >= outagePauseMs) this.#fetch().catch(() => undefined);
    return known;
  }

  /** @throws IdTokenError if the issuer cannot be asked: then nobody can say that its key does not exist */
  async #askAgain(fault: KeyFault): Promise<Known | undefined> {
    try {
      return await this.#fetchOrShareFailure();
    } catch (error) {
      if (fault.kind === "not-found") throw error;
      return undefined;
    }
  }

  #mayAskFor({ tenantId, user }: KeyCaller): boolean {
    const key = JSON.stringify([tenantId, user]);
    const nowMs = this.#now();
    const last = this.#askedFor.get(key);
    if (last !== undefined && nowMs - last < callerPauseMs) return false;
    this.#askedFor.delete(key);
    this.#askedFor.set(key, nowMs);
    for (const oldest of this.#askedFor.keys()) {
      if (this.#askedFor.size <= mostCallers) break;
      this.#askedFor.delete(oldest);
    }
    return true;
  }

  #fetchOrShareFailure(): Promise<Known> {
    const failure = this.#failure;
    if (this.#fetching === undefined && failure !== undefined && this.#now() - failure.atMs < failureHoldMs) {
      return Promise.reject(failure.error);
    }
    return this.#fetch();
  }

  #fetch(): Promise<Known> {
    this.#fetching ??= this.#load().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #load(): Promise<Known> {
    try {
      const fetched = await fetchKeySet(this.#options, this.#known?.jwksUri);
      this.#known = { ...fetched, atMs: this.#now() };
      this.#failure = undefined;
      return this.#known;
    } catch (error) {
      const failed = fetchError(this.#options.issuer, error);
      this.#failure = { error: failed, atMs: this.#now() };
      throw failed;
    }
  }
}

function fetchError(issuer: string, cause: unknown): IdTokenError {
  const wrong = cause instanceof IssuerDocumentFault;
  return new IdTokenError({
    code: wrong ? "id_token_keys_invalid" : "id_token_keys_unavailable",
    step: "id-token",
    message: wrong
      ? `Issuer ${issuer} publishes no keys an ID token could be verified with: ${messageOf(cause)}.`
      : `The keys of issuer ${issuer} could not be fetched, so the ID token's tenant cannot be trusted: ${messageOf(cause)}.`,
    fix: wrong ? otherFixes.id_token_keys_invalid : otherFixes.id_token_keys_unavailable,
    retryable: !wrong,
  });
}

function faultError(fault: KeyFault, kid: string, issuer: string): IdTokenError {
  const { code, why, fix, retryable } = explainKeyFault(fault, kid, issuer);
  return new IdTokenError({ code, step: "id-token", message: why, fix, retryable });
}
