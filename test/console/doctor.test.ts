// The doctor in the console: run when somebody asks, at no address but those of the settings, each check with what to do on a
// page; and an organization's data accessor tried by who may act for it.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createAccessor } from "../../src/admin/operations/accessors.ts";
import { UserAgent } from "../provider/support/user_agent.ts";
import { cliContext } from "../support/cli_context.ts";
import { emails, open, postForm, signInToConsole, useConsole } from "./console_world.ts";

// Nobody listens there: AWS does not answer.
const nowhere = "http://127.0.0.1:9";
const auditor = new UserAgent();
const operator = new UserAgent();
const world = useConsole(
  {
    awsAccess: () => ({
      roleArn: "arn:aws:iam::111122223333:role/isv",
      baseCredentials: async () => ({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x" }),
      awsClientOptions: { sts: { endpoint: nowhere, maxAttempts: 1 } },
    }),
  },
  async () => {
    await signInToConsole(world, auditor, emails.auditor);
    await signInToConsole(world, operator, emails.operator);
  },
);

const eventsOf = async (type: string) => world.db("audit_events").where({ type });

test("a look at the page runs nothing; who reads may run the checks, which are told in their order", async () => {
  const page = await open(auditor, `${world.origin}/console/doctor`);
  assert.equal(page.status, 200);
  assert.match(page.text, /Run the checks/);
  assert.deepEqual(await eventsOf("installation.examined"), []);
  const told = await postForm(world, auditor, "/console/doctor", {});
  assert.equal(told.status, 200, told.text);
  const names = [...told.text.matchAll(/(?:Passed|Failed|Advised): <\/span>([\w.]+):/g)].map(
    ([, name]) => name,
  );
  const order = ["settings", "aws_client", "issuer", "discovery", "host", "keys", "clock", "aws.identity"];
  assert.deepEqual(
    order.filter((name) => !names.includes(name)),
    [],
    names.join(),
  );
  assert.deepEqual(
    names.filter((name) => order.includes(name ?? "")).filter((n, at, all) => all.indexOf(n) === at),
    order,
  );
  assert.match(told.text, /aws\.identity: [^<]*AWS did not answer/);
  assert.match(told.text, /discovery: [^<]*\(I-4, I-5, I-6\)/);
  assert.doesNotMatch(told.text, /\btti (?!doctor)[a-z]+ [a-z]/, "what to do is on a page");
  assert.doesNotMatch(told.text, /AKIAEXAMPLE|isv-secret/);
  const [event] = await eventsOf("installation.examined");
  assert.match(event.actor, /^account:/);
  assert.ok(JSON.parse(event.details).failed > 0);
});

test("nothing in a form leads the checks anywhere else", async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const given = { issuer: url, url, "ISSUER-URL": url, endpoint: url, region: url, jwks_uri: url };
    for (const path of ["/console/doctor", `/console/doctor?issuer=${encodeURIComponent(url)}`]) {
      assert.equal((await postForm(world, auditor, path, given)).status, 200);
    }
    assert.equal(asked, 0);
  } finally {
    server.close();
  }
});

test("who asks while checks run is told of those: they run once", async () => {
  const before = (await eventsOf("installation.examined")).length;
  const told = await Promise.all([1, 2].map(() => postForm(world, auditor, "/console/doctor", {})));
  assert.deepEqual(
    told.map(({ status }) => status),
    [200, 200],
  );
  assert.equal((await eventsOf("installation.examined")).length, before + 2, "each is recorded");
});

test("an organization is tried by who may change things, with faults beside their fields", async () => {
  const path = "/console/doctor/organization";
  assert.equal((await open(auditor, `${world.origin}${path}`)).status, 403);
  const page = await open(operator, `${world.origin}${path}?organization=acme`);
  assert.match(page.text, /value="acme"/);
  const send = (fields: Record<string, string>) => postForm(world, operator, path, fields);
  assert.match((await send({ tenantId: "nope", user: emails.nobody })).text, /id="tenantId-error"/);
  assert.match((await send({ tenantId: "acme", user: "gone@acme.example" })).text, /id="user-error"/);
  const missing = await send({ tenantId: "acme", user: emails.nobody });
  assert.match(missing.text, /Failed: <\/span>tenant\.accessor: The tenant acme has no data accessor/);
  await createAccessor(cliContext(world.db), {
    tenantId: "acme",
    applicationId: "11111111-2222-3333-4444-555555555555",
    retrieverId: "66666666-7777-8888-9999-000000000000",
    qRegion: "us-east-1",
    idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
    idcRegion: "us-east-1",
  });
  const unserved = await send({ tenantId: "acme", user: emails.nobody });
  assert.match(unserved.text, /Failed: <\/span>tenant\.client: No application may act/);
  assert.doesNotMatch(unserved.text, /\btti client/);
  assert.equal((await eventsOf("accessor.tried")).length, 2);
});
