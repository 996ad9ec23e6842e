// What a successful CreateTokenWithIAM gives out: Identity Center's tokens and the identity context for AssumeRole.
// Shapes: BLOG-TTI, S3-DIR (contract 6.3).
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { OperationContext } from "../../operation/operation.ts";
import type { IdentityContext, IdentityStoreUser, IdSource } from "../../state/index.ts";
import type { Client } from "./application_access.ts";

/** DER prefix of a PKCS#8 Ed25519 private key; the 32 bytes of the seed follow. */
const ED25519_PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** Scope that lets an access token be used at the access portal's API. */
const ACCOUNT_ACCESS = "sso:account:access";

/** Signs the ID tokens of all instances of one sandbox. */
export type IdentityCenterSigner = { kid: string; key: KeyObject };

/** Made in no time and repeatable from a seed, which RSA is not; AWS's own algorithm is not published. */
export function createIdentityCenterSigner(ids: IdSource): IdentityCenterSigner {
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, ids.bytes(32)]);
  return { kid: ids.hex(16), key: createPrivateKey({ key: der, format: "der", type: "pkcs8" }) };
}

/** For whom tokens are issued. */
export type TokenSubject = {
  client: Client;
  user: IdentityStoreUser;
  scopes: string[];
  /** Null when the user signed in at Identity Center itself. */
  trustedTokenIssuerArn: string | null;
};

/** @returns the output of CreateTokenWithIAM; identity context and refresh token are remembered */
export function issueTokens(
  subject: TokenSubject,
  signer: IdentityCenterSigner,
  refreshToken: string | null,
  context: OperationContext,
) {
  const { client, user, scopes } = subject;
  const lifetimeSeconds = context.rules.getNumber("exchange.accessTokenSeconds");
  const identity = createIdentityContext(client, user, lifetimeSeconds, context);
  context.world.identityContexts.set(identity.assertion, identity);
  const accessToken = `aoa${context.ids.token(200)}`;
  if (scopes.includes(ACCOUNT_ACCESS)) rememberForPortal(accessToken, identity, context);
  const issued = refreshToken === null ? "access_token" : "refresh_token";
  return {
    accessToken,
    tokenType: "Bearer",
    expiresIn: lifetimeSeconds,
    ...(refreshToken === null ? {} : { refreshToken }),
    idToken: signJwt(idTokenClaims(subject, identity, context), signer),
    issuedTokenType: `urn:ietf:params:oauth:token-type:${issued}`,
    scope: scopes,
    awsAdditionalDetails: { identityContext: identity.assertion },
  };
}

/** Only an organization's instance opens accounts (IAM Identity Center user guide, account access for applications). */
function rememberForPortal(accessToken: string, identity: IdentityContext, context: OperationContext): void {
  const { userId, identityStoreId, instanceArn, applicationArn, expiresAtMs } = identity;
  if (context.world.instances.get(instanceArn)?.isAccountInstance === true) return;
  context.world.portalTokens.set(accessToken, {
    accessToken,
    userId,
    identityStoreId,
    instanceArn,
    applicationArn,
    expiresAtMs,
  });
}

/** @returns a new refresh token, remembered */
export function issueRefreshToken(subject: TokenSubject, context: OperationContext): string {
  const now = context.clock().getTime();
  const refreshToken = `aor${context.ids.token(200)}`;
  context.world.refreshTokens.set(refreshToken, {
    refreshToken,
    applicationArn: subject.client.application.applicationArn,
    userId: subject.user.userId,
    scopes: subject.scopes,
    trustedTokenIssuerArn: subject.trustedTokenIssuerArn,
    issuedAtMs: now,
    expiresAtMs: now + context.rules.getNumber("exchange.refreshTokenSeconds") * 1000,
  });
  return refreshToken;
}

function createIdentityContext(
  { application, instance }: Client,
  user: IdentityStoreUser,
  lifetimeSeconds: number,
  context: OperationContext,
): IdentityContext {
  const now = context.clock().getTime();
  return {
    assertion: `AQoJb3JpZ2luX2Vj${context.ids.token(600)}`,
    userId: user.userId,
    identityStoreId: instance.identityStoreId,
    identityStoreArn: `arn:aws:identitystore::${instance.ownerAccountId}:identitystore/${instance.identityStoreId}`,
    instanceArn: instance.instanceArn,
    applicationArn: application.applicationArn,
    credentialId: context.ids.uuid(),
    issuedAtMs: now,
    expiresAtMs: now + lifetimeSeconds * 1000,
  };
}

function idTokenClaims(subject: TokenSubject, identity: IdentityContext, context: OperationContext) {
  const { instance } = subject.client;
  const issuedAt = Math.floor(identity.issuedAtMs / 1000);
  return {
    iss: `https://identitycenter.amazonaws.com/${instance.instanceArn.split("/").at(-1)}`,
    sub: identity.userId,
    aud: subject.client.application.applicationArn.slice(-16),
    iat: issuedAt,
    exp: Math.floor(identity.expiresAtMs / 1000),
    auth_time: new Date(identity.issuedAtMs).toISOString(),
    ...(subject.trustedTokenIssuerArn === null ? {} : { act: { sub: subject.trustedTokenIssuerArn } }),
    "aws:identity_store_id": identity.identityStoreId,
    "aws:identity_store_arn": identity.identityStoreArn,
    "aws:instance_arn": identity.instanceArn,
    "aws:instance_account": instance.ownerAccountId,
    "aws:application_arn": identity.applicationArn,
    "aws:credential_id": identity.credentialId,
    "sts:identity_context": identity.assertion,
    "sts:audit_context": `AQoJb3JpZ2luX2Vj${context.ids.token(300)}`,
  };
}

function signJwt(claims: Record<string, unknown>, { kid, key }: IdentityCenterSigner): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "EdDSA", typ: "JWT", kid })}.${encode(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString("base64url")}`;
}
