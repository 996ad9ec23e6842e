// Owns "keep my login page": the browser leaves with a one-time challenge, the ISV's back end answers it with
// one call, the browser returns with a one-time verifier. Who asks over HTTP and how pages look is elsewhere.
//
// The challenge alone is worth nothing to whoever forwards it: the sign-in continues only in the browser that
// holds the interaction's cookie, and only with the verifier that the answer made (docs/handoff.md).
import { createHmac, randomBytes } from "node:crypto";
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { clockToleranceSeconds } from "../../input/moment.ts";
import type { InstallationPart, StoreAndClock } from "../../installation.ts";
import { provisionUser, untilUnchanged } from "../accounts/provisioned_users.ts";
import { findGenerationBehind } from "../clients/served_client_store.ts";
import { decideSubjectClaims } from "../subjects/claims.ts";
import { readSubject } from "../subjects/subject_store.ts";
import { getTenant } from "../tenants/tenant_store.ts";
import { createChallenge, findOpenChallenge, redeemAnswer, saveAnswer } from "./challenge_store.ts";
import { assertVouchedEnough } from "./vouched_level.ts";

/** How long the ISV's page may take, in seconds. */
export const challengeLifeSeconds = 600;

// A person may come back from the ISV's page and go there again.
const mostAnswers = 8;

/** Authentication context of a session that came from the ISV's page. */
export const handoffAcr = "urn:tti:handoff";

/** What the ISV's page is told of the sign-in. Wire spelling: it is sent as it stands. */
export interface HandoffRequest {
  interaction: string;
  client_id: string;
  client_name: string;
  /** The tenant the sign-in must be for; absent: the ISV names it. */
  tenant?: string;
  tenant_hint?: string;
  login_hint?: string;
  acr_values?: string;
  ui_locales?: string;
  prompt?: string;
  max_age?: number;
  /** The earliest `auth_time` the answer may name, epoch seconds; absent: any. */
  auth_time_after?: number;
}

/** What the ISV says of the person who logged in with it. */
export interface HandoffLogin {
  subject: string;
  tenant: string;
  email: string | undefined;
  name: string | undefined;
  /** Epoch seconds. */
  authTime: number;
  amr: readonly string[];
}

/** The ISV's client that answers, and what it may do. */
export interface HandoffActor {
  clientId: string;
  /** The hash of the access token it acts with. */
  tokenHash: string;
  /** Whether it may answer for a tenant. The caller has asked for the tenant of the login. */
  mayActFor(tenantId: string): boolean;
  /**
   * Asserts that it still may, as the transaction of the answer sees it.
   * @throws OperationError unauthenticated, forbidden
   */
  still(trx: Database): Promise<void>;
}

/** What happens when the browser returns. */
export type HandoffOutcome =
  | {
      kind: "login";
      accountId: string;
      tenantId: string;
      /** The client that vouched; absent in answers of before it was kept. */
      clientId?: string;
      /** The generation of the account's sign-ins, and since when the membership stands; absent as above. */
      generation?: number;
      memberSinceMs?: number | null;
      /** The generations of the client and of the tenant when it was answered; absent as above. */
      clientGeneration?: number;
      tenantGeneration?: number;
      authTime: number;
      amr: string[];
    }
  | { kind: "rejected"; error: string; description: string };

/**
 * Begins a handoff, or begins it again: a sign-in has one challenge until that is answered, however often its page is
 * opened. So the challenge is derived from the sign-in and the browser's own key, which nobody else knows.
 * @param browserKey random, of the browser that begins; default: one that never comes again
 * @returns the challenge, for the URL of the ISV's page
 * @throws OperationError sign_in_expired after too many answers
 */
