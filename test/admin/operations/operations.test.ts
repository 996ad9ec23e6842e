// The table of operations, entry by entry, on a store of its own: nobody without the permission runs one; one that
// changes something says so in the trail, by an event it declares; one that declares none changes nothing; every answer
// is of its shape. The table of calls is complete by a test, so that an operation nobody tries fails.
import assert from "node:assert/strict";
import * as module from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { Operation } from "../../../src/admin/operations/entry.ts";
import { makeLink } from "../../../src/admin/operations/onboarding_links.ts";
import { operations, type TableContext } from "../../../src/admin/operations/table.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { createBlockSeals } from "../../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../../src/audit/chain/seal.ts";
import { createLoginNames } from "../../../src/audit/login_names.ts";
import { systemClock } from "../../../src/clock.ts";
import { silentLog } from "../../../src/log.ts";
import { findAccountByLogin } from "../../../src/provider/accounts/account_store.ts";
import { createPasswords } from "../../../src/provider/accounts/passwords.ts";
import { createFactorSeals } from "../../../src/provider/factors/factor_seals.ts";
import { beginHandoff } from "../../../src/provider/handoff/login_handoff.ts";
import { openKeyRing } from "../../../src/provider/keys/key_ring.ts";
import { keyPolicy } from "../../../src/provider/keys/policy.ts";
import { createKeySealer } from "../../../src/provider/keys/seal.ts";
import { createPasskey } from "../../../src/provider/passkeys/passkey_store.ts";
import { hashRecordId } from "../../../src/provider/storage/record_payload.ts";
import { saveRecord } from "../../../src/provider/storage/record_store.ts";
import { plainPng } from "../../provider/looks/png_maker.ts";
import { openTestDatabase, type TestDatabase } from "../../support/databases.ts";
import { readWholeStore } from "../../support/whole_store.ts";

const secret = new Uint8Array(32).fill(1);
let store: TestDatabase;
let context: TableContext;
let txt: string[][] = [];

before(async () => {
  store = await openTestDatabase("sqlite");
  const policy = keyPolicy({ longestTokenSeconds: 300 });
  context = {
    db: store.db,
    clock: systemClock,
    passwords: createPasswords(),
    actor: "cli:test",
    may: () => true,
    resolveTxt: async () => txt,
    loginNames: createLoginNames([secret]),
    blockSeals: createBlockSeals([secret]),
    auditRetentionDays: undefined,
    issuer: "https://login.example",
    requireVerifiedDomain: false,
    caller: { clientId: "isv", tokenHash: hashRecordId("isv-token"), mayActFor: () => true },
    search: { pages: async function* () {} } as unknown as TableContext["search"],
    trials: { make: async () => ({ findings: [] }) },
    examination: async () => [],
    ownRegistration: () => ({
      ownIssuer: "https://login.example.com",
      clientId: "isv-client",
      roleArn: "arn:aws:iam::111122223333:role/isv",
    }),
    policy,
    sealer: createKeySealer([secret]),
    factorSeals: createFactorSeals([secret]),
    sendsMail: true,
    mailPut: () => undefined,
  };
  await store.db("clients").insert({
    client_id: "isv",
    metadata: '{"client_id":"isv"}',
    created_at_ms: 1,
    updated_at_ms: 1,
  });
  await saveRecord(store.db, "ClientCredentials", "isv-token", { clientId: "isv" }, null);
  const ring = await openKeyRing({
    db: store.db,
    clock: systemClock,
    log: silentLog,
    secrets: [secret],
    policy,
  });
  await ring.stop();
});
after(() => store.close());

const accessor = {
  tenantId: "acme",
  applicationId: "11111111-2222-4333-8444-555555555555",
  retrieverId: "11111111-2222-4333-8444-666666666666",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  idcRegion: "us-east-1",
  qRegion: "us-east-1",
};
const logo = plainPng().toString("base64");
const { tenantId: _acme, ...handedOver } = accessor;
const ann = "ann@acme.example";

async function onboardingLink(): Promise<{ link: string; key: string }> {
  const { url } = await makeLink(context, { tenantId: "acme" });
  const { pathname, searchParams } = new URL(url);
  return { link: pathname.split("/").at(-1) ?? "", key: searchParams.get("key") ?? "" };
}

async function challenge(interaction: string): Promise<string> {
  return beginHandoff(context, { interaction, client_id: "app", client_name: "App" });
}

