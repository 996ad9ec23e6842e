// Searching over HTTP as a back end in any language does: access token, one POST, JSON or NDJSON.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createAccessor, getAccessor } from "../../src/accessors/accessor_store.ts";
import { explainError } from "../../src/accessors/explained_error.ts";
import { createClient } from "../../src/admin/operations/clients.ts";
import type { OperationContext } from "../../src/admin/operations/operation.ts";
import { showUser } from "../../src/admin/operations/users.ts";
import { listAuditEvents } from "../../src/audit/audit_store.ts";
import { operationContext } from "../../src/cli/administration.ts";
import { type DevEnvironment, startDevEnvironment } from "../../src/cli/dev/dev_environment.ts";
import { systemClock } from "../../src/clock.ts";
import { readConfig } from "../../src/config.ts";
import { connectDatabase } from "../../src/db/connect.ts";
import {
  revokeOfflineConsent,
  saveOfflineConsent,
} from "../../src/provider/presence/offline_consent_store.ts";
import { createMembership } from "../../src/provider/tenants/membership_store.ts";

const dataDir = mkdtempSync(join(tmpdir(), "tti-search-"));
const secret = "a-secret-of-the-tests-that-is-long-enough";

let environment: DevEnvironment;
let context: OperationContext;
let token: string;
let adaId: string;

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
  await createClient(context, {
    clientId: "php-app",
    purposes: ["search"],
    allowedTenants: ["acme"],
    secret,
  });
  for (const email of ["ada@acme.example", "ben@acme.example"]) await agree(email);
  adaId = await environment.subjectOf("ada@acme.example");
  token = await accessToken("php-app");
});
after(async () => {
  await context.db.destroy();
  await environment.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function agree(email: string): Promise<void> {
  const key = { tenantId: "acme", accountId: await environment.subjectOf(email), clientId: "php-app" };
  await saveOfflineConsent(context.db, key, systemClock());
}

async function accessToken(clientId: string): Promise<string> {
  const response = await fetch(`${environment.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials", scope: "tti:search" }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

function post(tenant: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${environment.issuer}/v1/tenants/${tenant}/search`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

interface Answer {
  results?: { documentId: string }[];
  error?: string;
  error_description?: string;
  field?: string;
}

async function search(
  tenant: string,
  body: unknown,
): Promise<{ status: number; answer: Answer; found: string[] }> {
  const response = await post(tenant, body);
  const answer = (await response.json()) as Answer;
  return {
    status: response.status,
    answer,
    found: (answer.results ?? []).map(({ documentId }) => documentId).sort(),
  };
}

const query = "plan for 2027";

describe("POST /v1/tenants/{tenant}/search", () => {
  it("answers what the user may see, and no more", async () => {
    const ada = await search("acme", { user: "ada@acme.example", query });
    assert.equal(ada.status, 200, JSON.stringify(ada.answer));
    assert.deepEqual(ada.found, ["acme-company-plan", "acme-engineering-plan"]);
    const ben = await search("acme", { user: "ben@acme.example", query });
    assert.deepEqual(ben.found, ["acme-company-plan", "acme-people-plan"]);
  });

  it("refuses an attribute filter that AWS would not apply as it is written, by its member", async () => {
    const by = (attributeFilter: unknown) =>
      search("acme", { user: "ada@acme.example", query, attributeFilter });
    const misspelt = await by({ equalTo: { name: "_document_title", value: { stringValue: "x" } } });
    assert.deepEqual([misspelt.status, misspelt.answer.field], [400, "/attributeFilter/equalTo"]);
    const whole = await by({ equalsTo: { name: "_document_title", value: { stringValue: "nothing" } } });
    assert.deepEqual([whole.status, whole.found], [200, []], JSON.stringify(whole.answer));
    const beyond = await by({ greaterThan: { name: "_document_title", value: { stringValue: "x" } } });
    assert.equal(beyond.status, 400, "what only AWS finds invalid is the caller's, too");
  });

  it("takes the account's id as well as its address", async () => {
    assert.deepEqual((await search("acme", { user: adaId, query })).found, [
      "acme-company-plan",
      "acme-engineering-plan",
    ]);
  });

  it("takes an id of the ISV that is an address, and no name that is the id of one member and the address of another", async () => {
    const id = "chloe@acme.example";
    const chloe = await environment.subjectOf(id);
    assert.notEqual(chloe, id);
    const now = systemClock();
    const row = await context.db("accounts").where({ id: adaId }).first();
    await context
      .db("accounts")
      .insert({ ...row, id, login_key: null, password_hash: null, email: "x@acme.example" });
    try {
      // Nobody of this tenant yet: the address counts, and Chloe has not agreed.
      assert.equal((await search("acme", { user: id, query })).answer.error, "presence_required");
      await createMembership(context.db, { tenantId: "acme", accountId: id, role: "member" }, now);
      await saveOfflineConsent(context.db, { tenantId: "acme", accountId: id, clientId: "php-app" }, now);
      const both = await search("acme", { user: id, query });
      assert.deepEqual([both.status, both.answer.error], [409, "account_ambiguous"]);
      // Who signs in with it is a member no more.
      await context.db("memberships").where({ account_id: chloe, tenant_id: "acme" }).delete();
      const named = await search("acme", { user: id, query });
      assert.notEqual(named.answer.error, "presence_required");
      assert.notEqual(named.answer.error, "not_a_member");
      await assert.rejects(showUser(context, { user: id }), { code: "account_ambiguous" });
    } finally {
      await context.db("memberships").where({ account_id: id }).delete();
      if ((await context.db("memberships").where({ account_id: chloe, tenant_id: "acme" })).length === 0)
        await createMembership(context.db, { tenantId: "acme", accountId: chloe, role: "member" }, now);
    }
  });

  it("streams one result a line when NDJSON is asked for", async () => {
    const response = await post(
      "acme",
      { user: "ada@acme.example", query, pageSize: 1 },
      { accept: "application/x-ndjson" },
    );
    assert.match(response.headers.get("content-type") ?? "", /^application\/x-ndjson/);
    const lines = (await response.text()).trimEnd().split("\n");
    const found = lines.map((line) => (JSON.parse(line) as { documentId: string }).documentId).sort();
    assert.deepEqual(found, ["acme-company-plan", "acme-engineering-plan"]);
  });

  it("records each page before it leaves", async () => {
    const countMade = async (): Promise<number> =>
      (await context.db("audit_events").where({ type: "search.made", account_id: adaId }).select("id"))
        .length;
    const earlier = await countMade();
    const body = { user: "ada@acme.example", query, pageSize: 1 };
    const response = await post("acme", body, { accept: "application/x-ndjson" });
    let seen = 0;
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk);
      seen = text.split("\n").length - 1;
      assert.ok((await countMade()) - earlier >= seen, "a line without its event");
    }
    assert.equal(seen, 2);
    const made = (await listAuditEvents(context.db, { tenantId: "acme" })).filter(
      ({ type, accountId }) => type === "search.made" && accountId === adaId,
    );
    assert.deepEqual(
      made
        .slice(0, 2)
        .map(({ details }) => [details["page"], details["results"]])
        .sort(),
      [
        [1, 1],
        [2, 1],
      ],
    );
  });

  it("hands no page over whose event cannot be written", async () => {
    await context.db.raw(
      `create trigger no_event before insert on audit_events when new.type = 'search.made'
       begin select raise(abort, 'no event'); end`,
    );
    try {
      const body = { user: "ada@acme.example", query };
      const response = await post("acme", body, { accept: "application/x-ndjson" });
      assert.ok(response.status >= 500, String(response.status));
      assert.doesNotMatch(await response.text(), /acme-company-plan/);
    } finally {
      await context.db.raw("drop trigger no_event");
    }
  });

  it("stops at maxResults", async () => {
    assert.equal((await search("acme", { user: "ada@acme.example", query, maxResults: 1 })).found.length, 1);
  });

  for (const [name, tenant, body, status, code] of [
    [
      "a tenant the client may not act for",
      "globex",
      { user: "sam@partner.example", query },
      403,
      "forbidden",
    ],
    ["a user of another tenant", "acme", { user: "dana@globex.example", query }, 403, "not_a_member"],
    ["a user nobody knows", "acme", { user: "nobody@acme.example", query }, 403, "not_a_member"],
    ["a user who has not agreed", "acme", { user: "chloe@acme.example", query }, 403, "presence_required"],
    [
      "an unknown data accessor",
      "acme",
      { user: "ada@acme.example", query, accessor: "x" },
      404,
      "accessor_not_found",
    ],
    ["no query", "acme", { user: "ada@acme.example" }, 400, "invalid_input"],
    ["a query of spaces", "acme", { user: "ada@acme.example", query: "   " }, 400, "invalid_input"],
    ["an unknown field", "acme", { user: "ada@acme.example", query, tenant: "globex" }, 400, "invalid_input"],
    [
      "a page token nobody issued",
      "acme",
      { user: "ada@acme.example", query, nextToken: "x" },
      400,
      "invalid_input",
    ],
  ] as const) {
    it(`refuses ${name} with ${status} ${code}`, async () => {
      const { status: answered, answer } = await search(tenant, body);
      assert.deepEqual([answered, answer.error], [status, code], JSON.stringify(answer));
    });

    it(`refuses ${name} with the same status when NDJSON is asked for`, async () => {
      const response = await post(tenant, body, { accept: "application/x-ndjson" });
      assert.equal(response.status, status);
      assert.equal(((await response.json()) as Answer).error, code);
    });
  }

  it("refuses a user who took consent back, although credentials made before still live", async () => {
    const ben = {
      tenantId: "acme",
      accountId: await environment.subjectOf("ben@acme.example"),
      clientId: "php-app",
    };
    assert.equal((await search("acme", { user: "ben@acme.example", query })).status, 200);
    await revokeOfflineConsent(context.db, ben, systemClock());
    assert.equal(
      (await search("acme", { user: "ben@acme.example", query })).answer.error,
      "presence_required",
    );
  });

  it("records what AWS refused, so that the id of the request explains it", async () => {
    const whole = await getAccessor(context.db, "acme", "default");
    await createAccessor(context.db, { ...whole, name: "elsewhere", qRegion: "us-west-2" }, systemClock());
    const response = await post("acme", { user: "ada@acme.example", query, accessor: "elsewhere" });
    const answer = (await response.json()) as Answer;
    assert.deepEqual([response.status, answer.error], [502, "exchange_failed"]);
    const requestId = response.headers.get("x-request-id") ?? "";
    const { explanations, event } = await explainError(context.db, requestId, "acme");
    assert.equal(event?.type, "search.made");
    assert.equal(explanations[0]?.code, "search_target_not_found");
    assert.match(explanations[0]?.causes[0] ?? "", /us-west-2/);
    const [made] = await listAuditEvents(context.db, { tenantId: "acme", type: "search.made" });
    assert.equal(made?.details["step"], "search-relevant-content");
    assert.match(String(made?.details["awsRequestId"]), /^[0-9a-f-]{36}$/);
  });

  it("records who searched for whom, and not what", async () => {
    const events = await listAuditEvents(context.db, { tenantId: "acme" });
    const made = events.find(({ type, accountId }) => type === "search.made" && accountId === adaId);
    assert.equal(made?.actor, "client:php-app");
    assert.doesNotMatch(JSON.stringify(events), /plan for 2027/);
    assert.ok(events.some(({ type, details }) => type === "token.minted" && details?.["by"] === "search"));
  });
});
