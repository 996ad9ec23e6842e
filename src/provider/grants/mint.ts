// Owns minting: an ID token for a user whom a client names, without a browser. The protocol faces
// (token_exchange.ts, jwt_bearer.ts) say who is named; here it is decided, signed and recorded.
import { decodeJwt } from "jose";
import type Provider from "oidc-provider";
import type { Client, KoaContextWithOIDC } from "oidc-provider";
import { createAuditEvent } from "../../audit/audit_store.ts";
import { OperationError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { issueIdToken } from "../id_token.ts";
import type { SubjectClaims } from "../tenants/claims.ts";
import { decideSubject, type SubjectDeps } from "../tenants/subject.ts";

/** What minting needs. */
export interface MintDeps extends SubjectDeps {
  log: Log;
  issuer: string;
  /** The client registered with AWS: the one audience of minted tokens. */
  awsClientId: string;
  /** Configured name of the claim that carries the tenant. */
  tenantClaim: string;
}

/** Whom a client named, once the naming itself has been verified. */
export interface NamedSubject {
  accountId: string;
  tenantId: string | undefined;
  /** When the person logged in, epoch seconds, where the naming says so. */
  authTime: number | undefined;
  amr: readonly string[] | undefined;
  /** How the client named the person, for the audit trail. */
  by: "assertion" | "access_token" | "refresh_token" | "search";
}

/** A minted token. */
export interface MintedToken {
  idToken: string;
  expiresInSeconds: number;
}

/**
 * Mints an ID token for a named subject, if the tenant's rules let the client act for them now.
 *
 * Every mint and every refusal that knows its tenant is recorded for the tenant's administrators.
 *
 * @param provider the Provider that serves now
 * @param client the client that asks; it is authenticated
 * @throws OperationError as `decideSubject` does
 */
export async function mintIdToken(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  named: NamedSubject,
): Promise<MintedToken> {
  const decided = await decideSubject(deps, { ...named, clientId: client.clientId, present: false }).catch(
    async (error: unknown) => {
      await recordRefusal(deps, client, named, error);
      throw error;
    },
  );
  const nowSeconds = Math.floor(deps.clock().getTime() / 1000);
  const audience = await provider.Client.find(deps.awsClientId);
  if (audience === undefined) {
    throw new OperationError(
      "client_not_found",
      "The client registered with AWS (TTI_CLIENT_ID) is not registered here.",
    );
  }
  const idToken = await issueIdToken(provider, {
    client: audience,
    subject: decided.claims,
    authTime: named.authTime ?? Math.floor((decided.lastLoginAtMs ?? nowSeconds * 1000) / 1000),
    tenantClaim: deps.tenantClaim,
    ...(named.amr === undefined ? {} : { amr: named.amr }),
    // RFC 8693 section 4.1: the client acts for the person.
    act: { sub: client.clientId },
  });
  const { jti = "", exp = nowSeconds } = decodeJwt(idToken);
  await recordMint(deps, client, named, decided.claims, jti);
  return { idToken, expiresInSeconds: exp - nowSeconds };
}

/** The authenticated client of a token request. */
export function presentingClient(ctx: KoaContextWithOIDC): Client {
  const { client } = ctx.oidc;
  if (client === undefined)
    throw new Error("the token endpoint authenticates the client before a grant runs");
  return client;
}

/**
 * Refuses a client that may not act for a tenant. Deny by default: a client without the list may act for none.
 * @throws OperationError tenant_not_allowed
 */
export function assertMayActFor(client: Client, tenantId: string): void {
  const allowed: unknown = client["allowed_tenants"];
  if (Array.isArray(allowed) && (allowed.includes("*") || allowed.includes(tenantId))) return;
  throw new OperationError("tenant_not_allowed", "The client may not mint tokens for the tenant it names.");
}

function recordMint(
  deps: MintDeps,
  client: Client,
  named: NamedSubject,
  claims: SubjectClaims,
  jti: string,
): Promise<void> {
  return createAuditEvent(
    deps.db,
    {
      type: "token.minted",
      actor: `client:${client.clientId}`,
      tenantId: claims.tenantId,
      accountId: claims.sub,
      clientId: client.clientId,
      details: { by: named.by, jti },
    },
    deps.clock(),
  );
}

async function recordRefusal(
  deps: MintDeps,
  client: Client,
  named: NamedSubject,
  error: unknown,
): Promise<void> {
  if (!(error instanceof OperationError)) return;
  await createAuditEvent(
    deps.db,
    {
      type: "token.refused",
      actor: `client:${client.clientId}`,
      ...(named.tenantId === undefined ? {} : { tenantId: named.tenantId }),
      accountId: named.accountId,
      clientId: client.clientId,
      details: { by: named.by, reason: error.code },
    },
    deps.clock(),
  );
}
