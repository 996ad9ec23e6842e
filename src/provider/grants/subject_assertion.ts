// Owns the JWT by which a client names a user: its form, its claims, its life. Pure but for the signature.
// Nothing in it is believed before the signature by one of the client's registered keys is checked.
import { type CompactVerifyGetKey, compactVerify, decodeProtectedHeader, errors } from "jose";
import { isEmailAddress } from "../../input/email_address.ts";
import { parseJson } from "../../input/json_text.ts";
import { clockToleranceSeconds, readMoment } from "../../input/moment.ts";
import { nameRule, readText, type TextRule } from "../../input/text.ts";

import { mostHours } from "../presence/presence_policy.ts";

type Claims = Readonly<Record<string, unknown>>;

/** Header `typ`: keeps a client assertion, an ID token or a logout token from passing as one of these. */
export const subjectAssertionType = "tti-subject+jwt";

/** The longest life a subject assertion may claim, in seconds. */
export const longestAssertionLifeSeconds = 300;

/** The most characters a subject assertion may have. */
const longestAssertionLength = 8_192;

/** The oldest login a client may tell of, in seconds: no presence policy looks further back. */
const oldestLoginSeconds = mostHours * 3_600;

const algorithms = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];

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
 * `aud` = this issuer as a string, `iat` not in the future, `exp` not passed and at most 300 s after
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
  const issuedAt = readTime(payload, "iat", nowSeconds);
  const expiresAt = readTime(payload, "exp");
  if (expiresAt <= nowSeconds - clockToleranceSeconds) throw new AssertionRefused("exp has passed");
  if (expiresAt - issuedAt > longestAssertionLifeSeconds) {
    throw new AssertionRefused(`exp must be at most ${longestAssertionLifeSeconds} seconds after iat`);
  }
  if (payload["nbf"] !== undefined) readTime(payload, "nbf", nowSeconds);
  if (payload["email_verified"] !== undefined && payload["email_verified"] !== true) {
    throw new AssertionRefused("email_verified must be true or left out: only proven addresses may be named");
  }
  const authTime =
    payload["auth_time"] === undefined ? undefined : readTime(payload, "auth_time", nowSeconds);
  if (authTime !== undefined && authTime < nowSeconds - oldestLoginSeconds) {
    throw new AssertionRefused(
      `auth_time lies more than ${oldestLoginSeconds / 86_400} days back: leave it out, or have the person log in`,
    );
  }
  // Who the client is and whom it names are two things (RFC 7523 section 3 has one `sub` for both).
  if (payload["sub"] === expectations.clientId) {
    throw new AssertionRefused("sub names the client itself, which is nobody's account");
  }
  return {
    id: readName(payload, "jti", { least: 8, most: 255, exact: true }),
    subject: readSubject(payload),
    tenantId: readName(payload, "tenant", { most: 256, exact: true }),
    email: payload["email"] === undefined ? undefined : readEmail(payload["email"]),
    name: payload["name"] === undefined ? undefined : readName(payload, "name", nameRule),
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
    const payload = parseJson(signed);
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

function readTime(payload: Claims, name: string, notAfterSeconds?: number): number {
  const read = readMoment(payload[name], notAfterSeconds === undefined ? {} : { notAfterSeconds });
  if ("fault" in read) throw new AssertionRefused(`${name} ${read.fault}`);
  return read.seconds;
}

function readName(payload: Claims, name: string, rule: TextRule): string {
  const read = readText(payload[name], rule);
  if ("fault" in read) throw new AssertionRefused(`${name} ${read.fault}`);
  return read.text;
}

function readEmail(value: unknown): string {
  if (typeof value === "string" && isEmailAddress(value)) return value.trim();
  throw new AssertionRefused("email is not an e-mail address");
}

// OpenID Connect Core 1.0 section 2: at most 255 ASCII characters.
function readSubject(payload: Claims): string {
  const subject = readName(payload, "sub", { most: 255, exact: true });
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
