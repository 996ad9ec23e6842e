// Signing in with a password, over both stores: who gets in, who is slowed down, who is never locked out.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "../../../src/log.ts";
import { createAccount } from "../../../src/provider/accounts/account_store.ts";
import { attemptRates } from "../../../src/provider/accounts/attempt_rates.ts";
import { assertNewPassword, type Passwords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { startSweeper } from "../../../src/provider/assembly/sweeper.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const right = "the right password";

// Hashing has its own tests; here it would only take time.
const plainPasswords: Passwords = {
  kind: null,
  assertRoom() {},
  hashPassword: async (password) => `plain:${password}`,
  hashNewPassword: async (password, about) => {
    await assertNewPassword(password, about);
    return `plain:${password}`;
  },
  verifyPassword: async (hash, password) => hash === `plain:${password}`,
};

for (const kind of storesOfToday(import.meta.url)) {
  describe(`sign-in on ${kind}`, () => {
    let nowMs = Date.parse("2026-11-24T00:00:00Z");
    let people = 0;
    const store = useStore(kind);

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
    const tryOnce = (login: string, password: string, clientAddress: string, browser?: string) =>
      signIn(
        { db: store.db, clock: () => new Date(nowMs), passwords: plainPasswords },
        { login, password, clientAddress, browser },
      );
    const codeOf = (login: string, password: string, clientAddress: string, browser?: string) =>
      tryOnce(login, password, clientAddress, browser).then(
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

    it("counts against a pair nothing that its address was refused for", async () => {
      const person = await newPerson();
      for (let guess = 0; guess < attemptRates.address.burst; guess += 1)
        await codeOf(`other${guess}@example.com`, "guess", person.home);
      for (let guess = 0; guess < attemptRates.pair.burst; guess += 1)
        assert.equal(await codeOf(person.email, "guess", person.home), "too_many_attempts");
      wait(attemptRates.address.intervalMs);
      assert.equal(await codeOf(person.email, right, person.home), "signed in");
    });

    it("charges nothing for signing in well, however often", async () => {
      const person = await newPerson();
      for (let time = 0; time < attemptRates.address.burst + 5; time += 1) {
        assert.equal(await codeOf(person.email, right, person.home), "signed in");
      }
    });

    describe("while many addresses guess at one account", () => {
      const attack = async (email: string, guesses: number) => {
        for (let guess = 0; guess < guesses; guess += 1)
          await codeOf(email, "guess", `10.${people}.${guess % 10}.7`, undefined);
      };

      it("lets the right password in at once, from any new address", async () => {
        const person = await newPerson();
        await attack(person.email, attemptRates.account.burst + 40);
        for (const address of ["192.0.2.200", "192.0.2.201", "2001:db8:5::1"])
          assert.equal(await codeOf(person.email, right, address), "signed in");
      });

      it("lets in who mistyped at a new address after one interval, though the guessing goes on", async () => {
        const person = await newPerson();
        for (let bot = 0; bot < attemptRates.account.burst + 10; bot += 1)
          await codeOf(person.email, "guess", `10.${people}.${bot}.1`);
        assert.equal(await codeOf(person.email, "mistyped", "192.0.2.202"), "invalid_credentials");
        assert.equal(await codeOf(person.email, right, "192.0.2.202"), "too_many_attempts");
        for (let second = 0; second < attemptRates.guarded.intervalMs / 1000; second += 1) {
          wait(1000);
          await codeOf(person.email, "guess", `10.${people}.${second}.2`);
        }
        assert.equal(await codeOf(person.email, right, "192.0.2.202"), "signed in");
      });

      it("gives each new address one guess a minute", async () => {
        const person = await newPerson();
        const bots = attemptRates.account.burst + 10;
        for (let bot = 0; bot < bots; bot += 1) await codeOf(person.email, "guess", `10.${people}.${bot}.1`);
        const codes = await Promise.all(
          Array.from({ length: 20 }, () => codeOf(person.email, "guess", `10.${people}.250.1`)),
        );
        assert.equal(
          codes.filter((code) => code === "invalid_credentials").length,
          attemptRates.guarded.burst,
        );
      });

      it("changes nothing where the person has signed in before", async () => {
        const person = await newPerson();
        assert.equal(await codeOf(person.email, right, person.home), "signed in");
        await attack(person.email, attemptRates.account.burst + 40);
        for (let typo = 1; typo < attemptRates.pair.burst; typo += 1)
          assert.equal(await codeOf(person.email, "mistyped", person.home), "invalid_credentials");
        assert.equal(await codeOf(person.email, right, person.home), "signed in");
      });
    });

    it("lets a browser in that has signed in before, whatever its neighbours at the address do", async () => {
      const person = await newPerson();
      assert.equal(await codeOf(person.email, right, person.home, "own browser"), "signed in");
      for (let guess = 0; guess < attemptRates.address.burst + 20; guess += 1)
        await codeOf(
          guess % 2 === 0 ? person.email : `x${guess}@example.com`,
          "guess",
          person.home,
          "neighbour",
        );
      assert.equal(await codeOf(person.email, right, person.home, "another browser"), "too_many_attempts");
      assert.equal(await codeOf(person.email, right, person.home, "own browser"), "signed in");
    });

    it("gives a known browser no more guesses than an address, and none at other accounts", async () => {
      const person = await newPerson();
      const other = await newPerson();
      assert.equal(await codeOf(person.email, right, person.home, "stolen laptop"), "signed in");
      const guess = (email: string) => codeOf(email, "guess", person.home, "stolen laptop");
      const codes = await Promise.all(Array.from({ length: 20 }, () => guess(person.email)));
      assert.equal(codes.filter((code) => code === "invalid_credentials").length, attemptRates.browser.burst);
      const others = await Promise.all(Array.from({ length: 20 }, () => guess(other.email)));
      assert.equal(others.filter((code) => code === "invalid_credentials").length, attemptRates.pair.burst);
    });

    it("locks nobody out for a clock that was an hour ahead for a moment", async () => {
      const person = await newPerson();
      wait(3_600_000);
      for (let guess = 0; guess < 10; guess += 1) await codeOf(person.email, "guess", person.home);
      wait(-3_600_000);
      const waits: number[] = [];
      let codes = await codeOf(person.email, right, person.home);
      while (codes !== "signed in" && waits.length < 10) {
        wait(attemptRates.pair.intervalMs + 1);
        waits.push(attemptRates.pair.intervalMs);
        codes = await codeOf(person.email, right, person.home);
      }
      assert.ok(waits.length <= 1, `waited ${waits.length} intervals`);
    });

    for (const login of [
      "a\u0000b@example.com",
      "\ud800@example.com",
      "x".repeat(100_000),
      "ADA@\u212Aorp.com",
    ]) {
      it(`answers ${JSON.stringify(login.slice(0, 20))} like any unknown user`, async () => {
        assert.equal(await codeOf(login, "guess", "192.0.2.77"), "invalid_credentials");
      });
    }

    it("forgets counters that are paid off", async () => {
      wait(365 * 24 * 3600 * 1000);
      await startSweeper({ db: store.db, clock: () => new Date(nowMs), log: silentLog }).sweep();
      assert.deepEqual(await store.db("sign_in_attempts").select("key_hash"), []);
    });
  });
}
