// Owns the OAuth 2.0 token exchange grant (RFC 8693): a client names a user, and gets the ID token for AWS.
import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { invalidGrant, refusingAs } from "../token_error.ts";
import { resolveAssertedSubject } from "./asserted_subject.ts";
import { type MintDeps, mintIdToken, type NamedSubject, presentingClient } from "./mint.ts";
import { resolveOwnTokenSubject } from "./own_token_subject.ts";

export const tokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";

/** Parameters of RFC 8693 section 2.1; those we refuse are listed so that they are seen. */
export const tokenExchangeParameters = [
  "subject_token",
  "subject_token_type",
  "requested_token_type",
  "audience",
  "resource",
  "scope",
  "actor_token",
  "actor_token_type",
] as const;

const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** Makes the handler of the grant. */
export function tokenExchangeHandler(provider: Provider, deps: MintDeps) {
  return async function exchangeToken(ctx: KoaContextWithOIDC): Promise<void> {
    const params = (ctx.oidc.params ?? {}) as Record<string, string | undefined>;
    assertSupported(params, deps.awsClientId);
    const minted = await refusingAs(
      invalidGrant,
      resolveSubject(provider, ctx, deps, params).then((named) =>
        mintIdToken(provider, presentingClient(ctx), deps, named),
      ),
    );
    ctx.body = {
      // RFC 8693 section 2.2.1: the issued token stands here whatever its kind; N_A says it is no access token.
      access_token: minted.idToken,
      issued_token_type: tokenType("id_token"),
      token_type: "N_A",
      expires_in: minted.expiresInSeconds,
    };
  };
}

function assertSupported(params: Record<string, string | undefined>, awsClientId: string): void {
  if (params["actor_token"] !== undefined || params["actor_token_type"] !== undefined) {
    throw new errors.InvalidRequest("actor_token is not supported: the authenticated client is the actor");
  }
  if (params["resource"] !== undefined) {
    throw new errors.InvalidTarget(
      "resource is not supported: the audience is the client id registered with AWS",
    );
  }
  if (params["audience"] !== undefined && params["audience"] !== awsClientId) {
    throw new errors.InvalidTarget("audience can only be the client id registered with AWS; leave it out");
  }
  const requested = params["requested_token_type"] ?? tokenType("id_token");
  if (requested !== tokenType("id_token")) {
    throw new errors.InvalidRequest(`requested_token_type must be ${tokenType("id_token")}`);
  }
  if (params["scope"] !== undefined && params["scope"] !== "openid") {
    throw new errors.InvalidScope("scope can only be openid; leave it out", params["scope"]);
  }
}

async function resolveSubject(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  deps: MintDeps,
  params: Record<string, string | undefined>,
): Promise<NamedSubject> {
  const client = presentingClient(ctx);
  const token = params["subject_token"];
  if (token === undefined || token === "") throw new errors.InvalidRequest("subject_token is missing");
  switch (params["subject_token_type"]) {
    case tokenType("jwt"):
      return resolveAssertedSubject(client, deps, token, "subject_token");
    case tokenType("access_token"):
      return resolveOwnTokenSubject(provider, client, token, "access_token");
    case tokenType("refresh_token"):
      return resolveOwnTokenSubject(provider, client, token, "refresh_token");
    default:
      throw new errors.InvalidRequest(
        `subject_token_type must be ${["jwt", "access_token", "refresh_token"].map(tokenType).join(", ")}`,
      );
  }
}
