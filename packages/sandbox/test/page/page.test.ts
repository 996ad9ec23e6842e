// The sandbox's pages as a browser gets them.

import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { createRules } from "../../src/rules/rules.ts";
import { storeKey } from "../../src/state/index.ts";
import { requestRecord, startPages } from "./page_server.ts";

let pages: Awaited<ReturnType<typeof startPages>>;
before(async () => {
  pages = await startPages();
});
beforeEach(() => pages.log.clear());
after(() => pages.close());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${pages.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** fetch does not let a test choose the Host header. */
function statusUnderHost(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(pages.url, { headers: { host }, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    })
      .on("error", reject)
      .end();
  });
}

test("the first page lists the last requests, newest first, with caller, result and checks", async () => {
  pages.log.add(requestRecord());
  pages.log.add(requestRecord({ operation: "CreateTokenWithIAM", service: "sso-oidc" }));
  const { status, body } = await get("/");
  assert.equal(status, 200);
  assert.ok(body.indexOf("CreateTokenWithIAM") < body.indexOf("AssumeRole"));
  assert.match(body, /<b>isv<\/b> <small>ada · 111122223333<\/small>/);
  assert.match(body, /200 OK/);
  assert.match(body, /1 check</);
});

test("a heading breaks between the words of its operation; a call without one is told by method and path", async () => {
  const { sequence } = pages.log.add(requestRecord({ operation: "CreateTokenWithIAM", service: "sso-oidc" }));
  assert.match((await get(`/requests/${sequence}`)).body, /Create<wbr>Token<wbr>With<wbr>IAM<\/h1>/);
  const rest = { operation: null, service: "bedrock", method: "POST", path: "/model/x/invoke" };
  const unnamed = pages.log.add(requestRecord(rest));
  assert.match(
    (await get(`/requests/${unnamed.sequence}`)).body,
    /POST \/<wbr>model\/<wbr>x\/<wbr>invoke<\/h1>/,
  );
  assert.match(
    (await get("/")).body,
    /<b>POST \/model\/x\/invoke<\/b> <small>bedrock · [\w-]+ · the request names no operation</,
  );
});

test("a refusal is listed with its reason and fix", async () => {
  pages.log.add(
    requestRecord({
      status: 400,
      errorCode: "InvalidGrantException",
      reason: "The audience is wrong.",
      fix: "Send the right one.",
      checks: [{ name: "token.audience", passed: false, why: "aud is x", fix: "Send the right one." }],
    }),
  );
  const { body } = await get("/");
  assert.match(body, /400 InvalidGrantException/);
  assert.match(body, /<b>Why<\/b> The audience is wrong\./);
  assert.match(body, /<b>Fix<\/b> Send the right one\./);
});

test("a refusal by a switch shows the switch, its other values and what AWS says of it", async () => {
  const found = createRules().find("token.missingJti") ?? null;
  pages.log.add(requestRecord({ status: 400, errorCode: "X", reason: "No jti.", switch: found }));
  assert.match(
    (await get("/")).body,
    /<b>Switch<\/b> token\.missingJti=reject; set accept to go on here\. AWS&#39;s own pages disagree/,
  );
});

test("only refusals are listed on demand, also under the address of before", async () => {
  pages.log.add(requestRecord({ operation: "GoodOne" }));
  pages.log.add(requestRecord({ operation: "BadOne", status: 403, errorCode: "AccessDenied" }));
  for (const address of ["/?show=refused", "/?outcome=refused"]) {
    const { body } = await get(address);
    assert.match(body, /BadOne/);
    assert.doesNotMatch(body, /GoodOne/);
  }
});

test("without requests the page says how to send one", async () => {
  assert.match((await get("/")).body, /AWS_ENDPOINT_URL=http:\/\/sandbox\.example:4566/);
});

