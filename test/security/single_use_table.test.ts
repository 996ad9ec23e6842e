// Class: single use broken by races (CVE-2026-1035, CVE-2026-4282), for each thing that is used once or that one may have:
// of a hundred callers at once, on two instances, one wins. single_use_races.test.ts sends three of them as requests.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAdministrator } from "../../src/admin/administrators/administrator_store.ts";
import {
  createCredential,
  generateKey,
  revokeCredential,
} from "../../src/admin/administrators/credential_store.ts";
import { claimCall } from "../../src/admin/repeats/repeated_call_store.ts";
import { connectDatabase, type Database } from "../../src/db/connect.ts";
import { migrationLimits } from "../../src/db/dialects.ts";
import { OperationError } from "../../src/errors.ts";
import { claimMail, createMail } from "../../src/mail/outbox_store.ts";
import { createLink, useLink } from "../../src/onboarding/link/link_store.ts";
import { takeTest } from "../../src/onboarding/link/progress_store.ts";
import {
  createAccountLink,
  type LinkPurpose,
  useAccountLink,
} from "../../src/provider/accounts/account_link_store.ts";
import { createAccount, createExternalAccount } from "../../src/provider/accounts/account_store.ts";
import { makeMark } from "../../src/provider/accounts/sign_in_attempt_store.ts";
import { createClient } from "../../src/provider/clients/client_store.ts";
import { savePostedRequest, takePostedRequest } from "../../src/provider/edge/posted_request_store.ts";
import { passEnrolment } from "../../src/provider/factors/pending_sign_ins.ts";
import { savePending, usePending } from "../../src/provider/factors/pending_store.ts";
import { replaceRecoveryCodes, useRecoveryCode } from "../../src/provider/factors/recovery_code_store.ts";
import { createTotp, useTotpStep } from "../../src/provider/factors/totp_store.ts";
import { createUse } from "../../src/provider/grants/assertion_use_store.ts";
import { createChallenge, redeemAnswer, saveAnswer } from "../../src/provider/handoff/challenge_store.ts";
import { createPasskey, savePasskeyUse, useChallenge } from "../../src/provider/passkeys/passkey_store.ts";
import { endGrant } from "../../src/provider/sessions/grant_store.ts";
import { endSession } from "../../src/provider/sessions/session_store.ts";
import { createExchanger } from "../../src/provider/storage/exchange_store.ts";
import { hashRecordId } from "../../src/provider/storage/record_payload.ts";
import { consumeRecord, createRecordOnce, saveRecord } from "../../src/provider/storage/record_store.ts";
import { createDomain, saveDomainVerified } from "../../src/provider/tenants/domain_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../support/databases.ts";
import { useStore } from "../support/use_store.ts";

const now = new Date();
const nowMs = now.getTime();
const laterMs = nowMs + 60_000;
const callers = 100;

/** Something one of many may do. `arrange` answers what each attempt needs; an attempt says whether it won. */
interface Once {
  arrange?(db: Database): Promise<unknown>;
  attempt(db: Database, caller: number, arranged: string): Promise<boolean>;
}

const grantRecord = (model: string): Once => ({
  arrange: (db) => saveRecord(db, model, `${model}-1`, { accountId: "ann" } as never, laterMs),
  attempt: (db) => consumeRecord(db, model, `${model}-1`, nowMs),
});

// Each caller is an instance of its own.
const exchanged = (model: string): Once => ({
  arrange: (db) => saveRecord(db, model, `${model}-1`, { accountId: "ann" } as never, laterMs),
  attempt: (db, caller) => {
    const payload = { accountId: "ann" } as never;
    const given = [{ model: "AccessToken", id: `of ${model} ${caller}`, payload, expiresAtMs: laterMs }];
    return createExchanger(db)({ used: { model, id: `${model}-1` }, given, event: undefined, now });
  },
});

const inTransaction =
  (attempt: (trx: Database, caller: number, arranged: string) => Promise<boolean>): Once["attempt"] =>
  (db, caller, arranged) =>
    db.transaction((trx) => attempt(trx, caller, arranged));

/** Whether it was done; of a refusal by any other code the test hears. */
const unless =
  (code: string) =>
  async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work;
      return true;
    } catch (error) {
      if (error instanceof OperationError && error.code === code) return false;
      throw error;
    }
  };

const mailedLink = (purpose: LinkPurpose): Once => ({
  async arrange(db) {
    const { id } = await createAccount(db, { email: `${purpose}@acme.example`, emailVerified: true }, now);
    const of = { id, email: `${purpose}@acme.example`, signInGeneration: 0 };
    return `${id} ${(await createAccountLink(db, purpose, of, now)).secret}`;
  },
  attempt: inTransaction((trx, _caller, arranged) => {
    const [accountId = "", secret = ""] = arranged.split(" ");
    return useAccountLink(trx, secret, { purpose, accountId }, nowMs);
  }),
});

