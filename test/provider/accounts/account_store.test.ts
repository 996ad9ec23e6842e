// The account store's contract, over both stores.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createAccount,
  findAccount,
  findAccountByLogin,
  findCredentialsByLogin,
  getAccount,
  listAccounts,
  listAccountsOfTenant,
  savePasswordHash,
} from "../../../src/provider/accounts/account_store.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { createTenant } from "../../../src/provider/tenants/tenant_store.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-11-24T00:00:00Z");

for (const kind of storeKinds) {
  describe(`account store on ${kind}`, () => {
    const store = useStore(kind);

    it("keeps what an account was created with", async () => {
      const created = await createAccount(
        store.db,
        { email: "Ada@Example.com", emailVerified: true, name: "Ada", passwordHash: "$argon2id$x" },
        now,
      );
      assert.deepEqual(await findAccount(store.db, created.id), {
        id: created.id,
        email: "Ada@Example.com",
        emailVerifiedAtMs: now.getTime(),
        name: "Ada",
        externalAtMs: null,
        disabledAtMs: null,
        createdAtMs: now.getTime(),
        signInGeneration: 0,
        membershipEndings: 0,
      });
    });

    it("finds an account by its address whatever the capitals, and keeps them as written", async () => {
      await createAccount(store.db, { email: "Grace@Example.com", emailVerified: false }, now);
      const found = await findAccountByLogin(store.db, " gRACE@example.COM ");
      assert.equal(found?.email, "Grace@Example.com");
      assert.equal(found?.emailVerifiedAtMs, null);
    });

    it("refuses a second account whose address differs only in capitals", async () => {
      await createAccount(store.db, { email: "one@example.com", emailVerified: true }, now);
      await assert.rejects(createAccount(store.db, { email: "ONE@example.com", emailVerified: true }, now), {
        code: "account_exists",
        field: "email",
      });
    });

    it("lets exactly one of many parallel creations of an address win", async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, () =>
          createAccount(store.db, { email: "race@example.com", emailVerified: true }, now),
        ),
      );
      assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
    });

    it("answers undefined for an id and an address nobody has, and getAccount says so", async () => {
      assert.equal(await findAccount(store.db, "nobody"), undefined);
      assert.equal(await findAccountByLogin(store.db, "nobody@example.com"), undefined);
      await assert.rejects(getAccount(store.db, "nobody"), { code: "account_not_found" });
    });

    it("gives the password hash to the sign-in query only", async () => {
      const account = await createAccount(store.db, { email: "pw@example.com", emailVerified: true }, now);
      assert.equal((await findCredentialsByLogin(store.db, "pw@example.com"))?.passwordHash, null);
      await savePasswordHash(store.db, account.id, "$argon2id$new", now);
      assert.equal((await findCredentialsByLogin(store.db, "pw@example.com"))?.passwordHash, "$argon2id$new");
      assert.doesNotMatch(JSON.stringify(await findAccount(store.db, account.id)), /argon2/);
    });

    it("lists the members of one tenant and nobody of another", async () => {
      await createTenant(store.db, { id: "blue", name: "Blue" }, now);
      await createTenant(store.db, { id: "red", name: "Red" }, now);
      const blue = await createAccount(store.db, { email: "b@blue.example", emailVerified: true }, now);
      const red = await createAccount(store.db, { email: "r@red.example", emailVerified: true }, now);
      await createMembership(store.db, { tenantId: "blue", accountId: blue.id, role: "member" }, now);
      await createMembership(store.db, { tenantId: "red", accountId: red.id, role: "member" }, now);
      const members = await listAccountsOfTenant(store.db, "blue");
      assert.deepEqual(
        members.map((account) => account.email),
        ["b@blue.example"],
      );
    });

    it("lists in pages that neither repeat nor leave out an account", async () => {
      const all = await listAccounts(store.db);
      const paged: string[] = [];
      let afterId: string | undefined;
      for (;;) {
        const page = await listAccounts(store.db, {
          limit: 2,
          ...(afterId === undefined ? {} : { afterId }),
        });
        paged.push(...page.map((account) => account.id));
        if (page.length < 2) break;
        afterId = page.at(-1)?.id;
      }
      assert.deepEqual(
        paged,
        all.map((account) => account.id),
      );
      assert.ok(paged.length >= 5);
    });
  });
}
