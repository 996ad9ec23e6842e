// How claims are read that something depends on: first the type, then the value. One form, one range and one
// tolerance for every time, the same as the provider's.

/**
 * Seconds another party's clock may be ahead of this one: for every time in a token alike. FAPI 2.0 (section 5.3.2.1)
 * asks for at least 10 and forbids more than 60; tti-provider takes the same.
 */
export const clockToleranceSeconds = 15;

/** The last second of the year 9999: what a Date and RFC 3339 can hold. */
const lastSecond = 253_402_300_799;

/**
 * Reads a NumericDate (RFC 7519 section 2: seconds since 1970, a fraction allowed).
 *
 * @returns whole seconds; undefined for anything else, text and milliseconds included
 */
export function readNumericDate(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const seconds = Math.floor(value);
  return seconds >= 1 && seconds <= lastSecond ? seconds : undefined;
}

/**
 * Reads a yes or no. OpenID Connect Core 5.1 says boolean; some issuers send its text.
 *
 * @returns undefined for anything else
 */
export function readTruth(value: unknown): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

/** A time as people read it. */
export function isoTime(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}

/** A claim's value for a message: JSON, at most 200 characters. */
export function quote(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 197)}...` : text);
}