export async function beginHandoff(
  deps: InstallationPart<"db" | "clock" | "issuer" | "requireVerifiedDomain">,
  request: HandoffRequest,
  browserKey: string = randomBytes(32).toString("base64url"),
): Promise<string> {
  const interactionUid = request.interaction;
  const expiresAtMs = deps.clock().getTime() + challengeLifeSeconds * 1000;
  for (let round = 0; round < mostAnswers; round += 1) {
    const challenge = createHmac("sha256", browserKey)
      .update(`login challenge ${round} of ${interactionUid}`)
      .digest("base64url");
    if (await createChallenge(deps.db, { challenge, interactionUid, request, expiresAtMs })) return challenge;
  }
  throw new OperationError("sign_in_expired", "This sign-in was answered too often.");
}

/**
 * Reads an open challenge for the ISV's page. One that names a tenant, if only as a hint, is for who may act for it:
 * reading, accepting and rejecting alike. One that names none is for every client that answers challenges.
 * @param actor who reads it or answers it
 * @throws OperationError login_challenge_not_found: unknown, answered, or expired; forbidden
 */
export async function getHandoff(
  deps: InstallationPart<"db" | "clock" | "issuer" | "requireVerifiedDomain">,
  challenge: string,
  actor: HandoffActor,
): Promise<{ request: HandoffRequest; expiresAtMs: number }> {
  const found = await findOpenChallenge<HandoffRequest>(deps.db, challenge, deps.clock().getTime());
  if (found === undefined) {
    throw new OperationError(
      "login_challenge_not_found",
      "There is no login challenge of this value to answer.",
    );
  }
  const { tenant, tenant_hint: hint } = found.request;
  for (const named of [tenant, hint]) {
    if (named === undefined || actor.mayActFor(named)) continue;
    // It does not say for which: that is what the client must not learn.
    throw new OperationError("forbidden", "The login challenge is for a tenant the client may not act for.", {
      fix: "Answer it as a client that was registered for the tenant: tti client create --handoff-for TENANT",
    });
  }
  return found;
}

/**
 * Accepts a challenge: this person logged in at the ISV, to this tenant. The account and membership come to exist
 * under the tenant's rules; if the person could get no token afterwards, nothing is written and the challenge stays
 * open. Nobody is signed in yet: that is for the browser that returns.
 *
 * @param actor who answers
 * @returns where the ISV sends the browser next
 * @throws OperationError login_challenge_not_found, forbidden, invalid_input, login_method_not_allowed, tenant_not_found,
 *   tenant_not_allowed (another customer's user), unauthenticated (the client's token ended meanwhile), factor_required and
 *   passkey_required (the tenant requires more than amr says), and whatever refuses the person a token
 */
export async function acceptHandoff(
  deps: InstallationPart<"db" | "clock" | "issuer" | "requireVerifiedDomain">,
  challenge: string,
  login: HandoffLogin,
  actor: HandoffActor,
): Promise<string> {
  const { request } = await getHandoff(deps, challenge, actor);
  const now = deps.clock();
  assertFits(request, login, now);
  const tenant = await getTenant(deps.db, login.tenant);
  if (tenant.loginMethod === "local") {
    throw new OperationError(
      "login_method_not_allowed",
      `The users of ${tenant.id} do not log in at your page.`,
      {
        field: "tenant",
      },
    );
  }
  const verifier = randomBytes(32).toString("base64url");
  const accept = async (trx: Database) => {
    await actor.still(trx);
    const clientGeneration = await getGenerationBehind(trx, actor);
    const { account } = await provisionUser(trx, tenant, login, { by: "handoff", ...actor }, now);
    const ids = { tenantId: tenant.id, accountId: account.id };
    const facts = await readSubject(trx, { ...ids, clientId: request.client_id, nowMs: now.getTime() });
    decideSubjectClaims(facts, deps);
    assertVouchedEnough(facts.tenant ?? tenant, login.amr);
    const { authTime } = login;
    const stands = {
      generation: facts.account?.signInGeneration ?? 0,
      memberSinceMs: facts.membership?.createdAtMs ?? null,
      clientGeneration,
      // As it was when the answer came: what was ended since then ended it too.
      tenantGeneration: tenant.generation,
    };
    const vouched = { ...ids, ...stands, clientId: actor.clientId, authTime, amr: [...login.amr] };
    await answer(trx, challenge, { verifier, outcome: { kind: "login", ...vouched } }, now);
    const event = { type: "sign_in.vouched", actor: `client:${actor.clientId}`, ...ids } as const;
    const details = { authTime: new Date(authTime * 1000).toISOString(), amr: vouched.amr.join(" ") };
    await createAuditEvent(trx, { ...event, clientId: request.client_id, details }, now);
  };
  await untilUnchanged(() => deps.db.transaction(accept));
  return returnUrl(deps.issuer, request, verifier);
}

