// The logins of a person are found by what they have proven, the most first: among thousands, the first that stands is enough. The
// new index leads wherever the one by account did.
import type { Knex } from "knex";

const name = "session_vouchers_of_account";
const on = "session_vouchers (account_id, method, login_level)";
const former = "session_vouchers_account_id_index";

/** There are as many of them as sign-ins. */
export const indexes = [{ name, on }];

export async function up(db: Knex): Promise<void> {
  await db.raw(`create index if not exists ${name} on ${on}`);
  await db.raw(`drop index ${former}`);
}

export async function down(db: Knex): Promise<void> {
  await db.raw(`create index ${former} on session_vouchers (account_id)`);
  await db.raw(`drop index ${name}`);
}
