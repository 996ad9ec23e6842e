// A backup becomes a store that serves: with its keys, without what had been given out; never over one that is in use, and of
// another's backup never.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import { migrateDown } from "../../src/db/migrate.ts";
import { makeBackup } from "../../src/upkeep/backup.ts";
import { moveStore } from "../../src/upkeep/move.ts";
import { type RestoreOrder, restoreBackup } from "../../src/upkeep/restore.ts";
import { authorizationUrl, codeOf, redeem, refresh } from "../provider/support/authorization.ts";
import {
  addClient,
  addPerson,
  password,
  signInAt,
  useProvider,
} from "../provider/support/provider_fixture.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { openTestDatabase } from "../support/databases.ts";
import { openTerminal } from "../support/terminal.ts";

const email = "ann@acme.example";
const agent = new UserAgent();
let folder: string;
let backup: string;
let refreshToken: unknown;
let anchor: string | undefined;
const fixture = useProvider({ writesMeanwhile: true }, async () => {
  await addPerson(fixture.db, { email, tenants: ["acme"] });
  await addClient(fixture.db, { client_id: "app" });
  folder = mkdtempSync(join(tmpdir(), "tti-restore-"));
  backup = join(folder, "tti.backup");
  const url = authorizationUrl(fixture, {
    tenant: "acme",
    scope: "openid offline_access",
    prompt: "consent",
  });
  const { body } = await redeem(fixture, codeOf(await signInAt(agent, url, email)));
  refreshToken = body["refresh_token"];
  assert.ok(refreshToken);
  const { dataDir, secrets, issuer, clientId } = fixture.config;
  const note = { madeAtMs: Date.now(), version: "1", issuer, clientId };
  // While it serves.
  const made = await makeBackup({
    dataDir,
    secrets,
    out: backup,
    note,
    actor: "cli:test",
    say: () => undefined,
  });
  anchor = made.holds?.anchor;
});
after(() => rmSync(folder, { recursive: true, force: true }));

const orderTo = (dataDir: string, more: Partial<RestoreOrder> = {}): RestoreOrder => ({
  ...{ file: backup, dataDir: join(folder, dataDir), secrets: fixture.config.secrets },
  ...{ replace: false, keep: false, actor: "cli:test", now: new Date(), say: () => undefined },
  ...more,
});

for (const keep of [false, true]) {
  test(`a restored store serves with its keys, and what had been given out ${keep ? "counts, where that is asked for" : "has ended"}`, async () => {
    const report = await restoreBackup(orderTo(`served-${keep}`, { keep }));
    assert.equal(report.ended === undefined, keep);
    if (!keep) assert.ok((report.ended?.sessions ?? 0) >= 1 && (report.ended?.tokens ?? 0) >= 1);
    const server = await fixture.startAnother({ TTI_DATA_DIR: join(folder, `served-${keep}`) });
    const keys = async (url: string): Promise<string[]> => {
      const document = (await (await fetch(new URL("/jwks", url))).json()) as { keys: { kid: string }[] };
      return document.keys.map(({ kid }) => kid);
    };
    const published = await keys(server.localUrl);
    for (const kid of await keys(fixture.issuer)) assert.ok(published.includes(kid));
    const restored = { issuer: server.localUrl };
    const refreshed = await refresh(restored, refreshToken);
    assert.equal(refreshed.status, keep ? 200 : 400, JSON.stringify(refreshed.body));
    const events = await server.db("audit_events").where("type", "store.restored").select("details");
    assert.equal(events.length, 1);
    assert.equal(JSON.parse(events[0].details).kept, keep || undefined);
    assert.ok(JSON.parse(events[0].details).backupMadeAt);
    // People are who they were: they sign in anew.
    const login = new UserAgent();
    const url = authorizationUrl({ issuer: server.localUrl }, { tenant: "acme" });
    const page = await login.follow(url);
    assert.match(page.text, /password/i);
    await server.close();
  });
}

test("a store that moved to PostgreSQL serves with its keys, and everybody stays signed in", async () => {
  await restoreBackup(orderTo("moves", { keep: true }));
  const target = await openTestDatabase("postgres");
  const { databaseUrl } = target.location as { databaseUrl: string };
  const { secrets } = fixture.config;
  const order = { dataDir: join(folder, "moves"), databaseUrl, secrets, actor: "cli:test", now: systemClock };
  await moveStore({ ...order, say: () => undefined });
  const server = await fixture.startAnother({ DATABASE_URL: databaseUrl });
  try {
    const refreshed = await refresh({ issuer: server.localUrl }, refreshToken);
    assert.equal(refreshed.status, 200, JSON.stringify(refreshed.body));
  } finally {
    await server.close();
    await target.close();
  }
});

