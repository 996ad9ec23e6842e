// Reads the Authorization header of a Signature Version 4 request. Pure.
import type { CredentialScope } from "./canonical_request.ts";

/** A parsed `AWS4-HMAC-SHA256` authorization. */
export type SigV4Authorization = {
  accessKeyId: string;
  scope: CredentialScope;
  signedHeaders: string[];
  signature: string;
};

/** @returns undefined when the header is not a well-formed Signature Version 4 authorization */
export function parseAuthorization(header: string): SigV4Authorization | undefined {
  const match = /^AWS4-HMAC-SHA256 +(.*)$/.exec(header);
  if (match?.[1] === undefined) return undefined;
  const fields = new Map(
    match[1].split(",").map((field): [string, string] => {
      const [name = "", ...value] = field.trim().split("=");
      return [name, value.join("=")];
    }),
  );
  const credential = /^([\w]{16,128})\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/.exec(
    fields.get("Credential") ?? "",
  );
  const [, accessKeyId, date, region, service] = credential ?? [];
  const signedHeaders = fields.get("SignedHeaders");
  const signature = fields.get("Signature");
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) return undefined;
  return {
    accessKeyId,
    scope: { date, region, service },
    signedHeaders: signedHeaders.split(";"),
    signature,
  };
}
