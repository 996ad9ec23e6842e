// What a web page the developer visits can do to the sandbox without a signature: nothing, not even to its log's lines.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { beforeEach, test } from "node:test";
import { formatRequest } from "../../src/index.ts";
import { createRequestLog, FOREIGN_PAGE_RULE } from "../../src/operation/request_log.ts";
import { renderTicket } from "../../src/page/ticket.ts";
import { requestRecord } from "../page/page_server.ts";
import { lastRequest, useExample } from "../support/world.ts";

const { sandbox } = useExample();
beforeEach(() => sandbox.control.reset());

/** Not fetch, which lets no test choose these headers. */
function send(
  headers: Record<string, string>,
  body = "",
  path = "/",
  method = "POST",
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(`${sandbox.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, body: text }));
    });
    sent.on("error", reject).end(body);
  });
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const FORGED = "200 sts AssumeRole (us-east-1, 1 ms) FORGED";

function call(iss = "https://issuer.example"): string {
  const token = `${base64url({ alg: "RS256", kid: "k" })}.${base64url({ iss, sub: "s", aud: "a", iat: 1, exp: 2 })}.c2ln`;
  return new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: "arn:aws:iam::111122223333:role/web",
    RoleSessionName: "session",
    WebIdentityToken: token,
  }).toString();
}

const form = { "content-type": "application/x-www-form-urlencoded" };

test("a call without signature is not taken from a page elsewhere, and is from a program and an own page", async () => {
  const host = new URL(sandbox.url).host;
  for (const headers of [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { host: "evil.example", origin: "http://evil.example" },
    { host: "evil.example" },
    { origin: "https://evil.example", authorization: "Bearer x" },
  ]) {
    const { status, body } = await send({ ...form, ...headers }, call());
    assert.deepEqual([status, /<Code>(\w+)/.exec(body)?.[1]], [403, "AccessDenied"], JSON.stringify(headers));
    assert.equal(lastRequest(sandbox).rule, FOREIGN_PAGE_RULE);
  }
  const portal = await send({ "sec-fetch-site": "cross-site" }, "", "/assignment/accounts", "GET");
  assert.equal(portal.status, 403);
  for (const headers of [{}, { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" }]) {
    await send({ ...form, ...headers }, call());
    assert.notEqual(lastRequest(sandbox).rule, FOREIGN_PAGE_RULE);
  }
});

test("a page elsewhere does not push the developer's calls out of the log", () => {
  const log = createRequestLog(50);
  for (let each = 0; each < 30; each += 1) log.add(requestRecord());
  for (let each = 0; each < 200; each += 1) log.add(requestRecord({ rule: FOREIGN_PAGE_RULE }));
  const kept = log.list();
  assert.equal(kept.filter(({ rule }) => rule === null).length, 30);
  assert.equal(kept.filter(({ rule }) => rule === FOREIGN_PAGE_RULE).length, 10);
  assert.equal(kept.at(-1)?.sequence, 230);
});

test("what a caller says neither forges a line of the log nor reaches a terminal as a command", async () => {
  const { body } = await send(form, call(`https://x.example/\u001b[2J\u0007\u009b2J\u202e\r\n${FORGED}`));
  const record = lastRequest(sandbox);
  assert.match(record.reason ?? "", /FORGED/, "the text reaches the reason, or this test shows nothing");
  const printed = formatRequest(record);
  for (const text of [printed, renderTicket(record), body]) {
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  }
  for (const text of [printed, renderTicket(record)]) {
    assert.deepEqual(
      text.split("\n").filter((line) => line.startsWith("200 ")),
      [],
    );
  }
  const message = createRequestLog().add(
    requestRecord({ errorCode: "X", status: 400, errorMessage: `a\n${FORGED}\u2028b` }),
  );
  assert.doesNotMatch(formatRequest(message), /\n200|\u2028/);
});

test("a Host that a URL parser reads as another one opens nothing", async () => {
  const own = new URL(sandbox.url);
  for (const host of [
    `evil.example@${own.host}`,
    "127.0.0.1/.evil.example",
    "127.0.0.1?.evil.example",
    "127.0.0.1#.evil.example",
    "127.0.0.1\\.evil.example",
    "%6cocalhost",
    "local host",
    "127.0.0.1:x",
  ]) {
    for (const path of ["/_sandbox/seed", "/requests"]) {
      const { status, body } = await send({ host }, "", path, "GET");
      assert.ok(status === 403 || status === 400, `${host} ${path}: ${status}`);
      assert.doesNotMatch(body, /secretAccessKey/);
    }
  }
  for (const host of [
    own.host,
    "localhost",
    `[::1]:${own.port}`,
    "sandbox",
    "aws_sandbox:4566",
    "aws.localhost",
  ]) {
    assert.equal((await send({ host }, "", "/_sandbox/seed", "GET")).status, 200, host);
  }
});
