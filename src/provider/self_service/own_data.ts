// Owns the file of everything that is kept of a person, as they take it themselves: what the store holds, and what the trail
// says, piece by piece, however much it is. Of whom it tells besides is left away: who administered, and from where.
import { createHash } from "node:crypto";
import { type AuditEvent, countAuditEvent, listAuditEvents } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { RatedKey } from "../accounts/attempt_rates.ts";
import { countAttempt } from "../accounts/sign_in_attempt_store.ts";
import { readStoredPerson } from "../sessions/person_data_store.ts";
import type { AccountPageDeps } from "./account_page_routes.ts";
import { type AccountPerson, assertRecentSignIn, holdAccountPerson } from "./account_person.ts";

// How often somebody may take their data: each reads all there is.
const dataRate = { burst: 3, intervalMs: 600_000 } as const;

const pageOfEvents = 200;

/**
 * Begins to take a person's data out; the trail says so.
 * @returns the file, as JSON, piece by piece
 * @throws RecentSignInNeeded; OperationError too_many_attempts, unauthenticated
 */
export async function takeOwnData(
  deps: AccountPageDeps,
  person: AccountPerson,
): Promise<AsyncIterable<string>> {
  const { db, clock } = deps;
  assertRecentSignIn(person, clock());
  const { waitMs } = await countAttempt(db, dataKey(person.accountId), clock());
  if (waitMs !== undefined) throw tooMany(waitMs);
  const stored = await db.transaction(async (trx) => {
    const { accountId } = await holdAccountPerson(deps, trx, person, { recent: true });
    const event = { type: "people.exported", actor: `account:${accountId}`, accountId, details: {} } as const;
    await countAuditEvent(trx, event, clock());
    return readStoredPerson(trx, accountId);
  });
  if (stored === undefined) throw new OperationError("unauthenticated", "This account is gone.", {});
  return pieces(db, person.accountId, stored, clock());
}

async function* pieces(db: Database, accountId: string, stored: object, now: Date): AsyncGenerator<string> {
  yield `{"takenAt":${JSON.stringify(now.toISOString())}`;
  for (const [name, value] of Object.entries(stored))
    yield `,\n${JSON.stringify(name)}:${JSON.stringify(value)}`;
  yield `,\n"events":[`;
  let before: { atMs: number; id: string } | undefined;
  for (let first = true; ; ) {
    const query = { subject: { accountId, loginHashes: [] }, before, limit: pageOfEvents };
    const events = await listAuditEvents(db, query);
    for (const event of events) {
      yield `${first ? "" : ","}\n${JSON.stringify(toldTo(accountId, event))}`;
      first = false;
    }
    before = events.at(-1);
    if (before === undefined || events.length < pageOfEvents) break;
  }
  yield "\n]}\n";
}

/** An event as the person it happened to is told of it. Pure. */
export function toldTo(
  accountId: string,
  { actor, address, loginHash: _hash, requestId: _request, details, ...event }: AuditEvent,
): object {
  const own = actor === `account:${accountId}`;
  // An application is an organization's, not a person; whoever else it was is one.
  const [kind = ""] = actor.split(":");
  const by = own
    ? "you"
    : kind === "client"
      ? actor
      : kind === "nobody"
        ? "nobody who proved who they are"
        : "administration";
  // Who else has the same address is somebody else's data.
  const { sameAddressAs: _others, ...told } = details;
  return { ...event, details: told, by, ...(own && address !== undefined ? { address } : {}) };
}

const dataKey = (accountId: string): RatedKey => ({
  kind: "own_data",
  keyHash: createHash("sha256")
    .update(JSON.stringify(["own data", accountId]))
    .digest("base64url"),
  rate: dataRate,
});

function tooMany(waitMs: number): OperationError {
  const minutes = Math.ceil(waitMs / 60_000);
  return new OperationError("too_many_attempts", "You took your data several times just now.", {
    fix: `Take it again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}
