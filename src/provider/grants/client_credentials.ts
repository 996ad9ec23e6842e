// Owns the client credentials grant: access tokens by which a back end calls our own API, or an API of the ISV's. They
// speak for the client alone: no person, no tenant.
import type Provider from "oidc-provider";
import { type Client, errors, type TokenEndpointGrantContext } from "oidc-provider";
import { apiScopes } from "../../grants_and_scopes.ts";
import type { InstallationPart } from "../../installation.ts";
import { bindToKey, readKeyProof } from "../library/proof_of_possession.ts";
import { getResourceServer } from "../resources/resource_access.ts";

export const clientCredentialsParameters = ["scope", "resource"] as const;

/**
 * Makes the handler. Denies by default: a client gets a scope only if its registration lists it, or it was given it for
 * itself at the resource it names, and must ask. The library's own handler lets a client without a `scope` of its own have
 * every scope, so it is not used.
 * @see RFC 6749 section 4.4
 */
export function clientCredentialsHandler(provider: Provider, deps: InstallationPart<"db" | "issuer">) {
  return async (ctx: TokenEndpointGrantContext<{ scope?: string; resource?: string }>): Promise<void> => {
    const { client, params } = ctx.oidc;
    if (client.clientAuthMethod === "none") {
      throw new errors.UnauthorizedClient("a public client cannot act for itself");
    }
    const proof = await readKeyProof(provider, ctx);
    const server =
      params.resource === undefined
        ? undefined
        : await getResourceServer(deps, client.clientId, params.resource, "client");
    const allowed = server === undefined ? ownScopes(client) : server.scope.split(" ");
    const requested = [...new Set((params.scope ?? "").split(" "))].filter((scope) => scope !== "");
    const refused = requested.find((scope) => !allowed.includes(scope));
    if (refused !== undefined) {
      throw new errors.InvalidScope("requested scope is not allowed for this client", refused);
    }
    if (requested.length === 0) {
      const some = server === undefined ? apiScopes : allowed;
      throw new errors.InvalidScope(`scope must name one of: ${some.join(", ")}`, "");
    }
    const token = new provider.ClientCredentials({ client, scope: requested.join(" ") });
    if (server !== undefined) token.resourceServer = new provider.ResourceServer(server.audience, server);
    await bindToKey(provider, ctx, proof, token);
    ctx.oidc.entity("ClientCredentials", token);
    ctx.body = {
      access_token: await token.save(),
      expires_in: token.expiration,
      scope: token.scope,
      token_type: token.tokenType,
    };
  };
}

// Scopes of our own API.
function ownScopes(client: Client): string[] {
  return (client.scope ?? "").split(" ").filter((scope) => apiScopes.includes(scope));
}
