// First half of judging an assertion: is it a JWT, RS256, signed by a key the issuer publishes.
// IAM Identity Center user guide, "Using applications with a trusted token issuer" (contract 2.1, 2.3, 10).
import { compactVerify, importJWK, type JWK } from "jose";
import type { UnverifiedAssertion } from "../../issuer/assertion.ts";
import type { IssuerDocuments, IssuerKeys } from "../../issuer/issuer_keys.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { TrustedTokenIssuer } from "../../state/index.ts";
import { type Grounds, refuse } from "./oauth_error.ts";

/** @throws AwsError InvalidGrantException naming the rule */
export async function assertSigned(
  assertion: string,
  { header, claims }: UnverifiedAssertion,
  issuer: TrustedTokenIssuer,
  issuerKeys: IssuerKeys,
  context: OperationContext,
): Promise<void> {
  const fail = (grounds: Grounds) => refuse("InvalidGrantException", grounds);
  assertHeader(header, context, fail);
  const documents = await issuerKeys.get(issuer.issuerUrl);
  if (!documents.ok) throw fail(documents);
  assertDiscoveryIssuer(documents, issuer, context, fail);
  const candidates = await findKeys(header["kid"], documents, issuer, issuerKeys, context);
  if (candidates.length === 0) {
    const foreign = claims["iss"] === issuer.issuerUrl ? "" : `; its iss is "${String(claims["iss"])}"`;
    const kept = findKeptOut(header["kid"], documents.keys, context);
    if (kept !== null) throw fail(kept);
    throw fail({
      rule: "token.kid",
      why: `no key of ${documents.jwksUri} has the token's kid ${JSON.stringify(header["kid"] ?? null)}${foreign}`,
      fix: "Publish the signing key in the JWKS before using it, with the kid the token's header names.",
    });
  }
  context.passed("token.kid", `the JWKS has the kid ${JSON.stringify(header["kid"] ?? null)}`);
  for (const jwk of candidates) {
    const fault = await findSignatureFault(assertion, header["crit"], jwk, context);
    if (fault === null) {
      context.passed("token.signature", `signed by the key ${jwk.kid ?? "without kid"}`);
      return;
    }
    if (jwk === candidates.at(-1)) throw fail(fault);
  }
}

function assertHeader(
  header: Record<string, unknown>,
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  if (header["alg"] !== "RS256") {
    throw fail({
      rule: "token.algorithm",
      why: `the token is signed with ${JSON.stringify(header["alg"] ?? null)}; Identity Center takes only RS256`,
      fix: "Sign ID tokens with RS256 (RSA 2048).",
    });
  }
  context.passed("token.algorithm", "alg is RS256");
  if (header["crit"] !== undefined && context.rules.get("token.criticalHeader") === "reject") {
    throw fail({
      rule: "token.criticalHeader",
      why: "the token's header has crit, which names extensions that must be understood",
      fix: "Send no crit header.",
    });
  }
  const type = header["typ"];
  const typeFits = type === undefined || (typeof type === "string" && type.toUpperCase() === "JWT");
  if (!typeFits && context.rules.get("token.type") === "jwtOrAbsent") {
    throw fail({
      rule: "token.type",
      why:
        type === "at+jwt"
          ? "it is an access token (typ at+jwt); ID tokens are known to be accepted"
          : `the token's typ is ${JSON.stringify(type)}; JWT alone is known to be accepted`,
      fix: type === "at+jwt" ? "Send the ID token." : "Send typ JWT or none.",
    });
  }
}

function assertDiscoveryIssuer(
  documents: Extract<IssuerDocuments, { ok: true }>,
  issuer: TrustedTokenIssuer,
  context: OperationContext,
  fail: (grounds: Grounds) => Error,
): void {
  const ignoreSlash = context.rules.get("issuer.trailingSlash") === "ignore";
  const trim = (url: string) => (ignoreSlash ? url.replace(/\/$/, "") : url);
  if (trim(documents.issuer) !== trim(issuer.issuerUrl)) {
    const onlySlash = documents.issuer.replace(/\/$/, "") === issuer.issuerUrl.replace(/\/$/, "");
    throw fail({
      rule: onlySlash ? "issuer.trailingSlash" : "issuer.discoveryIssuer",
      why: `discovery says issuer "${documents.issuer}", the trusted token issuer is registered as "${issuer.issuerUrl}"`,
      fix: "Both must be byte-identical (mind a trailing slash). The issuer URL cannot be edited: delete and recreate the trusted token issuer.",
    });
  }
  context.passed("issuer.discoveryIssuer", `discovery's issuer is ${documents.issuer}`);
}

