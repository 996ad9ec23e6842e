// Owns a back end for tests: it signs subject assertions and calls the token endpoint with plain fetch.
import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import type { Database } from "../../../src/db/connect.ts";
import { grantTypes } from "../../../src/grants_and_scopes.ts";
import { subjectAssertionType } from "../../../src/provider/grants/subject_assertion.ts";
import type { PresencePolicy } from "../../../src/provider/presence/presence_policy.ts";
import { type LoginMethod, saveTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { addClient, clientSecret } from "../support/provider_fixture.ts";

/** The client registered with AWS: `aud` of what is minted. */
export const awsClientId = "tti-demo";
/** The back end that mints. */
export const backEndId = "back-end";

const subjectKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** The key the back end signs with. */
export const subjectPrivateKey = subjectKeys.privateKey;

/** Its public half. */
export const subjectJwk = {
  ...subjectKeys.publicKey.export({ format: "jwk" }),
  alg: "ES256",
  use: "sig",
  kid: "s1",
};

/** The answer of the token endpoint. */
export interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Registers the client known to AWS and the back end, which may act for the named tenants. */
export async function addMintingClients(
  db: Database,
  allowedTenants: string[] = ["acme", "globex"],
): Promise<void> {
  await addClient(db, { client_id: awsClientId });
  await addClient(db, {
    client_id: backEndId,
    grant_types: ["authorization_code", "refresh_token", grantTypes.tokenExchange, grantTypes.jwtBearer],
    allowed_tenants: allowedTenants,
    jwks: { keys: [subjectJwk as never] },
  });
}

/** Sets a tenant's rules. */
export async function setTenant(
  db: Database,
  tenantId: string,
  rules: { loginMethod?: LoginMethod; presencePolicy?: PresencePolicy },
): Promise<void> {
  await saveTenant(db, tenantId, rules, new Date());
}

/** Signs a subject assertion; members given as undefined are left out. */
export async function signSubject(
  issuer: string,
  claims: Record<string, unknown>,
  options: { header?: Record<string, unknown>; key?: KeyObject } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = {
    iss: backEndId,
    aud: issuer,
    iat: now,
    exp: now + 120,
    jti: randomUUID(),
    tenant: "acme",
    ...claims,
  };
  const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(payload)
    .setProtectedHeader({ alg: "ES256", kid: "s1", typ: subjectAssertionType, ...options.header })
    .sign(options.key ?? subjectKeys.privateKey);
}

/** Posts to the token endpoint as a client with a secret. */
export async function postToken(
  issuer: string,
  parameters: Record<string, string> | [string, string][],
  clientId = backEndId,
): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Exchanges a subject token for an ID token. */
export function exchange(
  issuer: string,
  subjectToken: string,
  more: Record<string, string> = {},
  clientId = backEndId,
): Promise<TokenAnswer> {
  return postToken(
    issuer,
    {
      grant_type: grantTypes.tokenExchange,
      subject_token: subjectToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      requested_token_type: "urn:ietf:params:oauth:token-type:id_token",
      ...more,
    },
    clientId,
  );
}
