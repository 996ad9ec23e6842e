// What is done in a store that was restored: of every table it is said whether what it holds ends, and why the rest stays. What the
// trail that went on knows is told as what to do again.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { commandLoaders } from "../../src/cli/commands/index.ts";
import { afterRestore } from "../../src/upkeep/after_restore.ts";
import { doAgain, type LostEvent } from "../../src/upkeep/do_again.ts";
import { countRows, listTables } from "../../src/upkeep/tables_store.ts";
import { readTrailSince } from "../../src/upkeep/trail_since.ts";
import { storeKinds, type TestDatabase } from "../support/databases.ts";
import { plant } from "../support/planted_rows.ts";
import { openTypedTerminal } from "../support/typed.ts";
import { useStore } from "../support/use_store.ts";

/** What ends as a whole: an earlier state of it would let somebody in, or be sent, once more. */
const ends = [
  ...["session_vouchers", "console_sessions", "consents", "login_challenges", "pending_sign_ins"],
  ...["posted_requests", "account_links", "onboarding_links", "first_links"],
];

/** What stays, and why it may. */
const stays: Readonly<Record<string, string>> = {
  accounts: "who people are; their generation begins anew, so that nothing of before counts",
  tenants: "as accounts",
  clients: "as accounts",
  memberships: "who belongs where; when they were last there is forgotten",
  offline_consents: "stay as withdrawn",
  oidc_records: "go, but for assertions that were used: those stay known",
  mails: "those that wait go; what became of others is told",
  logouts: "an application that is told once more ends what has ended",
  former_memberships: "only keeps accounts from being taken over",
  imported_hash_kinds: "kinds of hashes",
  tenant_brands: "looks",
  logos: "looks",
  tenant_id_looks: "keeps ids from being given again",
  tenant_domains: "what was proven; the trail says what was taken since",
  administrators: "the trail says who was removed since",
  administration: "a count",
  api_credentials: "the trail says which were revoked since",
  repeated_calls: "answers of this very store, for a day",
  repeated_call_people: "as repeated_calls",
  resources: "registrations; the trail says what was taken since",
  resource_rights: "as resources",
  accessors: "as resources",
  ended_sessions: "keeps what had ended ended",
  onboardings: "how far a set-up is: opens nothing",
  passkeys: "the trail says which were removed since",
  passkey_challenges: "keeps answered questions answered",
  totp_factors: "a code of before counts no more by its time",
  recovery_codes: "the trail says whose were used since",
  sign_in_attempts: "counts against guessing",
  audit_events: "the trail",
  audit_blocks: "the trail",
  audit_retention: "the trail",
  login_name_keys: "the trail",
  signing_keys: "keys; the trail says which were revoked since",
  store_probe: "one row",
  store_marks: "whether the store moved",
  key_instances: "of instances that are gone: each is forgotten by its time",
};

for (const kind of storeKinds) {
  describe(`after a restore on ${kind}`, () => {
    const store = useStore(kind, async () => plant(store.db));
    const one = (table: string) => store.db(table).first();

    test("all that had been given out ends, of every table there is", async () => {
      await store.db("offline_consents").update({ revoked_at_ms: null });
      await store.db("mails").update({ state: "waiting" });
      await store.db("tenants").update({ disabled_at_ms: null, reopened_at_ms: 1 });
      await store.db("oidc_records").insert([
        { model: "ReplayDetection", id_hash: "used", payload: "{}", expires_at_ms: 9 },
        { model: "Session", id_hash: "s", payload: "{}", expires_at_ms: 9 },
        { model: "RefreshToken", id_hash: "r", payload: "{}", expires_at_ms: 9 },
      ]);
      const tables = await listTables(store.db);
      assert.deepEqual(
        tables.map(({ name }) => name).toSorted(),
        [...ends, ...Object.keys(stays)].toSorted(),
        "each table stands in one of the two lists",
      );
      const [before, account, client] = [
        await countRows(store.db, tables),
        await one("accounts"),
        await one("clients"),
      ];
      const now = new Date(1_800_000_000_500);
      const { ended } = await afterRestore(store.db, { actor: "cli:test", keep: false }, now);
      assert.deepEqual(ended, { sessions: 1, grants: 0, tokens: 1, consents: 2, links: 3, mails: 1 });
      const rows = await countRows(store.db, tables);
      const fewer = Object.keys(rows).filter((table) => (rows[table] ?? 0) < (before[table] ?? 0));
      assert.deepEqual(fewer.toSorted(), [...ends, "mails", "oidc_records"].toSorted());
      for (const table of ends) assert.equal(rows[table], 0, table);
      assert.deepEqual(await store.db("oidc_records").pluck("id_hash"), ["used"]);
      const [tenant, member, agreement] = [
        await one("tenants"),
        await one("memberships"),
        await one("offline_consents"),
      ];
      assert.deepEqual(
        [
          ...[(await one("accounts")).sign_in_generation, (await one("clients")).generation],
          ...[(await one("clients")).own_token_generation, tenant.generation, tenant.reopened_at_ms],
          ...[member.last_login_at_ms, agreement.revoked_at_ms],
        ],
        [
          ...[account.sign_in_generation + 1, client.generation + 1, client.own_token_generation + 1],
          ...[2, 1_800_000_000_000, null, now.getTime()],
        ],
      );
    });
  });
}

