// Owns a person's own browser sessions: which there are, and ending one, all others, or all. A session that the ISV's word opened
// shows and ends no more than what speaks for the same tenants: it proves nothing about the account as a whole.
import { createAuditEventInTenants } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import type { InstallationPart } from "../../installation.ts";
import { endSignIns } from "../sessions/end_sign_ins.ts";
import { type BrowserSession, endSession, listSessions, sessionIdOf } from "../sessions/session_store.ts";
import { usedBy } from "../sessions/voucher.ts";
import { readTenantsSpokenFor } from "../subjects/places.ts";
import { listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { type AccountPerson, holdAccountPerson } from "./account_person.ts";

type Deps = InstallationPart<"db" | "clock" | "requireVerifiedDomain">;

/** A session, as its person knows it. Times are epoch milliseconds. */
export interface OwnSession {
  /** Names it, and opens nothing. */
  id: string;
  isThis: boolean;
  /** Family and system; undefined: not known. */
  browser: string | undefined;
  signedInAtMs: number;
  seenAtMs: number;
  /** The organizations it speaks for, as far as this session does. */
  tenantNames: readonly string[];
}

/** Whether the person proved themselves here, so that all of their sessions are theirs to see and end. */
export const seesEverySession = ({ provenAtMs }: Pick<AccountPerson, "provenAtMs">): boolean =>
  provenAtMs !== undefined;

/** Lists a person's sessions that open anything, this one first, then the last used. */
export async function listOwnSessions(deps: Deps, person: AccountPerson): Promise<OwnSession[]> {
  const here = sessionIdOf(person.session.sessionUid);
  const sessions = (await everySession(deps, person.accountId)).filter(({ vouchers }) => vouchers.length > 0);
  const spokenFor = await readTenantsSpokenFor(
    deps,
    person.accountId,
    sessions.map(({ vouchers }) => vouchers),
  );
  const known = new Map(person.tenants.map(({ id, name }) => [id, name]));
  return sessions
    .map((session, index) => ({ session, tenantIds: spokenFor[index] ?? [] }))
    .filter(
      ({ session, tenantIds }) =>
        session.id === here ||
        seesEverySession(person) ||
        (session.vouchers.every(({ method }) => method === "handoff") &&
          tenantIds.every((id) => known.has(id))),
    )
    .map(({ session, tenantIds }) => ({
      id: session.id,
      isThis: session.id === here,
      browser: usedBy(session.vouchers).browser ?? undefined,
      signedInAtMs: Math.max(...session.vouchers.map(({ authTimeMs }) => authTimeMs)),
      seenAtMs: usedBy(session.vouchers).seenAtMs ?? 0,
      tenantNames: tenantIds.flatMap((id) => known.get(id) ?? []),
    }))
    .sort((one, other) => Number(other.isThis) - Number(one.isThis) || other.seenAtMs - one.seenAtMs);
}

/**
 * Ends sessions of the person, but never the one they ask in.
 * @param id one of them; absent: every other
 * @returns how many ended
 * @throws OperationError unauthenticated if the person's own sign-in ended meanwhile
 */
export async function endOtherSessions(deps: Deps, person: AccountPerson, id?: string): Promise<number> {
  const now = deps.clock();
  return deps.db.transaction(async (trx) => {
    const held = await holdAccountPerson(deps, trx, person);
    const listed = await listOwnSessions({ ...deps, db: trx }, held);
    const ending = listed.filter((one) => !one.isThis && (id === undefined || one.id === id));
    const trails = await listTenantIdsOfAccount(trx, held.accountId);
    let ended = 0;
    for (const session of ending) {
      const done = await endSession(trx, { id: session.id, accountId: held.accountId }, now);
      if (done === undefined) continue;
      ended += 1;
      const details = { reason: "session.ended", session: session.id, ...done.ended } as const;
      const event = { type: "session.ended", ...actorOf(held), details } as const;
      await createAuditEventInTenants(trx, event, trails, now);
    }
    return ended;
  });
}

/**
 * Signs the person out everywhere, here too: sessions, what applications hold, what a back end may only while they are signed in.
 * @throws OperationError unauthenticated if the sign-in ended meanwhile, or was vouched for by the ISV
 */
export async function signOutEverywhere(deps: Deps, person: AccountPerson): Promise<void> {
  await deps.db.transaction(async (trx) => {
    const { accountId } = await holdAccountPerson(deps, trx, person);
    await endSignIns(trx, { accountId, reason: "sign_out", actor: `account:${accountId}` }, deps.clock());
  });
}

const actorOf = ({ accountId }: AccountPerson) => ({ actor: `account:${accountId}`, accountId });

async function everySession({ db, clock }: Deps, accountId: string): Promise<BrowserSession[]> {
  const limit = 100;
  const every: BrowserSession[] = [];
  for (;;) {
    const page = await listSessions(db as Database, accountId, { limit, afterId: every.at(-1)?.id }, clock());
    every.push(...page);
    if (page.length < limit) return every;
  }
}
