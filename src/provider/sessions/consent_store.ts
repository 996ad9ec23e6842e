// Owns the consents table: what a person let another vendor's application have, for one organization, in whatever browser they
// are asked. A consent names the generations it was given in; of what was ended and came back none stands.
import { type Database, isPostgres } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../storage/record_payload.ts";
import type { GrantLogin } from "./tenant_grant.ts";

/** Whose consent, to what, for which organization. */
export interface ConsentKey {
  accountId: string;
  clientId: string;
  tenantId: string;
}

/** What was given: scopes, and scopes at APIs by their identifiers. */
export interface Given {
  scopes: readonly string[];
  resources: Readonly<Record<string, readonly string[]>>;
}

/** A consent that stands. Times are epoch milliseconds. */
export interface Consent extends ConsentKey, Given {
  givenAtMs: number;
}

interface ConsentRow {
  account_id: string;
  client_id: string;
  tenant_id: string;
  scopes: string;
  resources: string;
  given_at_ms: number;
}

// Of a row k: the person, the application, the membership and the organization are what they were.
const stands = `exists (select 1 from accounts a
    join clients c on c.client_id = k.client_id and c.generation = k.client_generation
      and c.disabled_at_ms is null and c.deleted_at_ms is null
    join memberships m on m.account_id = a.id and m.tenant_id = k.tenant_id and m.created_at_ms = k.member_since_ms
    join tenants t on t.id = k.tenant_id and t.generation = k.tenant_generation
    where a.id = k.account_id and a.sign_in_generation = k.sign_in_generation)`;

/**
 * Remembers a consent, in place of what was remembered, if the login it was given by stands at this moment: its session goes on,
 * its grant stands, and person, application, membership and organization are what they were when the request found them. Whoever
 * takes it back at this moment, or erases the person, waits for this or comes before it: no consent outlives either.
 * @param by the grant, the login, the generation of the client as the request found it, and the session
 * @returns whether it did
 */
export async function saveConsent(
  db: Database,
  key: ConsentKey,
  given: Given,
  by: { login: GrantLogin; clientGeneration: number; sessionUid: string; grantId: string },
  now: Date,
): Promise<boolean> {
  const { accountId, clientId, tenantId } = key;
  return db.transaction(async (trx) => {
    // Before the grant's row, as whoever takes a consent back has them.
    const which = { account_id: accountId, client_id: clientId, tenant_id: tenantId };
    await trx("consents")
      .where(which)
      .update({ used_at_ms: trx.ref("used_at_ms") });
    return writeConsent(trx, key, given, by, now);
  });
}

async function writeConsent(
  trx: Database,
  key: ConsentKey,
  given: Given,
  by: Parameters<typeof saveConsent>[3],
  now: Date,
): Promise<boolean> {
  const { login, clientGeneration, sessionUid, grantId } = by;
  const uidHash = hashRecordId(sessionUid);
  const rows = await runStatement(
    trx,
    "consent_save_2",
    `insert into consents (account_id, client_id, tenant_id, scopes, resources, sign_in_generation, client_generation,
       member_since_ms, tenant_generation, vouching_client_id, session_uid_hash, given_at_ms, used_at_ms)
     select a.id, c.client_id, t.id, cast(? as text), cast(? as text), a.sign_in_generation, c.generation, m.created_at_ms,
       t.generation, cast(? as text), cast(? as text), cast(? as bigint), cast(? as bigint)
     from accounts a
     join clients c on c.client_id = ? and c.generation = ? and c.disabled_at_ms is null and c.deleted_at_ms is null
     join memberships m on m.account_id = a.id and m.created_at_ms = ?
     join tenants t on t.id = m.tenant_id and t.id = ? and t.generation = ?
     join oidc_records g on g.model = 'Grant' and g.id_hash = ? and g.account_id = a.id
     where a.id = ? and a.sign_in_generation = ?
       and exists (select 1 from session_vouchers v where v.session_uid_hash = ? and v.account_id = a.id
         and v.sign_in_generation = a.sign_in_generation and v.tenant_id in ('*', t.id))
       and not exists (select 1 from ended_sessions e where e.session_uid_hash = ?)
     ${isPostgres(trx) ? "for key share of a, g" : ""}
     on conflict (account_id, client_id, tenant_id) do update set scopes = excluded.scopes,
       resources = excluded.resources, sign_in_generation = excluded.sign_in_generation,
       client_generation = excluded.client_generation, member_since_ms = excluded.member_since_ms,
       tenant_generation = excluded.tenant_generation, vouching_client_id = excluded.vouching_client_id,
       session_uid_hash = excluded.session_uid_hash, given_at_ms = excluded.given_at_ms,
       used_at_ms = excluded.used_at_ms
     returning account_id`,
    [
      [...given.scopes].join(" "),
      JSON.stringify(given.resources),
      login.clientId,
      uidHash,
      now.getTime(),
      now.getTime(),
      key.clientId,
      clientGeneration,
      login.memberSinceMs,
      key.tenantId,
      login.tenantGeneration,
      hashRecordId(grantId),
      key.accountId,
      login.generation,
      uidHash,
      uidHash,
    ],
  );
  return rows.length > 0;
}

