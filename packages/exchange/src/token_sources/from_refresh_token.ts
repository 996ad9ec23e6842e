// ID tokens from any OpenID Provider that returns one on refresh (OpenID Connect Core 12.2): the ISV keeps a refresh
// token per user, and every exchange redeems it for a fresh ID token.

import { untilAborted } from "../deadline.ts";
import { IdTokenError } from "../errors.ts";
import { otherFixes, withoutIdTokenFixes } from "../failures/other_fixes.ts";
import type { IdTokenSource } from "../id_token/id_token_intake.ts";
import { TokenEndpoint, type TokenEndpointOptions } from "./token_endpoint.ts";

interface TenantUser {
  readonly tenantId: string;
  readonly user: string;
}

/** Where the users' refresh tokens are, and who asks with them. */
export interface FromRefreshTokenOptions extends TokenEndpointOptions {
  /** The user's present refresh token. */
  readonly loadRefreshToken: (user: TenantUser) => Promise<string | undefined>;
  /** Called when the provider rotated it; the old one is then worthless. */
  readonly saveRefreshToken: (user: TenantUser, refreshToken: string) => Promise<void>;
}

/**
 * A token source over a refresh token per user. Refreshes of one user run one after the other, because a rotating
 * provider takes a second use of the same refresh token for theft.
 */
export function fromRefreshToken(options: FromRefreshTokenOptions): IdTokenSource {
  const endpoint = new TokenEndpoint(options);
  const running = new Map<string, Promise<unknown>>();

  const redeem = async (refreshToken: string, user: TenantUser, signal: AbortSignal): Promise<string> => {
    const answer = await endpoint.request(
      { grant_type: "refresh_token", refresh_token: refreshToken },
      signal,
    );
    const rotated = answer["refresh_token"];
    if (typeof rotated === "string" && rotated !== refreshToken)
      await options.saveRefreshToken(user, rotated);
    const idToken = answer["id_token"];
    if (typeof idToken === "string") return idToken;
    throw new IdTokenError({
      code: "id_token_source_refused",
      step: "id-token",
      message: "The provider's refresh answer has no id_token; OpenID Connect leaves that to the provider.",
      fix: withoutIdTokenFixes.refreshed,
    });
  };

  const refresh = async (user: TenantUser, signal: AbortSignal): Promise<string> => {
    const refreshToken = await options.loadRefreshToken(user);
    if (refreshToken === undefined) throw noRefreshToken(user.user);
    try {
      return await redeem(refreshToken, user, signal);
    } catch (error) {
      if (!IdTokenError.isInstance(error) || error.oauthError !== "invalid_grant") throw error;
      // Another process may have redeemed it first; then its successor is there to be used.
      const successor = await options.loadRefreshToken(user);
      if (successor === undefined || successor === refreshToken) throw error;
      return await redeem(successor, user, signal);
    }
  };

  return async ({ tenantId, user, signal }) => {
    const key = JSON.stringify([tenantId, user]);
    const before = running.get(key) ?? Promise.resolve();
    const mine = before
      .catch(() => undefined)
      .then(() => untilAborted(refresh({ tenantId, user }, signal), signal));
    // Ends with the signal at the latest: a store that hangs must not lock the user out for good.
    running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (running.get(key) === mine) running.delete(key);
    }
  };
}

function noRefreshToken(user: string): IdTokenError {
  return new IdTokenError({
    code: "id_token_source_no_login",
    step: "id-token",
    message: `There is no refresh token for user ${JSON.stringify(user)}.`,
    fix: otherFixes.id_token_source_no_login,
  });
}
