// Owns the way of a refused answer from the form that was posted to the page that tells it, see edge/form_outcome.ts.
import type { Clock } from "../../clock.ts";
import { type ErrorCode, errorCatalogue, type OperationError } from "../../errors.ts";
import type { WayOn } from "../../views/page_frame.ts";
import { leaveOutcome, type OutcomePlace, takeOutcome } from "../edge/form_outcome.ts";
import { PlaceShut } from "../subjects/shut_place.ts";
import { linkOf } from "../subjects/shut_words.ts";

/** The forms of a sign-in that are shown again when their answer is refused. */
export type SignInForm = "login" | "password" | "factor" | "tenant";

/** A refusal, as the page that follows tells it. */
export interface SignInFault {
  code: ErrorCode;
  /** The status the page is answered with, as programs that watch read it. */
  status: number;
  /** How long to wait from now, where that helps. */
  waitSeconds: number | undefined;
  /** The address that was typed. */
  email: string | undefined;
  /** What the person can do about it elsewhere. */
  way?: WayOn | undefined;
}

/** Leaves a refusal for the page that follows. */
export function leaveSignInFault(
  place: OutcomePlace & { clock: Clock },
  uid: string,
  form: SignInForm,
  error: OperationError,
  email?: string,
): void {
  const { code, retryAfterSeconds } = error;
  const waitUntil =
    retryAfterSeconds === undefined ? undefined : String(place.clock().getTime() + retryAfterSeconds * 1000);
  const administers = error instanceof PlaceShut && error.administers ? error.tenantId : undefined;
  leaveOutcome(place, uid, { form, code, email, waitUntil, administers });
}

/** Takes the refusal that a page is to tell; undefined if there is none, or none of this form. */
export function takeSignInFault(
  place: OutcomePlace & { clock: Clock },
  uid: string,
  form: SignInForm,
): SignInFault | undefined {
  const outcome = takeOutcome(place, uid);
  const code = outcome?.["code"] ?? "";
  if (outcome?.["form"] !== form || !isErrorCode(code)) return undefined;
  const leftMs = Number(outcome["waitUntil"]) - place.clock().getTime();
  const waitSeconds = leftMs > 0 && leftMs <= longestWaitMs ? Math.ceil(leftMs / 1000) : undefined;
  const { email, administers } = outcome;
  return { code, status: errorCatalogue[code].status, waitSeconds, email, way: wayOf(code, administers) };
}

// Whoever is told this has no session yet: what mends it asks them to sign in there, where nothing refuses it.
function wayOf(code: ErrorCode, administers: string | undefined): WayOn | undefined {
  const words = { signInUrl: "" };
  if (code === "passkey_required") return linkOf("add_passkey", "", words);
  if (code === "email_not_verified") return linkOf("prove_address", "", words);
  if (code !== "email_domain_not_verified" || administers === undefined) return undefined;
  return linkOf("prove_domain", administers, words);
}

// The browser's owner can write the cookie: what it holds is told only where we could have left it. A fault of ours is
// answered at once, never left; but where too many come at once, the form stays for another try.
const longestWaitMs = 86_400_000;

function isErrorCode(code: string): code is ErrorCode {
  if (!Object.hasOwn(errorCatalogue, code)) return false;
  return errorCatalogue[code as ErrorCode].status < 500 || code === "overloaded";
}
