// What the portal may call is a table, and the tenant of a call is never a page's to say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { withinTenant } from "../../src/admin/administrators/tenant_bound.ts";
import { operation } from "../../src/admin/operations/entry.ts";
import { operations, type TableContext } from "../../src/admin/operations/table.ts";
import { auditEventTypes } from "../../src/audit/event_types.ts";
import type { EventTypeEntry } from "../../src/audit/events/event_type.ts";
import {
  type CallBase,
  callsAs,
  callsByLink,
  type Given,
  inputFor,
  linkCalls,
  noBackEnd,
  portalCalls,
} from "../../src/portal/calls.ts";
import { eventWords } from "../../src/portal/words.ts";
import { saveRecord } from "../../src/provider/storage/record_store.ts";
import { createDomain } from "../../src/provider/tenants/domain_store.ts";
import { plainPng } from "../provider/looks/png_maker.ts";
import { addPerson } from "../provider/support/provider_fixture.ts";
import { cliContext } from "../support/cli_context.ts";
import { openTestDatabase, type TestDatabase } from "../support/databases.ts";

test("every operation that is not in the portal's table is refused, those of the API to come included", () => {
  const others = operations.filter(({ entry }) => !portalCalls.has(entry.name));
  assert.ok(others.length > 30, `${others.length} others`);
  for (const { entry } of others) {
    assert.throws(() => inputFor(entry.name, "acme", {}), { code: "forbidden" }, entry.name);
  }
  for (const name of ["", "constructor", "user list "])
    assert.throws(() => inputFor(name, "acme", {}), { code: "forbidden" });
});

test("what the table names is there, and needs no more than everyday administration", () => {
  for (const name of portalCalls.keys()) {
    const entry = operations.find((one) => one.entry.name === name)?.entry;
    assert.ok(entry !== undefined, name);
    assert.match(entry.permission, /^admin:(read|change)$/, name);
  }
});

test("whatever a page gives, the input names the tenant of the right and no other", () => {
  const hostile = {
    tenantId: "globex",
    id: "globex",
    tenant: "globex",
    memberships: [{ tenantId: "globex", role: "admin" }],
    afterId: "globex",
    account: "globex",
    actor: "globex",
    shared: "globex",
    discoverable: "globex",
    loginMethod: "globex",
    clientId: "globex",
  };
  for (const name of portalCalls.keys()) {
    const text = JSON.stringify(inputFor(name, "acme", hostile));
    assert.doesNotMatch(text, /globex/, name);
    assert.match(text, /"acme"/, name);
  }
});

test("an input holds only members that its operation takes", () => {
  for (const [name, { takes }] of portalCalls) {
    const given = Object.fromEntries(takes.map((member) => [member, "x"]));
    const taken = Object.keys(inputFor(name, "acme", { ...given, role: "member" }));
    const shape = operations.find(({ entry }) => entry.name === name)?.entry.input.shape ?? {};
    assert.deepEqual(
      taken.filter((member) => !Object.hasOwn(shape, member)),
      [],
      name,
    );
  }
});

test("whoever holds an onboarding link may call its own few operations, which portal and table know too", async () => {
  const call = callsByLink({} as never, { id: "l", session: "s", tenantId: "acme" });
  assert.deepEqual([...linkCalls].sort(), [
    "onboard downloaded",
    "onboard enter",
    "onboard pack",
    "onboard status",
    "onboard test",
  ]);
  for (const operation of operations.filter(({ entry }) => !linkCalls.has(entry.name))) {
    await assert.rejects(call(operation, { tenantId: "acme" }), { code: "forbidden" }, operation.entry.name);
  }
  for (const name of linkCalls) assert.ok(portalCalls.has(name), name);
});

test("every event that can stand in an organization's trail has words on its page", () => {
  const theirs = Object.entries<EventTypeEntry>(auditEventTypes)
    .filter(([, { always = [], sometimes = [] }]) => [...always, ...sometimes].includes("tenant"))
    .map(([type]) => type);
  assert.ok(theirs.length > 40, `${theirs.length} types`);
  const words: Readonly<Record<string, string>> = eventWords;
  for (const type of theirs) assert.match(words[type] ?? "", /^[A-Z][^_.]{5,}$/, type);
});

