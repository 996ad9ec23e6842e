// Owns the statements that delete records by whom they are for: a client, a tenant, a person. Each finds its rows by
// an index, however many others there are (test/provider/storage/plans.test.ts). Where a session ends by it, or what an
// application had in one, the application is told (logout_store.ts).
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import {
  countModels,
  type DeletedModels,
  deleteIn,
  deleteWhere,
  deleteWithGrant,
  deleteWithSession,
  memberText,
  sessionsIn,
} from "./delete_records.ts";
import { type EndedRecord, putLogoutsOfGrants, putLogoutsOfSessions } from "./logout_store.ts";
import { hashRecordId } from "./record_payload.ts";

/** Models of what a client presents. */
export const tokenModels = ["AuthorizationCode", "AccessToken", "RefreshToken"] as const;

// Rows without a client's name: of before migration 0034, or written by an instance of an older version beside this
// one. Word for word the condition of their index, else SQLite does not use it.
const unnamed =
  "client_id is null and model in ('Grant', 'AuthorizationCode', 'AccessToken', 'RefreshToken', 'ClientCredentials', 'Interaction')";

/** Deletes everything that is for a client: grants, codes, tokens, sign-ins under way to it. */
export async function deleteRecordsOfClient(
  db: Database,
  clientId: string,
  now: Date,
): Promise<DeletedModels> {
  const rows = [
    ...(await deleteWhere(db, "end_client_named", "client_id = ?", [clientId])),
    ...(await deleteWhere(
      db,
      "end_client_unnamed",
      // A sign-in under way names the client as the request did.
      `${unnamed} and (model <> 'Interaction' and replace(payload, ?, '') <> payload
         or model = 'Interaction' and replace(payload, ?, '') <> payload)`,
      [memberText("clientId", clientId), memberText("client_id", clientId)],
    )),
  ];
  await putLogoutsOfGrants(db, rows, now);
  return countModels(rows);
}

/**
 * Deletes what would return to one address of a client: sign-ins under way, and codes that went there. (Those without the
 * client's name in their row are judged when they are used.)
 */
export async function deleteRecordsReturningTo(
  db: Database,
  clientId: string,
  redirectUri: string,
): Promise<DeletedModels> {
  return countModels(
    await deleteWhere(
      db,
      "end_returning",
      `client_id = ? and (model = 'Interaction' and replace(payload, ?, '') <> payload
         or model = 'AuthorizationCode' and replace(payload, ?, '') <> payload)`,
      [clientId, memberText("redirect_uri", redirectUri), memberText("redirectUri", redirectUri)],
    ),
  );
}

/** Deletes the access tokens a client got for itself. */
export async function deleteOwnTokensOfClient(db: Database, clientId: string): Promise<DeletedModels> {
  const rows = [
    ...(await deleteWhere(db, "end_own_named", "client_id = ? and model = 'ClientCredentials'", [clientId])),
    ...(await deleteWhere(
      db,
      "end_own_unnamed",
      `${unnamed} and model = 'ClientCredentials' and replace(payload, ?, '') <> payload`,
      [memberText("clientId", clientId)],
    )),
  ];
  return countModels(rows);
}

/**
 * Deletes a client's tokens that are bound to a key, or those that are not. (Those without the client's name in their row are
 * judged when they are used.)
 */
export async function deleteTokensByBinding(
  db: Database,
  clientId: string,
  bound: boolean,
  models: readonly ("AccessToken" | "RefreshToken")[],
): Promise<DeletedModels> {
  // A member of the payload: inside of a text its quotation marks would be escaped.
  const isBound = `replace(payload, '"jkt":', '') ${bound ? "<>" : "="} payload`;
  const places = models.map(() => "?").join(", ");
  return countModels(
    await deleteWhere(
      db,
      `end_${bound ? "bound" : "unbound"}_${models.length}`,
      `client_id = ? and model in (${places}) and ${isBound}`,
      [clientId, ...models],
    ),
  );
}

/** Deletes the device codes of a client. */
export async function deleteDeviceCodesOfClient(db: Database, clientId: string): Promise<void> {
  await deleteWhere(db, "end_device_codes", "client_id = ? and model = 'DeviceCode'", [clientId]);
}

/** Deletes the grants for a tenant and all that came of them. */
export async function deleteGrantsOfTenant(
  db: Database,
  tenantId: string,
  now: Date,
): Promise<DeletedModels> {
  const holdsIt = `${unnamed} and replace(payload, ?, '') <> payload`;
  const rows = [
    ...(await deleteGrants(db, "end_tenant_named", "tenant_id = ?", [tenantId], now)),
    ...(await deleteGrants(db, "end_tenant_unnamed", holdsIt, [memberText("tenantId", tenantId)], now)),
  ];
  return countModels(rows);
}

/** Deletes the grants for a tenant that a client vouched for, and all that came of them. */
export async function deleteGrantsVouchedBy(
  db: Database,
  tenantId: string,
  clientId: string,
  now: Date,
): Promise<DeletedModels> {
  const which = "tenant_id = ? and replace(payload, ?, '') <> payload";
  const names = [tenantId, memberText("vouchingClientId", clientId)];
  return countModels(await deleteGrants(db, "end_vouched", which, names, now));
}

/** Deletes sign-ins under way, to whichever client, whose login for a tenant a client has vouched for. */
export async function deleteSignInsVouchedBy(
  db: Database,
  tenantId: string,
  clientId: string,
): Promise<void> {
  const holdsBoth = "replace(payload, ?, '') <> payload and replace(payload, ?, '') <> payload";
  await deleteWhere(db, "end_sign_ins_vouched", `model = 'Interaction' and ${holdsBoth}`, [
    memberText("tenantId", tenantId),
    memberText("clientId", clientId),
  ]);
}

