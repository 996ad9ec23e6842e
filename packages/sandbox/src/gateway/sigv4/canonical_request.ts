// AWS Signature Version 4's canonical request and string to sign, from a request as the server received it. Pure.
// IAM user guide, "Create a signed AWS API request". Services other than S3: the path is normalized and encoded once more.
import { createHash, createHmac } from "node:crypto";

/** The parts of a request that a signature covers. */
export type SignedRequest = {
  method: string;
  /** Path as it came, percent-encoded, without query. */
  rawPath: string;
  /** Query as it came, without `?`. */
  rawQuery: string;
  /** Header names in lower case; over HTTP/2 with the pseudo header `:authority`. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  body: Buffer;
};

/** `<date>/<region>/<service>/aws4_request`. */
export type CredentialScope = { date: string; region: string; service: string };

/** Signing names that S3's rules hold for: the path is encoded once, and the payload may be left unsigned. */
const S3_LIKE = new Set(["s3", "s3express", "s3-object-lambda", "s3-outposts"]);

/** @returns whether S3's signing rules hold for a service */
export function signsLikeS3(service: string): boolean {
  return S3_LIKE.has(service);
}

/**
 * @param signedHeaders names in the order the signer listed them
 * @param payloadHash lower-case hexadecimal SHA-256 of the body
 * @param service the scope's, which decides how the path is spelled
 * @returns the canonical request's text
 */
export function canonicalRequest(
  request: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  service = "",
): string {
  const headerLines = signedHeaders.map((name) => {
    // The caller gives the name: `constructor` is a header that is not there, not a member of every object.
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    return `${name}:${canonicalHeaderValue(value)}\n`;
  });
  return [
    request.method,
    signsLikeS3(service) ? pathEncodedOnce(request.rawPath) : canonicalPath(request.rawPath),
    canonicalQuery(request.rawQuery),
    headerLines.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** @param amzDate `YYYYMMDD'T'HHMMSS'Z'` */
export function stringToSign(amzDate: string, scope: CredentialScope, canonical: string): string {
  const scopeText = `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  return ["AWS4-HMAC-SHA256", amzDate, scopeText, sha256Hex(canonical)].join("\n");
}

/** @returns the signature as a lower-case hexadecimal string */
export function signature(secretAccessKey: string, scope: CredentialScope, toSign: string): string {
  const dateKey = hmac(`AWS4${secretAccessKey}`, scope.date);
  const serviceKey = hmac(hmac(dateKey, scope.region), scope.service);
  return hmac(hmac(serviceKey, "aws4_request"), toSign).toString("hex");
}

/** Lower-case hexadecimal SHA-256. */
export function sha256Hex(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}

function canonicalHeaderValue(value: string | readonly string[] | undefined): string {
  const values = typeof value === "string" ? [value] : (value ?? []);
  return values.map((each) => each.trim().replaceAll(/\s+/g, " ")).join(",");
}

function canonicalPath(rawPath: string): string {
  const segments: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  const trailing = segments.length > 0 && rawPath.endsWith("/") ? "/" : "";
  return encode(`/${segments.join("/")}${trailing}`).replaceAll("%2F", "/");
}

/** S3: as it stands, because a key may hold `//` and `..`. */
function pathEncodedOnce(rawPath: string): string {
  return rawPath
    .split("/")
    .map((segment) => encode(decode(segment)))
    .join("/");
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs = rawQuery.split("&").map((pair): [string, string] => {
    const at = pair.indexOf("=");
    const name = at < 0 ? pair : pair.slice(0, at);
    return [encode(decode(name)), encode(decode(at < 0 ? "" : pair.slice(at + 1)))];
  });
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
