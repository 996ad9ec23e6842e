// Administrators: made, changed and removed; the last owner stays, whoever asks and however many ask at once; who changes
// people and applications does not come by an owner's rights that way.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { administratorOf } from "../../../src/admin/administrators/administrator_store.ts";
import { permissionFor } from "../../../src/admin/administrators/permission_for.ts";
import {
  type AdministratorRole,
  adminChange,
  adminOwn,
  mayDo,
} from "../../../src/admin/administrators/roles.ts";
import * as administrators from "../../../src/admin/operations/administrators.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import type { Operation } from "../../../src/admin/operations/entry.ts";
import { membersOf } from "../../../src/admin/operations/input_members.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { operations, type TableContext } from "../../../src/admin/operations/table.ts";
import { disableUser, enableUser, setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { deleteUser } from "../../../src/admin/operations/user_deletion.ts";
import { resetUserFactors } from "../../../src/admin/operations/user_factors.ts";
import { removeUserPasskey } from "../../../src/admin/operations/user_passkeys.ts";
import { createUser } from "../../../src/admin/operations/users.ts";
import { systemClock } from "../../../src/clock.ts";
import {
  createConsoleSession,
  findConsoleSession,
} from "../../../src/console/sign_in/console_session_store.ts";
import { OperationError } from "../../../src/errors.ts";
import { findCredentialsByLogin, savePasswordHash } from "../../../src/provider/accounts/account_store.ts";
import { assertNewPassword } from "../../../src/provider/accounts/passwords.ts";
import { createPasskey, listPasskeys } from "../../../src/provider/passkeys/passkey_store.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const passwords: OperationContext["passwords"] = {
  kind: null,
  assertRoom() {},
  hashPassword: async (password) => `hash of ${password.length}`,
  hashNewPassword: async (password, about) => {
    await assertNewPassword(password, about);
    return `hash of ${password.length}`;
  },
  verifyPassword: async () => false,
};

const codeOf = (answer: PromiseSettledResult<unknown>) =>
  answer.status === "fulfilled" ? "done" : answer.reason instanceof OperationError && answer.reason.code;

