// Owns the tenants a person belongs to, as one browser session sees them: which it speaks for, by which login, and
// what refuses the person a token there. Login, tenant choice, single sign-on and the account page ask here.
import type { Database } from "../../db/connect.ts";
import { type ErrorCode, OperationError } from "../../errors.ts";
import type { InstallationPart } from "../../installation.ts";
import type { Account } from "../accounts/account_store.ts";
import { findAccount } from "../accounts/account_store.ts";
import { opensUntilMs } from "../sessions/login_life.ts";
import { doorOf, isOverFor, lackingFor, type Voucher, voucherFor } from "../sessions/voucher.ts";
import { listTenantIdsOfAccount, type Membership } from "../tenants/membership_store.ts";
import type { Tenant } from "../tenants/tenant_store.ts";
import { type ClaimsPolicy, decideSubjectClaims } from "./claims.ts";
import { readSubjects, readSubjectsOf, type SubjectFacts } from "./subject_store.ts";

/** A tenant a person belongs to. */
export interface Place {
  tenant: Tenant;
  membership: Membership;
  /** The login by which the session speaks for it; undefined: it does not. */
  voucher: Voucher | undefined;
  /** Whether it spoke for it until its login was over: too old, or unused for too long. */
  isOver: boolean;
  /** A login that would open it, had it proven more. */
  lacking: Voucher | undefined;
  /** Why the person could get no token for it. */
  refusal: OperationError | undefined;
}

/** A place the session speaks for, where the person can get a token. */
export interface OpenPlace extends Place {
  voucher: Voucher;
}

/**
 * Reads an account and the enabled tenants it belongs to, in the order of their ids.
 * @param vouchers the logins of the session
 */
export async function readPlaces(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain">,
  accountId: string,
  vouchers: readonly Voucher[],
): Promise<{ account: Account | undefined; places: readonly Place[] }> {
  const nowMs = deps.clock().getTime();
  const facts = await readFacts(deps.db, accountId, vouchers, nowMs);
  if (facts.length === 0) return { account: await findAccount(deps.db, accountId), places: [] };
  return {
    account: facts[0]?.account,
    places: facts.flatMap((one) => placeOf(one, vouchers, deps, nowMs) ?? []),
  };
}

async function readFacts(db: Database, accountId: string, vouchers: readonly Voucher[], nowMs: number) {
  // By passwords alone no client has vouched, and one statement finds the tenants and reads them.
  if (vouchers.every(({ clientId }) => clientId === null)) return readSubjectsOf(db, accountId, nowMs);
  // No client: whether one may act for the person while away is not asked here.
  const queries = (await listTenantIdsOfAccount(db, accountId)).map((tenantId) => {
    const vouchingClientId = vouchers.find((voucher) => voucher.tenantId === tenantId)?.clientId;
    return { accountId, tenantId, clientId: "", vouchingClientId, nowMs };
  });
  return queries.length === 0 ? [] : readSubjects(db, queries);
}

/**
 * Tells which tenants each of a person's sessions speaks for, in as many statements for a hundred of them as for one.
 * @param sessions the logins of each that stand, as the store says now
 * @returns ids of tenants, in the order of the sessions
 */
export async function readTenantsSpokenFor(
  deps: InstallationPart<"db" | "clock">,
  accountId: string,
  sessions: readonly (readonly Voucher[])[],
): Promise<string[][]> {
  const spokenFor = await readSpokenFor(deps, accountId, sessions);
  return spokenFor.map((tenants) => tenants.map(({ tenantId }) => tenantId));
}

/** A tenant that a session speaks for. */
export interface SpokenFor {
  tenantId: string;
  /** Until when, if nobody uses the session any more: epoch milliseconds; undefined: no limit is known. */
  untilMs: number | undefined;
}

/** As {@link readTenantsSpokenFor}, with the time for which it does. */
export async function readSpokenFor(
  deps: InstallationPart<"db" | "clock">,
  accountId: string,
  sessions: readonly (readonly Voucher[])[],
): Promise<SpokenFor[][]> {
  const { account, places } = await readPlaces({ ...deps, requireVerifiedDomain: false }, accountId, []);
  if (account === undefined || account.disabledAtMs !== null) return sessions.map(() => []);
  const nowMs = deps.clock().getTime();
  // That the client that vouched is what it was then has been asked with the logins.
  const opens = ({ tenant, membership }: Place, voucher: Voucher) => {
    const { clientId, clientGeneration } = voucher;
    const client = clientId === null ? undefined : { clientId, generation: clientGeneration ?? 0 };
    return voucherFor([voucher], doorOf(tenant, account, membership, client, nowMs)) !== undefined;
  };
  return sessions.map((vouchers) =>
    places.flatMap((place) => {
      const opening = vouchers.filter((voucher) => opens(place, voucher));
      if (opening.length === 0) return [];
      const ends = opening.map((voucher) => opensUntilMs(voucher, place.tenant));
      const known = ends.filter((end) => end !== undefined);
      return { tenantId: place.tenant.id, untilMs: known.length === 0 ? undefined : Math.max(...known) };
    }),
  );
}

/**
 * Tells which of some people could get no token for a tenant of theirs, whatever login they come with: what stands against it at
 * them, not at a session.
 * @param memberships of whom, and where
 * @returns why, of those; a tenant that is disabled, and an account that is, tells nothing here
 */
export async function readRefusals(
  deps: InstallationPart<"db" | "clock" | "requireVerifiedDomain">,
  memberships: readonly { accountId: string; tenantId: string }[],
): Promise<{ accountId: string; tenantId: string; code: ErrorCode }[]> {
  const nowMs = deps.clock().getTime();
  const facts = await readSubjects(
    deps.db,
    memberships.map((one) => ({ ...one, clientId: "", nowMs })),
  );
  return facts.flatMap((one) => {
    const place = one.account?.disabledAtMs === null ? placeOf(one, [], deps, nowMs) : undefined;
    if (place?.refusal === undefined) return [];
    const { accountId, tenantId } = place.membership;
    return [{ accountId, tenantId, code: place.refusal.code }];
  });
}

/** Tells whether the session speaks for a place and the person can get a token there. */
export function isOpen(place: Place): place is OpenPlace {
  return place.voucher !== undefined && place.refusal === undefined;
}

function placeOf(
  facts: SubjectFacts,
  vouchers: readonly Voucher[],
  policy: ClaimsPolicy,
  nowMs: number,
): Place | undefined {
  const { account, tenant, membership, vouchingClient } = facts;
  if (!account || !tenant || !membership || tenant.disabledAtMs !== null) return undefined;
  const door = doorOf(tenant, account, membership, vouchingClient, nowMs);
  const [voucher, lacking] = [voucherFor(vouchers, door), lackingFor(vouchers, door)];
  const refusal = refusalOf(facts, policy);
  return { tenant, membership, voucher, lacking, isOver: isOverFor(vouchers, door), refusal };
}

function refusalOf(facts: SubjectFacts, policy: ClaimsPolicy): OperationError | undefined {
  try {
    decideSubjectClaims(facts, policy);
    return undefined;
  } catch (error) {
    if (error instanceof OperationError) return error;
    throw error;
  }
}