const idOf = async (email: string): Promise<string> => (await findAccountByLogin(store.db, email))?.id ?? "";
const aPasskey = async (credentialId: string) => {
  const made = { credentialId, publicKey: "k", counter: 0, transports: [], synced: false };
  const of = { accountId: await idOf(ann), userHandle: "u", name: "Phone", backedUp: false };
  return createPasskey(store.db, { ...made, ...of }, new Date());
};
const aMail = async (): Promise<string> =>
  ((await find("mail list")(context, {})) as { mails: { id: string }[] }).mails[0]?.id ?? "";

type Input = Record<string, unknown>;
/** What each operation is called with, in an order in which each finds what it needs. */
const calls: Readonly<Record<string, (() => Input | Promise<Input>)[]>> = {
  "tenant create": [() => ({ id: "acme" }), () => ({ id: "globex" })],
  "tenant update": [() => ({ id: "acme", loginMethod: "both", presence: "within 12" })],
  "tenant list": [() => ({})],
  "tenant show": [() => ({ id: "acme" })],
  "tenant brand": [() => ({ id: "acme" })],
  "tenant set-brand": [
    () => ({ id: "acme", color: "#0B6B53", termsUrl: "https://acme.example/terms" }),
    () => ({ id: "acme", color: "" }),
  ],
  "tenant set-logo": [() => ({ id: "acme", png: logo, dryRun: true }), () => ({ id: "acme", png: logo })],
  "tenant remove-logo": [() => ({ id: "acme" }), () => ({ id: "acme" })],
  "domain add": [() => ({ tenantId: "acme", domain: "acme.example" })],
  "domain list": [() => ({ tenantId: "acme" }), () => ({})],
  "domain verify": [
    async () => {
      const row = await store.db("tenant_domains").first("challenge");
      txt = [[`tti-domain-verification=${row.challenge}`], [`tti-verify=${row.challenge}`], [row.challenge]];
      return { tenantId: "acme", domain: "acme.example" };
    },
  ],
  "domain remove": [() => ({ tenantId: "acme", domain: "acme.example" })],
  "user create": [
    () => ({ email: ann, memberships: [{ tenantId: "acme" }] }),
    () => ({ email: "bob@acme.example" }),
  ],
  "user import": [
    () => ({ people: [{ email: "cy@acme.example", tenant: "acme" }], dryRun: true }),
    () => ({ people: [{ email: "cy@acme.example", tenant: "acme" }] }),
  ],
  "user data": [() => ({ user: ann })],
  "user export": [() => ({}), () => ({ tenantId: "acme" })],
  "user export-with-hashes": [() => ({})],
  "user add": [() => ({ user: "bob@acme.example", tenantId: "acme" })],
  "member update": [
    () => ({ user: "bob@acme.example", tenantId: "acme", role: "admin" }),
    () => ({ user: "bob@acme.example", tenantId: "acme", role: "admin" }),
  ],
  "user update": [
    () => ({ user: ann, name: "Ann" }),
    () => ({ user: ann, email: "anna@acme.example" }),
    () => ({ user: "anna@acme.example", emailVerified: true }),
    () => ({ user: "anna@acme.example", email: ann, emailVerified: true, name: "Ann" }),
  ],
  "user show": [() => ({ user: ann })],
  "user list": [() => ({}), () => ({ tenantId: "acme" })],
  "user password": [() => ({ user: ann })],
  "session list": [() => ({ user: ann })],
  "session logouts": [() => ({}), () => ({ state: "failed" })],
  "session revoke": [
    async () => {
      const session = {
        accountId: await idOf(ann),
        uid: "u1",
        loginTs: 1,
        authorizations: { app: { grantId: "g1" } },
      };
      await saveRecord(store.db, "Session", "s1", session as never, Date.now() + 60_000);
      const { sessions } = (await find("session list")(context, { user: ann })) as {
        sessions: { id: string }[];
      };
      return { user: ann, session: sessions[0]?.id };
    },
    () => ({ user: ann }),
  ],
  "grant list": [() => ({ user: ann })],
  "grant revoke": [
    async () => {
      const grant = { accountId: await idOf(ann), clientId: "app", tenantId: "acme" };
      await saveRecord(store.db, "Grant", "g2", grant as never, Date.now() + 60_000);
      const { grants } = (await find("grant list")(context, { user: ann })) as { grants: { id: string }[] };
      return { user: ann, grant: grants[0]?.id };
    },
  ],
  "passkey list": [() => ({ user: ann })],
  "passkey remove": [async () => ({ user: ann, passkey: (await aPasskey("c1"))?.id })],
  "user sign-out": [() => ({ user: ann })],
  "user reset-factors": [
    async () => {
      await aPasskey("c2");
      return { user: ann };
    },
  ],
  "user invite": [() => ({ email: "invited@acme.example", name: "Invited", tenantId: "acme" })],
  "mail list": [() => ({}), () => ({ state: "waiting" }), () => ({ user: "invited@acme.example" })],
  "mail show": [async () => ({ mail: await aMail() })],
  "mail retry": [
    async () => {
      const mail = await aMail();
      await store.db("mails").where({ id: mail }).update({ state: "failed", next_attempt_at_ms: null });
      return { mail };
    },
  ],
  "mail give-up": [async () => ({ mail: await aMail() })],
  "mail status": [() => ({})],
  "user mail-returned": [
    () => ({ user: "invited@acme.example" }),
    () => ({ user: "invited@acme.example", returned: false }),
  ],
  "user factors": [() => ({ user: "invited@acme.example" })],
  "user mail": [() => ({ user: "invited@acme.example" })],
  "user withdraw-invitation": [
    async () => {
      await find("user invite")(context, { email: "invited@acme.example" });
      return { user: "invited@acme.example" };
    },
  ],
  "user disable": [() => ({ user: ann })],
  "user enable": [() => ({ user: ann })],
  "member remove": [() => ({ user: "bob@acme.example", tenantId: "acme", allowNoAdmin: true })],
  "login-challenge show": [async () => ({ challenge: await challenge("one") })],
  "login-challenge accept": [
    async () => ({
      challenge: await challenge("two"),
      subject: "u1",
      tenant: "acme",
      email: "u1@acme.example",
    }),
  ],
  "login-challenge reject": [async () => ({ challenge: await challenge("three") })],
  "accessor create": [() => accessor],
  "accessor show": [() => ({ tenantId: "acme" })],
  "accessor list": [() => ({ tenantId: "acme" }), () => ({})],
  "tenant check": [() => ({ tenantId: "acme" })],
  doctor: [() => ({})],
  "accessor try": [() => ({ tenantId: "acme", user: ann })],
  "accessor delete": [() => ({ tenantId: "acme" })],
  "onboard registration": [
    () => ({ applicationRoleArn: "arn:aws:iam::111122223333:role/application" }),
    () => ({
      methods: ["auth-code"],
      applicationRoleArn: "arn:aws:iam::111122223333:role/application",
      redirectUris: ["https://app.example.com/cb"],
    }),
  ],
  "onboard pack": [
    () => ({ tenantId: "acme" }),
    () => ({ tenantId: "acme", cognitoPool: "eu-central-1_a1B2c3", displayName: "ISV" }),
  ],
  "onboard link": [() => ({ tenantId: "globex" }), () => ({ tenantId: "acme", days: 3 })],
  "onboard open": [
    async () => {
      const { link, key } = await onboardingLink();
      return { link, key, browser: "b" };
    },
  ],
  "onboard downloaded": [() => ({ tenantId: "acme" })],
  "onboard enter": [
    () => ({ ...handedOver, tenantId: "globex" }),
    () => ({
      tenantId: "globex",
      text: "tti-details tenant=globex application=11111111-2222-4333-8444-555555555555 q-region=us-east-1 retriever=11111111-2222-4333-8444-777777777777 idc-application=arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111 idc-region=us-east-1",
    }),
  ],
  "onboard test": [() => ({ tenantId: "globex", person: ann })],
  "onboard status": [() => ({ tenantId: "acme" }), () => ({ tenantId: "globex" })],
  "onboard revoke": [() => ({ tenantId: "acme" })],
  "client create": [() => ({ clientId: "app", redirectUris: ["https://app.example/cb"] })],
  "client show": [() => ({ clientId: "app" })],
  "client update": [
    () => ({ clientId: "app", name: "App", policyUri: "https://app.example/privacy" }),
    () => ({ clientId: "app", name: "App" }),
  ],
  "client set-logo": [() => ({ clientId: "app", png: logo }), () => ({ clientId: "app", png: logo })],
  "client remove-logo": [() => ({ clientId: "app" })],
  "client list": [() => ({})],
  "resource create": [
    () => ({ identifier: "https://api.example", name: "API", scopes: { read: "Read", write: "Write" } }),
  ],
  "resource allow": [
    () => ({ identifier: "https://api.example", clientId: "app", scopes: ["read", "write"] }),
    () => ({ identifier: "https://api.example", clientId: "app", scopes: ["read"] }),
  ],
  "resource update": [
    () => ({ identifier: "https://api.example", name: "The API", scopes: { write: "Write" } }),
    () => ({ identifier: "https://api.example", name: "The API" }),
  ],
  "resource show": [() => ({ identifier: "https://api.example" })],
  "resource list": [() => ({})],
  "resource disallow": [() => ({ identifier: "https://api.example", clientId: "app" })],
  "resource delete": [
    () => ({ identifier: "https://api.example", dryRun: true }),
    () => ({ identifier: "https://api.example" }),
  ],
  "client rotate-secret": [() => ({ clientId: "app" }), () => ({ clientId: "app", overlapSeconds: 86_400 })],
  "client end-old-secret": [() => ({ clientId: "app" }), () => ({ clientId: "app" })],
  "client disable": [() => ({ clientId: "app" })],
  "client enable": [() => ({ clientId: "app" })],
  "client delete": [() => ({ clientId: "app", dryRun: true }), () => ({ clientId: "app" })],
  "admin first-link": [() => ({})],
  "admin create": [
    () => ({ email: "own@isv.example", role: "owner" }),
    () => ({ email: "bob@acme.example", role: "operator" }),
  ],
  "admin list": [() => ({})],
  "admin update": [
    () => ({ user: "bob@acme.example", role: "auditor" }),
    () => ({ user: "bob@acme.example", role: "auditor" }),
  ],
  "admin remove": [() => ({ user: "bob@acme.example", dryRun: true }), () => ({ user: "bob@acme.example" })],
  "credential create": [
    () => ({ name: "report", role: "auditor", tenantId: "acme", expires: "12h" }),
    () => ({ name: "ops", role: "owner" }),
  ],
  "credential list": [() => ({})],
  "credential revoke": [
    async () => ({ credential: (await store.db("api_credentials").first("id")).id }),
    async () => ({ credential: (await store.db("api_credentials").first("id")).id }),
  ],
  "user delete": [() => ({ user: ann, dryRun: true }), () => ({ user: ann })],
  offboard: [
    () => ({ tenantId: "globex", dryRun: true }),
    () => ({ tenantId: "globex", keepEnabled: true, displayName: "ISV" }),
  ],
  "tenant disable": [() => ({ id: "globex" })],
  "tenant enable": [() => ({ id: "globex" })],
  "tenant delete": [() => ({ id: "globex", dryRun: true }), () => ({ id: "globex" })],
  "audit list": [() => ({ tenantId: "acme" })],
  "audit export": [
    async () => {
      await sealNextBlock(store.db, context.blockSeals, systemClock());
      return { limit: 5 };
    },
  ],
  "audit verify": [() => ({})],
  "audit prune": [
    () => ({ days: 1, dryRun: true }),
    () => {
      context = { ...context, clock: () => new Date(Date.now() + 2 * 86_400_000) };
      return { days: 1 };
    },
    () => {
      context = { ...context, clock: systemClock };
      return { days: 1, dryRun: true };
    },
  ],
  "error explain": [() => ({ text: "InvalidGrantException", tenantId: "acme" })],
  "tenant search": [() => ({ tenantId: "acme", user: ann, query: "plan" })],
  "key status": [() => ({})],
  "key reseal": [
    () => {
      const secrets = [new Uint8Array(32).fill(2), secret];
      context = { ...context, sealer: createKeySealer(secrets), factorSeals: createFactorSeals(secrets) };
      return {};
    },
  ],
  "key rotate": [() => ({ local: true })],
  "key revoke": [
    async () => {
      const { keys } = (await find("key status")(context)) as { keys: { kid: string; phase: string }[] };
      return { kid: keys.find(({ phase }) => phase !== "current" && phase !== "revoked")?.kid ?? "none" };
    },
  ],
  "key rotate-emergency": [() => ({})],
};

