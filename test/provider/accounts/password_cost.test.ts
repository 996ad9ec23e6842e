// What a hash costs: it stands in the hash, a login makes it what the settings say now, and meanwhile nobody is told by the
// clock whose hash is of which cost. Over both stores.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createAccount,
  findCredentialsByLogin,
  savePasswordHash,
} from "../../../src/provider/accounts/account_store.ts";
import { listImportedHashKinds } from "../../../src/provider/accounts/imported_account_store.ts";
import { createPasswords, type Passwords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { storeKinds } from "../../support/databases.ts";
import { useStore } from "../../support/use_store.ts";

const now = new Date("2026-11-26T00:00:00Z");
const password = "cr\u00e8me br\u00fbl\u00e9e zu dritt";
const least = createPasswords({ concurrency: 1 });
const raised = createPasswords({ concurrency: 1, cost: { memoryMib: 20, passes: 3 } });
const raisedKind = "$argon2id$v=19$m=20480,t=3,p=1";

for (const kind of storeKinds) {
  describe(`what a password's hash costs on ${kind}`, () => {
    const store = useStore(kind);
    let people = 0;
    const newPerson = async (passwords: Passwords) => {
      people += 1;
      const email = `person${people}@example.com`;
      const passwordHash = await passwords.hashNewPassword(password, []);
      return createAccount(store.db, { email, emailVerified: false, passwordHash }, now);
    };
    const tryOnce = (login: string | null, typed: string, passwords: Passwords) =>
      signIn(
        { db: store.db, clock: () => now, passwords },
        { login: login ?? "", password: typed, clientAddress: `198.51.100.${people}` },
      ).then(
        ({ id }) => id,
        (error: { code: string }) => error.code,
      );
    const storedOf = async (email: string | null) => {
      const { passwordHash, importedHashKind } = (await findCredentialsByLogin(store.db, email ?? "")) ?? {};
      return { hash: passwordHash ?? "", kind: importedHashKind };
    };

    it("is raised at the next login, not by a wrong password, and the kind is known meanwhile", async () => {
      const { id, email } = await newPerson(least);
      const before = await storedOf(email);
      assert.equal(before.kind, null);
      assert.equal(await tryOnce(email, "another password", raised), "invalid_credentials");
      assert.deepEqual(await storedOf(email), before);
      assert.deepEqual(await listImportedHashKinds(store.db), []);
      assert.equal(await tryOnce(email, password, raised), id);
      const after = await storedOf(email);
      assert.ok(after.hash.startsWith(`${raisedKind}$`), after.hash);
      assert.equal(after.kind, raisedKind);
      assert.deepEqual(await listImportedHashKinds(store.db), [raisedKind]);
      assert.equal(await tryOnce(email, password, raised), id);
      assert.deepEqual(await storedOf(email), after, "made once");
    });

    it("opens also where the settings are older, composed letters or not, and is made anew there", async () => {
      const { id, email } = await newPerson(raised);
      assert.equal(await tryOnce(email, password.normalize("NFD"), least), id);
      assert.equal((await storedOf(email)).kind, null);
      assert.equal(await tryOnce(email, password, least), id);
    });

    it("of a password that is set is what the settings say", async () => {
      const { id, email } = await newPerson(least);
      await savePasswordHash(store.db, id, await raised.hashPassword(password), now);
      assert.equal((await storedOf(email)).kind, raisedKind);
      await savePasswordHash(store.db, id, await least.hashPassword(password), now);
      assert.equal((await storedOf(email)).kind, null);
    });

    it("asks every wrong password for the same work, whoever is meant", async () => {
      const asked: unknown[] = [];
      const counting: Passwords = {
        ...raised,
        verifyPassword: async (_hash, _typed, kinds) => {
          asked.push(kinds);
          return false;
        },
      };
      const [old, fresh] = [await newPerson(least), await newPerson(raised)];
      for (const email of [old.email, fresh.email, "nobody@example.com"])
        await tryOnce(email, "wrong", counting);
      const present = [raisedKind];
      assert.deepEqual(asked, [
        { own: null, present },
        { own: raisedKind, present },
        { own: null, present },
      ]);
    });
  });
}

describe("a wrong password while costs differ", () => {
  it("takes as long for a hash of either cost, and for nobody", async () => {
    const dear = createPasswords({ concurrency: 1, cost: { memoryMib: 64, passes: 4 } });
    const present = [dear.kind ?? ""];
    const [old, fresh] = [await least.hashPassword(password), await dear.hashPassword(password)];
    await dear.verifyPassword(undefined, "warm up", { own: null, present });
    const hashes = [
      [old, null],
      [fresh, dear.kind],
      [undefined, null],
    ] as const;
    // The processor's time, all threads together; of several rounds the least, which another program lengthened least.
    const spent = hashes.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < 5; round += 1) {
      for (const [at, [hash, own]] of hashes.entries()) {
        const started = process.cpuUsage();
        assert.equal(await dear.verifyPassword(hash, "wrong password", { own, present }), false);
        spent[at] = Math.min(spent[at] ?? 0, process.cpuUsage(started).user);
      }
    }
    const [cheap = 0, costly = 0, nobody = 0] = spent;
    // Without the decoy of the other cost the ratio is below 0.6, or above 1.7.
    for (const ratio of [cheap / costly, nobody / costly]) assert.ok(ratio > 0.75 && ratio < 1.4, `${ratio}`);
  });
});
