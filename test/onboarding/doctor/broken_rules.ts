// Owns an issuer, tokens and an installation that each break one rule of the profile: the failing fixtures of the doctor's checks.
import { randomBytes } from "node:crypto";
import { type JWTPayload, SignJWT } from "jose";
import { readConfig } from "../../../src/config.ts";
import type { Finding } from "../../../src/onboarding/doctor/finding.ts";
import type { Installation } from "../../../src/onboarding/doctor/installation.ts";
import { checkInstallation } from "../../../src/onboarding/doctor/installation_checks.ts";
import { checkIssuer, type OwnIssuer } from "../../../src/onboarding/doctor/issuer_checks.ts";
import { type IssuerObservation, strangeHost } from "../../../src/onboarding/doctor/issuer_observation.ts";
import { checkToken } from "../../../src/onboarding/doctor/token_checks.ts";
import { makeKey } from "./doctor_support.ts";

const now = new Date("2026-11-26T12:00:00Z");
const nowSeconds = now.getTime() / 1000;
const issuer = "https://login.example.com";
const key = makeKey("k1");

// An issuer that keeps every rule, as it would be observed.
const discovery = {
  issuer,
  jwks_uri: `${issuer}/jwks`,
  subject_types_supported: ["public"],
  response_types_supported: ["code"],
  id_token_signing_alg_values_supported: ["RS256"],
};
const answered = (url: string, json: unknown) => ({ url, status: 200, body: JSON.stringify(json), json });
const keySet = answered(`${issuer}/jwks`, { keys: [key.publicJwk] });
const good: IssuerObservation & { jwks: NonNullable<IssuerObservation["jwks"]> } = {
  issuer,
  discovery: {
    ...answered(`${issuer}/.well-known/openid-configuration`, discovery),
    certificateUntilMs: now.getTime() + 60 * 86_400_000,
  },
  misled: answered("x", discovery),
  jwks: { ...keySet, cacheControl: "public, max-age=300" },
  addresses: ["93.184.215.14"],
  clockAheadSeconds: 0,
};
const saying = (json: unknown) => ({
  discovery: { ...good.discovery, ...answered(good.discovery.url, json) },
});
const publishing = (...keys: unknown[]) => ({ jwks: { ...good.jwks, ...answered(keySet.url, { keys }) } });

const claims = {
  iss: issuer,
  sub: "u-1",
  aud: "isv-app",
  iat: nowSeconds,
  exp: nowSeconds + 300,
  jti: "Yq3m8Zs0Q2uR6tXw1bLk9A",
  auth_time: nowSeconds - 60,
  email: "ada@acme.example",
  email_verified: true,
  tenant_id: "acme",
};
/** What is said of a token that keeps every rule but for these changes. */
export async function tokenFindings(
  changes: Record<string, unknown>,
  header = {},
  text?: string,
): Promise<Finding[]> {
  const payload = Object.entries({ ...claims, ...changes }).filter(([, value]) => value !== undefined);
  const compact = await new SignJWT(Object.fromEntries(payload) as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: "k1", ...header })
    .sign(key.privateKey);
  const expected = { issuer, audience: "isv-app", tenantClaim: "tenant_id", jwks: keySet.json, now };
  return checkToken(text ?? compact, expected);
}
/** What is said of an issuer that keeps every rule but for this change. */
export const issuerFindings = (change: Partial<IssuerObservation>, own: OwnIssuer = { signingKid: "k1" }) =>
  checkIssuer({ ...good, ...change }, now, own);

const production = {
  TTI_ISSUER: issuer,
  TTI_SECRETS: randomBytes(32).toString("base64"),
  TTI_CLIENT_ID: "isv-app",
  TTI_TRUSTED_PROXIES: "1",
};
/** An installation in order, by these settings. */
export const installed = (settings: Record<string, string> = {}): Installation => ({
  config: readConfig({ ...production, ...settings }),
  keys: { nowMs: 0, signingKid: "k1", waitingFor: [], keys: [], instances: [], warnings: [] },
  unreadableKeys: new Map(),
  apps: { old: 0, unreadable: 0 },
  awsClient: {
    metadata: { client_id: "isv-app", id_token_signed_response_alg: "RS256" },
    disabledAtMs: null,
  },
  tenants: [],
  tenantsWithDomain: new Set(),
  waitingDomains: new Map(),
  sharedAddresses: [],
  signIns: { refused: 0, attacks: [] },
});

