// Takes a JWT apart without trusting it. Pure.

/** A JWT that could be read; nothing in it is verified. */
export type UnverifiedAssertion = {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
};

/** @returns the parts, or why it is not a JWS compact serialisation of a claims set */
export function readAssertion(assertion: string): UnverifiedAssertion | { fault: string } {
  const parts = assertion.split(".");
  if (parts.length === 5) return { fault: "it is encrypted (five parts); a signed JWT has three" };
  if (parts.length !== 3 || parts.some((part) => part === "" || !/^[A-Za-z0-9_-]+$/.test(part))) {
    return { fault: "it is not three base64url parts joined by dots" };
  }
  const header = parseObject(parts[0] ?? "");
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
