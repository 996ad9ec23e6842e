// Judges the token of AssumeRoleWithWebIdentity: its form, its provider in the role's account, its signature, its
// audience and its times. IAM user guide, "Create an OpenID Connect (OIDC) identity provider in IAM", "OIDC federation";
// STS API reference, AssumeRoleWithWebIdentity.
import { compactVerify, importJWK, type JWK } from "jose";
import { readAssertion } from "../../issuer/assertion.ts";
import type { IssuerKeys } from "../../issuer/issuer_keys.ts";
import { findTimeFault, isoOf } from "../../issuer/token_times.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { OidcProvider } from "../../state/index.ts";
import { refuse } from "./refuse.ts";

/** Signatures AWS takes, with the kind of key each is made with. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  RS256: "RSA",
  RS384: "RSA",
  RS512: "RSA",
  ES256: "EC",
  ES384: "EC",
  ES512: "EC",
};

/** Seconds past `exp` a token is still taken, "to account for clock skew" (IAM user guide, "OIDC federation"). */
const SKEW_SECONDS = 300;

/** What a token that holds says. */
export type WebIdentityToken = {
  provider: OidcProvider;
  subject: string;
  /** The audience that counts: `azp` where there is one. */
  audience: string;
  claims: Record<string, unknown>;
};

/** Claims of which every token has one. */
type RequiredClaims = { iss: string; sub: string; aud: string[]; iat: number; exp: number };

/**
 * @param token WebIdentityToken of the request
 * @param accountId account of the role: its providers are the ones that count
 * @throws AwsError InvalidIdentityToken, ExpiredTokenException or IDPCommunicationError
 */
export async function judgeWebIdentityToken(
  token: string,
  accountId: string,
  issuerKeys: IssuerKeys,
  context: OperationContext,
): Promise<WebIdentityToken> {
  const { header, claims } = takeApart(token);
  const required = requireClaims(claims);
  const provider = findProvider(required.iss, accountId, context);
  const audience = judgeAudience(required, claims["azp"], provider, context);
  await assertSigned(token, header, provider, issuerKeys, context);
  assertTimes(required, claims["nbf"], context);
  return { provider, subject: required.sub, audience, claims };
}

function takeApart(token: string) {
  const read = readAssertion(token);
  if (!("fault" in read)) return read;
  if (read.isUnsigned) {
    throw refuse("InvalidIdentityToken", "The token is not signed with a supported algorithm.", {
      rule: "webIdentity.algorithm",
      why: `WebIdentityToken is not signed: ${read.fault}`,
      fix: `Sign with one of ${Object.keys(ALGORITHMS).join(", ")}.`,
    });
  }
  const isPadded = !("fault" in readAssertion(token.trim()));
  throw refuse(
    "InvalidIdentityToken",
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
    {
      rule: "webIdentity.format",
      why: `WebIdentityToken is not a usable JWT: ${isPadded ? "white space stands around it" : read.fault}`,
      fix: isPadded
        ? "Write the token file without a line break at its end: SDKs send it as it is."
        : "Send an ID token, or another signed JWT of the issuer, unchanged.",
    },
  );
}

function requireClaims(claims: Record<string, unknown>): RequiredClaims {
  const { iss, sub, aud, iat, exp } = claims;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  const wrong = [
    [typeof iss === "string", "iss"],
    [typeof sub === "string" && sub !== "", "sub"],
    [audiences.length > 0 && audiences.every((each) => typeof each === "string"), "aud"],
    [Number.isInteger(iat), "iat"],
    [Number.isInteger(exp), "exp"],
  ].find(([holds]) => holds === false);
  if (wrong === undefined) return { iss, sub, aud: audiences, iat, exp } as RequiredClaims;
  const [, name] = wrong;
  throw refuse("InvalidIdentityToken", `Missing a required claim: ${name}`, {
    rule: "webIdentity.claims",
    why: `the token has no ${name} of the right type (iss, sub: text; aud: text or a list of texts; iat, exp: whole seconds)`,
    fix: `Issue tokens with ${name}.`,
  });
}

function findProvider(iss: string, accountId: string, context: OperationContext): OidcProvider {
  const own = [...context.world.oidcProviders.values()].filter((each) => each.accountId === accountId);
  const provider = own.find((each) => each.issuerUrl === iss);
  if (provider !== undefined) {
    context.passed("webIdentity.issuer", `account ${accountId} has the provider ${provider.arn}`);
    return provider;
  }
  const known = own.map((each) => each.issuerUrl).join(", ");
  throw refuse("InvalidIdentityToken", `No OpenIDConnect provider found in your account for ${iss}`, {
    rule: "webIdentity.issuer",
    why: `the token's iss is "${iss}"; account ${accountId} of the role has ${known === "" ? "no OpenID Connect provider" : `only ${known}`}`,
    fix: "Create the provider in the role's account with iam CreateOpenIDConnectProvider; its URL and iss are compared byte by byte (mind a trailing slash).",
  });
}

function judgeAudience(
  { aud }: RequiredClaims,
  azp: unknown,
  provider: OidcProvider,
  context: OperationContext,
): string {
  const rule = "webIdentity.audience";
  const isAzp = typeof azp === "string" && context.rules.get("webIdentity.azp") === "audience";
  const offered = isAzp ? [azp] : aud;
  const known = offered.filter((each) => provider.clientIds.includes(each));
  const [audience] = known;
  const several = offered.length > 1 && context.rules.get("webIdentity.severalAudiences") === "reject";
  if (audience !== undefined && !several) {
    context.passed(rule, `${isAzp ? "azp" : "aud"} ${audience} is a client id of the provider`);
    return audience;
  }
  const named = `${isAzp ? "azp (which counts in place of aud)" : "aud"} is ${offered.map((each) => `"${each}"`).join(", ")}`;
  const isAzpAlone = isAzp && aud.some((each) => provider.clientIds.includes(each));
  throw refuse("InvalidIdentityToken", "Incorrect token audience", {
    rule: several ? "webIdentity.severalAudiences" : isAzpAlone ? "webIdentity.azp" : rule,
    why: several
      ? `${named}: more than one audience`
      : `the token's ${named}; the provider's client ids are ${provider.clientIds.join(", ") || "none"}`,
    fix: several
      ? "Issue tokens for one audience."
      : "Add it with iam AddClientIDToOpenIDConnectProvider, or ask the issuer for a token for one of these.",
  });
}

