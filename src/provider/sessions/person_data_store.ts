// Owns reading everything that is stored of one person, table by table, for whoever asks what that is. Nothing that somebody
// could present or guess at leaves here: no token, no hash.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hasPassword } from "../accounts/account_store.ts";
import { listRecordedLogins } from "./voucher_store.ts";

/** What is stored of a person, but for the audit trail. Times are epoch milliseconds. */
export interface StoredPerson {
  account: {
    id: string;
    email: string | null;
    emailVerifiedAtMs: number | null;
    name: string | null;
    externalAtMs: number | null;
    disabledAtMs: number | null;
    createdAtMs: number;
    updatedAtMs: number;
    /** Null: not yet, or before this was kept. */
    firstSignedInAtMs: number | null;
    mailRefusedAtMs: number | null;
    /** The language they chose last. */
    language: string | null;
    hasPassword: boolean;
    /** Scheme and cost of a password hash that came with an import. */
    importedHashKind: string | null;
  };
  memberships: Told[];
  formerMemberships: Told[];
  agreements: Told[];
  consents: Readonly<
    Record<string, string | number | null | string[] | Readonly<Record<string, string[]>>>
  >[];
  administrator: Told | null;
  consoleSignIns: Told[];
  links: Told[];
  passkeys: Readonly<Record<string, string | number | boolean | null | string[]>>[];
  factors: Told[];
  recoveryCodes: number;
  halfSignIns: Told[];
  logouts: Told[];
  mails: Readonly<Record<string, string | number | null | Readonly<Record<string, string>>>>[];
  logins: Readonly<Record<string, string | number | null | string[]>>[];
  records: Told[];
  answersUnderWay: number;
}

type Told = Readonly<Record<string, string | number | null>>;

interface AccountRow {
  id: string;
  email: string | null;
  email_verified_at_ms: number | null;
  name: string | null;
  external_at_ms: number | null;
  disabled_at_ms: number | null;
  created_at_ms: number;
  updated_at_ms: number;
  first_signed_in_at_ms: number | null;
  mail_refused_at_ms: number | null;
  language: string | null;
  imported_hash_kind: string | null;
}

// Of each table what it tells, in the order of time or name.
const statements = {
  memberships: `select tenant_id, role, email, email_verified_at_ms, name, last_login_at_ms, created_at_ms
    from memberships where account_id = ? order by tenant_id`,
  formerMemberships: `select tenant_id, ended_at_ms from former_memberships where account_id = ? order by tenant_id`,
  agreements: `select tenant_id, client_id, granted_at_ms, revoked_at_ms
    from offline_consents where account_id = ? order by tenant_id, client_id`,
  consents: `select client_id, tenant_id, scopes, resources, vouching_client_id, given_at_ms, used_at_ms
    from consents where account_id = ? order by client_id, tenant_id`,
  administrator: `select role, created_at_ms, updated_at_ms from administrators where account_id = ?`,
  consoleSignIns: `select created_at_ms, used_at_ms, expires_at_ms
    from console_sessions where account_id = ? order by created_at_ms`,
  links: `select purpose, login_key as address, new_email as new_address, created_at_ms, expires_at_ms
    from account_links where account_id = ? order by created_at_ms`,
  passkeys: `select id, name, transports, synced, backed_up, created_at_ms, last_used_at_ms, cloned_at_ms
    from passkeys where account_id = ? order by created_at_ms, id`,
  factors: `select 'totp' as kind, created_at_ms, used_at_ms from totp_factors where account_id = ?`,
  recoveryCodes: `select count(*) as codes, max(created_at_ms) as created_at_ms
    from recovery_codes where account_id = ?`,
  halfSignIns: `select step, auth_time_ms, expires_at_ms from pending_sign_ins where account_id = ? order by expires_at_ms`,
  logouts: `select id, client_id, sid, state, attempts, fault, created_at_ms, settled_at_ms
    from logouts where account_id = ? order by id`,
  mails: `select id, kind, recipient, tenant_id, state, attempts, fault, created_at_ms, settled_at_ms, details
    from mails where account_id = ? order by id`,
  // A person may have thousands: how many of a kind, for whom, and until when.
  records: `select model as kind, client_id, tenant_id, count(*) as records, max(consumed_at_ms) as last_used_at_ms,
      max(expires_at_ms) as last_expires_at_ms
    from oidc_records where account_id = ? group by model, client_id, tenant_id order by model, client_id, tenant_id`,
};

/** Reads it; undefined for an account that is not there. */
export async function readStoredPerson(db: Database, accountId: string): Promise<StoredPerson | undefined> {
  const [account] = await runStatement<AccountRow>(
    db,
    "person_data_account",
    `select id, email, email_verified_at_ms, name, external_at_ms, disabled_at_ms, created_at_ms, updated_at_ms,
       first_signed_in_at_ms, mail_refused_at_ms, language, imported_hash_kind
     from accounts where id = ?`,
    [accountId],
  );
  if (account === undefined) return undefined;
  const read = async (table: keyof typeof statements): Promise<Told[]> => {
    const rows = await runStatement<Record<string, string | number | null>>(
      db,
      `person_data_${table}`,
      statements[table],
      [accountId],
    );
    return rows.map(told);
  };
  const [administrator = null] = await read("administrator");
  const logins = (await listRecordedLogins(db, accountId)).map(told);
  // The answer of the ISV's page, for the minutes until the browser is back with it.
  const [answers] = await runStatement<{ answers: number | string }>(
    db,
    "person_data_answers",
    `select count(*) as answers from login_challenges
     where outcome is not null and replace(outcome, ?, '') <> outcome`,
    [`"accountId":${JSON.stringify(accountId)}`],
  );
  return {
    account: {
      ...(told(account) as Omit<StoredPerson["account"], "hasPassword">),
      hasPassword: await hasPassword(db, accountId),
    },
    memberships: await read("memberships"),
    formerMemberships: await read("formerMemberships"),
    agreements: await read("agreements"),
    consents: (await read("consents")).map(({ scopes, resources, ...consent }) => ({
      ...consent,
      scopes: String(scopes).split(" "),
      resources: JSON.parse(String(resources)) as Record<string, string[]>,
    })),
    administrator,
    consoleSignIns: await read("consoleSignIns"),
    links: await read("links"),
    passkeys: (await read("passkeys")).map(({ transports, synced, backedUp, ...passkey }) => ({
      ...passkey,
      transports: JSON.parse(String(transports)) as string[],
      synced: synced === 1,
      backedUp: backedUp === 1,
    })),
    factors: await read("factors"),
    recoveryCodes: Number((await read("recoveryCodes"))[0]?.["codes"] ?? 0),
    halfSignIns: await read("halfSignIns"),
    logouts: await read("logouts"),
    mails: (await read("mails")).map(({ details, ...mail }) => ({
      ...mail,
      details: JSON.parse(String(details)) as Record<string, string>,
    })),
    logins: logins.map(({ amr, ...login }) => ({ ...login, amr: JSON.parse(String(amr)) as string[] })),
    records: (await read("records")).map((one) => ({ ...one, records: Number(one["records"]) })),
    answersUnderWay: Number(answers?.answers ?? 0),
  };
}

// Columns by the names that answers have: `created_at_ms` is `createdAtMs`.
function told(row: Readonly<Record<string, string | number | null>> | object): Told {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value as string | number | null,
    ]),
  );
}
