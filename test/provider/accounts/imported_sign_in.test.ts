// People who came with a hash of another program sign in, over both stores: with each kind, once with that hash, from
// then on with one of our own.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OperationError } from "../../../src/errors.ts";
import { savePasswordHash } from "../../../src/provider/accounts/account_store.ts";
import {
  createImportedAccount,
  listImportedHashKinds,
} from "../../../src/provider/accounts/imported_account_store.ts";
import { readImportedHash } from "../../../src/provider/accounts/imported_hash.ts";
import { replaceHash } from "../../../src/provider/accounts/password_hash_store.ts";
import { createPasswords, type Passwords } from "../../../src/provider/accounts/passwords.ts";
import { signIn } from "../../../src/provider/accounts/sign_in.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";
import { vectors } from "./imported_vectors.ts";

const now = new Date("2026-11-26T00:00:00Z");
const passwords = createPasswords();

for (const kind of storesOfToday(import.meta.url)) {
  describe(`sign-in of imported people on ${kind}`, () => {
    const store = useStore(kind);
    let people = 0;
    const bring = async (hash: string) => {
      people += 1;
      const email = `person${people}@example.com`;
      const read = readImportedHash(hash).hash;
      assert.ok(read);
      const password = { hash, kind: read.kind };
      const account = await createImportedAccount(store.db, { email, emailVerified: false, password }, now);
      return { email, id: account?.id ?? "" };
    };
    const tryOnce = (email: string, password: string, used: Passwords = passwords) =>
      signIn(
        { db: store.db, clock: () => now, passwords: used },
        { login: email, password, clientAddress: `198.51.100.${people}` },
      ).then(
        ({ id }) => id,
        (error: { code: string }) => error.code,
      );
    const storedOf = async (
      id: string,
    ): Promise<{ password_hash: string; imported_hash_kind: string | null }> =>
      store.db("accounts").where("id", id).first("password_hash", "imported_hash_kind");

    for (const { by, password, hash } of vectors) {
      it(`takes the password of a hash by ${by}, and makes a hash of our own of it`, async () => {
        const { email, id } = await bring(hash);
        assert.equal(await tryOnce(email, `${password}!`.slice(1)), "invalid_credentials");
        assert.equal((await storedOf(id)).password_hash, hash, "a wrong password replaces nothing");
        assert.equal(await tryOnce(email, password), id);
        const stored = await storedOf(id);
        assert.match(stored.password_hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
        assert.equal(stored.imported_hash_kind, null);
        assert.equal(await tryOnce(email, password), id);
        assert.deepEqual(await listImportedHashKinds(store.db), []);
      });
    }

    it("is right although no hash can be made of it now", async () => {
      const { password = "", hash = "" } = vectors[0] ?? {};
      const { email, id } = await bring(hash);
      const busy: Passwords = {
        ...passwords,
        hashPassword: async () => {
          throw new OperationError("overloaded", "Too many people are signing in at this moment.");
        },
      };
      assert.equal(await tryOnce(email, password, busy), id);
      assert.equal((await storedOf(id)).password_hash, hash);
    });

    it("replaces the hash once, and never a password that was set meanwhile", async () => {
      const { hash = "" } = vectors[0] ?? {};
      const { id } = await bring(hash);
      const twenty = Array.from({ length: 20 }, (_, at) =>
        replaceHash(store.db, { id, hash }, `own ${at}`, now),
      );
      assert.equal((await Promise.all(twenty)).filter(Boolean).length, 1);
      const other = await bring(hash);
      await savePasswordHash(store.db, other.id, "set by an operator", now);
      assert.equal(await replaceHash(store.db, { id: other.id, hash }, "own", now), false);
      assert.deepEqual(await storedOf(other.id), {
        password_hash: "set by an operator",
        imported_hash_kind: null,
      });
    });

    it("asks whoever is unknown for one hash of each kind that is there", async () => {
      const asked: unknown[] = [];
      const counting: Passwords = {
        ...passwords,
        verifyPassword: async (_hash, _password, kinds) => {
          asked.push(kinds);
          return false;
        },
      };
      const { email } = await bring(vectors[0]?.hash ?? "");
      await tryOnce(email, "wrong", counting);
      await tryOnce("nobody@example.com", "wrong", counting);
      assert.deepEqual(asked, [
        { own: "$2b$05", present: ["$2b$05"] },
        { own: null, present: ["$2b$05"] },
      ]);
    });
  });
}
