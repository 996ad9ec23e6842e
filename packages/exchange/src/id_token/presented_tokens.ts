// Remembers every ID token this process has presented to AWS, so that none is presented twice: one ID token is one
// exchange, also after an answer that never came. Digests are kept, until the token has expired and those noted before it have.

import { createHash } from "node:crypto";
import { IdTokenError } from "../errors.ts";
import { otherFixes } from "../failures/other_fixes.ts";
import { readNumericDate } from "./claim_values.ts";
import type { IdToken } from "./id_token.ts";

export class PresentedTokens {
  /** Digest → moment (epoch seconds) from which the token's own exp refuses it. Insertion order is roughly exp order. */
  readonly #seen = new Map<string, number>();

  /**
   * Takes note that a token is about to be presented. Call it immediately before the request leaves.
   *
   * @throws IdTokenError `id_token_presented_before`, `id_token_expired_waiting`
   */
  present(token: IdToken, now: Date): void {
    this.#dropExpired(now.getTime() / 1000);
    const exp = readNumericDate(token.claims["exp"]);
    if (exp === undefined || exp <= now.getTime() / 1000) throw expiredWaiting();
    const digests = digestsOf(token);
    if (digests.some((digest) => this.#seen.has(digest))) throw presentedBefore();
    for (const digest of digests) this.#seen.set(digest, exp);
  }

  /**
   * The same check without taking note, to refuse a repeated token before any AWS call.
   *
   * @throws IdTokenError `id_token_presented_before`
   */
  assertUnseen(token: IdToken): void {
    if (digestsOf(token).some((digest) => this.#seen.has(digest))) throw presentedBefore();
  }

  get size(): number {
    return this.#seen.size;
  }

  #dropExpired(nowSeconds: number): void {
    for (const [digest, exp] of this.#seen) {
      if (exp > nowSeconds) break;
      this.#seen.delete(digest);
    }
  }
}

/** The token itself and, because AWS compares claims, its (iss, jti). */
function digestsOf({ compact, claims }: IdToken): string[] {
  const digest = (text: string) => createHash("sha256").update(text).digest("base64url");
  const digests = [digest(compact)];
  if (typeof claims["jti"] === "string") digests.push(digest(JSON.stringify([claims["iss"], claims["jti"]])));
  return digests;
}

function expiredWaiting(): IdTokenError {
  return new IdTokenError({
    code: "id_token_expired_waiting",
    step: "id-token",
    message: "The ID token expired while it waited for its turn to be exchanged.",
    fix: otherFixes.id_token_expired_waiting,
    retryable: true,
  });
}

function presentedBefore(): IdTokenError {
  return new IdTokenError({
    code: "id_token_presented_before",
    step: "id-token",
    message: "The token source returned an ID token that was presented to AWS before. It was not sent again.",
    fix: otherFixes.id_token_presented_before,
  });
}
