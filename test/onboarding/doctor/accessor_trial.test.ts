// A customer's data accessor is tried by a real exchange and search at the local AWS: each step is told, what was found is
// not, and the rules that hold for every token hold for a trial.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { getAccessor } from "../../../src/accessors/accessor_store.ts";
import * as clientAccess from "../../../src/admin/operations/client_access.ts";
import { createClient } from "../../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../../src/admin/operations/operation.ts";
import { updateTenant } from "../../../src/admin/operations/tenants.ts";
import { listAuditEvents } from "../../../src/audit/audit_store.ts";
import { operationContext } from "../../../src/cli/administration.ts";
import { type DevEnvironment, startDevEnvironment } from "../../../src/cli/dev/dev_environment.ts";
import { readConfig } from "../../../src/config.ts";
import { connectDatabase } from "../../../src/db/connect.ts";
import type { Finding } from "../../../src/onboarding/doctor/finding.ts";
import { saveLastLogin } from "../../../src/provider/tenants/last_login_store.ts";

const secret = "a-secret-of-the-tests-that-is-long-enough";
const dataDir = mkdtempSync(join(tmpdir(), "tti-trial-"));
const ada = "ada@acme.example";
let environment: DevEnvironment;
let context: OperationContext;
let token: string;

before(async () => {
  const config = readConfig({
    TTI_MODE: "development",
    PORT: "0",
    TTI_ADMIN_PORT: "0",
    TTI_DATA_DIR: dataDir,
    TTI_LOG_LEVEL: "fatal",
  });
  environment = await startDevEnvironment({ config, sandboxPort: 0, demoPort: 0, onStep: () => undefined });
  context = operationContext(connectDatabase({ dataDir }), config);
  await createClient(context, { clientId: "operator", purposes: ["admin"], secret });
  const answer = await fetch(`${environment.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`operator:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "tti:admin" }),
  });
  token = ((await answer.json()) as { access_token: string }).access_token;
  await updateTenant(context, { id: "acme", presence: "within 12" });
  const now = new Date();
  const member = { tenantId: "acme", accountId: await environment.subjectOf(ada) };
  await saveLastLogin(context.db, member, now.getTime(), now);
});
after(async () => {
  await context.db.destroy();
  await environment.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Tried {
  status: number;
  text: string;
  body: {
    ok?: boolean;
    findings?: Finding[];
    refusal?: { code: string; step?: string; awsRequestId?: string };
    error?: string;
  };
}

async function tryAs(user: string, tenant = "acme", accessor = "default"): Promise<Tried> {
  const response = await fetch(`${environment.adminUrl}/v1/tenants/${tenant}/accessors/${accessor}/trials`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ user }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

const told = ({ body }: Tried) => (body.findings ?? []).map(({ check, outcome }) => `${outcome} ${check}`);
const green = ["accessor", "client", "token", "tag", "exchange", "context"].map(
  (one) => `passed tenant.${one}`,
);

describe("a trial of a data accessor", () => {
  it("tells each step of a real exchange and search, counts what was found, and leaves its event", async () => {
    const tried = await tryAs(ada);
    assert.equal(tried.status, 200, tried.text);
    assert.deepEqual(told(tried).slice(0, -1), green);
    const last = tried.body.findings?.at(-1);
    assert.equal(last?.check, "tenant.search");
    assert.match(
      `${last?.outcome} ${last?.message}`,
      /^(?:passed the search found \d+ passages|information )/,
    );
    assert.equal(tried.body.ok, true);
    assert.doesNotMatch(tried.text, /eyJ[\w-]+\.|acme-[a-z]+-plan|SecretAccessKey|SessionToken/);
    const [event] = await listAuditEvents(context.db, { type: "accessor.tried", limit: 1 });
    assert.deepEqual([event?.actor, event?.tenantId], ["client:operator", "acme"]);
    assert.deepEqual(event?.details, { accessor: "default", passed: true });
    const [minted] = await listAuditEvents(context.db, { type: "token.minted", limit: 1 });
    assert.deepEqual([minted?.actor, minted?.details["by"]], ["client:operator", "trial"]);
    assert.equal(minted?.clientId, event?.clientId, "the application as which it was made");
  });

  it("acts for nobody whom the presence policy protects, and says what the person must do", async () => {
    const tried = await tryAs("ben@acme.example");
    assert.deepEqual(told(tried), [...green.slice(0, 2), "failed tenant.token"]);
    assert.match(tried.body.findings?.at(-1)?.message ?? "", /lets a back end act for a user for 12 hours/);
    assert.match(tried.body.findings?.at(-1)?.fix ?? "", /Have the user log in again/);
    assert.deepEqual(tried.body.refusal, { code: "presence_required" });
    const [event] = await listAuditEvents(context.db, { type: "accessor.tried", limit: 1 });
    assert.deepEqual(event?.details, { accessor: "default", passed: false, refused: "presence_required" });
  });

  it("knows nobody who is no member, whoever they are elsewhere", async () => {
    for (const user of ["emil@globex.example", "nobody@nowhere.example"]) {
      const tried = await tryAs(user);
      assert.deepEqual([tried.status, tried.body.error], [403, "not_a_member"], tried.text);
    }
  });

  it("ends where AWS refuses, with the step, AWS's request id, and the fix", async () => {
    const right = await getAccessor(context.db, "acme", "default");
    const row = context.db("accessors").where({ tenant_id: "acme", name: "default" });
    await row.clone().update({ retriever_id: "99999999-8888-4777-8666-555555555555" });
    try {
      const tried = await tryAs(ada);
      assert.deepEqual(told(tried), [...green, "failed tenant.search"], tried.text);
      assert.equal(tried.body.refusal?.step, "search-relevant-content");
      assert.ok(tried.body.refusal?.awsRequestId);
      assert.ok(tried.body.findings?.at(-1)?.fix);
    } finally {
      await row.clone().update({ retriever_id: right.retrieverId });
    }
  });

  it("says which data accessor is missing, and that no application may act", async () => {
    const none = await tryAs(ada, "acme", "archive");
    assert.deepEqual(told(none), ["failed tenant.accessor"]);
    assert.match(none.body.findings?.[0]?.message ?? "", /has no data accessor "archive"/);
    const serving = await context.db("clients").where("metadata", "like", "%mint%").pluck("client_id");
    for (const clientId of serving) await clientAccess.disableClient(context, { clientId });
    try {
      const unserved = await tryAs(ada);
      assert.deepEqual(told(unserved), ["passed tenant.accessor", "failed tenant.client"], unserved.text);
      assert.match(unserved.body.findings?.at(-1)?.fix ?? "", /--mint-for acme/);
    } finally {
      for (const clientId of serving) await clientAccess.enableClient(context, { clientId });
    }
  });

  it("is made once at a time for a customer", async () => {
    const both = await Promise.all([tryAs(ada), tryAs(ada)]);
    const refused = both.filter(({ body }) => body.error === "trial_under_way");
    assert.equal(refused.length, 1, JSON.stringify(both.map(({ text }) => text)));
    assert.equal(refused[0]?.status, 409);
  });
});