/** Finds what a person lets an application have, if it stands. */
export async function findConsent(
  db: Database,
  { accountId, clientId, tenantId }: ConsentKey,
): Promise<Consent | undefined> {
  const [row] = await runStatement<ConsentRow>(
    db,
    "consent_find",
    `select k.account_id, k.client_id, k.tenant_id, k.scopes, k.resources, k.given_at_ms from consents k
     where k.account_id = ? and k.client_id = ? and k.tenant_id = ? and ${stands}`,
    [accountId, clientId, tenantId],
  );
  return row && toConsent(row);
}

/**
 * Notes that something was made of a consent, if it stands still. Whoever takes a consent back removes it first and what came
 * of it after that: what was written before this said yes goes with it, and after that this says no.
 * @returns whether it stands
 */
export async function useConsent(
  db: Database,
  { accountId, clientId, tenantId }: ConsentKey,
  now: Date,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "consent_use",
    `update consents as k set used_at_ms = ?
     where k.account_id = ? and k.client_id = ? and k.tenant_id = ? and ${stands} returning client_id`,
    [now.getTime(), accountId, clientId, tenantId],
  );
  return rows.length > 0;
}

/** Lists a person's consents that stand, in the order of applications and organizations. */
export async function listConsents(db: Database, accountId: string): Promise<Consent[]> {
  const rows = await runStatement<ConsentRow>(
    db,
    "consents_of_account",
    `select k.account_id, k.client_id, k.tenant_id, k.scopes, k.resources, k.given_at_ms from consents k
     where k.account_id = ? and ${stands} order by k.client_id, k.tenant_id`,
    [accountId],
  );
  return rows.map(toConsent);
}

type Ending = Partial<
  Record<"account_id" | "client_id" | "tenant_id" | "vouching_client_id" | "session_uid_hash", string>
>;

/** Forgets consents. @param of by all that is named @returns how many */
export async function deleteConsents(db: Database, of: Ending): Promise<number> {
  return db("consents").where(of).delete();
}

/**
 * Forgets consents of people who are gone, of at most a batch of people that come after one.
 * @param afterId of a person; empty: from the beginning
 * @returns the last who was looked at; undefined: there are no more
 */
export async function sweepConsents(
  db: Database,
  afterId: string,
  batchSize: number,
): Promise<string | undefined> {
  const looked = await runStatement<{ account_id: string }>(
    db,
    `consents_check_${batchSize}`,
    `select account_id from consents where account_id > ? order by account_id limit ${batchSize}`,
    [afterId],
  );
  const ids = [...new Set(looked.map((row) => row.account_id))];
  if (ids.length === 0) return undefined;
  await db("consents")
    .whereIn("account_id", ids)
    .whereNotExists((account) => account.from("accounts").whereRaw("accounts.id = consents.account_id"))
    .delete();
  return looked.length < batchSize ? undefined : ids.at(-1);
}

function toConsent(row: ConsentRow): Consent {
  return {
    accountId: row.account_id,
    clientId: row.client_id,
    tenantId: row.tenant_id,
    scopes: row.scopes.split(" ").filter((scope) => scope !== ""),
    resources: JSON.parse(row.resources) as Given["resources"],
    givenAtMs: row.given_at_ms,
  };
}
