// Owns what a code of an authenticator app is (RFC 6238): six digits, a new one each half minute, by SHA-1, which is what
// every app can do. Pure; that a code counts once is the store's.
import { Secret, TOTP } from "otpauth";

/** How long a code lasts, in milliseconds. */
export const stepMs = 30_000;

// A phone's clock may be half a minute off, and a code may have been read just before it changed (RFC 6238 section 5.2).
const mostStepsOff = 1;

/** A new random secret of 160 bits, in base32, as apps take it (RFC 4226 section 4, requirement 6). */
export function makeTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/**
 * Tells for which time step a code is right.
 * @param code what was typed; spaces between its digits do not count
 * @returns the step's number, so that it can be used up; undefined: it is right for none that counts now
 */
export function stepOfCode(secret: string, code: string, nowMs: number): number | undefined {
  const token = code.replaceAll(/\s/g, "");
  if (!/^\d{6}$/.test(token)) return undefined;
  const delta = totpOf(secret).validate({ token, timestamp: nowMs, window: mostStepsOff });
  return delta === null ? undefined : Math.floor(nowMs / stepMs) + delta;
}

/**
 * The address that an app reads from the picture.
 * @param names of the service, and of the account there
 */
export function totpUri(secret: string, names: { issuer: string; label: string }): string {
  // A colon ends the service's name there.
  const issuer = names.issuer.replaceAll(":", " ");
  return totpOf(secret, { issuer, label: names.label }).toString();
}

const totpOf = (secret: string, names: { issuer?: string; label?: string } = {}): TOTP =>
  new TOTP({
    ...names,
    secret: Secret.fromBase32(secret),
    algorithm: "SHA1",
    digits: 6,
    period: stepMs / 1000,
  });