const passkey = {
  ...{ credentialId: "c", publicKey: "k", counter: 0, transports: [], synced: false, backedUp: false },
  ...{ userHandle: "u", name: "Passkey 1" },
};
const challenge = { challenge: "c1", interactionUid: "i1", request: {}, expiresAtMs: laterMs };
const half = { uid: "u1", browserKey: "b1" };
const halfDone = {
  ...{ generation: 0, membershipEndings: 0, amr: ["pwd"], authTimeMs: nowMs, remember: false },
  step: "prove",
} as const;
const idOf = async (db: Database, email: string): Promise<string> =>
  (await createAccount(db, { email, emailVerified: true }, now)).id;
const account = { email: "once@acme.example", emailVerified: true };

const once: Readonly<Record<string, Once>> = {
  "an authorization code": exchanged("AuthorizationCode"),
  "a pushed authorization request": grantRecord("PushedAuthorizationRequest"),
  "a device code": exchanged("DeviceCode"),
  "a refresh token": exchanged("RefreshToken"),
  "the id of a client assertion or a DPoP proof": {
    attempt: (db) => createRecordOnce(db, "ReplayDetection", "jti-1", {}, laterMs),
  },
  "a subject assertion": {
    attempt: (db) =>
      createUse(db, {
        ...{ id: "use-1", issuer: "isv", parameter: "subject_token" },
        expiresAtSeconds: Math.floor(laterMs / 1000),
      }),
  },
  "the answer to a login challenge": {
    arrange: (db) => createChallenge(db, challenge),
    attempt: (db, caller) => saveAnswer(db, "c1", { verifier: `v-${caller}`, outcome: {} }, nowMs),
  },
  "the verifier of an answered challenge": {
    async arrange(db) {
      await createChallenge(db, { ...challenge, challenge: "c2", interactionUid: "i2" });
      await saveAnswer(db, "c2", { verifier: "v2", outcome: {} }, nowMs);
    },
    attempt: async (db) =>
      (await redeemAnswer(db, { interactionUid: "i2", verifier: "v2" }, nowMs)) !== undefined,
  },
  "a question to a passkey": {
    attempt: (db) => useChallenge(db, { challenge: "question-1", expiresAtMs: laterMs }),
  },
  "a count of a passkey's": {
    async arrange(db) {
      const id = await idOf(db, "passkey@acme.example");
      const made = await createPasskey(db, { ...passkey, accountId: id }, now);
      return `${made?.id} ${id}`;
    },
    attempt(db, _caller, arranged) {
      const [id = "", accountId = ""] = arranged.split(" ");
      return savePasskeyUse(db, { id, accountId }, { counter: 1, backedUp: false }, now);
    },
  },
  "an authenticator app, set up": {
    arrange: (db) => idOf(db, "sets-up@acme.example"),
    attempt: inTransaction((trx, caller, accountId) =>
      createTotp(trx, { accountId, sealedSecret: `app-${caller}`, step: 1 }, now),
    ),
  },
  "a code of an authenticator app": {
    async arrange(db) {
      const accountId = await idOf(db, "app@acme.example");
      await createTotp(db, { accountId, sealedSecret: "app", step: 1 }, now);
      return accountId;
    },
    attempt: inTransaction((trx, _caller, accountId) =>
      useTotpStep(trx, { accountId, sealedSecret: "app", step: 2 }, now),
    ),
  },
  "a recovery code": {
    async arrange(db) {
      const accountId = await idOf(db, "recovers@acme.example");
      const [code = ""] = await db.transaction((trx) => replaceRecoveryCodes(trx, accountId, now));
      return `${accountId} ${code}`;
    },
    attempt: inTransaction(async (trx, _caller, arranged) => {
      const [accountId = "", code = ""] = arranged.split(" ");
      return (await useRecoveryCode(trx, accountId, code)).used;
    }),
  },
  "a sign-in that is half done": {
    async arrange(db) {
      const accountId = await idOf(db, "half@acme.example");
      await savePending(db, half, { ...halfDone, accountId }, now);
      return accountId;
    },
    attempt: inTransaction(
      async (trx, _caller, accountId) =>
        (await usePending(trx, half, { accountId, step: "prove" }, now)) !== undefined,
    ),
  },
  "a sign-in in which a passkey is added": {
    async arrange(db) {
      const accountId = await idOf(db, "adds-passkey@acme.example");
      await savePending(db, half, { ...halfDone, accountId, step: "enroll_passkey" }, now);
      return accountId;
    },
    attempt: inTransaction(async (trx, caller, accountId) => {
      const enrolment = { accountId, step: "enroll_passkey", proven: ["pop"] } as const;
      const add = () => createPasskey(trx, { ...passkey, credentialId: `way-${caller}`, accountId }, now);
      return unless("sign_in_expired")(passEnrolment(trx, half, enrolment, add, now));
    }),
  },
  "a request that was posted": {
    arrange: (db) => savePostedRequest(db, { path: "/auth", query: "a=b", network: "192.0.2.1" }, now),
    attempt: async (db, _caller, id) => (await takePostedRequest(db, "/auth", id, now)) !== undefined,
  },
  "a call named by an Idempotency-Key": {
    attempt: (db, caller) => claimCall(db, { idHash: "k1", requestHash: "r", claim: `claim-${caller}` }, now),
  },
  "a domain that several organizations have proven": {
    async arrange(db) {
      for (let caller = 0; caller < callers; caller += 1) {
        const tenantId = `tenant-${caller}`;
        await createTenant(db, { id: tenantId, name: tenantId }, now);
        await createDomain(db, { tenantId, domain: "once.example", challenge: "c" }, now);
      }
    },
    attempt: (db, caller) =>
      saveDomainVerified(
        db,
        { tenantId: `tenant-${caller}`, domain: "once.example", shared: false },
        now,
      ).catch((error: unknown) => {
        // The index decides between those who looked at the same time.
        if (/unique/i.test(String(error))) return false;
        throw error;
      }),
  },
  "an address to sign in with": {
    attempt: (db) => unless("account_exists")(createAccount(db, account, now)),
  },
  "an account that the ISV names": {
    attempt: (db) => createExternalAccount(db, { id: "isv-1", email: "isv@acme.example" }, now),
  },
  "a membership": {
    async arrange(db) {
      await createTenant(db, { id: "joined", name: "Joined" }, now);
      await createExternalAccount(db, { id: "joins", email: "joins@acme.example" }, now);
    },
    attempt: (db) => createMembership(db, { tenantId: "joined", accountId: "joins", role: "member" }, now),
  },
  "the id of a tenant": {
    attempt: (db) => unless("tenant_exists")(createTenant(db, { id: "onlyone", name: "One" }, now)),
  },
  "the id of a client": {
    attempt: (db) => unless("client_exists")(createClient(db, { client_id: "only" } as never, now)),
  },
  "becoming an administrator": {
    arrange: (db) => createExternalAccount(db, { id: "admin-1", email: "ops@isv.example" }, now),
    attempt: inTransaction((trx) => createAdministrator(trx, { accountId: "admin-1", role: "auditor" }, now)),
  },
  "an onboarding link": {
    async arrange(db) {
      await createTenant(db, { id: "linked", name: "Linked" }, now);
      const wanted = { tenantId: "linked", secret: "link-secret", expiresAtMs: laterMs };
      return (await createLink(db, wanted, now))?.id;
    },
    attempt: inTransaction(async (trx, caller, id) => {
      const use = { id, secret: "link-secret", browser: `b-${caller}`, session: `s-${caller}` };
      return (await useLink(trx, use, now)) !== undefined;
    }),
  },
  "a link mailed for a new password": mailedLink("password_reset"),
  "a link mailed with an invitation": mailedLink("invitation"),
  "a link mailed to prove an address": mailedLink("address_proof"),
  "a link mailed to change an address": mailedLink("address_change"),
  "the mark of a new device": {
    attempt: (db) => makeMark(db, "device", { nowMs, untilMs: laterMs }),
  },
  "a mail of the outbox": {
    arrange: (db) => createMail(db, { kind: "password_reset", recipient: "once@acme.example" }, now),
    attempt: async (db) => (await claimMail(db, { nowMs, leaseMs: 60_000 })) !== undefined,
  },
  "the place of a test of an onboarding": {
    attempt: inTransaction(async (trx) => (await takeTest(trx, "tested", 60_000, now)) !== undefined),
  },
  "revoking an API credential": {
    arrange: async (db) =>
      (
        await createCredential(
          db,
          generateKey(),
          { name: "n", role: "auditor", tenantId: null, expiresAtMs: laterMs },
          now,
        )
      ).id,
    attempt: (db, _caller, id) => revokeCredential(db, id, now),
  },
  "ending a session": {
    arrange: (db) => saveRecord(db, "Session", "s1", { accountId: "ann", uid: "u1" } as never, laterMs),
    attempt: inTransaction(
      async (trx) => (await endSession(trx, { id: `s_${hashRecordId("u1")}` }, now)) !== undefined,
    ),
  },
  "revoking a grant": {
    arrange: (db) => saveRecord(db, "Grant", "g1", { accountId: "ann", clientId: "app" } as never, laterMs),
    attempt: inTransaction(
      async (trx) =>
        (await endGrant(trx, { id: `g_${hashRecordId("g1")}`, accountId: "ann" }, new Date())) !== undefined,
    ),
  },
};

for (const kind of storeKinds) {
  describe(`once, on two instances on ${kind}`, () => {
    const store = useStore(kind);
    // With the patience of a migration: a hundred callers of two pools wait for one another.
    const instances: Database[] = [];
    before(() => {
      for (let instance = 0; instance < 2; instance += 1)
        instances.push(connectDatabase(store.location, { ...migrationLimits, lockMs: 30_000 }));
    });
    after(() => Promise.all(instances.map((instance) => instance.destroy())));

    for (const [name, { arrange, attempt }] of Object.entries(once)) {
      test(`${name}: of ${callers} callers one wins`, async () => {
        const [first, second] = instances as [Database, Database];
        const arranged = String((await arrange?.(first)) ?? "");
        const won = await Promise.all(
          Array.from({ length: callers }, (_, caller) =>
            attempt(caller % 2 === 0 ? first : second, caller, arranged),
          ),
        );
        assert.equal(won.filter(Boolean).length, 1);
      });
    }
  });
}
