// Ties the sign-in form to the browser that was shown it, so that no other site can submit it (CSRF). Pure.
import { createHmac, timingSafeEqual } from "node:crypto";

/** How long a sign-in page may be left open. */
const FORM_TOKEN_TTL_SECONDS = 900;

/**
 * @param browser random value in the browser's cookie
 * @param request the authorization request the form carries
 * @returns a token for the form, `<expiry in ms>.<mac>`
 */
export function issueFormToken(secret: string, browser: string, request: string, now: Date): string {
  const expiresAt = String(now.getTime() + FORM_TOKEN_TTL_SECONDS * 1000);
  return `${expiresAt}.${mac(secret, browser, request, expiresAt)}`;
}

/** @returns whether the token was issued for this browser and this request, and is still good */
export function isFormTokenValid(
  secret: string,
  browser: string | undefined,
  request: string,
  token: string,
  now: Date,
): boolean {
  const [expiresAt, given, ...more] = token.split(".");
  if (browser === undefined || expiresAt === undefined || given === undefined || more.length > 0)
    return false;
  const expected = Buffer.from(mac(secret, browser, request, expiresAt));
  const presented = Buffer.from(given);
  return (
    presented.length === expected.length &&
    timingSafeEqual(presented, expected) &&
    now.getTime() < Number(expiresAt)
  );
}

function mac(secret: string, browser: string, request: string, expiresAt: string): string {
  return createHmac("sha256", secret)
    .update(JSON.stringify(["authorize-form", browser, request, expiresAt]))
    .digest("base64url");
}
