// Owns issuing an ID token outside the library's own flows: for grants, and for whatever comes later.
// Content comes from subjects/claims.ts, the seal from library/internals.ts; here they meet the key.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import { idTokenClaims, type SubjectClaims } from "../subjects/claims.ts";

/** What an ID token is made of. */
export interface IdTokenRequest {
  /** The audience. */
  client: Client;
  subject: SubjectClaims;
  /** When the person last proved who they are, in epoch seconds; undefined: not known. */
  authTime: number | undefined;
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
  nonce?: string;
  amr?: readonly string[];
  /** Who acts for the subject (RFC 8693 section 4.1). */
  act?: { sub: string };
}

/**
 * Signs an ID token with the current key, in the profile of docs/tti-profile.md.
 */
export function issueIdToken(provider: Provider, request: IdTokenRequest): Promise<string> {
  const available = {
    ...idTokenClaims(request.subject, request.tenantClaim),
    ...(request.authTime === undefined ? {} : { auth_time: request.authTime }),
  };
  const token = new provider.IdToken(available, { client: request.client });
  if (request.nonce !== undefined) token.set("nonce", request.nonce);
  if (request.amr !== undefined) token.set("amr", request.amr);
  if (request.act !== undefined) token.set("act", request.act);
  return token.issue({ use: "idtoken" });
}