/**
 * Rejects a challenge: nobody logged in. The relying party gets the error.
 * @returns where the ISV sends the browser next
 * @throws OperationError login_challenge_not_found, forbidden
 */
export async function rejectHandoff(
  deps: InstallationPart<"db" | "clock" | "issuer" | "requireVerifiedDomain">,
  challenge: string,
  reason: { error: string; description: string },
  actor: HandoffActor,
): Promise<string> {
  const { request } = await getHandoff(deps, challenge, actor);
  const verifier = randomBytes(32).toString("base64url");
  const outcome: HandoffOutcome = { kind: "rejected", ...reason };
  const now = deps.clock();
  await deps.db.transaction(async (trx) => {
    await actor.still(trx);
    await answer(trx, challenge, { verifier, outcome }, now);
    const event = { type: "sign_in.rejected", actor: `client:${actor.clientId}` } as const;
    const details = { error: reason.error };
    const named = { tenantId: request.tenant, clientId: request.client_id };
    await createAuditEvent(trx, { ...event, ...named, details }, now);
  });
  return returnUrl(deps.issuer, request, verifier);
}

/**
 * Takes the answer in the browser that began the sign-in.
 * @param interactionUid the interaction the browser's cookie proved
 * @throws OperationError sign_in_expired: wrong browser, wrong or used verifier, too late
 */
export async function redeemHandoff(
  deps: StoreAndClock,
  interactionUid: string,
  verifier: string,
): Promise<HandoffOutcome> {
  const redemption = { interactionUid, verifier };
  const outcome = await redeemAnswer<HandoffOutcome>(deps.db, redemption, deps.clock().getTime());
  if (outcome === undefined) {
    throw new OperationError("sign_in_expired", "This sign-in was not begun in this browser, or is over.");
  }
  return outcome;
}

// The token that was shown for this very answer still stands beside the number, so nothing was ended in between.
async function getGenerationBehind(db: Database, actor: HandoffActor): Promise<number> {
  const generation = await findGenerationBehind(db, actor.clientId, actor.tokenHash);
  if (generation !== undefined) return generation;
  throw new OperationError("unauthenticated", "The access token was revoked while you answered.");
}

function assertFits(request: HandoffRequest, login: HandoffLogin, now: Date): void {
  if (request.tenant !== undefined && request.tenant !== login.tenant) {
    throw new OperationError("invalid_input", "tenant is not the one the sign-in is for.", {
      field: "tenant",
      fix: "Name the tenant that the challenge names.",
    });
  }
  if (login.authTime > now.getTime() / 1000 + clockToleranceSeconds) {
    throw new OperationError("invalid_input", "auth_time lies in the future.", {
      field: "auth_time",
      fix: "Send seconds since 1970-01-01 UTC, and keep the clock set.",
    });
  }
  if (request.auth_time_after !== undefined && login.authTime < request.auth_time_after) {
    throw new OperationError("invalid_input", "auth_time is older than the application accepts.", {
      field: "auth_time",
      fix: "Have the person log in again: the request asked for it by prompt=login or max_age.",
    });
  }
}

async function answer(
  db: Database,
  challenge: string,
  given: { verifier: string; outcome: HandoffOutcome },
  now: Date,
): Promise<void> {
  if (await saveAnswer(db, challenge, given, now.getTime())) return;
  throw new OperationError("login_challenge_not_found", "The login challenge was answered before.");
}

function returnUrl(issuer: string, request: HandoffRequest, verifier: string): string {
  const url = new URL(`/interaction/${request.interaction}/handoff`, issuer);
  url.searchParams.set("login_verifier", verifier);
  return url.href;
}