test("the page of a request shows every check, input, output and the neighbours", async () => {
  const first = pages.log.add(requestRecord());
  const { sequence } = pages.log.add(
    requestRecord({
      status: 400,
      errorCode: "InvalidGrantException",
      errorMessage: "Invalid grant provided",
      reason: "Because.",
      rule: "token.audience",
      checks: [
        { name: "token.issuer", passed: true, why: "iss is right" },
        { name: "token.audience", passed: false, why: "aud is x", fix: "Send y." },
      ],
      injectedFault: "delay 5 ms",
    }),
  );
  const { body } = await get(`/requests/${sequence}`);
  for (const text of [
    "token.issuer",
    "iss is right",
    "token.audience",
    "aud is x",
    "Send y.",
    "1 of 2 failed",
  ]) {
    assert.ok(body.includes(text), text);
  }
  assert.ok(body.includes("Invalid grant provided"));
  assert.ok(body.includes("arn:aws:iam::111122223333:role/isv"));
  assert.ok(body.includes("delay 5 ms"));
  assert.ok(body.includes(`href="/requests/${first.sequence}"`));
});

test("an unknown request is a page of its own, with 404", async () => {
  const { status, body } = await get("/requests/999999");
  assert.equal(status, 404);
  assert.match(body, /No such request/);
});

test("markup in anything a client sent is shown as text", async () => {
  const attack = `"><script>alert(1)</script><img src=x onerror='alert(2)'>`;
  const { sequence } = pages.log.add(
    requestRecord({
      operation: null,
      path: attack,
      method: attack,
      caller: `arn:aws:sts::111122223333:assumed-role/${attack}/${attack}`,
      reason: attack,
      fix: attack,
      errorCode: attack,
      input: { [attack]: attack },
      checks: [{ name: attack, passed: false, why: attack, fix: attack }],
    }),
  );
  pages.world.accounts.set("1", { accountId: "111122223333", name: attack });
  for (const path of ["/", `/requests/${sequence}`, "/contents"]) {
    const { body } = await get(path);
    assert.doesNotMatch(body.replace(/<script src="[^"]*" defer><\/script>/, ""), /<script|<img/, path);
    assert.match(body, /&lt;script&gt;/, path);
  }
  pages.world.accounts.clear();
});

test("no page may load or run anything but its stylesheet and the one script, be framed, or be stored", async () => {
  for (const path of ["/", "/contents", "/requests/1"]) {
    const { headers, body } = await get(path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(
      policy,
      /^default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'(; script-src 'self'; connect-src 'self')?; form-action/,
    );
    assert.equal(policy.includes("script-src"), body.includes("<script"));
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.doesNotMatch(
      body.replace(/<script src="\/page\.js\?[0-9a-f]{16}" defer><\/script>/, ""),
      /<script|style="|\son\w+=/,
    );
  }
  const { headers, body } = await get("/page.css");
  assert.match(headers.get("content-type") ?? "", /^text\/css/);
  assert.match(body, /prefers-color-scheme: ?dark/);
});

test("a browser loads the stylesheet once: under the address of its content for good, else by its validator", async () => {
  const { body } = await get("/");
  const [, address = ""] = /<link rel="stylesheet" href="([^"]+)">/.exec(body) ?? [];
  assert.match(address, /^\/page\.css\?[0-9a-f]{16}$/);
  assert.match((await get(address)).headers.get("cache-control") ?? "", /immutable/);
  const plain = await get("/page.css");
  assert.equal(plain.headers.get("cache-control"), "no-cache");
  const etag = plain.headers.get("etag") ?? "";
  const again = await get("/page.css", { "if-none-match": etag });
  assert.deepEqual([again.status, again.body], [304, ""]);
  assert.equal((await get("/page.css", { "if-none-match": '"other"' })).status, 200);
});

test("signed requests, other methods and other paths are not the page's", async () => {
  assert.equal((await get("/", { authorization: "AWS4-HMAC-SHA256 x" })).status, 404);
  assert.equal((await get("/applications")).status, 404);
  assert.equal((await fetch(pages.url, { method: "POST" })).status, 404);
});

test("pages are shown only under names of this machine, against DNS rebinding", async () => {
  for (const host of ["localhost", "127.0.0.1:1", "[::1]:4566", "sandbox:4566", "sandbox.example:4566"]) {
    assert.equal(await statusUnderHost(host), 200, host);
  }
  for (const host of [
    "attacker.example",
    "localhost.attacker.example",
    "127.0.0.1.attacker.example",
    "bad host",
  ]) {
    assert.notEqual(await statusUnderHost(host), 200, host);
  }
});

