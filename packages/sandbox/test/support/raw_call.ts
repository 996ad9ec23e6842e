// A request signed as an SDK signs it, in any protocol, for services whose clients the tests do not have.
import { createHash } from "node:crypto";
import { canonicalRequest, signature, stringToSign } from "../../src/gateway/sigv4/canonical_request.ts";
import type { Keys } from "./world.ts";

/** What an SDK would send. */
export type RawCall = {
  service: string;
  region?: string;
  method?: string;
  /** Path with query, percent-encoded. */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
};

/**
 * @param credentials absent: the request goes out unsigned
 * @param now the signature's time
 */
export async function callRaw(
  url: string,
  { service, region = "us-east-1", method = "POST", path = "/", headers = {}, body = "" }: RawCall,
  credentials?: Keys,
  now = new Date(),
): Promise<Response> {
  const { host } = new URL(url);
  const amzDate = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const payloadHash = createHash("sha256").update(body).digest("hex");
  const token = credentials?.sessionToken;
  const signed: Record<string, string> = {
    ...headers,
    host,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": amzDate,
    ...(token === undefined ? {} : { "x-amz-security-token": token }),
  };
  const [rawPath = "/", rawQuery = ""] = path.split("?");
  const names = Object.keys(signed).sort();
  const scope = { date: amzDate.slice(0, 8), region, service };
  const request = { method, rawPath, rawQuery, headers: signed, body: Buffer.from(body) };
  const toSign = stringToSign(amzDate, scope, canonicalRequest(request, names, payloadHash, service));
  const sealed = signature(credentials?.secretAccessKey ?? "", scope, toSign);
  const credential = `${credentials?.accessKeyId}/${scope.date}/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${sealed}`;
  return fetch(`${url}${path}`, {
    method,
    headers: { ...signed, ...(credentials === undefined ? {} : { authorization }) },
    ...(method === "GET" || method === "HEAD" || body === "" ? {} : { body }),
  });
}
