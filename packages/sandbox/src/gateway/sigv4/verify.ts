// Decides whether a request was signed by the access key it names: date, session token, headers covered, payload,
// signature, in that order. Pure: keys are looked up by the caller, time is given.
import { timingSafeEqual } from "node:crypto";
import { type AccessKey, sessionOf } from "../../state/index.ts";
import type { SigV4Authorization } from "./authorization_header.ts";
import {
  canonicalRequest,
  type SignedRequest,
  sha256Hex,
  signature,
  signsLikeS3,
  stringToSign,
} from "./canonical_request.ts";

/** How far a signature's time may be off, in milliseconds. */
const SIGNATURE_WINDOW_MS = 15 * 60 * 1000;

/** What S3's clients send in place of the body's hash: it is not hashed, or chunk by chunk. */
const UNHASHED_PAYLOADS = /^(UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]+)$/;

/** Why a signature is refused. */
export type SignatureFault =
  | "incomplete"
  | "unknownKey"
  | "sessionToken"
  | "requestExpired"
  | "sessionExpired"
  | "unsignedHeader"
  | "payload"
  | "mismatch";

/** Outcome of {@link verifySignature}. */
export type SignatureVerdict =
  | { valid: true; key: AccessKey }
  | { valid: false; fault: SignatureFault; why: string; fix: string; message?: string };

/** What {@link verifySignature} needs beside the request. */
export type SignatureContext = {
  findKey(accessKeyId: string): AccessKey | undefined;
  /** Time signatures are compared with. */
  now: Date;
  /** Time sessions expire by (the sandbox's clock). */
  sessionNow: Date;
};

/**
 * @param request as received
 * @param authorization the parsed Authorization header
 * @returns the access key that signed, or what is wrong in words AWS would not give
 */
export function verifySignature(
  request: SignedRequest,
  authorization: SigV4Authorization,
  context: SignatureContext,
): SignatureVerdict {
  const { scope, signedHeaders } = authorization;
  const amzDate = headerText(request, "x-amz-date");
  const signedAt = parseAmzDate(amzDate);
  if (signedAt === undefined || !amzDate.startsWith(scope.date)) {
    return refuse(
      "incomplete",
      `x-amz-date "${amzDate}" is not YYYYMMDD'T'HHMMSS'Z' on the credential scope's day ${scope.date}`,
      "Sign with an AWS SDK, or send x-amz-date and derive the scope's date from it.",
    );
  }
  const key = context.findKey(authorization.accessKeyId);
  if (key === undefined) {
    return refuse(
      "unknownKey",
      `the access key ${authorization.accessKeyId} does not exist in this sandbox`,
      "Use credentials of the seed, or ones this sandbox's AssumeRole issued; a restart without --state forgets sessions.",
    );
  }
  if (key.inactive === true) {
    return refuse(
      "unknownKey",
      `the access key ${key.accessKeyId} is inactive`,
      "Make it active again with iam UpdateAccessKey, or sign with another key.",
    );
  }
  const tokenFault = checkSessionToken(request, key);
  if (tokenFault !== undefined) return tokenFault;
  const skewMs = Math.abs(context.now.getTime() - signedAt);
  if (skewMs > SIGNATURE_WINDOW_MS) {
    return {
      valid: false,
      fault: "requestExpired",
      message: skewMessage(amzDate, signedAt, context.now),
      why: `the request was signed at ${amzDate}, ${Math.round(skewMs / 1000)} s away from ${context.now.toISOString()}; 900 s are allowed`,
      fix: "Set the signing machine's clock (NTP), or let the SDK correct its skew.",
    };
  }
  const coverage = checkCoverage(request, signedHeaders);
  if (coverage !== undefined) return coverage;
  const claimed = headerText(request, "x-amz-content-sha256");
  const isS3 = signsLikeS3(scope.service);
  const payloadHash = isS3 && UNHASHED_PAYLOADS.test(claimed) ? claimed : sha256Hex(request.body);
  if (claimed !== "" && claimed !== payloadHash) {
    return refuse(
      "payload",
      "x-amz-content-sha256 is not the SHA-256 of the body that arrived",
      "Sign the body that is sent; UNSIGNED-PAYLOAD is only for S3.",
    );
  }
  const canonical = canonicalRequest(request, signedHeaders, payloadHash, scope.service);
  const expected = signature(key.secretAccessKey, scope, stringToSign(amzDate, scope, canonical));
  if (!equal(expected, authorization.signature)) {
    return refuse(
      "mismatch",
      `the signature does not belong to access key ${key.accessKeyId}: wrong secret, or the request changed after signing (method, path, query, ${signedHeaders.join(", ")}, body)`,
      "Check the secret access key; let no proxy rewrite the host, path or body.",
    );
  }
  const expiresAtMs = sessionOf(key)?.expiresAtMs ?? null;
  if (expiresAtMs !== null && expiresAtMs <= context.sessionNow.getTime()) {
    return refuse(
      "sessionExpired",
      `the session of ${key.accessKeyId} expired at ${new Date(expiresAtMs).toISOString()}`,
      "Assume the role again.",
    );
  }
  return { valid: true, key };
}

function checkSessionToken(request: SignedRequest, key: AccessKey): SignatureVerdict | undefined {
  const given = headerText(request, "x-amz-security-token");
  const expected = sessionOf(key)?.sessionToken ?? "";
  if (equal(given, expected)) return undefined;
  const why =
    given === ""
      ? `the temporary access key ${key.accessKeyId} came without its session token`
      : `the session token does not belong to access key ${key.accessKeyId}`;
  return refuse("sessionToken", why, "Take all three values from one AssumeRole answer.");
}

function checkCoverage(
  request: SignedRequest,
  signedHeaders: readonly string[],
): SignatureVerdict | undefined {
  const isSorted = signedHeaders.every((name, at) => at === 0 || (signedHeaders[at - 1] ?? "") < name);
  if (!isSorted) {
    return refuse(
      "incomplete",
      "SignedHeaders is not sorted or holds a name twice",
      "Sort the header names.",
    );
  }
  const mustSign = Object.keys(request.headers).filter((name) => name.startsWith("x-amz-"));
  const host = signedHeaders.includes("host") || signedHeaders.includes(":authority");
  const missing = [...(host ? [] : ["host"]), ...mustSign.filter((name) => !signedHeaders.includes(name))];
  if (missing.length === 0) return undefined;
  return refuse(
    "unsignedHeader",
    `these headers are not covered by the signature: ${missing.join(", ")}`,
    "Sign host (or :authority) and every x-amz-* header.",
  );
}

/** AWS's words, as published reports quote them. */
function skewMessage(amzDate: string, signedAt: number, now: Date): string {
  const isLate = signedAt < now.getTime();
  const edge = new Date(now.getTime() + (isLate ? -SIGNATURE_WINDOW_MS : SIGNATURE_WINDOW_MS));
  return isLate
    ? `Signature expired: ${amzDate} is now earlier than ${amzDateOf(edge)} (${amzDateOf(now)} - 15 min.)`
    : `Signature not yet current: ${amzDate} is still later than ${amzDateOf(edge)} (${amzDateOf(now)} + 15 min.)`;
}

function amzDateOf(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function headerText(request: SignedRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : (value?.join(",") ?? "");
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(fault: SignatureFault, why: string, fix: string): SignatureVerdict {
  return { valid: false, fault, why, fix };
}
