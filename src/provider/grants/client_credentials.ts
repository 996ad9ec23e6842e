// Owns the client credentials grant: access tokens by which a back end calls our own API, and nothing else.
import type Provider from "oidc-provider";
import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import { apiScopes } from "../../grants_and_scopes.ts";

export const clientCredentialsParameters = ["scope"] as const;

/**
 * Makes the handler. Denies by default: a client gets a scope only if its registration lists it, and must ask.
 * The library's own handler lets a client without a `scope` of its own have every scope, so it is not used.
 * @see RFC 6749 section 4.4
 */
export function clientCredentialsHandler(provider: Provider) {
  return async (ctx: TokenEndpointGrantContext<{ scope?: string }>): Promise<void> => {
    const { client, params } = ctx.oidc;
    if (client.clientAuthMethod === "none") {
      throw new errors.UnauthorizedClient("a public client cannot act for itself");
    }
    const registered = new Set((client.scope ?? "").split(" "));
    const requested = [...new Set((params.scope ?? "").split(" "))].filter((scope) => scope !== "");
    const refused = requested.find((scope) => !apiScopes.includes(scope) || !registered.has(scope));
    if (refused !== undefined) {
      throw new errors.InvalidScope("requested scope is not allowed for this client", refused);
    }
    if (requested.length === 0) {
      throw new errors.InvalidScope(`scope must name one of: ${apiScopes.join(", ")}`, "");
    }
    const token = new provider.ClientCredentials({ client, scope: requested.join(" ") });
    ctx.oidc.entity("ClientCredentials", token);
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      scope: token.scope,
      token_type: "Bearer",
    };
  };
}
