// Owns reading what a sign-in by password is decided from, in one statement: whether its browser and address are known to the
// account, the account with its hash, and which kinds of hashes there are. All of it is of one moment.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { type AccountRow, accountColumns, type Credentials, toAccount } from "./account_store.ts";

/** What a sign-in is decided from. */
export interface SignInFacts {
  /** Those of the marks that were asked for which stand. */
  known: ReadonlySet<string>;
  /** Undefined: nobody signs in by this name. */
  credentials: Credentials | undefined;
  /** The kinds of hashes that accounts have now, but for the least of our own. */
  presentKinds: readonly string[];
}

interface FactsRow {
  address_known: number;
  browser_known: number;
  present_kind: string | null;
}
type CredentialsRow = AccountRow & { password_hash: string | null; imported_hash_kind: string | null };

// One row for each kind that is present, and one of no kind, whoever signs in: nobody's statement is another than somebody's.
const statement = `select ${accountColumns.join(", ")}, accounts.password_hash, accounts.imported_hash_kind, asked.kind as present_kind,
    ${knownNow()} as address_known, ${knownNow()} as browser_known
  from (select cast(null as text) as kind union all
    select kind from imported_hash_kinds where exists
      (select 1 from accounts where accounts.imported_hash_kind = imported_hash_kinds.kind)) asked
  left join accounts on accounts.login_key = ?
  order by asked.kind`;

function knownNow(): string {
  return "case when exists (select 1 from sign_in_attempts where key_hash = ? and until_ms > ?) then 1 else 0 end";
}

/**
 * Reads what a sign-in is decided from.
 * @param loginKey the name in the form of `loginKeyOf`; undefined: what was typed names nobody
 * @param marks of a known address, and of a known browser where it brings one
 */
export async function readSignInFacts(
  db: Database,
  loginKey: string | undefined,
  { address, browser }: { address: string; browser: string | undefined },
  now: Date,
): Promise<SignInFacts> {
  const nowMs = now.getTime();
  const rows = await runStatement<FactsRow & (CredentialsRow | { id: null })>(
    db,
    "sign_in_facts",
    statement,
    [...[address, nowMs, browser ?? null, nowMs, loginKey ?? null]],
  );
  const [row] = rows;
  const known = [
    ...(row?.address_known === 1 ? [address] : []),
    ...(row?.browser_known === 1 ? [browser] : []),
  ];
  return {
    known: new Set(known.filter((mark) => mark !== undefined)),
    credentials: row === undefined || row.id === null ? undefined : credentialsOf(row),
    presentKinds: rows.flatMap(({ present_kind }) => present_kind ?? []),
  };
}

const credentialsOf = (row: CredentialsRow): Credentials => ({
  account: toAccount(row),
  passwordHash: row.password_hash,
  importedHashKind: row.imported_hash_kind,
});
