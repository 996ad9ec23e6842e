// Importing and exporting people, over both stores: what a row becomes, what it may not replace, what a refused one
// leaves, that the same rows again change nothing, and that what goes out can come in again.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { z } from "zod";
import { mayDo, type Permission } from "../../../src/admin/administrators/roles.ts";
import { apiRoutes } from "../../../src/admin/api_routes.ts";
import { createAdministrator } from "../../../src/admin/operations/administrators.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { disableTenant } from "../../../src/admin/operations/tenant_access.ts";
import { createTenant } from "../../../src/admin/operations/tenants.ts";
import { disableUser, setUserPassword } from "../../../src/admin/operations/user_access.ts";
import { exportUsers, exportUsersWithHashes } from "../../../src/admin/operations/user_export.ts";
import { importUsers } from "../../../src/admin/operations/user_import.ts";
import { showUser } from "../../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { createExternalAccount } from "../../../src/provider/accounts/account_store.ts";
import { mostImportedKinds } from "../../../src/provider/accounts/imported_hash.ts";
import { createMembership } from "../../../src/provider/tenants/membership_store.ts";
import { cliContext } from "../../support/cli_context.ts";
import { storesOfToday } from "../../support/stores_of_today.ts";
import { useStore } from "../../support/use_store.ts";

const bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
const other = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