const ids = {
  applicationId: "11111111-2222-4333-8444-555555555555",
  retrieverId: "11111111-2222-4333-8444-666666666666",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1111111111111111/apl-1111111111111111",
  idcRegion: "us-east-1",
  qRegion: "us-east-1",
};
const both = "both@acme.example";
const mailed = (email: string) => ({ email, role: "member" });

/** What each operation is given, on people who belong to globex too, in an order in which each finds what it needs. */
const acts: Readonly<Record<string, readonly Given[]>> = {
  "user list": [{}],
  "user create": [{ email: "made@acme.example", role: "member" }],
  "user add": [{ user: "theirs@acme.example" }],
  "user invite": [
    "new@acme.example",
    "pending@acme.example",
    "pending@acme.example",
    "joins@acme.example",
  ].map(mailed),
  "member update": [
    { user: both, role: "admin" },
    { user: both, role: "member" },
  ],
  "member remove": [{ user: both }, { user: "pending@acme.example" }, { user: "new@acme.example" }],
  "domain list": [{}],
  "domain add": [{ domain: "acme.example" }],
  "domain verify": [{ domain: "acme.example" }],
  "domain remove": [{ domain: "acme.example" }],
  "tenant show": [{}],
  "tenant update": [{ presence: "within 12", selfClose: false, requiredFactor: "any" }],
  "tenant brand": [{}],
  "tenant set-brand": [{ color: "#0B6B53" }],
  "tenant set-logo": [{ png: plainPng().toString("base64") }],
  "tenant remove-logo": [{}],
  "accessor list": [{}],
  "accessor create": [{ ...ids, name: "one" }],
  "accessor show": [{ name: "one" }],
  "accessor try": [{ name: "one", user: "joins@acme.example" }],
  "accessor delete": [{ name: "one" }],
  "tenant check": [{}],
  "error explain": [{ text: "InvalidGrantException" }],
  "audit list": [{}],
  "user export": [{}],
  "onboard pack": [{}],
  "onboard status": [{}],
  "onboard downloaded": [{}],
  "onboard enter": [ids],
  "onboard test": [{ person: "joins@acme.example" }],
};

/** A store in which people of acme and globex are, and what operations are called with there. */
async function twoOrganizations(store: TestDatabase): Promise<CallBase> {
  const { db } = store;
  for (const [email, tenants, hasPassword] of [
    ["admin@acme.example", ["acme"], true],
    [both, ["acme", "globex"], true],
    ["theirs@acme.example", ["globex"], true],
    ["joins@acme.example", ["globex"], true],
    ["pending@acme.example", ["acme", "globex"], false],
    ["new@acme.example", ["acme"], false],
  ] as const) {
    const { id } = await addPerson(db, { email, tenants: [...tenants] });
    if (!hasPassword) await db("accounts").where({ id }).update({ password_hash: null });
    for (const tenantId of tenants) {
      const held = { accountId: id, clientId: "app", tenantId };
      await saveRecord(db, "Grant", `${email} ${tenantId}`, held as never, Date.now() + 60_000);
    }
  }
  await db("memberships")
    .whereIn("account_id", db("accounts").where({ email: "admin@acme.example" }).select("id"))
    .update({ role: "admin" });
  await createDomain(db, { tenantId: "globex", domain: "acme.example", challenge: "theirs" }, new Date());
  const context = cliContext(db);
  return {
    ...context,
    async resolveTxt() {
      const { challenge } = await db("tenant_domains").where({ tenant_id: "acme" }).first("challenge");
      return [[`tti-domain-verification=${challenge}`]];
    },
    issuer: "https://login.example",
    requireVerifiedDomain: false,
    portalFactor: "optional",
    trials: { make: async () => ({ findings: [] }) },
    examination: async () => [],
    ownRegistration: () => ({
      ownIssuer: "https://login.example",
      clientId: "isv",
      roleArn: "arn:aws:iam::111122223333:role/isv",
    }),
  } as unknown as CallBase;
}

