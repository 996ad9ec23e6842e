// What a token's times can be: NumericDate of RFC 7519 (section 2), seconds since 1970. Every operation that takes a token
// judges them by this, so that none accepts, or fails over, a number another one refuses. Pure.

/** Years to 5138: what lies beyond is a time of today in a smaller unit, or no time at all. */
const LAST_SECOND = 1e11;

/** Smaller units with the first number that a time of this century has in the next one. */
const UNITS = [
  { unit: "milliseconds", below: 1e14, divisor: "1000" },
  { unit: "microseconds", below: 1e17, divisor: "1,000,000" },
  { unit: "nanoseconds", below: 1e20, divisor: "1,000,000,000" },
];

/**
 * @param name the claim, for the words
 * @param time its value; one that is not there or no number has no fault here
 * @returns why the number is no time in seconds that anybody means, and what to send; undefined when it can be one
 */
export function findTimeFault(name: string, time: unknown): { why: string; fix: string } | undefined {
  if (typeof time !== "number" || Math.abs(time) <= LAST_SECOND) return undefined;
  const found = time > 0 ? UNITS.find(({ below }) => time < below) : undefined;
  const send = "Send exp, iat and nbf in seconds since 1970 (RFC 7519)";
  return found === undefined
    ? { why: `the token's ${name}, ${time}, is no time in seconds since 1970`, fix: `${send}.` }
    : {
        why: `the token's ${name}, ${time}, is in ${found.unit}`,
        fix: `${send}: divide by ${found.divisor}.`,
      };
}

/** @returns a time in seconds as ISO 8601, or the number itself where no date holds it */
export function isoOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}
