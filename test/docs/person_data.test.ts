// What `tti user data` tells is all that is stored of a person. The schema is walked: each column of each table of which
// docs/what-is-stored.md says that it holds something of a person is told, or stands here with the reason why not; a table
// or column that comes later fails until it is in one of the two. What is a secret, a token or a hash never leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { storedTables } from "../../scripts/stored_page.ts";
import { createAdministrator } from "../../src/admin/operations/administrators.ts";
import { removeMember } from "../../src/admin/operations/members.ts";
import { showUserData } from "../../src/admin/operations/user_data.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { createMail } from "../../src/mail/outbox_store.ts";
import { createAccountLink } from "../../src/provider/accounts/account_link_store.ts";
import { createPasskey } from "../../src/provider/passkeys/passkey_store.ts";
import { saveOfflineConsent } from "../../src/provider/presence/offline_consent_store.ts";
import { putLogouts } from "../../src/provider/storage/logout_store.ts";
import { signInToConsole, useConsole } from "../console/console_world.ts";
import { authorizationUrl, codeOf, redeem } from "../provider/support/authorization.ts";
import { addClient, addPerson, signInAt } from "../provider/support/provider_fixture.ts";
import { giveApp } from "../provider/support/second_factor.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";

const counting = "how often something of the person ended: ours to count by, not of the person";
const opens = "what is presented is kept as a hash, which is told to nobody";
const ofLibrary = "the library's own form of what the other columns tell";

/** The columns that are not told, by table; `*`: all of the table. */
const untold: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  accounts: {
    login_key: "the address in lower case",
    password_hash: "a hash",
    imported_hash_digest: "a hash",
    sign_in_generation: counting,
    membership_endings: counting,
  },
  memberships: {
    last_login_level: "how much the last login had proven, which its own record tells while it stands",
  },
  former_memberships: { ending: counting },
  offline_consents: { client_generation: counting },
  consents: {
    sign_in_generation: counting,
    client_generation: counting,
    tenant_generation: counting,
    member_since_ms: "when the membership began, which that tells",
    session_uid_hash: opens,
    scopes: "told apart",
  },
  administrators: {},
  console_sessions: { id_hash: opens, session_uid: opens },
  session_vouchers: {
    session_uid_hash: opens,
    sign_in_generation: counting,
    membership_endings: counting,
    login_level: "how much was proven, which amr tells",
    member_since_ms: "when the membership began, which that tells",
    tenant_generation: counting,
    client_generation: counting,
  },
  oidc_records: {
    id_hash: opens,
    grant_id_hash: opens,
    uid_hash: opens,
    user_code_hash: opens,
    session_uid_hash: opens,
    payload: ofLibrary,
    client_generation: counting,
  },
  audit_events: {
    login_hash: "a hash",
    personal_salt: "what the chain hashes the details with",
    hash: "of the event itself, in the chain",
    personal_hash: "of the details that go with the person, in the chain",
    block_number: "its place in the chain",
    block_place: "its place in the chain",
  },
  login_challenges: { "*": "counted while the browser is on its way" },
  repeated_calls: { "*": "an answer is sealed for who asked, and gone with the person, or after a day" },
  repeated_call_people: {
    "*": "that a program was told of the person, for a day: by which answer it goes with them",
  },
  ended_sessions: { "*": "names nobody" },
  posted_requests: { "*": "names nobody, for a minute" },
  account_links: { secret_hash: opens, sign_in_generation: counting },
  passkeys: {
    credential_id: "by which devices know the key",
    user_handle: "by which devices know the person",
    public_key: "a key, which proves nothing to anybody else",
    counter: counting,
  },
  totp_factors: { sealed_secret: opens, last_step: counting },
  recovery_codes: {
    code_hash: opens,
    created_at_ms: "when the app was set up, or codes were made anew: the trail tells",
  },
  pending_sign_ins: {
    interaction_hash: opens,
    browser_hash: opens,
    amr: "the first half: a password",
    remember_at_ms: "whether to stay signed in, for the ten minutes that it takes",
    sign_in_generation: counting,
    membership_endings: counting,
  },
  logouts: {
    session_uid_hash: opens,
    next_attempt_at_ms: "when it is told next, which its state tells",
    give_up_at_ms: "by when it is given up",
    expires_at_ms: "when the row goes, which the page says",
  },
  mails: {
    next_attempt_at_ms: "when it is tried next, which its state tells",
    give_up_at_ms: "by when it is given up",
    expires_at_ms: "when the row goes, which the page says",
  },
  sign_in_attempts: { "*": "hashes that name nobody" },
};

const of: Readonly<Record<string, string>> = {
  accounts: "id",
  ...Object.fromEntries(
    [
      "memberships",
      "former_memberships",
      "offline_consents",
      "consents",
      "administrators",
      "account_links",
      "mails",
      "logouts",
      "passkeys",
      "totp_factors",
      "recovery_codes",
      "pending_sign_ins",
    ].map((t) => [t, "account_id"]),
  ),
  ...Object.fromEntries(
    ["console_sessions", "session_vouchers", "oidc_records", "audit_events"].map((t) => [t, "account_id"]),
  ),
};

const world = useConsole({});
const email = "curious@acme.example";

