// A session at the terminal: setting up customers, their users and applications, over both stores.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { migrations } from "../../migrations/index.ts";
import { membersOf } from "../../src/admin/operations/input_members.ts";
import { operations } from "../../src/admin/operations/table.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";
import { storesOfToday } from "../support/stores_of_today.ts";
import type { TestTerminal } from "../support/terminal.ts";
import { openTypedTerminal } from "../support/typed.ts";
import { readWholeStore } from "../support/whole_store.ts";

interface UserDocument {
  id: string;
  email: string;
  memberships: { tenantId: string; role: string }[];
  generatedPassword?: string;
}

for (const kind of storesOfToday(import.meta.url)) {
  describe(`administration at the terminal on ${kind}`, () => {
    let store: TestDatabase;
    let terminal: TestTerminal;
    before(async () => {
      store = await openTestDatabase(kind);
      terminal = openTypedTerminal(store.environment, store.db);
    });
    after(async () => {
      terminal.close();
      await store.close();
    });

    it("creates a tenant, shows it and lists it", async () => {
      const created = await terminal.tti("tenant create acme --name 'Acme Corporation'");
      assert.equal(created.exitCode, 0, created.stderr);
      assert.equal(created.stdout, "Created tenant acme (Acme Corporation).\n");
      assert.match((await terminal.tti("tenant show acme")).stdout, /^name +Acme Corporation$/m);
      assert.match((await terminal.tti("tenant list")).stdout, /^ID.*\nacme +Acme Corporation/);
    });

    it("refuses a tenant id that AWS would, and one that is taken", async () => {
      const dotted = await terminal.tti("tenant create acme.com");
      assert.equal(dotted.exitCode, 1);
      assert.match(dotted.stderr, /ID is not a tenant id.*\n {2}code: invalid_input\n {2}fix: /);
      assert.match((await terminal.tti("tenant create acme")).stderr, /code: tenant_exists/);
    });

    it("creates a user with a generated password that is shown once", async () => {
      const made = await terminal.tti("user create --email ada@acme.example --name Ada --tenant acme --json");
      const user = made.json<UserDocument>();
      assert.deepEqual(user.memberships, [{ tenantId: "acme", role: "member" }]);
      assert.match(user.generatedPassword ?? "", /^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      const shown = await terminal.tti("user show ada@acme.example --json");
      assert.doesNotMatch(shown.stdout, /assword/);
    });

    it("reads a password from standard input and never shows it", async () => {
      const words = "user create --email ben@acme.example --tenant acme --role admin --password-stdin";
      const made = await terminal.tti(words, "a pass phrase of words\n");
      assert.equal(made.exitCode, 0, made.stderr);
      assert.match(made.stdout, /acme \(admin\)/);
      assert.doesNotMatch(made.stdout + made.stderr, /pass phrase/);
    });

    it("refuses a short password, no password, an unknown tenant, a wrong address, a second account", async () => {
      const codes: Record<string, string> = {};
      for (const [words, stdin] of [
        ["user create --email c@acme.example --password-stdin", "short"],
        ["user create --email d@acme.example --password-stdin", ""],
        ["user create --email e@acme.example --tenant nobody", ""],
        ["user create --email 'not an address'", ""],
        ["user create --email ADA@acme.example", ""],
      ] as const) {
        codes[words] = /code: (\w+)/.exec((await terminal.tti(words, stdin)).stderr)?.[1] ?? "none";
      }
      assert.deepEqual(Object.values(codes), [
        "invalid_input",
        "invalid_input",
        "tenant_not_found",
        "invalid_input",
        "account_exists",
      ]);
    });

    it("names the option that was typed, not the member it became", async () => {
      for (const [words, option] of [
        ["tenant update acme --login handof", "--login "],
        ["user create --email z@acme.example --tenant acme --role owner", "--role "],
        ["client create --id x --redirect-uri ftp://x.example", "--redirect-uri "],
      ] as const) {
        const { stderr } = await terminal.tti(words);
        assert.ok(stderr.startsWith(`tti: ${option}`), stderr);
        assert.doesNotMatch(stderr, /loginMethod|memberships\.0|redirectUris/);
      }
    });

    it("leaves nothing behind when a user's tenant does not exist", async () => {
      assert.match((await terminal.tti("user show e@acme.example")).stderr, /code: account_not_found/);
    });

    it("adds a user to a second tenant and lists both tenants' users apart", async () => {
      await terminal.tti("tenant create globex");
      const added = await terminal.tti("user add ada@acme.example --tenant globex --json");
      assert.deepEqual(
        added.json<UserDocument>().memberships.map(({ tenantId }) => tenantId),
        ["acme", "globex"],
      );
      const emails = async (words: string) =>
        (await terminal.tti(words)).json<{ users: UserDocument[] }>().users.map(({ email }) => email);
      assert.deepEqual(await emails("user list --tenant globex --json"), ["ada@acme.example"]);
      assert.deepEqual((await emails("user list --tenant acme --json")).sort(), [
        "ada@acme.example",
        "ben@acme.example",
      ]);
    });

    it("registers an application whose secret is shown once and stored only as a hash", async () => {
      const made = await terminal.tti(
        "client create --id app --first-party --redirect-uri https://app.example.com/callback --json",
      );
      const { clientSecret } = made.json<{ clientSecret: string }>();
      assert.equal(clientSecret.length, 43);
      assert.doesNotMatch((await terminal.tti("client show app --json")).stdout, /secret"/);
      const rows = await store.db("clients").select("metadata");
      assert.ok(!JSON.stringify(rows).includes(clientSecret), "the store holds the secret");
    });

    it("makes a key pair, registers the public key, and keeps the private one in a file of its own", async () => {
      const path = join(terminal.dataDir, "keys", "mint.json");
      const made = await terminal.tti(`client create --id mint --mint-for acme --key-out ${path} --json`);
      assert.equal(made.exitCode, 0, made.stdout + made.stderr);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const { privateJwk } = JSON.parse(readFileSync(path, "utf8")) as { privateJwk: { d: string } };
      assert.ok(!made.stdout.includes(privateJwk.d), "the private key was printed");
      const shown = (await terminal.tti("client show mint --json")).stdout;
      assert.ok(!shown.includes(privateJwk.d), "the private key was registered");
      assert.match(shown, /"mint_tenants": \[\s+"acme"\s+\]/);
    });

    it("never overwrites a key file", async () => {
      const path = join(terminal.dataDir, "keys", "mint.json");
      const before = readFileSync(path, "utf8");
      const again = await terminal.tti(`client create --id mint2 --mint-for acme --key-out ${path}`);
      assert.equal(again.exitCode, 2);
      assert.equal(readFileSync(path, "utf8"), before);
      assert.match((await terminal.tti("client show mint2")).stderr, /client_not_found/);
    });

    it("registers nobody whose key cannot be kept, and keeps no key of who is not registered", async () => {
      const file = join(terminal.dataDir, "keys", "mint.json");
      const beyond = join(file, "below-a-file.json");
      const unkept = await terminal.tti(`client create --id lost --mint-for acme --key-out ${beyond}`);
      assert.equal(unkept.exitCode, 1);
      assert.match((await terminal.tti("client show lost")).stderr, /client_not_found/);
      const other = join(terminal.dataDir, "keys", "other.json");
      const refused = await terminal.tti(`client create --id mint --mint-for acme --key-out ${other}`);
      assert.equal(refused.exitCode, 1);
      assert.equal(existsSync(other), false);
    });

    it("tells of an application all that one decides by: state, secrets, keys, APIs, what is turned on", async () => {
      const known = join(terminal.dataDir, "keys", "known.json");
      for (const words of [
        "client create --id told --redirect-uri https://app.example.com/cb --pushed-requests required --dpop allowed",
        "resource create https://told.example --name Told --scope read=Read --scope write=Write",
        "resource allow https://told.example told --scope read",
        `client update told --key-out ${known}`,
        "client rotate-secret told --overlap-seconds 86400",
      ]) {
        assert.equal((await terminal.tti(words)).exitCode, 0, words);
      }
      const tells = async () => (await terminal.tti("client show told")).stdout;
      const { kid } = (JSON.parse(readFileSync(known, "utf8")) as { privateJwk: { kid: string } }).privateJwk;
      const shown = await tells();
      for (const line of [
        /^state +enabled$/m,
        /^proves itself +client_secret_basic$/m,
        /^old secret +counts too until \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m,
        new RegExp(`^key +${kid}$`, "m"),
        /^purposes +login$/m,
        /^resource +https:\/\/told.example: for people: read$/m,
        /^pushed requests +required$/m,
        /^dpop +allowed$/m,
        /^redirect_uri +https:\/\/app.example.com\/cb$/m,
      ]) {
        assert.match(shown, line);
      }
      for (const words of ["client end-old-secret told", "client disable told"]) {
        assert.equal((await terminal.tti(words)).exitCode, 0, words);
      }
      const after = await tells();
      assert.match(after, /^state +disabled since \d{4}-/m);
      assert.doesNotMatch(after, /old secret/);
      const { keyIds, resources } = (await terminal.tti("client show told --json")).json<{
        keyIds: string[];
        resources: object[];
      }>();
      assert.deepEqual(keyIds, [kid]);
      const right = { scopes: ["read"], ownScopes: [], introspects: false };
      assert.deepEqual(resources, [{ identifier: "https://told.example", ...right }]);
      assert.equal((await terminal.tti("resource delete https://told.example --yes")).exitCode, 0);
    });

    it("refuses clients that could not be safe", async () => {
      const problems: string[] = [];
      for (const words of [
        "client create --redirect-uri http://app.example.com/callback",
        "client create --redirect-uri https://app.example.com/callback#fragment",
        "client create --redirect-uri https://app.example.com/cb --auth-method none --no-pkce",
        "client create --mint-for acme --auth-method none",
        "client create --mint-for 'not a tenant'",
        "client create --redirect-uri https://app.example.com/cb --auth-method private_key_jwt",
        "client create --id tti-account --redirect-uri https://app.example.com/cb",
        "client create --id TTI-Account --redirect-uri https://app.example.com/cb",
      ]) {
        problems.push((await terminal.tti(words)).stderr.split("\n")[0] ?? "");
      }
      assert.deepEqual(problems, [
        'tti: --redirect-uri holds "http://app.example.com/callback", which is not https.',
        'tti: --redirect-uri holds a fragment in "https://app.example.com/callback#fragment".',
        "tti: --no-pkce: only a confidential client may go without PKCE.",
        "tti: --auth-method none proves nothing.",
        "tti: --mint-for is not a tenant id: AWS takes letters, digits, _ and - only, at most 256, the first a letter or digit.",
        "tti: --jwks is missing.",
        "tti: --id is the provider's own.",
        "tti: --id is the provider's own.",
      ]);
    });

    it("enters, shows and forgets what a customer handed over", async () => {
      const words =
        "accessor create --tenant acme --application-id 11111111-2222-3333-4444-555555555555 " +
        "--retriever-id 66666666-7777-8888-9999-000000000000 --q-region us-east-1 --idc-region eu-central-1 " +
        "--idc-application-arn arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef";
      assert.equal((await terminal.tti(words)).exitCode, 0);
      assert.match((await terminal.tti(words)).stderr, /code: accessor_exists/);
      assert.match((await terminal.tti("accessor show --tenant acme")).stdout, /^IdC region +eu-central-1$/m);
      assert.match((await terminal.tti("accessor show --tenant globex")).stderr, /code: accessor_not_found/);
      assert.equal((await terminal.tti("accessor delete --tenant acme")).exitCode, 0);
      assert.match((await terminal.tti("accessor delete --tenant acme")).stderr, /code: accessor_not_found/);
    });

    it("names every field of a data accessor that AWS would refuse, at once", async () => {
      const words = "accessor create --tenant acme --q-region us-east-1 --application-id 123";
      const { stderr } = await terminal.tti(words);
      for (const field of ["--application-id", "--retriever-id", "--idc-application-arn", "--idc-region"]) {
        assert.match(stderr, new RegExp(`${field} is`));
      }
      assert.doesNotMatch(stderr, /q-region is/);
    });

    it("records who did what, newest first, without a secret", async () => {
      const { events } = (await terminal.tti("audit list --json")).json<{
        events: { type: string; actor: string; tenantId?: string }[];
      }>();
      assert.deepEqual(events[0]?.type, "accessor.deleted");
      assert.deepEqual(events.at(-1)?.type, "tenant.created");
      for (const { actor } of events) assert.match(actor, /^cli:/);
      const types = new Set(events.map(({ type }) => type));
      for (const type of ["account.created", "membership.created", "client.created", "accessor.created"]) {
        assert.ok(types.has(type), `${type} was not recorded`);
      }
      const ofGlobex = await terminal.tti("audit list --tenant globex --json");
      const found = ofGlobex.json<{ events: { tenantId?: string }[] }>().events;
      assert.deepEqual([...new Set(found.map(({ tenantId }) => tenantId))], ["globex"]);
    });

    it("what cannot be undone only counts until it is meant", async () => {
      const identifier = "https://api.example.com";
      for (const words of [
        "tenant create leaving",
        "user create --email last@leaving.example --tenant leaving",
        "client create --id going --redirect-uri https://app.example.com/cb",
        `resource create ${identifier} --name Reports --scope read=Read`,
        "admin create --email boss@isv.example --role owner",
        "admin create --email other@isv.example --role auditor",
      ]) {
        assert.equal((await terminal.tti(words)).exitCode, 0, words);
      }
      const asking = [
        "user delete last@leaving.example",
        "tenant delete leaving",
        "client delete going",
        `resource delete ${identifier}`,
        "admin remove other@isv.example",
      ];
      const faces = operations.filter(({ entry }) => entry.cli && "dryRun" in membersOf(entry.input));
      assert.deepEqual(
        faces.map(({ entry }) => entry.name).sort(),
        asking.map((words) => words.split(" ").slice(0, 2).join(" ")).sort(),
        "every command that asks is tried here",
      );
      for (const words of asking) {
        const before = await readWholeStore(store.db);
        const counted = await terminal.tti(words);
        assert.deepEqual([counted.exitCode, /Nothing was done/.test(counted.stderr)], [1, true], words);
        assert.deepEqual(await readWholeStore(store.db), before, words);
        assert.equal((await terminal.tti(`${words} --yes`)).exitCode, 0, words);
        assert.notDeepEqual(await readWholeStore(store.db), before, words);
      }
    });
  });
}

describe("migrations at the terminal", () => {
  it("go up, say so, do nothing twice, and come down only when meant", async () => {
    const terminal = openTypedTerminal();
    try {
      assert.equal((await terminal.tti("migrate status")).exitCode, 1);
      assert.match((await terminal.tti("migrate up")).stdout, /^applied 0001_accounts_and_tenants\n/);
      assert.equal((await terminal.tti("migrate up")).stdout, "Nothing to do.\n");
      assert.equal((await terminal.tti("migrate status")).exitCode, 0);
      assert.ok(existsSync(join(terminal.dataDir, "tti.sqlite")));
      assert.equal((await terminal.tti("migrate unlock")).stdout, "No lock was held.\n");
      const db = connectDatabase({ dataDir: terminal.dataDir });
      await db("schema_migrations_lock").update({ is_locked: 1 });
      await db.destroy();
      for (const held of [true, false]) {
        const unlocked = await terminal.tti("migrate unlock --json");
        assert.deepEqual(unlocked.json(), { unlocked: held });
      }
      const down = await terminal.tti("migrate down --yes");
      // One migration a step: the newest, and no other.
      assert.match(down.stdout, new RegExp(`took back ${migrations.at(-1)?.name}`));
      assert.doesNotMatch(down.stdout, /0001_accounts_and_tenants/);
      assert.equal((await terminal.tti("migrate status")).exitCode, 1);
    } finally {
      terminal.close();
    }
  });
});

it("a data directory without a store is told by its path, and stays without one", async () => {
  const terminal = openTypedTerminal();
  try {
    for (const words of ["user list", "tenant create acme", "store after-restore --yes"]) {
      const { exitCode, stderr } = await terminal.tti(words);
      assert.equal(exitCode, 1, words);
      assert.ok(stderr.includes(`There is no store in ${terminal.dataDir}`), stderr);
      assert.ok(stderr.includes("TTI_DATA_DIR") && stderr.includes("tti migrate up"), stderr);
    }
    assert.deepEqual(readdirSync(terminal.dataDir), []);
  } finally {
    terminal.close();
  }
});
