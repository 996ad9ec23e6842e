// Owns what a browser keeps between leaving for the provider's login page and coming back: the state and the verifier that
// prove it is the same browser, and the page it wanted. Pure.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { parseJson } from "../../input/json_text.ts";

/** A sign-in under way. */
export interface PendingSignIn {
  state: string;
  verifier: string;
  /** The page that was asked for: a path of the console. */
  to: string;
}

/** How long it may take, in seconds: as long as the provider's own page waits. */
export const pendingSeconds = 1_800;

/** Begins a sign-in. @param wanted the target of the request that needs it */
export function beginSignIn(wanted: string): PendingSignIn {
  const random = () => randomBytes(32).toString("base64url");
  return { state: random(), verifier: random(), to: consolePath(wanted) };
}

/**
 * The page to go to: a path of the console, whatever was asked for, so that the way back leads nowhere else.
 * @param wanted a request's target, or what came out of a cookie
 */
function consolePath(wanted: string): string {
  const fits = /^\/console(?:[/?][\x21-\x7e]*)?$/.test(wanted) && wanted.length <= 1_000;
  if (!fits || /[\\#]|\/\/|\/\.{1,2}(?:[/?]|$)/.test(wanted)) return "/console";
  return /^\/console\/(?:callback|sign-in|sign-out|signed-out)\b/.test(wanted) ? "/console" : wanted;
}

/** As a cookie's value. */
export function formatPending(pending: PendingSignIn): string {
  return Buffer.from(JSON.stringify(pending)).toString("base64url");
}

/** Reads a cookie's value; undefined for what is none of ours. */
export function parsePending(value: string | undefined): PendingSignIn | undefined {
  if (value === undefined) return undefined;
  try {
    const found = parseJson(Buffer.from(value, "base64url")) as Partial<Record<string, unknown>> | null;
    const { state, verifier, to } = found ?? {};
    if (typeof state !== "string" || typeof verifier !== "string" || typeof to !== "string") return undefined;
    return { state, verifier, to: consolePath(to) };
  } catch {
    return undefined;
  }
}

/** Whether an answer belongs to a sign-in; it takes as long for every answer of the same length. */
export function isAnswerTo(pending: PendingSignIn, state: string | undefined): boolean {
  const [own, named] = [Buffer.from(pending.state), Buffer.from(state ?? "")];
  return own.length === named.length && timingSafeEqual(own, named);
}
