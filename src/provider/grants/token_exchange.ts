// Owns the OAuth 2.0 token exchange grant (RFC 8693): a client names a user, and gets the ID token for AWS.
import type Provider from "oidc-provider";
import { type Client, errors, type KoaContextWithOIDC } from "oidc-provider";
import { tokenTypes } from "../../grants_and_scopes.ts";
import { invalidGrant, refusingAs } from "../library/token_error.ts";
import { mintForAssertion } from "./asserted_subject.ts";
import { type MintedToken, mintIdToken, presentingClient } from "./mint.ts";
import type { MintDeps } from "./named_subject.ts";
import { type OwnTokenKind, resolveOwnTokenSubject } from "./own_token_subject.ts";
import { assertAsksForIdToken, requestedTokenParameters } from "./requested_token.ts";

/** Parameters of RFC 8693 section 2.1; those we refuse are listed so that they are seen. */
export const tokenExchangeParameters = [
  "subject_token",
  "subject_token_type",
  ...requestedTokenParameters,
] as const;

const ownTokenKinds: ReadonlyMap<string, OwnTokenKind> = new Map([
  [tokenTypes.accessToken, "access_token"],
  [tokenTypes.refreshToken, "refresh_token"],
]);

/** Makes the handler of the grant. */
export function tokenExchangeHandler(provider: Provider, deps: MintDeps) {
  return async function exchangeToken(ctx: KoaContextWithOIDC): Promise<void> {
    const params = (ctx.oidc.params ?? {}) as Record<string, string | undefined>;
    assertAsksForIdToken(params, deps.awsClientId);
    const minted = await refusingAs(invalidGrant, mint(provider, presentingClient(ctx), deps, params));
    ctx.body = {
      // RFC 8693 section 2.2.1: the issued token stands here whatever its kind; N_A says it is no access token.
      access_token: minted.idToken,
      issued_token_type: tokenTypes.idToken,
      token_type: "N_A",
      expires_in: minted.expiresInSeconds,
    };
  };
}

async function mint(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  params: Record<string, string | undefined>,
): Promise<MintedToken> {
  const token = params["subject_token"];
  if (token === undefined || token === "") throw new errors.InvalidRequest("subject_token is missing");
  const type = params["subject_token_type"] ?? "";
  if (type === tokenTypes.jwt) return mintForAssertion(provider, client, deps, token, "subject_token");
  const kind = ownTokenKinds.get(type);
  if (kind === undefined) {
    throw new errors.InvalidRequest(
      `subject_token_type must be ${[tokenTypes.jwt, tokenTypes.accessToken, tokenTypes.refreshToken].join(", ")}`,
    );
  }
  return mintIdToken(provider, client, deps, await resolveOwnTokenSubject(provider, client, token, kind));
}
