// The trail's chain over HTTP: JSON Lines to the end, pages that are polled with their cursor, the same refusals either
// way, what verifying answers, and retention with its event.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { listEvents } from "../../src/admin/operations/audit.ts";
import { exportAll } from "../../src/admin/operations/audit_chain.ts";
import { hasUnsealed } from "../../src/audit/chain/chain_store.ts";
import { createBlockSeals } from "../../src/audit/chain/hashes.ts";
import { sealNextBlock } from "../../src/audit/chain/seal.ts";
import { createLoginNames } from "../../src/audit/login_names.ts";
import { type AdminWorld, startAdminWorld } from "./admin_world.ts";

interface Line {
  id: string;
  place: string;
  type: string;
}

const exportPath = "/v1/audit-events/export";
const seals = createBlockSeals([new Uint8Array(32).fill(3)]);
const many = 1_234;
let world: AdminWorld;
let token: string;
before(async () => {
  world = await startAdminWorld();
  const events = Array.from({ length: many }, (_, index) => ({
    id: `event-${index}`,
    at_ms: 1_000 + index,
    type: index % 2 === 0 ? "token.minted" : "token.refused",
    actor: "client:app",
    details: "{}",
  }));
  // Before anything else happens: the server seals every five seconds, and a block that holds an event of now is not old.
  await world.server.db.batchInsert("audit_events", events, 100);
  await sealAll();
  token = await world.accessToken({ clientId: "operations", purposes: ["admin"] }, "tti:admin");
});
after(() => world.close());

// The server seals beside it: whoever comes second seals nothing and tries again.
async function sealAll(): Promise<void> {
  const { db } = world.server;
  const countedBeforeMs = () => Date.now() - 3 * 60_000;
  while (await hasUnsealed(db, countedBeforeMs())) await sealNextBlock(db, seals, new Date());
}

const contextHere = () => ({
  ...world.context,
  loginNames: createLoginNames([]),
  blockSeals: seals,
  auditRetentionDays: undefined,
});

async function lines(query: string): Promise<{ response: Response; found: Line[] }> {
  const response = await fetch(new URL(exportPath + query, world.server.adminUrl), {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  return { response, found: text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])) };
}

async function page(query: string) {
  const response = await fetch(new URL(exportPath + query, world.server.adminUrl), {
    headers: { authorization: `Bearer ${token}`, accept: "application/json" },
  });
  return { response, ...((await response.json()) as { events: Line[]; cursor: string; field?: string }) };
}

it("streams every sealed event as a line, each once, in the order of the chain", async () => {
  const { response, found } = await lines("?actor=client:app");
  assert.equal(response.headers.get("content-type"), "application/jsonl");
  assert.deepEqual(
    found.map(({ id }) => id),
    Array.from({ length: many }, (_, index) => `event-${index}`),
  );
  const rest = await lines(`?actor=client:app&cursor=${found[999]?.place}`);
  assert.equal(rest.found[0]?.id, "event-1000");
  assert.equal((await lines("?outcome=refused&limit=700")).found.length, many / 2);
  assert.equal((await lines("?limit=700")).found.length, 700);
});

it("holds few events at a time, however many there are", async () => {
  const context = contextHere();
  const sizes: number[] = [];
  for await (const { events } of exportAll(context, { actor: "client:app" })) sizes.push(events.length);
  assert.deepEqual(sizes, [500, 500, 234]);
});

it("answers a page as JSON to who asks for that; its cursor goes on, also after nothing", async () => {
  const first = await page("?actor=client:app&limit=2");
  assert.deepEqual(
    first.events.map(({ id }) => id),
    ["event-0", "event-1"],
  );
  assert.equal(first.cursor, first.events[1]?.place);
  const none = await page("?actor=cli:nobody-at-all");
  const end = await page("?cursor=end");
  assert.deepEqual([none.events, end.events], [[], []]);
  assert.equal(none.cursor, end.cursor);
  assert.equal((await page("?cursor=0.0&limit=1")).events[0]?.place, "1.0");
});

it("refuses in the same words either way, before anything is streamed", async () => {
  for (const [query, status, field] of [
    ["?cursor=yesterday", 400, "cursor"],
    ["?type=token.mintd", 400, "type"],
    ["?outcome=maybe", 400, "outcome"],
    ["?type=token.minted&outcome=refused", 400, "outcome"],
    ["?actor=nobody-at-all", 400, "actor"],
    ["?actor=client:ap", 400, "actor"],
    ["?clientId=ap", 400, "clientId"],
    ["?address=192.0.2", 400, "address"],
    ["?fromMs=2&beforeMs=1", 400, "beforeMs"],
    ["?colour=red", 400, "colour"],
    ["?tenantId=nope", 404, "tenantId"],
  ] as const) {
    const streamed = await lines(query);
    const asked = await page(query);
    assert.deepEqual([streamed.response.status, asked.response.status], [status, status], query);
    assert.equal(streamed.response.headers.get("content-type"), "application/problem+json");
    if (status === 400) assert.equal(asked.field, field);
  }
});

it("tells nobody who is bound to a tenant which clients and accounts there are beyond it", async () => {
  await world.call("POST", "/v1/tenants", token, { id: "bound" });
  const context = { ...contextHere(), tenantId: "bound" };
  for (const named of [{ clientId: "operations" }, { clientId: "none" }, { actor: "client:none" }]) {
    assert.deepEqual((await listEvents(context, named)).events, [], JSON.stringify(named));
  }
});

it("verifies, and removes what is old with its event", async () => {
  const verify = async () => (await world.call("GET", "/v1/audit-events/verification", token)).body;
  const before = await verify();
  // Sealed with a secret of this test, unless the provider has sealed something since.
  const faults = before["faults"] as { kind: string }[];
  assert.deepEqual(
    faults.filter(({ kind }) => kind !== "seal_unknown"),
    [],
  );
  const prune = (body: unknown) => world.call("POST", "/v1/audit-events/prune", token, body);
  assert.equal((await prune({})).status, 400);
  assert.equal((await prune({ days: 0 })).status, 400);
  const trial = await prune({ days: 1, dryRun: true });
  assert.equal((await verify())["prunedBlocks"], 0);
  const { body } = await prune({ days: 1 });
  assert.deepEqual(
    [body["blocks"], body["events"], body["throughBlock"]],
    [trial.body["blocks"], trial.body["events"], trial.body["throughBlock"]],
  );
  assert.ok(Number(body["events"]) >= 1_000);
  const after = await verify();
  assert.equal(after["prunedBlocks"], body["blocks"]);
  const { body: list } = await world.call("GET", "/v1/audit-events?type=audit.pruned", token);
  const [event] = list["events"] as { actor: string; details: Record<string, unknown> }[];
  assert.deepEqual([event?.actor, event?.details["events"]], ["client:operations", body["events"]]);
});