describe("the trail that went on", () => {
  const store = useStore("sqlite");
  let folder: string;
  let terminal: ReturnType<typeof openTypedTerminal>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "tti-trail-"));
    terminal = openTypedTerminal({ TTI_MODE: "development", ...(store as TestDatabase).environment });
  });
  after(() => {
    terminal.close();
    rmSync(folder, { recursive: true });
  });

  let at = 0;
  const event = (type: string, more: Partial<LostEvent> = {}): LostEvent => {
    at += 1;
    return { id: `e${at}`, atMs: at, type, place: `${at}.0`, details: {}, ...more };
  };
  const writeTrail = (events: readonly LostEvent[]): string => {
    const file = join(folder, "audit.jsonl");
    writeFileSync(file, events.map((one) => `${JSON.stringify(one)}\n`).join(""));
    return file;
  };

  test("says what to do again, and leaves out what was made since, or taken back", async () => {
    const known = event("account.disabled", { accountId: "known" });
    await store.db("audit_events").insert({ id: known.id, at_ms: 1, type: known.type, details: "{}" });
    await store.db("signing_keys").insert({
      ...{
        kid: "leaked",
        generation: 1,
        alg: "RS256",
        public_jwk: "{}",
        created_at_ms: 1,
        activates_at_ms: 1,
      },
    });
    const ann = { accountId: "ann" };
    const file = writeTrail([
      known,
      ...["acme", "globex"].map((tenantId) => event("account.disabled", { ...ann, tenantId })),
      event("account.disabled", { accountId: "bob" }),
      event("account.enabled", { accountId: "bob" }),
      event("account.created", { accountId: "new" }),
      event("account.disabled", { accountId: "new" }),
      event("membership.deleted", { ...ann, tenantId: "acme" }),
      event("membership.created", { ...ann, tenantId: "acme" }),
      event("membership.deleted", { ...ann, tenantId: "acme" }),
      event("key.revoked", { details: { kid: "leaked" } }),
      event("key.rotated", { details: { kid: "made" } }),
      event("key.revoked", { details: { kid: "made" } }),
      event("credential.revoked", { details: { id: "c1" } }),
      event("passkey.removed", { ...ann, details: { passkey: "p'1" } }),
      event("sign_in.succeeded", { ...ann, tenantId: "acme", clientId: "app" }),
    ]);
    const since = await readTrailSince(store.db, file);
    assert.deepEqual(
      since.undone.map(({ again }) => again.replace(/ {3}\(.*/, "")),
      [
        "tti user disable ann",
        "tti member remove ann --tenant acme",
        "tti key rotate --emergency",
        "tti credential revoke c1",
        "tti passkey remove 'p'\\''1' --user ann",
      ],
    );
    assert.deepEqual(since.gone, {
      "account.created": ["new"],
      "membership.created": ["ann acme"],
      "key.rotated": ["made"],
    });
  });

  test("is told at the terminal, and recorded; without a yes nothing happens", async () => {
    const file = writeTrail([event("admin.removed", { accountId: "eve", details: { role: "owner" } })]);
    const unsure = await terminal.tti("store after-restore");
    assert.deepEqual([unsure.exitCode, unsure.stdout], [2, ""]);
    const instance = { instance_id: "i", fingerprint: "f", published_kids: "", started_at_ms: 1 };
    const times = { publish_lead_ms: 1_000, poll_interval_ms: 60_000, seen_at_ms: Date.now() };
    await store.db("key_instances").insert({ ...instance, ...times });
    const told = await terminal.tti(`store after-restore --yes --trail ${file}`);
    assert.match(told.stderr, /1 instances seem to serve/);
    assert.equal(told.exitCode, 0, told.stderr);
    assert.match(told.stdout, /ended +0 sessions/);
    assert.match(told.stdout, /tti admin remove eve --yes/);
    const json = await terminal.tti(`store after-restore --yes --keep-sessions --json`);
    assert.deepEqual(json.json(), { kept: true });
    const events = await store.db("audit_events").where("type", "store.restored").orderBy("at_ms");
    assert.deepEqual(
      events.map(({ details }) => JSON.parse(details).kept ?? false),
      [false, true],
    );
    const wrong = join(folder, "wrong");
    writeFileSync(wrong, '{"id":"x"}\n');
    const refused = await terminal.tti(`store after-restore --yes --trail ${wrong}`);
    assert.match(refused.stderr, /--trail is not an exported trail: its line 1 is no event/);
  });

  test("every command it names is there, with the options it is given", async () => {
    const commands = (await Promise.all(Object.values(commandLoaders).map((load) => load()))).flat();
    const details = {
      name: "n",
      kid: "k",
      role: "owner",
      email: "a@b.example",
      verified: true,
      changed: "x",
    };
    let count = 0;
    for (const [type, say] of Object.entries(doAgain)) {
      const more = { accountId: "a", tenantId: "t", clientId: "c" };
      const named = { ...details, passkey: "p", domain: "d.example", resource: "r", id: "i" };
      const [, line] =
        /^tti (.*?)( {3}\(.*)?$/.exec(say?.(event(type, { ...more, details: named })) ?? "") ?? [];
      if (line === undefined) continue;
      const found = commands.find(({ name }) => `${line} `.startsWith(`${name} `));
      assert.ok(found, line);
      for (const [option] of line.matchAll(/--[a-z-]+/g))
        assert.ok(found.help.includes(option), `${line}: ${option}`);
      count += 1;
    }
    assert.ok(count > 20, `${count}`);
  });

  test("the guide's table names each that is told", () => {
    const guide = readFileSync(join(import.meta.dirname, "../../docs/guides/backup.md"), "utf8");
    const rows = guide.split("\n").filter((line) => /^\| `[a-z_]+\.[a-z_]+`/.test(line));
    const named = new Set(
      rows.flatMap((row) => [...row.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, type]) => type)),
    );
    assert.deepEqual(
      Object.keys(doAgain).filter((type) => !named.has(type)),
      [],
    );
  });
});