/** Deletes a person's grants for a tenant and all that came of them. */
export async function deleteGrantsOfMember(
  db: Database,
  accountId: string,
  tenantId: string,
  now: Date,
): Promise<DeletedModels> {
  const which = "account_id = ? and replace(payload, ?, '') <> payload";
  const names = [accountId, memberText("tenantId", tenantId)];
  return countModels(await deleteGrants(db, "end_member", which, names, now));
}

/** Deletes everything of a person. @param kept hashes of a session's uid and of a sign-in that stay; nothing that came of them does */
export async function deleteRecordsOfAccount(
  db: Database,
  accountId: string,
  now: Date,
  kept: KeptRecords = {},
) {
  const which = `account_id = ? and not (model = 'Session' and coalesce(uid_hash, '') = ?)
    and not (model = 'Interaction' and id_hash = ?)`;
  const bindings = [accountId, kept.session ?? "none", kept.interaction ?? "none"];
  const rows = await deleteWithSession(db, "end_sign_ins_4", which, bindings);
  await putLogoutsOfSessions(db, sessionsIn(rows), now);
  return countModels(rows);
}

type KeptRecords = Readonly<Partial<Record<"session" | "interaction", string | undefined>>>;

/** Deletes one grant of a person and all that came of it. */
export async function deleteGrantOfAccount(
  db: Database,
  accountId: string,
  grantIdHash: string,
  now: Date,
): Promise<DeletedModels> {
  const which = "account_id = ? and id_hash = ?";
  return countModels(await deleteGrants(db, "end_grant", which, [accountId, grantIdHash], now));
}

/** Deletes a person's grants to one client for one tenant, and all that came of them. */
export async function deleteGrantsToClient(
  db: Database,
  { accountId, clientId, tenantId }: { accountId: string; clientId: string; tenantId: string },
  now: Date,
): Promise<DeletedModels> {
  const which = "account_id = ? and client_id = ? and tenant_id = ?";
  return countModels(await deleteGrants(db, "end_consent", which, [accountId, clientId, tenantId], now));
}

/** A browser session whose records end. */
export interface EndingSession {
  uid: string;
  accountId: string;
  /** The grants that it holds. */
  grantIds: readonly string[];
}

/** Deletes a browser session, the grants it holds or held, all that came of them, and sign-ins under way in it. */
export async function deleteRecordsOfSession(
  db: Database,
  { uid, accountId, grantIds }: EndingSession,
  now: Date,
): Promise<DeletedModels> {
  const uidHash = hashRecordId(uid);
  // A session forgets the grant for one tenant when it goes on with another: the tokens tell of it.
  const tokens = [
    ...(await deleteWithGrant(db, "end_session_named", "session_uid_hash = ?", [uidHash])),
    ...(await deleteWithGrant(
      db,
      "end_session_unnamed",
      // Of before migration 0053.
      `account_id = ? and session_uid_hash is null and (replace(payload, ?, '') <> payload
         or model = 'Interaction' and replace(payload, ?, '') <> payload)`,
      [accountId, memberText("sessionUid", uid), memberText("uid", uid)],
    )),
  ];
  const grants = new Set([
    ...grantIds.map(hashRecordId),
    ...tokens.flatMap((token) => token.grant_id_hash ?? []),
  ]);
  const session = await deleteWithSession(db, "end_session_2", "model = 'Session' and uid_hash = ?", [
    uidHash,
  ]);
  await putLogoutsOfSessions(db, sessionsIn(session), now);
  return countModels([
    ...tokens,
    ...(await deleteIn(db, "end_session_grants", "model = 'Grant' and id_hash in", [...grants])),
    ...(await deleteIn(db, "end_of_grants", "grant_id_hash in", [...grants])),
    ...session,
  ]);
}

/**
 * Deletes the session of an id, of which its grants are gone already. Of any number of callers one does it.
 * @param trx a transaction
 */
export async function deleteSessionOfId(trx: Database, id: string, now: Date): Promise<void> {
  const which = "model = 'Session' and id_hash = ?";
  const rows = await deleteWithSession(trx, "end_session_of_id", which, [hashRecordId(id)]);
  await putLogoutsOfSessions(trx, sessionsIn(rows), now);
}

/**
 * Deletes answered handoffs that no browser has come back with yet: they would sign somebody in afterwards.
 * @param named members that the answer has, all of them
 */
export async function deleteAnswersNaming(
  db: Database,
  named: Readonly<Partial<Record<"accountId" | "clientId" | "tenantId", string>>>,
): Promise<void> {
  const members = Object.entries(named).map(([name, value]) => memberText(name, value));
  const holdsAll = members.map(() => "and replace(outcome, ?, '') <> outcome").join(" ");
  await runStatement(
    db,
    `end_answers_${members.length}`,
    `delete from login_challenges where outcome is not null and redeemed_at_ms is null ${holdsAll}
     returning challenge_hash`,
    members,
  );
}

// Tokens and grants in one statement would make PostgreSQL read the whole table. A token that comes in between has no
// grant.
async function deleteGrants(
  db: Database,
  name: string,
  which: string,
  bindings: readonly string[],
  now: Date,
): Promise<EndedRecord[]> {
  const grants = await deleteWhere(db, name, `model = 'Grant' and ${which}`, bindings);
  const ids = grants.map((grant) => grant.id_hash);
  const ended = [...grants, ...(await deleteIn(db, "end_of_grants", "grant_id_hash in", ids))];
  await putLogoutsOfGrants(db, ended, now);
  return ended;
}
