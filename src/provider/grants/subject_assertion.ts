// Owns the JWT by which a client names a user: its form, its claims, its life. Pure but for the signature.
// Nothing in it is believed before the signature by one of the client's registered keys is checked.
import { type CompactVerifyGetKey, compactVerify, decodeProtectedHeader, errors } from "jose";

type Claims = Readonly<Record<string, unknown>>;

/** Header `typ`: keeps a client assertion, an ID token or a logout token from passing as one of these. */
export const subjectAssertionType = "tti-subject+jwt";

/** The longest life a subject assertion may claim, in seconds. */
export const longestAssertionLifeSeconds = 300;

/** The most characters a subject assertion may have. */
export const longestAssertionLength = 8_192;

const algorithms = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
const clockSkewSeconds = 5;

/** What a client says of the user it acts for. */
export interface SubjectAssertion {
  /** The id of the account: the client's own id of the user, or that of an account made here. */
  subject: string;
  tenantId: string;
  email: string | undefined;
  name: string | undefined;
  /** When the client last saw the user log in, epoch seconds. */
  authTime: number | undefined;
  amr: readonly string[] | undefined;
  issuedAt: number;
  expiresAt: number;
  id: string;
}

/** Why an assertion is refused; the message is public and repeats nothing of the token. */
export class AssertionRefused extends Error {
  override readonly name = "AssertionRefused";
}

/** What an assertion is measured against. */
export interface AssertionExpectations {
  /** The client that presents it: its `iss`. */
  clientId: string;
  /** This provider's issuer: its `aud`. */
  issuer: string;
  now: Date;
  /** Finds the client's registered public key that a header names. */
  keys: CompactVerifyGetKey;
}

/**
 * Verifies a subject assertion (RFC 7523 section 3, RFC 8725).
 *
 * Checked in this order: size, form, `typ`, `alg`, signature by a key of the client, `iss` = client id,
 * `aud` = this issuer as a string, `iat` not in the future, `exp` in the future and at most 300 s after
 * `iat`, `nbf`, `jti`, `sub`, `tenant`, and the optional `email`, `name`, `auth_time`, `amr`.
 * That the `jti` is new is for the caller to check, last.
 *
 * @throws AssertionRefused naming the member at fault
 */
export async function verifySubjectAssertion(
  token: string,
  expectations: AssertionExpectations,
): Promise<SubjectAssertion> {
  assertForm(token);
  const payload = await verifySignature(token, expectations);
  const nowSeconds = Math.floor(expectations.now.getTime() / 1000);
  if (payload["iss"] !== expectations.clientId)
    throw new AssertionRefused("iss must be the client_id of the client");
  if (payload["aud"] !== expectations.issuer)
    throw new AssertionRefused("aud must be the issuer, as one string");
  const issuedAt = readSeconds(payload, "iat");
  if (issuedAt > nowSeconds + clockSkewSeconds) throw new AssertionRefused("iat lies in the future");
  const expiresAt = readSeconds(payload, "exp");
  if (expiresAt <= nowSeconds) throw new AssertionRefused("exp has passed");
  if (expiresAt - issuedAt > longestAssertionLifeSeconds) {
    throw new AssertionRefused(`exp must be at most ${longestAssertionLifeSeconds} seconds after iat`);
  }
  if (payload["nbf"] !== undefined && readSeconds(payload, "nbf") > nowSeconds + clockSkewSeconds) {
    throw new AssertionRefused("nbf lies in the future");
  }
  if (payload["email_verified"] !== undefined && payload["email_verified"] !== true) {
    throw new AssertionRefused("email_verified must be true or left out: only proven addresses may be named");
  }
  const authTime = payload["auth_time"] === undefined ? undefined : readSeconds(payload, "auth_time");
  if (authTime !== undefined && authTime > nowSeconds + clockSkewSeconds) {
    throw new AssertionRefused("auth_time lies in the future");
  }
  return {
    id: readText(payload, "jti", 8, 255),
    subject: readSubject(payload),
    tenantId: readText(payload, "tenant", 1, 256),
    email: payload["email"] === undefined ? undefined : readText(payload, "email", 3, 254),
    name: payload["name"] === undefined ? undefined : readText(payload, "name", 1, 200),
    authTime,
    amr: readMethods(payload),
    issuedAt,
    expiresAt,
  };
}

function assertForm(token: string): void {
  if (token.length > longestAssertionLength) {
    throw new AssertionRefused(`it is longer than ${longestAssertionLength} characters`);
  }
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new AssertionRefused("it is not a signed JWT");
  let header: { typ?: string; alg?: string };
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw new AssertionRefused("its header cannot be read");
  }
  if (header.typ !== subjectAssertionType) throw new AssertionRefused(`typ must be ${subjectAssertionType}`);
  if (header.alg === undefined || !algorithms.includes(header.alg)) {
    throw new AssertionRefused(`alg must be one of ${algorithms.join(", ")}`);
  }
}

async function verifySignature(token: string, expectations: AssertionExpectations): Promise<Claims> {
  let signed: Uint8Array;
  try {
    signed = (await compactVerify(token, expectations.keys, { algorithms })).payload;
  } catch (error) {
    throw new AssertionRefused(reasonOf(error));
  }
  try {
    const payload: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(signed));
    if (typeof payload === "object" && payload !== null && !Array.isArray(payload)) {
      return payload as Record<string, unknown>;
    }
  } catch {
    // Not JSON: refused below like any other payload that is no object.
  }
  throw new AssertionRefused("its payload is not a JSON object");
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWKSNoMatchingKey)
    return "no registered key of the client fits its kid and alg";
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return "it needs a kid: several keys of the client fit";
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return "its signature is not by a key of the client";
  return "it cannot be verified";
}

function readSeconds(payload: Claims, name: string): number {
  const value = payload[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= 0) {
    throw new AssertionRefused(`${name} must be a time in whole seconds`);
  }
  return value;
}

function readText(payload: Claims, name: string, least: number, most: number): string {
  const value = payload[name];
  if (typeof value !== "string" || value.length < least || value.length > most || !value.isWellFormed()) {
    throw new AssertionRefused(`${name} must be text of ${least} to ${most} characters`);
  }
  return value;
}

// OpenID Connect Core 1.0 section 2: at most 255 ASCII characters.
function readSubject(payload: Claims): string {
  const subject = readText(payload, "sub", 1, 255);
  if (!/^[\x21-\x7e]+$/.test(subject))
    throw new AssertionRefused("sub must be printable ASCII without spaces");
  return subject;
}

// RFC 8176 names are short; a list of anything else would only swell the token that AWS reads.
function readMethods(payload: Claims): readonly string[] | undefined {
  const value = payload["amr"];
  if (value === undefined) return undefined;
  const fits = (method: unknown): method is string =>
    typeof method === "string" && /^[\w:.-]{1,32}$/.test(method);
  if (!Array.isArray(value) || value.length > 8 || !value.every(fits)) {
    throw new AssertionRefused("amr must be a list of at most 8 short names");
  }
  return value;
}