/** Each rule, broken by itself. */
export const broken: Readonly<Record<string, () => Finding[] | Promise<Finding[]>>> = {
  "I-1": () =>
    issuerFindings({ issuer: `${issuer}?x=1`, ...saying({ ...discovery, issuer: `${issuer}?x=1` }) }),
  "I-2": () => issuerFindings({ addresses: ["10.0.0.1"] }),
  "I-3": () => issuerFindings({ discovery: { ...good.discovery, certificateUntilMs: now.getTime() } }),
  "I-4": () => issuerFindings({ discovery: { ...good.discovery, status: 302, location: "/x" } }),
  "I-5": () => issuerFindings(saying({ ...discovery, issuer: `${issuer}/` })),
  "I-6": () => issuerFindings(saying({ ...discovery, subject_types_supported: undefined })),
  "I-7": () =>
    issuerFindings(saying({ ...discovery, id_token_signing_alg_values_supported: ["RS256", "none"] })),
  "I-8": () => issuerFindings({ misled: { ...good.misled, body: `https://${strangeHost}/jwks` } }),
  "I-9": () => issuerFindings({ jwks: { ...good.jwks, body: "x".repeat(65_537) } }),
  "I-10": () => issuerFindings({ clockAheadSeconds: 31 }),
  "I-11": () => issuerFindings({ issuer: `${issuer}/`, ...saying({ ...discovery, issuer: `${issuer}/` }) }),
  "I-12": () =>
    issuerFindings({
      issuer: "http://login.example.com",
      ...saying({ ...discovery, issuer: "http://login.example.com" }),
    }),
  "K-1": () => issuerFindings({ jwks: { ...good.jwks, status: 404 } }),
  "K-2": () => issuerFindings(publishing(makeKey("k1", 1024).publicJwk), { signingKid: null }),
  "K-3": () => issuerFindings(publishing({ ...key.publicJwk, d: "AQAB" })),
  "K-4": () => issuerFindings(publishing(key.publicJwk, makeKey("k1").publicJwk)),
  "K-5": () => issuerFindings({}, { signingKid: "k9" }),
  "K-6": () => checkInstallation(installed({ TTI_KEY_PUBLISH_LEAD: "3600" })),
  "K-7": () => issuerFindings({ jwks: keySet }),
  "T-1": () => tokenFindings({}, {}, "a.b.c"),
  "T-2": () => tokenFindings({}, { kid: "k2" }),
  "T-3": () => tokenFindings({ groups: "x".repeat(8_192) }),
  "T-4": () => checkTokenSaying({ alg: "RS512", kid: "k1" }),
  "T-5": () => tokenFindings({}, { kid: undefined }),
  "T-6": () => checkTokenSaying({ alg: "RS256", kid: "k1", crit: ["b64"] }),
  "T-7": () => tokenFindings({ iss: `${issuer}/` }),
  "T-8": () => tokenFindings({ aud: ["isv-app"] }),
  "T-9": () => tokenFindings({ sub: undefined }),
  "T-10": () => tokenFindings({ email: undefined }),
  "T-11": () => tokenFindings({ jti: undefined }),
  "T-12": () => tokenFindings({ auth_time: "yesterday" }),
  "T-13": () => tokenFindings({ email_verified: false }),
  "T-14": () => tokenFindings({ exp: undefined }),
  "T-15": () => tokenFindings({ iat: nowSeconds + 60, exp: nowSeconds + 360 }),
  "T-16": () => tokenFindings({ exp: nowSeconds - 1 }),
  "T-17": () => tokenFindings({ nbf: nowSeconds + 60 }),
  "T-18": () => tokenFindings({ tenant_id: undefined }),
  "T-19": () => tokenFindings({ email_verified: undefined }),
  "T-20": () => tokenFindings({ jti: "1" }),
  "T-21": () => tokenFindings({ iat: undefined }),
  "T-22": () => tokenFindings({ exp: nowSeconds + 86_400 }),
  "T-23": () => tokenFindings({ auth_time: undefined }),
};

// A header no signer of ours makes.
function checkTokenSaying(header: Record<string, unknown>): Promise<Finding[]> {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return tokenFindings(
    {},
    {},
    `${part(header)}.${part(claims)}.${Buffer.alloc(256, 1).toString("base64url")}`,
  );
}