test("nothing is replaced without a word, nor while somebody has it open, and the former store stays beside", async () => {
  const { dataDir } = fixture.config;
  await assert.rejects(restoreBackup(orderTo("x", { dataDir })), {
    code: "store_not_empty",
    field: "replace",
  });
  await assert.rejects(restoreBackup(orderTo("x", { dataDir, replace: true })), { code: "store_in_use" });
  await restoreBackup(orderTo("twice"));
  const before = readFileSync(join(folder, "twice", "tti.sqlite"));
  await assert.rejects(restoreBackup(orderTo("twice")), { code: "store_not_empty" });
  const { aside = "" } = await restoreBackup(orderTo("twice", { replace: true }));
  assert.ok(aside.startsWith(join(folder, "twice", "tti.sqlite.before-")));
  assert.equal(readFileSync(aside).subarray(4096).compare(before.subarray(4096)), 0);
  assert.equal(readdirSync(join(folder, "twice")).length, 2);
});

test("a store that is damaged is put aside and replaced", async () => {
  const order = orderTo("damaged", { replace: true });
  await restoreBackup(order);
  const file = join(folder, "damaged", "tti.sqlite");
  writeFileSync(file, Buffer.from(readFileSync(file)).fill(9, 0, 8192));
  const { aside } = await restoreBackup(order);
  assert.ok(aside !== undefined && existsSync(aside));
});

test("a backup that may not be restored is refused, and leaves no trace in the data folder", async () => {
  const secrets = [Buffer.alloc(32, 1)];
  const text = join(folder, "text");
  writeFileSync(text, "a text that is no store");
  const cut = join(folder, "cut");
  writeFileSync(cut, readFileSync(backup).subarray(0, 100_000));
  const newer = await ofNewerVersion();
  const installation = { issuer: fixture.config.issuer, clientId: fixture.config.clientId };
  const head = { number: 1, hash: "0".repeat(64) };
  for (const [more, code] of [
    [{ secrets }, "signing_key_unreadable"],
    [{ secrets: [] }, "signing_key_unreadable"],
    [{ file: join(folder, "absent") }, "invalid_input"],
    [{ file: text }, "backup_unusable"],
    [{ file: cut }, "backup_unusable"],
    [{ file: newer }, "backup_unusable"],
    [{ installation: { ...installation, issuer: "https://other.example" } }, "backup_of_another"],
    [{ installation: { ...installation, clientId: "another" } }, "backup_of_another"],
    [{ anchor: head }, "backup_unusable"],
    [{ trail: text }, "invalid_input"],
  ] as const) {
    const order = orderTo("refused", more as Partial<RestoreOrder>);
    await assert.rejects(restoreBackup(order), { code }, JSON.stringify(more));
    assert.deepEqual(readdirSync(join(folder, "refused")), [], code);
  }
  const [number = "", hash = ""] = (anchor ?? "").split(":");
  if (anchor !== undefined)
    await restoreBackup(orderTo("ours", { installation, anchor: { number: Number(number), hash } }));
});

async function ofNewerVersion(): Promise<string> {
  await restoreBackup(orderTo("newer", { keep: true }));
  const db = connectDatabase({ dataDir: join(folder, "newer") });
  await db("schema_migrations").insert({ name: "9999_of_tomorrow", batch: 99, migration_time: new Date() });
  await db.destroy();
  return join(folder, "newer", "tti.sqlite");
}

test("a backup of an older schema, and a copy of a data folder, are brought up to this version", async () => {
  await restoreBackup(orderTo("older", { keep: true }));
  const db = connectDatabase({ dataDir: join(folder, "older") });
  const taken = await migrateDown(db);
  await db.destroy();
  const report = await restoreBackup(orderTo("brought-up", { file: join(folder, "older", "tti.sqlite") }));
  assert.deepEqual([report.migrated, report.note], [taken, undefined]);
});

test("at the terminal it says what ended and what to look for; a killed restore has changed nothing", async () => {
  const dataDir = join(folder, "typed");
  const secret = Buffer.from(fixture.config.secrets[0] as Uint8Array).toString("base64");
  const terminal = openTerminal({ TTI_MODE: "development", TTI_SECRETS: secret, TTI_DATA_DIR: dataDir });
  try {
    const killed = terminal.start(`restore ${backup}`);
    killed.process.stderr?.once("data", () => killed.process.kill("SIGKILL"));
    await once(killed.process, "exit");
    assert.equal(killed.process.signalCode, "SIGKILL");
    assert.ok(!existsSync(join(dataDir, "tti.sqlite")));
    const told = await terminal.tti(`restore ${backup}`);
    assert.equal(told.exitCode, 0, told.stderr);
    assert.deepEqual(readdirSync(dataDir), ["tti.sqlite"]);
    assert.match(told.stdout, /ended +\d+ sessions.*\n.*one-time links/);
    assert.match(told.stdout, /--trail FILE/);
    assert.ok(!told.stdout.includes(password));
  } finally {
    terminal.close();
  }
});
