// Owns telling a token in a text. Not by "eyJ" alone: every few hundred thousand random ids hold that by chance.
import assert from "node:assert/strict";

/** A JSON Web Token, whole or cut off after its header: base64url of `{"`, and the dot that ends the header. */
export const tokenPattern = /eyJ[\w-]{4,}\./;

/** Asserts that no token, nor the beginning of one, stands in what was recorded, answered or logged. */
export function assertNoToken(value: unknown, message?: string): void {
  assert.doesNotMatch(typeof value === "string" ? value : JSON.stringify(value), tokenPattern, message);
}