for (const kind of storesOfToday(import.meta.url)) {
  describe(`import on ${kind}`, () => {
    let context: OperationContext;
    let people = 0;
    let email = "";
    const store = useStore(kind, async () => {
      context = cliContext(store.db);
      for (const id of ["acme", "globex", "gone"]) await createTenant(context, { id });
      await disableTenant(context, { id: "gone" });
    });
    beforeEach(() => {
      people += 1;
      email = `Person${people}@acme.example`;
    });
    const bring = (...rows: Record<string, unknown>[]) => importUsers(context, { people: rows });
    const contents = async () =>
      JSON.stringify([
        await store.db("accounts").orderBy("id"),
        await store.db("memberships").orderBy(["account_id", "tenant_id"]),
        await listAuditEvents(store.db, { limit: 9_999 }),
      ]);

    it("leaves where an administrator belongs to owners: the row is refused with its reason, the others are taken", async () => {
      const { id } = await createAdministrator(context, { email, role: "owner" });
      const operator = { ...context, may: (permission: Permission) => mayDo("operator", { permission }) };
      const rows = [
        { email, tenant: "globex", role: "admin" },
        { email: `other.${email}`, tenant: "globex" },
      ];
      for (const dryRun of [true, false]) {
        const told = await importUsers(operator, { people: rows, dryRun });
        assert.deepEqual(
          [told.created, told.joined, told.refused.map(({ row, code }) => [row, code])],
          [1, 1, [[0, "forbidden"]]],
        );
      }
      assert.deepEqual((await showUser(context, { user: id })).memberships, []);
      assert.equal((await bring(...rows)).joined, 1, "an owner may");
    });

    it("makes one account of several rows, with a membership for each, and an event for each", async () => {
      const rows = [
        { email, name: "Ann", tenant: "acme", role: "admin", emailVerified: true, passwordHash: bcrypt },
        { email, name: "Ann", tenant: "globex", passwordHash: bcrypt },
      ];
      const told = { created: 1, joined: 2, unchanged: 0, refused: [], warnings: [] };
      assert.deepEqual(await bring(...rows), told);
      const user = await showUser(context, { user: email.toLowerCase() });
      assert.equal(user.email, email);
      assert.deepEqual(user.memberships, [
        { tenantId: "acme", role: "admin" },
        { tenantId: "globex", role: "member" },
      ]);
      const events = await listAuditEvents(store.db, { subject: { accountId: user.id, loginHashes: [] } });
      assert.deepEqual(
        events
          .filter(({ type }) => type !== "admin.read")
          .map(({ type, tenantId, details }) => [type, tenantId, details["by"] ?? details["role"]])
          .sort(),
        [
          ["account.created", "acme", "import"],
          ["membership.created", "acme", "admin"],
          ["membership.created", "globex", "member"],
        ],
      );
    });

    it("proves no address unless the row says so", async () => {
      await bring({ email, tenant: "acme" });
      assert.equal((await showUser(context, { user: email })).emailVerifiedAtMs, null);
    });

    it("takes the ISV's own id for the account's", async () => {
      await bring({ email, externalId: `own ${people}` });
      assert.equal((await showUser(context, { user: `own ${people}` })).email, email);
    });

    it("changes nothing the second time, also after the password was replaced", async () => {
      const rows = [
        {
          email,
          name: "Ann",
          tenant: "acme",
          emailVerified: true,
          passwordHash: bcrypt,
          externalId: `id${people}`,
        },
        { email, tenant: "globex", role: "admin" },
      ];
      await bring(...rows);
      const before = await contents();
      const again = { created: 0, joined: 0, unchanged: 2, refused: [], warnings: [] };
      assert.deepEqual(await bring(...rows), again);
      assert.equal(await contents(), before);
      await setUserPassword(context, { user: email });
      const changed = await contents();
      assert.deepEqual(await bring(...rows), again);
      assert.equal(await contents(), changed);
    });

    it("replaces nothing that is there: each contradiction is named, and leaves nothing", async () => {
      await bring({ email, name: "Ann", tenant: "acme", passwordHash: bcrypt, externalId: `id${people}` });
      await bring({ email: `other${people}@acme.example`, externalId: `other${people}` });
      const before = await contents();
      const contradictions: [Record<string, unknown>, RegExp][] = [
        [{ email, name: "Anna" }, /^name is not the name that is there: "Ann"\.$/],
        [{ email: email.toLowerCase() }, /^email is not the address of this account, letter by letter/],
        [
          { email, emailVerified: true },
          /^emailVerified is true, and the address that is there is not proven/,
        ],
        [{ email, passwordHash: other }, /^passwordHash is not of the password that is there/],
        [
          { email: `other${people}@acme.example`, passwordHash: bcrypt },
          /^passwordHash is given, and the account has/,
        ],
        [{ email, tenant: "acme", role: "admin" }, /^role is not the role that is there \(member\)/],
        [{ email, externalId: "another" }, /^externalId is not the id of the account that has this address/],
        [
          { email: "new@acme.example", externalId: `id${people}` },
          /^email is not the address of this account/,
        ],
        [{ email, externalId: `other${people}` }, /^email is the address of another account/],
        [{ email: "new@acme.example", tenant: "nowhere" }, /^No tenant has this id.*: "nowhere"\.$/],
        [{ email: "new@acme.example", tenant: "gone" }, /^No tenant has this id/],
        [{ email: "new@acme.example", role: "admin" }, /^role is given without a tenant/],
      ];
      const { refused, ...counts } = await bring(...contradictions.map(([row]) => row));
      assert.deepEqual(counts, { created: 0, joined: 0, unchanged: 0, warnings: [] });
      for (const [at, [row, reason]] of contradictions.entries()) {
        assert.equal(refused[at]?.row, at, JSON.stringify(row));
        assert.match(refused[at]?.reason ?? "", reason);
        assert.match(refused[at]?.fix ?? "", /\w{3,}/);
      }
      assert.equal(await contents(), before);
    });

    it("leaves people whom the ISV's own logins brought to those logins", async () => {
      const id = `ext${people}`;
      await createExternalAccount(store.db, { id, email }, new Date());
      const place = { tenantId: "acme", accountId: id, role: "member", email, name: null } as const;
      await createMembership(store.db, place, new Date());
      const before = await contents();
      const same = await bring({ email, tenant: "acme", externalId: id, emailVerified: true });
      assert.deepEqual([same.unchanged, same.refused], [1, []]);
      const { refused } = await bring(
        { email, tenant: "globex", externalId: id },
        { email, tenant: "acme", externalId: id, passwordHash: bcrypt },
        { email: "else@acme.example", tenant: "acme", externalId: id },
      );
      assert.equal(refused.length, 3);
      assert.equal(await contents(), before);
    });

    it("refuses a malformed row by its member, and never repeats a hash", async () => {
      for (const [row, reason] of [
        [{ email: "nobody" }, /^\/people\/0\/email is not an e-mail address/],
        [{ email, phone: "1" }, /^\/people\/0\/phone is not known here/],
        [{ email, passwordHash: "sha1$secret" }, /^\/people\/0\/passwordHash is no hash that is known here/],
        [
          { email, passwordHash: `$2b$31$${"a".repeat(53)}` },
          /^\/people\/0\/passwordHash has bcrypt's cost 31/,
        ],
        [{ email, name: "a\u202eb" }, /^\/people\/0\/name holds invisible characters/],
        [{ email, role: "owner", tenant: "acme" }, /^\/people\/0\/role must be one of/],
        [{ email, externalId: " x" }, /^\/people\/0\/externalId has space around it/],
        [{ email, emailVerified: "yes" }, /^\/people\/0\/emailVerified must be true or false/],
      ] as const) {
        await assert.rejects(bring(row), (error: Error) => {
          assert.match(error.message, reason);
          assert.doesNotMatch(error.message, /secret|aaaa/);
          return true;
        });
      }
    });

    it("warns of two people who are one at AWS", async () => {
      await createExternalAccount(store.db, { id: `twin${people}`, email }, new Date());
      const place = {
        tenantId: "acme",
        accountId: `twin${people}`,
        role: "member",
        email,
        name: null,
      } as const;
      await createMembership(store.db, place, new Date());
      const { warnings } = await bring({ email, tenant: "acme" });
      assert.match(warnings[0]?.text ?? "", /has the same address: at AWS both are one person/);
    });

    it("only tells, if it is a dry run", async () => {
      const before = await contents();
      const rows = [
        { email, tenant: "acme", passwordHash: bcrypt },
        { email, tenant: "globex", passwordHash: other },
      ];
      const told = await importUsers(context, { people: rows, dryRun: true });
      assert.deepEqual([told.created, told.joined, told.refused.length], [1, 1, 1]);
      assert.equal(await contents(), before);
    });

    it("makes one account of many that are brought at once", async () => {
      const told = await Promise.allSettled(
        Array.from({ length: 8 }, () => bring({ email, tenant: "acme", passwordHash: bcrypt })),
      );
      const done = told.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
      assert.equal(done.filter(({ created }) => created === 1).length, 1);
      assert.equal(done.length, 8, String(told.find(({ status }) => status === "rejected")));
      assert.equal(Number((await store.db("accounts").where({ email }).count("id as n"))[0]?.["n"]), 1);
    });

    it("takes no more kinds of hashes than a wrong password may cost", async () => {
      await store.db("accounts").update({ imported_hash_kind: null });
      const rows = Array.from({ length: mostImportedKinds + 1 }, (_, at) => ({
        email: `kind${at}@acme.example`,
        passwordHash: `$pbkdf2-sha256$${1_000 + at}$c29tZXNhbHQ$${"A".repeat(43)}`,
      }));
      const { created, refused } = await bring(...rows);
      assert.equal(created, mostImportedKinds);
      assert.deepEqual(
        refused.map(({ row }) => row),
        [mostImportedKinds],
      );
      assert.match(refused[0]?.reason ?? "", /^passwordHash would be the 9th kind/);
      const { created: more } = await bring({ ...rows[0], email: `again@acme.example` });
      assert.equal(more, 1);
    });

    it("goes out as it came in, page by page, hashes only when they are asked for", async () => {
      const rows = [
        {
          email,
          name: "Ann",
          tenant: "acme",
          role: "admin",
          emailVerified: true,
          externalId: `out${people}`,
        },
        {
          email,
          name: "Ann",
          tenant: "globex",
          role: "member",
          emailVerified: true,
          externalId: `out${people}`,
        },
        { email: `lone${people}@acme.example`, emailVerified: false, externalId: `out${people}x` },
      ];
      await store.db("accounts").update({ imported_hash_kind: null });
      assert.equal((await bring(...rows.map((row) => ({ ...row, passwordHash: bcrypt })))).created, 2);
      await bring({ email: `off${people}@acme.example`, externalId: `out${people}y` });
      await disableUser(context, { user: `out${people}y` });
      const all = async (operation: typeof exportUsersWithHashes | typeof exportUsers, more = {}) => {
        const found: Record<string, unknown>[] = [];
        let cursor: string | undefined;
        do {
          const page = await operation(context, {
            limit: 2,
            ...more,
            ...(cursor === undefined ? {} : { cursor }),
          });
          found.push(...page.people);
          cursor = page.cursor;
        } while (cursor !== undefined);
        return found.filter(({ externalId }) => String(externalId).startsWith(`out${people}`));
      };
      assert.deepEqual(await all(exportUsers), rows);
      assert.deepEqual(await all(exportUsers, { tenantId: "globex" }), [rows[1]]);
      const withHashes = await all(exportUsersWithHashes);
      assert.deepEqual(
        withHashes,
        rows.map((row) => ({ ...row, passwordHash: bcrypt })),
      );
      const before = await store.db("accounts").orderBy("id");
      assert.equal((await bring(...withHashes)).unchanged, 3);
      assert.deepEqual(await store.db("accounts").orderBy("id"), before);
      const told = (await listAuditEvents(store.db, { limit: 9_999 })).filter(
        ({ type }) => type === "people.exported",
      );
      assert.ok(told.some(({ details }) => details["passwordHashes"] === true));
      assert.ok(
        told.some(
          ({ tenantId, details }) => tenantId === "globex" && details["passwordHashes"] === undefined,
        ),
      );
      await assert.rejects(exportUsers(context, { cursor: "x" }), { code: "invalid_input" });
      await assert.rejects(exportUsers(context, { tenantId: "nowhere" }), { code: "tenant_not_found" });
    });
  });
}

it("no route answers with a password's hash, and the export that has them is the command line's alone", () => {
  const names = apiRoutes.map(({ operation }) => operation.entry.name);
  assert.ok(names.includes(exportUsers.entry.name));
  assert.ok(!names.includes(exportUsersWithHashes.entry.name));
  const answers = (one: z.ZodType) => JSON.stringify(z.toJSONSchema(one, { unrepresentable: "any" }));
  assert.match(answers(exportUsersWithHashes.entry.output), /"passwordHash"/);
  for (const { operation } of apiRoutes) {
    assert.doesNotMatch(answers(operation.entry.output), /"passwordHash"/, operation.entry.name);
  }
  const root = join(import.meta.dirname, "../../..");
  const users = globSync("src/**/*.ts", { cwd: root })
    .map((path) => path.split("\\").join("/"))
    .filter((path) => readFileSync(join(root, path), "utf8").includes("exportUsersWithHashes"));
  assert.deepEqual(users.filter((path) => !path.startsWith("src/cli/")).sort(), [
    "src/admin/operations/table.ts",
    "src/admin/operations/user_export.ts",
  ]);
});