/** A person of whom every table holds something. */
async function everywhere(): Promise<string> {
  const context = cliContext(world.db);
  await addClient(world.db, { client_id: "app" });
  const { id } = await addPerson(world.db, { email, name: "Curious", tenants: ["acme", "former"] });
  await removeMember(context, { user: id, tenantId: "former" });
  await createAdministrator(context, { email, role: "auditor", password: "correct horse battery staple" });
  await createAccountLink(world.db, "address_proof", { id, email, signInGeneration: 0 }, new Date());
  await createMail(
    world.db,
    { kind: "address_changed", recipient: email, accountId: id, details: { address: "next@acme.example" } },
    new Date(),
  );
  await addClient(world.db, { client_id: "listener", backchannel_logout_uri: "https://rp.example/out" });
  const ended = { clientId: "listener", accountId: id, sessionUid: "gone", sid: "a-sid" };
  await putLogouts(world.db, [ended], new Date());
  const given = {
    state: "failed",
    next_attempt_at_ms: null,
    settled_at_ms: Date.now(),
    fault: "it answered 500",
  };
  await world.db("logouts").where("client_id", "listener").update(given);
  await world.db("consents").insert({
    ...{ account_id: id, client_id: "listener", tenant_id: "acme", scopes: "openid", resources: "{}" },
    ...{ sign_in_generation: 0, client_generation: 0, member_since_ms: 1, tenant_generation: 0 },
    ...{
      session_uid_hash: "a-hash-of-a-session",
      given_at_ms: 1_700_000_000_001,
      used_at_ms: 1_700_000_000_002,
    },
  });
  await saveOfflineConsent(world.db, { tenantId: "acme", accountId: id, clientId: "app" }, new Date());
  const agent = new UserAgent();
  const code = codeOf(await signInAt(agent, authorizationUrl(world, { tenant: "acme" }), email));
  await redeem(world, code);
  await signInAt(new UserAgent(), authorizationUrl(world, { tenant: "acme" }), email, "a wrong password");
  assert.equal((await signInToConsole(world, new UserAgent(), email)).status, 200);
  const passkey = { credentialId: "c", publicKey: "a-public-key", counter: 1, synced: true, backedUp: true };
  await createPasskey(
    world.db,
    { ...passkey, transports: ["usb"], accountId: id, userHandle: "u", name: "A key of hers" },
    new Date(),
  );
  await giveApp(world, { id, email });
  await signInAt(new UserAgent(), authorizationUrl(world, { tenant: "acme" }), email);
  await world.db("totp_factors").where("account_id", id).update({ used_at_ms: Date.now() });
  await world.db("memberships").where("account_id", id).update({ email: "told@acme.example", name: "Told" });
  await world
    .db("accounts")
    .where("id", id)
    .update({ imported_hash_kind: "bcrypt 4", imported_hash_digest: "digest-of-a-hash" });
  return id;
}

test("each table with something of a person is told, or stands here with the reason", () => {
  const holding = Object.entries(storedTables)
    .filter(([, { personal }]) => personal !== "–" && personal !== "nothing")
    .map(([table]) => table);
  assert.deepEqual(holding.sort(), Object.keys(untold).sort());
});

test("each column of them is told, and nothing that could be presented or guessed at", async () => {
  const id = await everywhere();
  const context = { ...cliContext(world.db), loginNames: createLoginNames([new Uint8Array(32).fill(7)]) };
  const { events, ...told } = await showUserData(context, { user: email, limit: 500 });
  const text = JSON.stringify({ ...told, events });
  for (const [table, column] of Object.entries(of)) {
    const rows: Record<string, unknown>[] = await world.db(table).where(column, id);
    assert.ok(rows.length > 0, `${table} holds something`);
    const left = untold[table] ?? {};
    for (const name of Object.keys(await world.db(table).columnInfo())) {
      const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== "");
      if (left[name] === undefined) {
        // Of many records the latest stands for all.
        const latest =
          table === "oidc_records" ? [values.toSorted().at(-1)].filter((one) => one !== undefined) : values;
        for (const value of latest) {
          const inJson = typeof value === "string" && /^[[{]/.test(value) ? value : JSON.stringify(value);
          assert.ok(text.includes(inJson), `${table}.${name}: ${String(value)} is not told`);
        }
      } else if (/hash|digest|salt|uid|key$/.test(name) && name !== "login_key") {
        for (const value of values) assert.ok(!text.includes(String(value)), `${table}.${name} is told`);
      }
    }
    for (const name of Object.keys(left)) {
      assert.ok(Object.hasOwn(await world.db(table).columnInfo(), name), `${table}.${name} is a column`);
    }
  }
  assert.deepEqual([told.account.hasPassword, told.account.importedHashKind], [true, "bcrypt 4"]);
  assert.ok(
    events.some(({ type }) => type === "sign_in.refused"),
    "what was typed for the address",
  );
  assert.doesNotMatch(text, /argon2|\$2b\$/);
});

test("page by page every event is told once, nobody else's, and the trail tells of the export", async () => {
  const other = await addPerson(world.db, { email: "other@acme.example", tenants: ["acme"] });
  const context = { ...cliContext(world.db), loginNames: createLoginNames([new Uint8Array(32).fill(7)]) };
  const whole = await showUserData(context, { user: email, limit: 500 });
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await showUserData(context, {
      user: email,
      limit: 2,
      ...(cursor === undefined ? {} : { cursor }),
    });
    ids.push(...page.events.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.deepEqual(new Set(ids).size, ids.length);
  for (const { id } of whole.events) assert.ok(ids.includes(id));
  for (const { accountId } of whole.events)
    assert.ok(accountId === undefined || accountId === whole.account.id);
  const first = await showUserData(context, { user: email, limit: 1 });
  const foreign = showUserData(context, { user: other.id, cursor: first.cursor });
  await assert.rejects(foreign, { code: "invalid_input", field: "cursor" });
  const exported = await world
    .db("audit_events")
    .where({ type: "people.exported", account_id: whole.account.id });
  assert.ok(exported.length > 0);
  assert.equal(exported[0]?.actor, "cli:test");
});