const isBound = (name: string): boolean => {
  try {
    return withinTenant({ name }, "acme", {}) !== undefined;
  } catch {
    return false;
  }
};
const boundNames = operations.map(({ entry }) => entry.name).filter(isBound);

test("what an organization's administrators and its credentials do stands in its own trail alone", async () => {
  const callers: [
    string,
    readonly string[],
    (base: CallBase) => (name: string, given: Given) => Promise<unknown>,
  ][] = [
    [
      "portal",
      [...portalCalls.keys()],
      (base) => {
        const right = { tenantId: "acme", actor: "account:of-acme", assert: async () => undefined };
        return (name, given) => callsAs(base, right)(operationOf(name), given);
      },
    ],
    [
      "credential",
      boundNames,
      (base) => {
        const who = { caller: noBackEnd, actor: "credential:of-acme", may: () => true, tenantId: "acme" };
        const context = { ...base, ...who } as unknown as TableContext;
        return (name, given) =>
          operationOf(name)(context, portalCalls.has(name) ? inputFor(name, "acme", given) : given);
      },
    ],
  ];
  for (const [who, names, callerOf] of callers) {
    const untried = names.filter((name) => !Object.hasOwn(acts, name));
    assert.deepEqual(untried, [], `${who}: what may be called, and is not tried here`);
    const store = await openTestDatabase("sqlite");
    try {
      const call = callerOf(await twoOrganizations(store));
      const events = (): Promise<{ id: string; type: string; tenant_id: string | null; actor: string }[]> =>
        store.db("audit_events").where("actor", "like", "%of-acme%");
      for (const [name, givens] of Object.entries(acts)) {
        if (!names.includes(name)) continue;
        for (const given of givens) {
          await call(name, given);
          const strays = (await events()).filter(({ tenant_id: tenantId }) => tenantId !== "acme");
          assert.deepEqual(strays, [], `${who}: ${name} ${JSON.stringify(given)}`);
        }
      }
      const types = new Set((await events()).map(({ type }) => type));
      const expected = ["membership.updated", "membership.deleted", "session.ended", "domain.verified"];
      if (who === "portal")
        expected.push("account.created", "account.invited", "account.invitation_withdrawn");
      for (const type of expected) assert.ok(types.has(type), `${who}: ${type}`);
    } finally {
      await store.close();
    }
  }
});

test("an operation that tells every organization of a person tells, of one organization's act, that one alone", async () => {
  const store = await openTestDatabase("sqlite");
  try {
    const base = await twoOrganizations(store);
    const telling = operation({
      ...{ name: "member update", summary: "Tells", permission: "admin:change", http: [] },
      events: ["account.invited"],
      input: z.strictObject({ tenantId: z.string() }),
      output: z.strictObject({}),
      async run(_trx, _input, act) {
        const event = { type: "account.invited", accountId: "somebody" } as const;
        await act.recordInTenants(event, ["acme", "globex"]);
        return {};
      },
    });
    const right = { tenantId: "acme", actor: "account:of-acme", assert: async () => undefined };
    await callsAs(base, right)(telling);
    const told = () => store.db("audit_events").where({ type: "account.invited" }).pluck("tenant_id");
    assert.deepEqual(await told(), ["acme"]);
    const context = cliContext(store.db);
    await telling({ ...context, tenantId: "acme" }, { tenantId: "acme" });
    assert.deepEqual(await told(), ["acme", "acme"]);
    await telling(context, { tenantId: "acme" });
    assert.deepEqual((await told()).sort(), ["acme", "acme", "acme", "globex"]);
  } finally {
    await store.close();
  }
});

function operationOf(name: string) {
  const found = operations.find(({ entry }) => entry.name === name);
  assert.ok(found, name);
  return found;
}
