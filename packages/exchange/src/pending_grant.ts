// What an exchange will present to Identity Center: a code the browser brought, a kept refresh token, or a fresh ID
// token, minted when its turn comes. Owns the choice, and what to do when a refresh token was refused.
import type { TokenGrant } from "./aws/create_token_with_iam.ts";
import type { Connection } from "./connection.ts";
import type { Deadline } from "./deadline.ts";
import { SignInRequiredError } from "./errors.ts";
import type { ExchangeRequest } from "./exchange_request.ts";
import { otherFixes } from "./failures/other_fixes.ts";
import type { CheckedIdToken } from "./id_token/checked_id_token.ts";
import type { KeptRefreshTokens } from "./kept_refresh_tokens.ts";

export interface Grant {
  readonly exchanged: TokenGrant;
  readonly tenantId: string;
  readonly checked?: CheckedIdToken;
}

/** What will be exchanged, known before it is had. */
export interface PendingGrant {
  readonly isRefresh: boolean;
  /** Whether opening it asks somebody else, who may be slow. */
  readonly asksSource: boolean;
  readonly open: () => Promise<Grant>;
}

export interface GrantParts {
  readonly refreshTokens: KeptRefreshTokens;
  /** A fresh ID token, checked, verified and locked to the tenant. */
  readonly freshIdToken: () => Promise<CheckedIdToken>;
}

/**
 * How long another process that has just redeemed the same refresh token is given to keep its successor, before a
 * user is sent to sign in: pauses between looks, in milliseconds.
 */
const pausesBeforeSignInMs = [200, 400, 800];

/**
 * @param refused refresh tokens AWS no longer took in this exchange
 * @throws SignInRequiredError for an authorization-code connection without a refresh token
 */
export async function findGrant(
  parts: GrantParts,
  request: ExchangeRequest,
  refused: readonly string[],
  deadline: Deadline,
): Promise<PendingGrant> {
  const { connection, user, authorization } = request;
  const { tenantId } = connection;
  if (authorization !== undefined) {
    return ready(tenantId, { kind: "authorization_code", ...authorization }, false);
  }
  const refreshToken = await findRefreshToken(parts.refreshTokens, request, refused, deadline);
  if (refreshToken !== undefined) return ready(tenantId, { kind: "refresh_token", refreshToken }, true);
  if (connection.method === "auth-code") throw signInRequired(connection, user);
  return {
    isRefresh: false,
    asksSource: true,
    open: async () => {
      const checked = await parts.freshIdToken();
      const exchanged = { kind: "jwt-bearer", assertion: checked.token.compact } as const;
      return { exchanged, tenantId: checked.tenantId, checked };
    },
  };
}

function ready(tenantId: string, exchanged: TokenGrant, isRefresh: boolean): PendingGrant {
  return { isRefresh, asksSource: false, open: async () => ({ exchanged, tenantId }) };
}

async function findRefreshToken(
  kept: KeptRefreshTokens,
  request: ExchangeRequest,
  refused: readonly string[],
  deadline: Deadline,
): Promise<string | undefined> {
  const look = async () => {
    const token = await kept.find(request, deadline);
    return token !== undefined && refused.includes(token) ? undefined : token;
  };
  let token = await look();
  // A user must not sign in because two processes renewed at once. Who has an issuer simply mints.
  if (refused.length === 0 || request.connection.method !== "auth-code") return token;
  for (const pauseMs of pausesBeforeSignInMs) {
    if (token !== undefined) break;
    await deadline.sleep(pauseMs);
    token = await look();
  }
  return token;
}

/** No secret of a grant may show in an error. */
export function secretsOf({ exchanged }: Grant): readonly string[] {
  switch (exchanged.kind) {
    case "jwt-bearer":
      return [exchanged.assertion];
    case "refresh_token":
      return [exchanged.refreshToken];
    case "authorization_code":
      return [exchanged.code, exchanged.codeVerifier];
  }
}

function signInRequired({ tenantId }: Connection, user: string): SignInRequiredError {
  return new SignInRequiredError({
    code: "sign_in_required",
    step: "authorize",
    message: `User ${JSON.stringify(user)} of tenant ${tenantId} has no AWS session: this customer asks for a sign-in in the browser.`,
    fix: otherFixes.sign_in_required,
  });
}
