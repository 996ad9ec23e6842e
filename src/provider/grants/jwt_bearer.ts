// Owns the JWT bearer grant (RFC 7523 section 2.1): the same subject assertion as token exchange takes, for
// clients whose libraries know this grant. The answer carries no access token that opens anything.
import type Provider from "oidc-provider";
import { errors, type KoaContextWithOIDC } from "oidc-provider";
import { personScope, tokenTypes } from "../../grants_and_scopes.ts";
import { invalidGrant, refusingAs } from "../library/token_error.ts";
import { mintForAssertion } from "./asserted_subject.ts";
import { presentingClient } from "./mint.ts";
import type { MintDeps } from "./named_subject.ts";
import { assertAsksForIdToken, requestedTokenParameters } from "./requested_token.ts";

/** The assertion, and what is refused or says what is so anyway. */
export const jwtBearerParameters = ["assertion", ...requestedTokenParameters] as const;

/** Makes the handler of the grant. */
export function jwtBearerHandler(provider: Provider, deps: MintDeps) {
  return async function redeemAssertion(ctx: KoaContextWithOIDC): Promise<void> {
    const params = (ctx.oidc.params ?? {}) as Record<string, string | undefined>;
    const assertion = params["assertion"];
    if (assertion === undefined || assertion === "") throw new errors.InvalidRequest("assertion is missing");
    assertAsksForIdToken(params, deps.awsClientId);
    const minted = await refusingAs(
      invalidGrant,
      mintForAssertion(provider, presentingClient(ctx), deps, assertion, "assertion"),
    );
    ctx.body = {
      // RFC 6749 section 5.1 wants the member; as in RFC 8693 it holds the token asked for.
      access_token: minted.idToken,
      id_token: minted.idToken,
      issued_token_type: tokenTypes.idToken,
      token_type: "N_A",
      expires_in: minted.expiresInSeconds,
      scope: personScope.openid,
    };
  };
}
