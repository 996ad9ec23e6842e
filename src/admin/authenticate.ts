// Owns who may call the admin API: a back end with an access token of this issuer that carries the scope the
// route names. Everything else is refused, a route that names no scope included. Pure but for the look-up.
import { OperationError } from "../errors.ts";
import { type ApiScope, grantTypes } from "../grants_and_scopes.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import { describeRequest } from "../request_context.ts";

/**
 * Authenticates a request.
 * @param authorization the Authorization header (RFC 6750 section 2.1); no other place is looked at
 * @param scope what the route requires
 * @param findToken looks the token up at the provider
 * @throws OperationError unauthenticated, forbidden
 */
export async function authenticateBackEnd(
  authorization: string | undefined,
  scope: ApiScope,
  findToken: (token: string) => Promise<BackEndToken | undefined>,
): Promise<BackEndToken> {
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined || token.length > 4096) {
    throw new OperationError("unauthenticated", "The request carries no access token.", {
      fix: `Send "Authorization: Bearer …" with an access token of the scope ${scope}.`,
    });
  }
  const found = await findToken(token);
  if (!found) {
    throw new OperationError("unauthenticated", "The access token is unknown, expired or revoked.", {
      fix: `Get a new one: POST /token with grant_type=${grantTypes.clientCredentials} and scope=${scope}.`,
    });
  }
  describeRequest({ clientId: found.clientId });
  if (!found.scopes.has(scope)) {
    throw new OperationError("forbidden", `The access token lacks the scope ${scope}.`, {
      fix: `Ask for it at the token endpoint, as a client that was registered for it.`,
    });
  }
  return found;
}