function find(name: string): Operation<TableContext> {
  const found = operations.find(({ entry }) => entry.name === name);
  assert.ok(found, `there is no operation ${name}`);
  return found;
}

// Rows inserted, changed and deleted so far on the store's one connection; those taken back count, too.
async function changesSoFar(): Promise<number> {
  const [row] = await store.db.raw("select total_changes() as changes");
  return row.changes;
}

/** How a tenant that is not there may be told: by itself, or by what it does not have. */
const absent = ["tenant_not_found", "domain_not_claimed", "not_a_member", "accessor_not_found"];

describe("the table of operations", () => {
  it("holds every operation that is written, under a name of its own, and each is tried here", async () => {
    const folder = join(dirname(fileURLToPath(import.meta.url)), "../../../src/admin/operations");
    const written = new Set<unknown>();
    for (const file of module.readdirSync(folder)) {
      const exported: Record<string, unknown> = await import(join(folder, file));
      for (const one of Object.values(exported)) {
        if (typeof one === "function" && "entry" in one) written.add(one);
      }
    }
    assert.deepEqual(
      [...written].filter((one) => !operations.includes(one as Operation<TableContext>)),
      [],
    );
    const names = operations.map(({ entry }) => entry.name);
    assert.deepEqual([...new Set(names)].sort(), Object.keys(calls).sort());
    assert.equal(new Set(names).size, names.length);
  });

  for (const [name, inputs] of Object.entries(calls)) {
    it(`${name} asks for its permission, answers in its shape, and leaves the events it declares`, async () => {
      const operation = find(name);
      const { entry } = operation;
      for (const input of inputs) {
        const given = await input();
        const known = new Set((await listAuditEvents(store.db, { limit: 9999 })).map(({ id }) => id));
        const before = await changesSoFar();
        const asked: string[] = [];
        const may = (permission: string) => asked.push(permission) < 0;
        await assert.rejects(operation({ ...context, may }, given), { code: "forbidden" });
        assert.deepEqual(asked, [entry.permission]);
        assert.equal(await changesSoFar(), before, "refused, and something changed");

        // Where a list goes on is what it said itself: nothing else reads as "there are no more".
        if ("cursor" in entry.input.shape) {
          for (const cursor of ["", "nonsense", "zzzz", "YWNtZQ.AAAAAAAA", "99999999.0"]) {
            const fault = { code: "invalid_input", field: "cursor" };
            await assert.rejects(operation(context, { ...given, cursor }), fault, JSON.stringify(cursor));
          }
          assert.equal(await changesSoFar(), before, "refused, and something changed");
        }

        // The search here is not the real one, which finds its tenant itself.
        if ("tenantId" in entry.input.shape && name !== "tenant search") {
          const { code } = await operation(context, { ...given, tenantId: "nope" }).then(
            () => assert.fail(`${name} answers for a tenant that is not there`),
            (error: { code?: string }) => error,
          );
          assert.ok(absent.includes(code ?? ""), `${name}: ${code}`);
        }

        const trial = "dryRun" in given && given["dryRun"] === true;
        const whole = trial ? await readWholeStore(store.db) : undefined;
        const answer = await operation(context, given);
        assert.equal(Object(answer).dryRun, trial ? true : undefined, "an answer says if it was a trial");
        if (whole) assert.deepEqual(await readWholeStore(store.db), whole, "a trial changes nothing");
        const read = entry.output.safeParse(JSON.parse(JSON.stringify(answer)));
        assert.ok(read.success, `${name} answers ${JSON.stringify(answer)}: ${read.error?.message}`);
        const changes = (await changesSoFar()) - before;
        const events = await listAuditEvents(store.db, { limit: 9999 });
        const fresh = events.filter(({ id }) => !known.has(id)).map(({ type }) => type);
        const undeclared = fresh.filter((type) => !entry.events.includes(type));
        assert.deepEqual(undeclared, [], `${name} writes events it does not declare`);
        if (entry.events.length === 0)
          assert.equal(changes, 0, `${name} changes something and declares no event`);
        if (trial) assert.deepEqual(fresh, [], "a trial leaves nothing");
        else if (
          changes > 0 &&
          !entry.events.every((type) => type === "admin.read" || type === "session.ended")
        )
          assert.ok(fresh.length > 0, `${name} changed ${changes} rows and left no event`);
      }
    });
  }
});