async function assertSigned(
  token: string,
  header: Record<string, unknown>,
  provider: OidcProvider,
  issuerKeys: IssuerKeys,
  context: OperationContext,
): Promise<void> {
  const { alg, kid, typ } = header;
  const isJwt = typ === undefined || (typeof typ === "string" && typ.toUpperCase() === "JWT");
  if (!isJwt && context.rules.get("webIdentity.type") === "jwtOrAbsent") {
    throw refuse("InvalidIdentityToken", "The token is not of a supported type.", {
      rule: "webIdentity.type",
      why: `the token's typ is ${JSON.stringify(typ)}`,
      fix: "Send a token of typ JWT or none.",
    });
  }
  const kty = typeof alg === "string" && Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (typeof alg !== "string" || kty === undefined) {
    throw refuse("InvalidIdentityToken", "The token is not signed with a supported algorithm.", {
      rule: "webIdentity.algorithm",
      why: `the token's alg is ${JSON.stringify(alg ?? null)}`,
      fix: `Sign with one of ${Object.keys(ALGORITHMS).join(", ")}.`,
    });
  }
  const fits = (key: JWK) => key.kty === kty && (key.use ?? "sig") === "sig" && (key.alg ?? alg) === alg;
  const tryAll = kid === undefined && context.rules.get("webIdentity.missingKid") === "tryAll";
  const candidates = (
    await findKeys(provider, issuerKeys, (key) => tryAll || key.kid === kid, context)
  ).filter(fits);
  for (const jwk of candidates) {
    if (await verifies(token, alg, jwk)) {
      context.passed("webIdentity.signature", `signed by the key ${jwk.kid ?? "without kid"}`);
      return;
    }
  }
  const told = { rule: "webIdentity.signature" };
  if (candidates.length > 0) {
    throw refuse("InvalidIdentityToken", "The signature of the token could not be verified.", {
      ...told,
      why: `the signature does not verify with the published key ${JSON.stringify(kid ?? null)}`,
      fix: "The JWKS must hold the public half of the key that signs; never reuse a kid.",
    });
  }
  throw noKey("InvalidIdentityToken", {
    rule: kid === undefined ? "webIdentity.missingKid" : told.rule,
    why: `no ${kty} key of the provider's JWKS has the token's kid ${JSON.stringify(kid ?? null)}`,
    fix: "Publish the signing key before using it, with the kid the token's header names.",
  });
}

/** The provider's keys that are meant; fetched anew once when the cached ones have none of them. */
async function findKeys(
  provider: OidcProvider,
  issuerKeys: IssuerKeys,
  isMeant: (key: JWK) => boolean,
  context: OperationContext,
): Promise<JWK[]> {
  const documents = await issuerKeys.get(provider.issuerUrl);
  if (!documents.ok) {
    const code = context.rules.get("webIdentity.unreachable") as
      | "InvalidIdentityToken"
      | "IDPCommunicationError";
    throw noKey(code, documents);
  }
  if (documents.issuer !== provider.issuerUrl) {
    throw noKey("InvalidIdentityToken", {
      rule: "issuer.discoveryIssuer",
      why: `discovery says issuer "${documents.issuer}", the provider is "${provider.issuerUrl}"`,
      fix: "Both must be byte-identical (mind a trailing slash).",
    });
  }
  const found = documents.keys.filter(isMeant);
  if (found.length > 0) return found;
  const fresh = await issuerKeys.get(provider.issuerUrl, { fresh: true });
  return fresh.ok ? fresh.keys.filter(isMeant) : [];
}

function noKey(
  code: "InvalidIdentityToken" | "IDPCommunicationError",
  { rule, why, fix }: { rule: string; why: string; fix: string },
) {
  const message =
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements";
  return refuse(code, message, { rule, why, fix });
}

async function verifies(token: string, alg: string, jwk: JWK): Promise<boolean> {
  try {
    await compactVerify(token, await importJWK(jwk, alg), { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

function assertTimes({ iat, exp }: RequiredClaims, nbf: unknown, context: OperationContext): void {
  const rule = "webIdentity.times";
  const now = Math.floor(context.clock().getTime() / 1000);
  const fault = findTimeFault("exp", exp) ?? findTimeFault("iat", iat) ?? findTimeFault("nbf", nbf);
  if (fault !== undefined)
    throw refuse("InvalidIdentityToken", "The times of the token are not in seconds.", { rule, ...fault });
  if (now >= exp + SKEW_SECONDS) {
    const message = `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`;
    throw refuse("ExpiredTokenException", message, {
      rule,
      why: `the token expired at ${isoOf(exp)}, more than ${SKEW_SECONDS} s ago`,
      fix: "Get a new token from the issuer.",
    });
  }
  const from = Math.max(iat, typeof nbf === "number" ? nbf : iat);
  if (from > now + SKEW_SECONDS) {
    throw refuse("InvalidIdentityToken", "The token is not valid yet.", {
      rule,
      why: `the token is good from ${from} (iat, nbf), now is ${now}`,
      fix: "Set the issuer's clock.",
    });
  }
  context.passed(rule, `good until ${isoOf(exp)}`);
}
