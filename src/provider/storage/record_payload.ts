// Owns what of an oidc-provider record may stand in the table: ids as SHA-256, and payloads without anything
// a reader of the table could present (token values, session cookies).
import { hash } from "node:crypto";
import type { AdapterPayload } from "oidc-provider";

/** A payload, and in which generation of its client it was made: that has a column of its own. */
export interface RecordPayload extends AdapterPayload {
  clientGeneration?: number;
}

/** The form in which an id is stored: SHA-256, base64url. Ids are 128 random bits or more, so no salt. */
export function hashRecordId(id: string): string {
  return hash("sha256", id, "base64url");
}

/** The id under which the use of an assertion is recorded, so that it is used once. */
export function useIdOf(issuer: string, jti: string): string {
  return hashRecordId(JSON.stringify([issuer, jti]));
}

/**
 * The payload as it is stored. `jti` is the value a browser or client presents (the token, the code, the
 * session cookie), and an interaction repeats the session's cookie: both are left out. So is a user code, which opens a device.
 */
export function serializePayload(payload: AdapterPayload): string {
  const { jti: _presented, clientGeneration: _column, userCode: _typed, ...kept } = payload as RecordPayload;
  if (kept.session === undefined) return JSON.stringify(kept);
  const { cookie: _cookie, ...session } = kept.session;
  return JSON.stringify({ ...kept, session });
}

/**
 * The payload as oidc-provider expects it back.
 * @param text as stored
 * @param id the id it was found by; undefined when it was found another way, then it stays unknown
 * @param consumedAtMs when it was used, null if it was not
 */
export function parsePayload(
  text: string,
  id: string | undefined,
  consumedAtMs: number | null,
): AdapterPayload {
  // Written by serializePayload only.
  const payload = JSON.parse(text) as AdapterPayload;
  if (id !== undefined) payload.jti = id;
  if (consumedAtMs !== null) payload.consumed = Math.floor(consumedAtMs / 1000);
  return payload;
}