async function findKeys(
  kid: unknown,
  documents: Extract<IssuerDocuments, { ok: true }>,
  issuer: TrustedTokenIssuer,
  issuerKeys: IssuerKeys,
  context: OperationContext,
): Promise<JWK[]> {
  const usable = (keys: JWK[]) =>
    keys.filter((key) => isForSigning(key) && switchAgainst(key, context) === null);
  if (kid === undefined)
    return context.rules.get("token.missingKid") === "tryAll" ? usable(documents.keys) : [];
  const named = (keys: JWK[]) => usable(keys).filter((key) => key.kid === kid);
  const found = named(documents.keys);
  if (found.length > 0 || context.rules.get("jwks.refetchOnUnknownKid") === "false") return found;
  const fresh = await issuerKeys.get(issuer.issuerUrl, { fresh: true });
  return fresh.ok ? named(fresh.keys) : [];
}

/** An RSA key that nothing says is for something else than RS256 signatures. */
function isForSigning(key: JWK): boolean {
  return (
    key.kty === "RSA" &&
    (key.use === undefined || key.use === "sig") &&
    (key.alg === undefined || key.alg === "RS256")
  );
}

/** The switch that keeps a key of the JWKS out, or null. */
function switchAgainst(
  key: JWK,
  { rules }: OperationContext,
): "jwks.unlabelledKeys" | "jwks.certificates" | null {
  const isLabelled = key.alg !== undefined && key.use !== undefined;
  if (!isLabelled && rules.get("jwks.unlabelledKeys") === "reject") return "jwks.unlabelledKeys";
  return key.x5c !== undefined && rules.get("jwks.certificates") === "reject" ? "jwks.certificates" : null;
}

/** Why no key was found, when a switch and nothing else is the cause. */
function findKeptOut(kid: unknown, keys: JWK[], context: OperationContext): Grounds | null {
  if (kid === undefined) {
    return {
      rule: "token.missingKid",
      why: "the token's header has no kid; every issuer that AWS is known to accept sends one",
      fix: "Name the signing key in the header's kid, as the JWKS has it.",
    };
  }
  const named = keys.find((key) => key.kid === kid && isForSigning(key));
  const by = named === undefined ? null : switchAgainst(named, context);
  if (by === "jwks.unlabelledKeys") {
    return {
      rule: by,
      why: `the published key ${String(kid)} lacks alg or use`,
      fix: 'Publish it with "alg": "RS256" and "use": "sig".',
    };
  }
  if (by === "jwks.certificates") {
    return { rule: by, why: `the published key ${String(kid)} carries x5c`, fix: "Publish it without x5c." };
  }
  if (named !== undefined || context.rules.get("jwks.refetchOnUnknownKid") === "true") return null;
  return {
    rule: "jwks.refetchOnUnknownKid",
    why: `the JWKS as it was last fetched has no kid ${JSON.stringify(kid)}, and it is not fetched anew for that`,
    fix: "Publish a key for as long as the JWKS is cached (jwks.cacheSeconds) before it signs.",
  };
}

async function findSignatureFault(
  assertion: string,
  critical: unknown,
  jwk: JWK,
  context: OperationContext,
): Promise<Grounds | null> {
  const bits = modulusBits(jwk);
  if (bits < 2048 || (bits !== 2048 && context.rules.get("jwks.keySize") === "2048")) {
    return {
      rule: "jwks.keySize",
      why: `the key ${jwk.kid ?? ""} is RSA ${bits}; only RSA 2048 is proven`,
      fix: "Sign with RSA 2048.",
    };
  }
  try {
    // Whether critical extensions are refused was decided with the header.
    const names = Array.isArray(critical) ? critical.map((name) => [String(name), false] as const) : [];
    const options = { algorithms: ["RS256"], crit: Object.fromEntries(names) };
    await compactVerify(assertion, await importJWK(jwk, "RS256"), options);
    return null;
  } catch {
    return {
      rule: "token.signature",
      why: `the signature does not verify with the published key ${jwk.kid ?? ""}`,
      fix: "The JWKS must hold the public half of the key that signs; never reuse a kid.",
    };
  }
}

function modulusBits(jwk: JWK): number {
  const modulus = Buffer.from(typeof jwk.n === "string" ? jwk.n : "", "base64url")
    .toString("hex")
    .replace(/^(00)+/, "");
  return modulus === "" ? 0 : modulus.length * 4 - (Math.clz32(Number.parseInt(modulus.charAt(0), 16)) - 28);
}
