// Owns ending everything that was given out, for everybody at once: after a restore the store is an earlier one, in which what was
// used up counts again and what had ended stands.
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { tokenModels } from "../storage/ended_records.ts";
import { putLogoutsOfSessions } from "../storage/logout_store.ts";

/** How much of everybody ended. */
export interface AllEnded {
  /** Browser sessions. */
  sessions: number;
  /** Grants: what one application was let do for a person. */
  grants: number;
  /** Codes, access tokens and refresh tokens, of clients' own too. */
  tokens: number;
  /** Agreements of people: to an application, and that it acts while they are away. */
  consents: number;
  /** One-time links that were mailed or handed over. */
  links: number;
  /** Mails that waited to be sent: most of them were, since. */
  mails: number;
}

/**
 * Ends everything that was given out: sessions, sign-ins under way, grants, codes, tokens, agreements, one-time links, mails that
 * wait. What people, tenants and clients are stays. Which assertions were used stays known. Applications are told of the sessions.
 * @param trx a transaction
 */
export async function endEverything(trx: Database, now: Date): Promise<AllEnded> {
  // First, so that whatever is under way at this moment writes for a generation that is over.
  await beginGenerations(trx, now);
  await tellOfSessions(trx, now);
  const records = await deleteRecords(trx);
  const remove = (table: string): Promise<number> => trx(table).delete();
  for (const table of ["session_vouchers", "console_sessions", "login_challenges", "pending_sign_ins"]) {
    await remove(table);
  }
  await remove("posted_requests");
  await trx("memberships").whereNotNull("last_login_at_ms").update({ last_login_at_ms: null });
  const withdrawn: number = await trx("offline_consents")
    .whereNull("revoked_at_ms")
    .update({ revoked_at_ms: now.getTime() });
  const count = (models: readonly string[]) =>
    models.reduce((sum, model) => sum + (records.get(model) ?? 0), 0);
  return {
    sessions: count(["Session"]),
    grants: count(["Grant"]),
    tokens: count([...tokenModels, "ClientCredentials"]),
    consents: withdrawn + (await remove("consents")),
    links:
      (await remove("account_links")) + (await remove("onboarding_links")) + (await remove("first_links")),
    mails: await trx("mails").where("state", "waiting").delete(),
  };
}

async function beginGenerations(trx: Database, now: Date): Promise<void> {
  await trx("accounts").increment("sign_in_generation", 1);
  await trx("clients").update({
    generation: trx.raw("generation + 1"),
    own_token_generation: trx.raw("own_token_generation + 1"),
  });
  await trx("tenants").increment("generation", 1);
  // As if each that is open had been shut and opened: what was vouched for before counts no more. Logins are told in seconds.
  const reopenedAtMs = Math.floor(now.getTime() / 1000) * 1000;
  await trx("tenants").whereNull("disabled_at_ms").update({ reopened_at_ms: reopenedAtMs });
}

const sessionsAtOnce = 500;

async function tellOfSessions(trx: Database, now: Date): Promise<void> {
  let after = "";
  for (;;) {
    const rows: { id_hash: string; payload: string }[] = await trx("oidc_records")
      .where("model", "Session")
      .where("id_hash", ">", after)
      .orderBy("id_hash")
      .limit(sessionsAtOnce)
      .select("id_hash", "payload");
    const last = rows.at(-1);
    if (last === undefined) return;
    await putLogoutsOfSessions(
      trx,
      rows.map(({ payload }) => payload),
      now,
    );
    after = last.id_hash;
  }
}

async function deleteRecords(trx: Database): Promise<ReadonlyMap<string, number>> {
  const counts = await runStatement<{ model: string; records: number }>(
    trx,
    "records_by_model",
    "select model, cast(count(*) as bigint) as records from oidc_records group by model",
    [],
  );
  // A used assertion must not come again, whichever store knows of it.
  await trx("oidc_records").whereNot("model", "ReplayDetection").delete();
  return new Map(counts.map(({ model, records }) => [model, records]));
}
