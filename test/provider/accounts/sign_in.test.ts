// Signing in with a password, over both stores: who gets in, who is slowed down, who is never locked out.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { attemptRates } from "../../../src/provider/accounts/attempt_rates.ts";
import type { Passwords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { deleteExpiredAttempts } from "../../../src/provider/accounts/sign_in_attempt_store.ts";
import { openTestDatabase, storeKinds, type TestDatabase } from "../../support/databases.ts";

const right = "the right password";

// Hashing has its own tests; here it would only take time.
const plainPasswords: Passwords = {
  hashPassword: async (password) => `plain:${password}`,
  verifyPassword: async (hash, password) => hash === `plain:${password}`,
};

for (const kind of storeKinds) {
  describe(`sign-in on ${kind}`, () => {
    let store: TestDatabase;
    let nowMs = Date.parse("2026-11-24T00:00:00Z");
    let people = 0;
    before(async () => {
      store = await openTestDatabase(kind);
    });
    after(() => store.close());

    const wait = (milliseconds: number) => {
      nowMs += milliseconds;
    };
    const newPerson = async () => {
      people += 1;
      const email = `person${people}@example.com`;
      const account = { email, emailVerified: true, passwordHash: `plain:${right}` };
      const { id } = await createAccount(store.db, account, new Date(nowMs));
      return { id, email, home: `198.51.100.${people}` };
    };
    const tryOnce = (login: string, password: string, clientAddress: string) =>
      signIn(
        { db: store.db, clock: () => new Date(nowMs), passwords: plainPasswords },
        { login, password, clientAddress },
      );
    const codeOf = (login: string, password: string, clientAddress: string) =>
      tryOnce(login, password, clientAddress).then(
        () => "signed in",
        (error: { code: string }) => error.code,
      );

    it("answers the account for the right password", async () => {
      const person = await newPerson();
      assert.equal((await tryOnce(person.email, right, person.home)).id, person.id);
    });

    it("answers a wrong password and an unknown user with the very same error", async () => {
      const person = await newPerson();
      const errors = await Promise.all(
        [person.email, "nobody@example.com"].map((login) =>
          tryOnce(login, "wrong", person.home).catch((error: Error) => ({ ...error, text: error.message })),
        ),
      );
      assert.deepEqual(errors[0], errors[1]);
      assert.equal((errors[0] as { code?: string }).code, "invalid_credentials");
    });

    it("tells that an account is disabled only to somebody who knows its password", async () => {
      const person = await newPerson();
      await store.db("accounts").where("id", person.id).update({ disabled_at_ms: nowMs });
      assert.equal(await codeOf(person.email, right, person.home), "account_disabled");
      assert.equal(await codeOf(person.email, "wrong", person.home), "invalid_credentials");
    });

    it("slows down one address that guesses one account, even with the right password, and says how long", async () => {
      const person = await newPerson();
      const { burst, intervalMs } = attemptRates.pair;
      for (let guess = 0; guess < burst; guess += 1) {
        assert.equal(await codeOf(person.email, `guess ${guess}`, person.home), "invalid_credentials");
      }
      await assert.rejects(tryOnce(person.email, right, person.home), {
        code: "too_many_attempts",
        fix: "Wait 30 seconds, then try again.",
      });
      wait(intervalMs);
      assert.equal(await codeOf(person.email, right, person.home), "signed in");
    });

    it("counts every one of many parallel guesses", async () => {
      const person = await newPerson();
      const codes = await Promise.all(
        Array.from({ length: 30 }, (_, guess) => codeOf(person.email, `guess ${guess}`, person.home)),
      );
      assert.equal(codes.filter((code) => code === "invalid_credentials").length, attemptRates.pair.burst);
    });

    it("slows down one address that tries many accounts", async () => {
      const codes: string[] = [];
      for (let guess = 0; guess <= attemptRates.address.burst; guess += 1) {
        codes.push(await codeOf(`victim${guess}@example.com`, "Spring2026!", "203.0.113.1"));
      }
      assert.equal(codes.at(-2), "invalid_credentials");
      assert.equal(codes.at(-1), "too_many_attempts");
    });

    it("charges nothing for signing in well, however often", async () => {
      const person = await newPerson();
      for (let time = 0; time < attemptRates.address.burst + 5; time += 1) {
        assert.equal(await codeOf(person.email, right, person.home), "signed in");
      }
    });

    it("slows down many addresses guessing one account, but not where its owner has signed in before", async () => {
      const person = await newPerson();
      assert.equal(await codeOf(person.email, right, person.home), "signed in");
      let slowedDown = 0;
      for (let bot = 0; bot < attemptRates.account.burst + 10; bot += 1) {
        if ((await codeOf(person.email, "guess", `10.${people}.0.${bot}`)) === "too_many_attempts")
          slowedDown += 1;
      }
      assert.equal(slowedDown, 10);
      assert.equal(await codeOf(person.email, right, "192.0.2.200"), "too_many_attempts");
      assert.equal(await codeOf(person.email, right, person.home), "signed in");
    });

    it("forgets counters that are paid off, in batches", async () => {
      wait(365 * 24 * 3600 * 1000);
      const now = new Date(nowMs);
      assert.equal(await deleteExpiredAttempts(store.db, now, 1), 1);
      await deleteExpiredAttempts(store.db, now, 10_000);
      assert.deepEqual(await store.db("sign_in_attempts").select("key_hash"), []);
    });
  });
}
