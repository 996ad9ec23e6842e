// Owns who may call the admin API: a back end with an access token of this issuer that carries the scope the route
// names, or a program with an API credential whose role may what the route does. Everything else is refused, a route that
// names nothing included. Pure but for the look-ups.
import { OperationError } from "../errors.ts";
import { grantTypes } from "../grants_and_scopes.ts";
import type { BackEndToken } from "../provider/clients/access_tokens.ts";
import { describeRequest } from "../request_context.ts";
import { type Credential, keyPrefix } from "./administrators/credential_store.ts";
import { mayDo, type Permission, scopeOf } from "./administrators/roles.ts";
import type { Caller } from "./operations/permissions.ts";

/** Who calls, as the store says now. */
export interface ApiCaller {
  /** As the trail names them. */
  actor: string;
  /** Which of those who had this name: a client that was registered anew, or opened again, is another. */
  generation: number;
  /** In whose name a back end's operations are done. */
  caller: Caller;
  /** The one tenant they are bound to; undefined: to none. */
  tenantId: string | undefined;
}

/** How callers are looked up. */
export interface CallerLookups {
  findToken(token: string): Promise<BackEndToken | undefined>;
  findCredential(key: string): Promise<Credential | undefined>;
}

// An administrator's rights are not those of a back end: none acts for a tenant's people.
const noBackEnd: Caller = { clientId: "", tokenHash: "", mayActFor: () => false };

/**
 * Authenticates a request.
 * @param authorization the Authorization header (RFC 6750 section 2.1); no other place is looked at
 * @param permission what the route takes
 * @throws OperationError unauthenticated, forbidden
 */
export async function authenticateCaller(
  authorization: string | undefined,
  permission: Permission,
  { findToken, findCredential }: CallerLookups,
): Promise<ApiCaller> {
  const scope = scopeOf(permission);
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined || token.length > 4096) {
    throw new OperationError("unauthenticated", "The request carries no access token.", {
      fix: `Send "Authorization: Bearer …" with an access token of the scope ${scope}, or an API credential.`,
    });
  }
  const looksLikeKey = token.startsWith(keyPrefix);
  const credential = looksLikeKey ? await findCredential(token) : undefined;
  if (credential !== undefined) {
    describeRequest({ credentialId: credential.id });
    if (!mayDo(credential.role, { permission })) {
      throw new OperationError(
        "forbidden",
        `The credential's role ${credential.role} does not open what takes ${permission}.`,
        { fix: "Use a credential whose role does: docs/admin-api.md says what each may." },
      );
    }
    const { id, tenantId } = credential;
    return { actor: `credential:${id}`, generation: 0, caller: noBackEnd, tenantId: tenantId ?? undefined };
  }
  const found = await findToken(token);
  if (!found && looksLikeKey) {
    throw new OperationError("unauthenticated", "The API credential is unknown, expired or revoked.", {
      fix: "An owner makes another: tti credential create.",
    });
  }
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
  const { clientId, clientGeneration: generation } = found;
  return { actor: `client:${clientId}`, generation, caller: found, tenantId: undefined };
}
