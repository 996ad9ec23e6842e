// Owns issuing an ID token for a user whom a client acts for. Nobody gets one here without the assertion that the
// client may act for the tenant.
// Content comes from subjects/claims.ts, the seal from library/internals.ts; here they meet the key.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import type { MayAct } from "../clients/tenant_rights.ts";
import { idTokenClaims, type SubjectClaims } from "../subjects/claims.ts";

/** What an ID token is made of. */
export interface IdTokenRequest {
  /** The audience. */
  client: Client;
  subject: SubjectClaims;
  /** That the client which asks may act for the subject's tenant; the token names it as the actor (RFC 8693 section 4.1). */
  actor: MayAct;
  /** When the person last proved who they are, in epoch seconds; undefined: not known. */
  authTime: number | undefined;
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
  amr?: readonly string[];
}

/**
 * Signs an ID token with the current key, in the profile of docs/tti-profile.md.
 */
export function issueIdToken(provider: Provider, request: IdTokenRequest): Promise<string> {
  if (request.actor.tenantId !== request.subject.tenantId) {
    throw new Error("the client may act for another tenant than the subject's");
  }
  const available = {
    ...idTokenClaims(request.subject, request.tenantClaim),
    ...(request.authTime === undefined ? {} : { auth_time: request.authTime }),
  };
  const token = new provider.IdToken(available, { client: request.client });
  if (request.amr !== undefined) token.set("amr", request.amr);
  token.set("act", { sub: request.actor.clientId });
  return token.issue({ use: "idtoken" });
}