for (const kind of storesOfToday(import.meta.url)) {
  describe(`administrators on ${kind}`, () => {
    let context: OperationContext;
    const store = useStore(kind, async () => {
      context = { db: store.db, clock: systemClock, passwords, actor: "cli:test", may: () => true };
    });
    const as = (role: AdministratorRole): OperationContext => ({
      ...context,
      actor: "account:somebody",
      may: (permission) => mayDo(role, { permission }),
    });
    const create = (email: string, role: AdministratorRole = "owner") =>
      administrators.createAdministrator(context, { email, role });
    const credentialsOf = async (email: string) => {
      const found = await findCredentialsByLogin(store.db, email);
      assert.ok(found);
      return found;
    };
    const only = async (email: string) => {
      await store.db("administrators").delete();
      return create(email);
    };

    test("one is made of a new account, with a password that is told once, or of an account that exists", async () => {
      const made = await create("new@isv.example", "operator");
      assert.match(made.generatedPassword ?? "", /^\w{5}-/);
      assert.equal(await administratorOf(store.db, made.id), "operator");
      assert.equal(made.ended, undefined);
      const user = await createUser(context, { email: "there@isv.example" });
      const named = { email: "there@isv.example", role: "owner", name: "Another" };
      await assert.rejects(administrators.createAdministrator(context, named), {
        ...{ code: "invalid_input", field: "name" },
      });
      const there = await create("There@isv.example", "auditor");
      assert.equal(there.id, user.id);
      assert.match(there.generatedPassword ?? "", /^\w{5}-/);
      const before = await credentialsOf("there@isv.example");
      await assert.rejects(create("there@isv.example"), { code: "administrator_exists" });
      assert.deepEqual(await credentialsOf("there@isv.example"), before, "a refusal changes no password");
      const gone = await createUser(context, { email: "gone@isv.example" });
      await disableUser(context, { user: gone.id });
      await assert.rejects(create("gone@isv.example"), { code: "account_disabled" });
    });

    test("whoever made the account, knows its password or is signed in with it, has nothing of the promotion", async () => {
      const email = "newboss@isv.example";
      await create("elder@isv.example");
      await createUser(as("operator"), { email, password: "known to an operator since then" });
      const { id } = await store.db("accounts").where("login_key", email).first("id");
      for (const role of ["owner", "auditor"] as const) {
        await saveRecord(store.db, "Session", "open", { uid: "open", accountId: id }, Date.now() + 60_000);
        const times = { createdAtMs: 1, usedAtMs: 1, expiresAtMs: 2 };
        await createConsoleSession(store.db, "cookie", { sessionUid: "open", accountId: id, ...times });
        const before = await credentialsOf(email);
        const said = "chosen by the owner just now";
        const told = await administrators.createAdministrator(context, { email, role, password: said });
        assert.deepEqual([told.ended?.sessions, told.generatedPassword], [1, undefined]);
        assert.match(administrators.shownAdministrator(told).say?.join(" ") ?? "", /signed out everywhere/);
        const after = await credentialsOf(email);
        assert.equal(after.passwordHash, `hash of ${said.length}`);
        assert.equal(after.account.signInGeneration, before.account.signInGeneration + 1);
        assert.equal(await findConsoleSession(store.db, "cookie"), undefined);
        // Being one before gives nothing the next time, either.
        await savePasswordHash(store.db, id, "hash of others", new Date());
        await administrators.removeAdministrator(context, { user: id });
      }
      const told = await store.db("audit_events").where({ type: "account.password_set", account_id: id });
      assert.equal(told.length, 2);
    });

    const slipping: Record<string, (operator: OperationContext, user: string) => Promise<unknown>> = {
      "sets a password": (operator, user) => setUserPassword(operator, { user }),
      "resets the factors": (operator, user) => resetUserFactors(operator, { user }),
      "removes a passkey": async (operator, user) => {
        const [{ id: passkey } = assert.fail()] = await listPasskeys(store.db, user);
        await removeUserPasskey(operator, { user, passkey });
      },
    };
    for (const [what, act] of Object.entries(slipping)) {
      test(`an operator who ${what} while its account becomes an owner's is refused`, async () => {
        const email = `${what.replaceAll(" ", "-")}@isv.example`;
        const { id } = await createUser(context, { email });
        const key = { publicKey: "x", counter: 1, transports: [], synced: false, backedUp: false };
        const passkey = { ...key, accountId: id, credentialId: id, userHandle: id, name: "Phone" };
        await createPasskey(store.db, passkey, new Date());
        let asked = 0;
        const operator: OperationContext = {
          ...as("operator"),
          async may(permission, db) {
            asked += 1;
            if (asked === 2)
              await administrators.createAdministrator({ ...context, db }, { email, role: "owner" });
            return mayDo("operator", { permission });
          },
        };
        const before = await credentialsOf(email);
        await assert.rejects(act(operator, id), { code: "forbidden" });
        assert.equal(asked, 3);
        assert.deepEqual(await credentialsOf(email), before);
        assert.equal((await listPasskeys(store.db, id)).length, 1);
      });
    }

    test("their right ends with the role, with the account, and while it is disabled", async () => {
      await only("first@isv.example");
      const { id } = await create("second@isv.example");
      await administrators.updateAdministrator(context, { user: id, role: "auditor" });
      assert.equal(await administratorOf(store.db, id), "auditor");
      await disableUser(context, { user: id });
      assert.equal(await administratorOf(store.db, id), undefined);
      await enableUser(context, { user: id });
      assert.equal(await administratorOf(store.db, id), "auditor");
      await administrators.removeAdministrator(context, { user: id });
      assert.equal(await administratorOf(store.db, id), undefined);
      await assert.rejects(administrators.removeAdministrator(context, { user: id }), {
        code: "administrator_not_found",
      });
      await create("second@isv.example", "operator");
      await deleteUser(context, { user: id });
      assert.equal((await store.db("administrators").where("account_id", id)).length, 0);
    });

    test("the last owner who can sign in is neither removed, nor demoted, disabled or deleted", async () => {
      const { id: user } = await only("last@isv.example");
      const other = await create("disabled@isv.example");
      await disableUser(context, { user: other.id });
      await create("ops@isv.example", "operator");
      for (const act of [
        () => administrators.removeAdministrator(context, { user }),
        () => administrators.removeAdministrator(context, { user, dryRun: true }),
        () => administrators.updateAdministrator(context, { user, role: "operator" }),
        () => disableUser(context, { user }),
        () => deleteUser(context, { user }),
        () => deleteUser(context, { user, dryRun: true }),
      ]) {
        await assert.rejects(act(), { code: "last_owner", field: "user" });
        assert.equal(await administratorOf(store.db, user), "owner");
      }
      await administrators.removeAdministrator(context, { user: other.id });
    });

    test("nobody takes their own rights away", async () => {
      const { id: user } = await only("self@isv.example");
      await create("another@isv.example");
      const self = { ...context, actor: `account:${user}` };
      for (const act of [
        () => administrators.removeAdministrator(self, { user }),
        () => administrators.updateAdministrator(self, { user: "self@isv.example", role: "auditor" }),
        () => disableUser(self, { user }),
        () => deleteUser(self, { user }),
      ]) {
        await assert.rejects(act(), { code: "oneself" });
      }
    });

    test("of several owners who take each other's rights at once, one remains", async () => {
      for (let round = 0; round < 5; round += 1) {
        await only("a@isv.example");
        const ids: string[] = [];
        for (const name of ["a", "b", "c", "d"]) {
          const known = await store.db("accounts").where("login_key", `${name}@isv.example`).first("id");
          if (known !== undefined) await enableUser(context, { user: known.id });
          ids.push(
            (name === "a"
              ? await store.db("administrators").first("account_id as id")
              : await create(`${name}@isv.example`)
            ).id,
          );
        }
        const [a = "", b = "", c = "", d = ""] = ids;
        const answers = await Promise.allSettled([
          administrators.removeAdministrator(context, { user: a }),
          administrators.updateAdministrator(context, { user: b, role: "auditor" }),
          disableUser(context, { user: c }),
          administrators.removeAdministrator(context, { user: d }),
        ]);
        assert.deepEqual(answers.map(codeOf).sort(), ["done", "done", "done", "last_owner"]);
      }
    });

    // Every operation that names a person or a client, those still to come included.
    const naming = (member: string) =>
      operations.filter(
        ({ entry }) => entry.permission === adminChange && Object.hasOwn(membersOf(entry.input), member),
      );

    const refused = async (operation: Operation<TableContext>, given: Record<string, unknown>) => {
      const told = await operation(as("operator") as TableContext, given).catch((error) => error.code);
      // What is not even read changes nothing; how it is judged is asked all the same.
      if (told === "invalid_input") assert.equal(await permissionFor(store.db, adminChange, given), adminOwn);
      else assert.equal(told, "forbidden", operation.entry.name);
    };

    test("who may change people may not change an administrator: it would be a way to become one", async () => {
      await only("boss@isv.example");
      assert.ok(naming("user").length > 5);
      for (const operation of naming("user")) {
        const given: Record<string, unknown> = { user: "Boss@isv.example" };
        for (const [name, { required, enum: one }] of Object.entries(membersOf(operation.entry.input))) {
          if (required && name !== "user") given[name] = one?.[0] ?? "acme";
        }
        await refused(operation, given);
      }
    });

    test("who may change clients may neither change nor make one that administers", async () => {
      await createClient(context, { clientId: "backup", purposes: ["admin"] });
      assert.ok(naming("clientId").length > 3);
      for (const operation of naming("clientId")) {
        await refused(operation, { clientId: "backup" });
      }
      await assert.rejects(
        createClient(as("operator"), { clientId: "mine", purposes: ["search", "admin"] }),
        {
          code: "forbidden",
        },
      );
      await store.db("clients").delete();
    });
  });
}
