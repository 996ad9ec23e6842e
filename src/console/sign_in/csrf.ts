// Owns the anti-forgery token of the console's forms: bound to the session, so that no form is sent in another's.
import { createHmac, timingSafeEqual } from "node:crypto";

/** The token of a session. @param sessionId the cookie's value, which no page and no script can read */
export function csrfTokenOf(sessionId: string): string {
  return createHmac("sha256", sessionId).update("a form of the console").digest("base64url");
}

/** Whether a form carries its session's token. */
export function isOwnToken(sessionId: string, token: string | undefined): boolean {
  const [own, sent] = [Buffer.from(csrfTokenOf(sessionId)), Buffer.from(token ?? "")];
  return own.length === sent.length && timingSafeEqual(own, sent);
}
