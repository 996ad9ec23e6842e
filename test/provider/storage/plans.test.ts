// However many rows there are, what ends or finds some of them goes by an index: PostgreSQL gives a statement five
// seconds, and SQLite holds the whole process up while one runs. Seen in the plans of the very statements that are sent,
// and in those that PostgreSQL makes for any values (a prepared statement's later runs).
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimMail, isMailDue } from "../../../src/mail/outbox_store.ts";
import { findAccountLink, useAccountLink } from "../../../src/provider/accounts/account_link_store.ts";
import { forgetAnswersTelling, savePeopleTold } from "../../../src/provider/accounts/kept_answers_store.ts";
import { accountStates, searchPeople } from "../../../src/provider/accounts/people_search_store.ts";
import { sweepFormerSecrets } from "../../../src/provider/clients/former_secret_store.ts";
import { findPending, usePending } from "../../../src/provider/factors/pending_store.ts";
import { useRecoveryCode } from "../../../src/provider/factors/recovery_code_store.ts";
import { findTotp, useTotpStep } from "../../../src/provider/factors/totp_store.ts";
import { findPasskey, listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import {
  deleteConsents,
  findConsent,
  listConsents,
  saveConsent,
  sweepConsents,
  useConsent,
} from "../../../src/provider/sessions/consent_store.ts";
import {
  deleteTracesOfAccount,
  endOwnTokensOfClient,
  endReturnsTo,
  endRightsOfClient,
  endRightsOfTenant,
  endVouchedLogins,
} from "../../../src/provider/sessions/end_rights_store.ts";
import { deleteSignIns, deleteSignInsOfTenant } from "../../../src/provider/sessions/end_sign_ins_store.ts";
import { endConsent, endGrant, listGrants } from "../../../src/provider/sessions/grant_store.ts";
import { endSession, listSessions } from "../../../src/provider/sessions/session_store.ts";
import { createVoucherReader } from "../../../src/provider/sessions/voucher_reader_store.ts";
import { listVouchers } from "../../../src/provider/sessions/voucher_store.ts";
import { sweepVouchers } from "../../../src/provider/sessions/voucher_sweep_store.ts";
import { createExchanger } from "../../../src/provider/storage/exchange_store.ts";
import { putLogouts } from "../../../src/provider/storage/logout_store.ts";
import { findRecord, findRecordByUid } from "../../../src/provider/storage/record_reader_store.ts";
import {
  consumeRecord,
  createRecordOnce,
  deleteFamilyOfRecord,
  deleteRecordsOfGrant,
} from "../../../src/provider/storage/record_store.ts";
import { findRefreshTokenUse, repeatRotation } from "../../../src/provider/storage/rotation_store.ts";
import { deleteEnded, endingRows } from "../../../src/provider/storage/sweep_store.ts";
import {
  claimLogout,
  deleteLogout,
  isSignedInAnew,
  saveLogoutDelayed,
  saveLogoutFailed,
} from "../../../src/provider/storage/told_logout_store.ts";
import { readSubject, readSubjects } from "../../../src/provider/subjects/subject_store.ts";
import { searchTenants } from "../../../src/provider/tenants/tenant_search_store.ts";
import { storeKinds, type TestDatabase } from "../../support/databases.ts";
import { isOfSubquery, isWholeScan, plansOf, sentBy } from "../../support/plans.ts";
import { useStore } from "../../support/use_store.ts";

const many = 6_000;
const nowMs = 1_000_000;
const now = new Date(nowMs);

for (const kind of storeKinds) {
  describe(`plans in ${kind}`, () => {
    const store = useStore(kind, async () => {
      await fill(store);
    });

    const query = { accountId: "a1", tenantId: "t1", clientId: "c1", vouchingClientId: "c2", nowMs };
    const acts: Readonly<Record<string, (db: TestDatabase["db"]) => Promise<unknown>>> = {
      "ending a client": (db) => endRightsOfClient(db, "c1", now),
      "ending a client's own tokens": (db) => endOwnTokensOfClient(db, "c2"),
      "ending what a client vouched for of a tenant": (db) => endVouchedLogins(db, "c9", ["t9"], now),
      "ending what returns to an address": (db) => endReturnsTo(db, "c1", ["https://rp.example/cb"]),
      "ending a tenant": (db) => endRightsOfTenant(db, "t3", now),
      "ending a person's sign-ins": (db) => deleteSignIns(db, "a3", now),
      "ending a membership's sign-ins": (db) => deleteSignInsOfTenant(db, "a6", "t6", now),
      "keeping of whom an answer tells": (db) => savePeopleTold(db, "h7", ["a7", "t7"]),
      "forgetting answers that tell of a person": (db) => forgetAnswersTelling(db, "a8"),
      "deleting a person": (db) => deleteTracesOfAccount(db, "a5", now),
      "finding a passkey": (db) => findPasskey(db, "c5"),
      "listing a person's passkeys": (db) => listPasskeys(db, "a5"),
      "a sign-in of two factors": async (db) => {
        const half = { uid: "none", browserKey: "b" };
        assert.equal(await findPending(db, half, now), undefined);
        assert.equal(await usePending(db, half, { accountId: "a1", step: "prove" }, now), undefined);
        assert.ok(await findTotp(db, "a5"));
        assert.ok(await useTotpStep(db, { accountId: "a5", sealedSecret: "s", step: 2 }, now));
        assert.deepEqual(await useRecoveryCode(db, "a5", "none"), { used: false, left: 1 });
      },
      "listing a person's sessions": (db) => listSessions(db, "a5", { limit: 10 }, new Date(1)),
      "listing a person's grants": (db) => listGrants(db, "a3", { limit: 10 }, new Date(1)),
      "ending one session": async (db) => assert.ok(await endSession(db, { id: "s_u2" }, new Date(1))),
      "revoking one grant": async (db) => assert.ok(await endGrant(db, { id: "g_h3", accountId: "a3" }, now)),
      "remembering, using and forgetting consents": async (db) => {
        const key = { accountId: "a1", clientId: "c1", tenantId: "t1" };
        const login = {
          ...{ generation: 0, memberSinceMs: 1, membershipEndings: 0 },
          method: "password",
          level: "pwd",
          ...{ clientId: null, clientGeneration: null, tenantGeneration: 0 },
        } as const;
        const by = { login, clientGeneration: 0, sessionUid: "u1", grantId: "g" };
        await saveConsent(db, key, { scopes: [], resources: {} }, by, now);
        await findConsent(db, key);
        await useConsent(db, key, now);
        await listConsents(db, "a1");
        await sweepConsents(db, "", 10);
        await endConsent(db, key, now);
        for (const column of ["client_id", "tenant_id", "vouching_client_id", "session_uid_hash"])
          await deleteConsents(db, { [column]: "none" });
      },
      "taking and settling logouts": async (db) => {
        const logout = await claimLogout(db, { nowMs, leaseMs: 1 });
        assert.ok(logout);
        assert.equal(await isSignedInAnew(db, logout), false);
        const later = { nextMs: nowMs + 1, othersMs: nowMs + 1, nowMs, fault: "f" };
        await saveLogoutDelayed(db, logout, later);
        assert.ok(await saveLogoutFailed(db, logout, later));
        await deleteLogout(db, logout.id);
        const ended = { clientId: "c1", accountId: "a1", sessionUid: "u1", sid: "s" };
        await putLogouts(db, [ended], now);
      },
      "ending a grant's family": (db) => deleteFamilyOfRecord(db, "RefreshToken", "none"),
      "ending a grant's records": (db) => deleteRecordsOfGrant(db, "RefreshToken", "none"),
      "finding records": async (db) => {
        await findRecord(db, "Grant", "none");
        await findRecordByUid(db, "Session", "none");
        await listVouchers(db, { sessionUid: "none", accountId: "a1" }, new Date(nowMs));
        const read = createVoucherReader(db);
        const asked = ["a1", "a2", "a3"].map((accountId) => ({ sessionUid: "none", accountId }));
        await Promise.all(asked.map((one) => read(one, now)));
      },
      "using records up": async (db) => {
        await consumeRecord(db, "AuthorizationCode", "none", nowMs);
        await findRefreshTokenUse(db, "none");
        const given = [{ model: "AccessToken", id: "next", payload: {}, expiresAtMs: nowMs + 1 }];
        const used = { model: "RefreshToken", id: "none" };
        await createExchanger(db)({ used, given, event: undefined, now: new Date(nowMs) });
        await repeatRotation(db, { presented: "none", successor: { id: "next" }, nowMs, graceMs: 1 });
        await createRecordOnce(db, "ReplayDetection", "none", {}, nowMs);
      },
      "deciding a token": async (db) => {
        await readSubject(db, query);
        await readSubjects(db, [query, { ...query, accountId: "a2" }]);
      },
      "looking for people": async (db) => {
        const page = { limit: 100 };
        for (const tenantId of [undefined, "t5"]) {
          for (const window of tenantId === undefined ? [2_000] : [2_000, 1]) {
            await searchPeople(db, { text: "a59", tenantId }, { ...page, window });
            await searchPeople(db, { text: "a59", tenantId, state: "disabled" }, { ...page, window });
          }
          for (const state of accountStates) await searchPeople(db, { state, tenantId }, page);
          await searchPeople(db, { withoutFactor: true, tenantId }, page);
        }
        for (let after: string | undefined, pages = 0; pages < 3; pages += 1) {
          ({ end: after } = await searchPeople(db, { text: "a5" }, { limit: 100, after }));
          assert.ok(after !== undefined);
        }
      },
      "looking for tenants": async (db) => {
        await searchTenants(db, { text: "t59" }, { limit: 100 });
        await searchTenants(db, { text: "t59", state: "disabled" }, { limit: 100 });
        await searchTenants(db, { state: "disabled" }, { limit: 100 });
      },
      "sending mail": async (db) => {
        assert.ok(await isMailDue(db, nowMs));
        assert.ok(await claimMail(db, { nowMs, leaseMs: 1 }));
      },
      "using a mailed link": async (db) => {
        assert.ok((await findAccountLink(db, "none", nowMs)) === undefined);
        await useAccountLink(db, "none", { purpose: "invitation", accountId: "a1" }, nowMs);
      },
      sweeping: async (db) => {
        for (const rows of endingRows) await deleteEnded(db, rows, nowMs, 10);
        await sweepFormerSecrets(db, nowMs, 10);
        assert.equal(await sweepVouchers(db, nowMs, nowMs, 10), 10);
      },
    };

    for (const [name, act] of Object.entries(acts)) {
      test(`${name} reads no table as a whole`, async () => {
        const statements = await sentBy(store, act);
        assert.ok(statements.length > 0);
        if (/a tenant|a membership/.test(name)) {
          assert.ok(
            statements.some(({ sql }) => /grant_id_hash in \(/.test(sql)),
            "a grant is found",
          );
        }
        for (const statement of statements) {
          const scans = (await plansOf(store, statement))
            .flatMap((plan) => plan.split("\n"))
            .filter((line) => isWholeScan(line) && !isOfSubquery(line, statement.sql));
          assert.deepEqual(scans, [], statement.sql);
        }
      });
    }

    test("a plan that reads a whole table is told", async () => {
      const scan = { sql: "select count(*) from oidc_records where payload = 'x'", values: [] };
      const lines = (await plansOf(store, scan)).flatMap((plan) => plan.split("\n"));
      assert.ok(lines.some(isWholeScan), lines.join("\n"));
    });
  });
}

/** Thousands of rows in every table that grows, so that an index is worth its while. */
async function fill({ db }: TestDatabase): Promise<void> {
  const numbers = Array.from({ length: many }, (_, number) => number);
  const insert = async (table: string, rowOf: (number: number) => object) => {
    const rows = numbers.map(rowOf);
    await db.batchInsert(table, rows, 50);
  };
  const times = { created_at_ms: 1, updated_at_ms: 1 };
  await insert("accounts", (n) => ({
    ...{ id: `a${n}`, email: `a${n}@acme.example`, name: `Al a${n}`, ...times },
    email_verified_at_ms: n % 100 === 1 ? null : 1,
    disabled_at_ms: n % 100 === 2 ? 1 : null,
  }));
  await insert("tenants", (n) => ({ id: `t${n}`, name: "T", ...times }));
  await insert("clients", (n) => ({ client_id: `c${n}`, metadata: "{}", ...times }));
  await insert("memberships", (n) => ({
    tenant_id: `t${n}`,
    account_id: `a${n}`,
    role: "member",
    created_at_ms: 1,
  }));
  await insert("oidc_records", (n) => ({
    model: ["Grant", "RefreshToken", "Session"][n % 3],
    id_hash: `h${n}`,
    payload: JSON.stringify({
      ...{ tenantId: `t${n}`, uid: `uid${n}`, vouchingClientId: `c${n}`, filler: "x".repeat(200) },
    }),
    grant_id_hash: n % 3 === 1 ? `h${n - 1}` : null,
    uid_hash: n % 3 === 2 ? `u${n}` : null,
    account_id: `a${n}`,
    session_uid_hash: n % 3 === 1 ? `u${n + 1}` : null,
    client_id: n % 3 === 2 ? null : `c${n}`,
    tenant_id: n % 3 === 0 ? `t${n}` : null,
    expires_at_ms: nowMs + n,
  }));
  await insert("session_vouchers", (n) => ({
    session_uid_hash: `u${n}`,
    account_id: `a${n}`,
    method: "handoff",
    tenant_id: `t${n}`,
    client_id: `c${n}`,
    amr: "[]",
    auth_time_ms: 1,
    created_at_ms: 1,
    checked_at_ms: n,
  }));
  await insert("tenant_domains", (n) => ({
    tenant_id: `t${n}`,
    domain: `d${n}.example`,
    challenge: "c",
    created_at_ms: 1,
    verified_at_ms: 1,
  }));
  await insert("offline_consents", (n) => ({
    tenant_id: `t${n}`,
    account_id: `a${n}`,
    client_id: `c${n}`,
    granted_at_ms: 1,
  }));
  await insert("login_challenges", (n) => ({
    challenge_hash: `h${n}`,
    interaction_hash: `i${n}`,
    request: "{}",
    outcome: "{}",
    answered_at_ms: 1,
    redeemed_at_ms: n < 10 ? null : 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("ended_sessions", (n) => ({
    session_uid_hash: `e${n}`,
    ended_at_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("former_memberships", (n) => ({
    account_id: `a${n}`,
    tenant_id: `t${n + 1}`,
    ended_at_ms: 1,
    ending: 1,
  }));
  await insert("sign_in_attempts", (n) => ({ key_hash: `h${n}`, until_ms: nowMs + n }));
  await insert("posted_requests", (n) => ({
    id_hash: `h${n}`,
    path: "/",
    query: "",
    expires_at_ms: nowMs + n,
  }));
  await insert("console_sessions", (n) => ({
    id_hash: `h${n}`,
    session_uid: `s${n}`,
    account_id: `a${n}`,
    created_at_ms: 1,
    used_at_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("first_links", (n) => ({ secret_hash: `h${n}`, created_at_ms: 1, expires_at_ms: nowMs + n }));
  await insert("onboarding_links", (n) => ({
    id: `l${n}`,
    tenant_id: `t${n}`,
    tenant_generation: 0,
    secret_hash: `h${n}`,
    created_at_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("administrators", (n) => ({ account_id: `a${n}`, role: "auditor", ...times }));
  await insert("account_links", (n) => ({
    secret_hash: `h${n}`,
    purpose: "invitation",
    account_id: `a${n}`,
    login_key: `a${n}@acme.example`,
    sign_in_generation: 0,
    created_at_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("passkey_challenges", (n) => ({ challenge_hash: `h${n}`, expires_at_ms: nowMs + n }));
  await insert("passkeys", (n) => ({
    ...{ id: `p${n}`, credential_id: `c${n}`, account_id: `a${n}`, user_handle: `h${n}`, public_key: "k" },
    ...{ counter: 0, transports: "[]", name: "Passkey 1", synced: 0, backed_up: 0, created_at_ms: 1 },
  }));
  await insert("totp_factors", (n) => ({
    account_id: `a${n}`,
    sealed_secret: "s",
    last_step: 1,
    created_at_ms: 1,
  }));
  await insert("recovery_codes", (n) => ({ account_id: `a${n}`, code_hash: `h${n}`, created_at_ms: 1 }));
  await insert("pending_sign_ins", (n) => ({
    ...{ interaction_hash: `h${n}`, browser_hash: "b", account_id: `a${n}`, expires_at_ms: nowMs + n },
    ...{ sign_in_generation: 0, membership_endings: 0, amr: "[]", auth_time_ms: 1, step: "prove" },
  }));
  await insert("mails", (n) => ({
    id: `m${n}`,
    kind: "invitation",
    recipient: `a${n}@acme.example`,
    account_id: `a${n}`,
    details: "{}",
    state: n % 100 === 1 ? "waiting" : "sent",
    attempts: 1,
    next_attempt_at_ms: n % 100 === 1 ? 1 : null,
    give_up_at_ms: 1,
    created_at_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("consents", (n) => ({
    ...{ account_id: `a${n}`, client_id: `c${n}`, tenant_id: `t${n}`, scopes: "openid", resources: "{}" },
    ...{ sign_in_generation: 0, client_generation: 0, member_since_ms: 1, tenant_generation: 0 },
    ...{ session_uid_hash: `h${n}`, vouching_client_id: `v${n}`, given_at_ms: 1, used_at_ms: 1 },
  }));
  await insert("logouts", (n) => ({
    ...{ id: `l${n}`, client_id: `c${n}`, account_id: `a${n}`, session_uid_hash: `h${n}`, sid: "s" },
    ...{ state: n % 100 === 1 ? "waiting" : "failed", attempts: 1 },
    ...{ next_attempt_at_ms: n % 100 === 1 ? 1 : null, give_up_at_ms: nowMs, created_at_ms: 1 },
    expires_at_ms: nowMs + n,
  }));
  await insert("repeated_calls", (n) => ({
    id_hash: `h${n}`,
    request_hash: "r",
    claim: "c",
    claimed_until_ms: 1,
    expires_at_ms: nowMs + n,
  }));
  await insert("repeated_call_people", (n) => ({ id_hash: `h${n}`, account_id: `a${n}` }));
  await db.raw("analyze");
}
