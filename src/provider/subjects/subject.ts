// Owns deciding, from what the store says at this moment, what a token may say of a person.

import type { Database } from "../../db/connect.ts";
import type { InstallationPart } from "../../installation.ts";
import { assertPresence } from "../presence/presence_policy.ts";
import { doorOf, opensTenant, type TenantDoor, type Vouched, voucherFor } from "../sessions/voucher.ts";
import { listVouchers } from "../sessions/voucher_store.ts";
import { type ClaimsPolicy, decideSubjectClaims, type SubjectClaims } from "./claims.ts";
import { PlaceShut, whyLoginShut } from "./shut_place.ts";
import { type createSubjectReader, readSubject, type SubjectFacts } from "./subject_store.ts";

/** Whose token is asked for. */
export interface SubjectRequest {
  accountId: string;
  /** The tenant the grant was made for; undefined if it names none. */
  tenantId: string | undefined;
  /** The client that asks. */
  clientId: string;
  /**
   * Whether the person is in front of a browser in this very flow. If not, the tenant's presence policy
   * decides whether the client may act for them.
   */
  present: boolean;
  /**
   * The login that what is asked for came from. "asserted": none, a client names the person by a right of its own.
   * Undefined: none is known, so nothing is opened.
   */
  login: Vouched | "asserted" | undefined;
  /** The browser session that what is asked for ends with; absent: none. */
  sessionUid?: string | undefined;
}

/** The outcome: what the token says, and when the person last logged in to the tenant (epoch milliseconds). */
export interface DecidedSubject {
  claims: SubjectClaims;
  lastLoginAtMs: number | null;
}

/** What deciding on a subject needs. */
export interface SubjectDeps extends InstallationPart<"db" | "clock" | "requireVerifiedDomain"> {
  /** Reads what the store says of it; absent: by a statement of its own. */
  readSubject?: ReturnType<typeof createSubjectReader>;
}

/**
 * Reads account, tenant, membership and presence, and decides what a token may say of them.
 * @throws OperationError as {@link decideSubjectClaims} and {@link assertLoginOpens} do, and presence_required
 */
export async function decideSubject(deps: SubjectDeps, request: SubjectRequest): Promise<DecidedSubject> {
  const now = deps.clock();
  const login = request.login === "asserted" ? undefined : request.login;
  const vouchingClientId = login?.clientId;
  const query = { ...request, vouchingClientId, nowMs: now.getTime() };
  const facts = await (deps.readSubject?.(query) ?? readSubject(deps.db, query));
  if (request.login !== "asserted") {
    await assertLoginOpens(deps.db, facts, { login, sessionUid: request.sessionUid }, now);
  }
  return decideFacts(facts, deps, request.present, now);
}

/**
 * Decides from what was read in this very request.
 * @param present as in {@link SubjectRequest}
 * @throws OperationError as {@link decideSubject} does
 */
export function decideFacts(
  facts: SubjectFacts,
  policy: ClaimsPolicy,
  present: boolean,
  now: Date,
): DecidedSubject {
  const claims = decideSubjectClaims(facts, policy);
  if (!present && facts.tenant !== undefined) {
    assertPresence(facts.tenant.presencePolicy, facts.presence, now);
  }
  return { claims, lastLoginAtMs: facts.presence.lastLoginAtMs };
}

/**
 * Refuses what came from a login that does not open the tenant: because nobody vouched for it, because the tenant's
 * users log in another way by now, because the login, the membership it was for, or the client that vouched, was ended, or
 * because it is over: it is older than the tenant has it, or nobody was there for too long in the session.
 * @throws PlaceShut with the one reason (shut_place.ts): passkey_required, factor_required, login_method_not_allowed,
 *   tenant_not_vouched
 */
export async function assertLoginOpens(
  db: Database,
  {
    account,
    tenant,
    membership,
    vouchingClient,
  }: Pick<SubjectFacts, "account" | "tenant" | "membership" | "vouchingClient">,
  { login, sessionUid }: { login: Vouched | undefined; sessionUid: string | undefined },
  now: Date,
): Promise<void> {
  // Where one of them is not there, the decision that follows says so and refuses.
  if (!account || !tenant || !membership) return;
  const door = doorOf(tenant, account, membership, vouchingClient, now.getTime());
  // That the session stands by the installation's limits has been asked with it.
  const vouchers =
    sessionUid === undefined || tenant.sessionIdleMs === null
      ? undefined
      : await listVouchers(db, { sessionUid, accountId: account.id }, now);
  const opens = (asked: TenantDoor): boolean =>
    login !== undefined &&
    opensTenant(login, asked) &&
    (vouchers === undefined || voucherFor(vouchers, asked) !== undefined);
  if (opens(door)) return;
  const code = whyLoginShut(door, opens);
  throw new PlaceShut({ tenant, membership, refusal: undefined }, code);
}

/** As {@link decideSubject}, for whoever needs the claims only. */
export async function getSubjectClaims(deps: SubjectDeps, request: SubjectRequest): Promise<SubjectClaims> {
  return (await decideSubject(deps, request)).claims;
}
