// Takes a JWT apart without trusting it. Pure.

/** A JWT that could be read; nothing in it is verified. */
export type UnverifiedAssertion = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
};

/**
 * Why a text is no signed JWT; `isUnsigned` where it is a JWT of `alg` `none` (RFC 7519, section 6), whose signature is empty.
 */
export type AssertionFault = { fault: string; isUnsigned?: true };

/** @returns the parts, or why it is not a JWS compact serialisation of a claims set */
export function readAssertion(assertion: string): UnverifiedAssertion | AssertionFault {
  const parts = assertion.split(".");
  if (parts.length === 5) return { fault: "it is encrypted (five parts); a signed JWT has three" };
  const isEmptyAt = (at: number) => parts[at] === "";
  if (parts.length !== 3 || isEmptyAt(0) || isEmptyAt(1) || !parts.every(isBase64Url)) {
    return { fault: "it is not three base64url parts joined by dots" };
  }
  const header = parseObject(parts[0] ?? "");
  if (header?.["alg"] === "none")
    return { fault: 'its header says alg "none", which stands for no signature', isUnsigned: true };
  if (isEmptyAt(2)) return { fault: "its third part, the signature, is empty" };
  if (header === null) return { fault: "its header is not a JSON object" };
  const claims = parseObject(parts[1] ?? "");
  if (claims === null) return { fault: "its payload is not a JSON object" };
  return { header, claims };
}

/**
 * Follows a claim attribute path (`email`, `identity.email`) through the claims.
 *
 * @returns the value found, or undefined
 */
export function claimAt(claims: Record<string, unknown>, path: string): unknown {
  let value: unknown = claims;
  for (const segment of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<string, unknown>)[segment];
  }
  return value;
}

function isBase64Url(part: string): boolean {
  return /^[A-Za-z0-9_-]*$/.test(part);
}

function parseObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
