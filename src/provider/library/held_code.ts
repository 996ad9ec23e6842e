// Owns that a code of the authorization endpoint is written when its whole answer is made, with what the trail says of it, and not
// before. The library writes it first and goes on; what fails after that left a code behind that nobody was given.
import ProviderClass from "oidc-provider";
import type { HeldRecord } from "./one_write.ts";

const held = new WeakMap<object, HeldRecord>();

/**
 * Holds a code until {@link takeCode}.
 * @returns false outside of the authorization endpoint: then it is to be written at once
 */
export function holdCode(code: HeldRecord): boolean {
  const oidc = ProviderClass.ctx?.oidc;
  if (oidc?.route !== "authorization" && oidc?.route !== "resume") return false;
  if (held.has(oidc)) throw new Error("a request is given one code");
  held.set(oidc, code);
  return true;
}

/** The code that a request is given, to be written before the answer leaves; undefined: it is given none. */
export function takeCode(oidc: object): HeldRecord | undefined {
  const code = held.get(oidc);
  held.delete(oidc);
  return code;
}