test("the contents name accounts, users, issuers and indices, but no secret", async () => {
  const { world, search } = pages;
  const instanceArn = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
  const [identityStoreId, userId, applicationId, indexId] = ["d-1234567890", "u-1", "app-1", "index-1"];
  const times = { createdAtMs: 0, updatedAtMs: 0 };
  world.accounts.set("111122223333", { accountId: "111122223333", name: "Acme" });
  world.accessKeys.set("AKIAEXAMPLE", {
    accessKeyId: "AKIAEXAMPLE",
    secretAccessKey: "very-secret",
    accountId: "111122223333",
    holder: { type: "root" },
  });
  world.instances.set(instanceArn, {
    instanceArn,
    identityStoreId,
    ownerAccountId: "111122223333",
    region: "eu-west-1",
    name: null,
    status: "ACTIVE",
    createdAtMs: 0,
  });
  world.users.set(storeKey(identityStoreId, userId), {
    identityStoreId,
    userId,
    userName: "ada",
    displayName: "Ada Lovelace",
    emails: [{ value: "ada@example.com", type: null, primary: true }],
    externalIds: [],
    status: "ENABLED",
    profile: {},
    ...times,
  });
  world.groups.set(storeKey(identityStoreId, "g-1"), {
    identityStoreId,
    groupId: "g-1",
    displayName: "Mathematicians",
    description: null,
    externalIds: [],
    ...times,
  });
  world.memberships.set(storeKey(identityStoreId, "m-1"), {
    identityStoreId,
    membershipId: "m-1",
    groupId: "g-1",
    userId,
    createdAtMs: 0,
  });
  world.qApplications.set(applicationId, {
    applicationId,
    applicationArn: "arn",
    accountId: "111122223333",
    region: "us-west-2",
    displayName: "Knowledge",
    description: null,
    identityType: "AWS_IAM_IDC",
    identityCenterInstanceArn: instanceArn,
    identityCenterApplicationArn: null,
    roleArn: null,
    kmsKeyId: null,
    status: "ACTIVE",
    settings: {},
    unlicensedUserIds: [],
    tags: [],
    ...times,
  });
  world.indices.set(indexId, {
    indexId,
    indexArn: "arn",
    applicationId,
    displayName: "Main index",
    description: null,
    type: "ENTERPRISE",
    status: "ACTIVE",
    documentAttributeConfigurations: [],
    tags: [],
    ...times,
  });
  search.put(applicationId, indexId, { documentId: "d", content: "confidential text" });
  const { body } = await get("/contents");
  for (const text of [
    "Acme",
    "AKIAEXAMPLE",
    "Ada Lovelace",
    "ada@example.com",
    "Mathematicians",
    "eu-west-1",
    "Knowledge",
  ]) {
    assert.ok(body.includes(text), text);
  }
  assert.match(body, /1 document</);
  assert.doesNotMatch(body, /very-secret|confidential text/);
});

test("a moved clock is told", async () => {
  pages.clock.setOffset(3_600_000);
  assert.match((await get("/")).body, /2026-11-23 13:00:00 UTC \(the sandbox&#39;s clock is 1 h ahead\)/);
  pages.clock.setOffset(0);
});

test("no page reloads by itself; without JavaScript the list has a link that reloads it (fault P3)", async () => {
  const { body } = await get("/?outcome=refused&user=ada");
  assert.doesNotMatch(body, /http-equiv="refresh"/);
  assert.match(body, /data-live-reload href="\/\?user=ada&amp;outcome=refused">Reload/);
  assert.match(body, /<button [^>]*data-live-toggle hidden>/);
});

test("the script is one file of our own, kept by its content's address", async () => {
  const { body } = await get("/");
  const [, address = ""] = /<script src="([^"]+)" defer>/.exec(body) ?? [];
  const script = await get(address);
  assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  assert.match(script.headers.get("cache-control") ?? "", /immutable/);
  assert.doesNotMatch(script.body, /innerHTML|eval|document\.write/);
});
