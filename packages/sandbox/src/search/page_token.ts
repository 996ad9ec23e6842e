// Paging tokens: opaque, 1 to 800 characters, tied to one search of one user, signed, short-lived. Pure.
// How long AWS honours its tokens is not published; ours are short so that code relying on old ones shows early.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { refuseField } from "./search_error.ts";

interface PageTokenContent {
  /** Position of the next result. */
  readonly offset: number;
  readonly expiresAtMs: number;
}

/**
 * The digest a token is bound to: everything that decides which results a search has, in which order.
 * `maxResults` is left out, so a caller may change the page size while paging.
 */
export function bindingOf(parts: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(canonical(parts)).digest("base64url");
}

/** Issues a token for the page that starts at `offset`. */
export function sealPageToken(secret: string, binding: string, content: PageTokenContent): string {
  const body = Buffer.from(`${content.offset}.${content.expiresAtMs}`).toString("base64url");
  return `${body}.${signature(secret, binding, body)}`;
}

/**
 * Opens a token.
 * @returns the position of the next result.
 * @throws SearchValidationError for a token that is malformed, belongs to another search, user or sandbox, or is
 * too old. Only the last is told apart: who holds a foreign token learns nothing about it.
 */
export function openPageToken(secret: string, binding: string, token: string, now: Date): number {
  const [body, given, ...more] = token.split(".");
  if (token.length > 800 || body === undefined || given === undefined || more.length > 0)
    return refuseForeign();
  const expected = signature(secret, binding, body);
  if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) {
    return refuseForeign();
  }
  const [offset, expiresAtMs] = Buffer.from(body, "base64url").toString().split(".").map(Number);
  if (offset === undefined || expiresAtMs === undefined) return refuseForeign();
  if (now.getTime() >= expiresAtMs) {
    return refuseField(
      "nextToken",
      "has expired; start the search again without it",
      "search.pageTokenSeconds",
    );
  }
  return offset;
}

function refuseForeign(): never {
  return refuseField(
    "nextToken",
    "does not belong to this search; send back the nextToken of the previous page with the same query, filter and user",
  );
}

function signature(secret: string, binding: string, body: string): string {
  return createHmac("sha256", secret).update(`page-token.${binding}.${body}`).digest("base64url");
}

/** JSON with sorted keys, so that equal values have equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    entries.sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
