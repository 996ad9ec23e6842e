// One exchange on the page, out of real calls: its picture from each of its four calls, the filter that finds it, the text
// for a ticket, and the way from an answer's request id.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { lastRequest, stepsOf, useExample } from "../support/world.ts";

const { issuer, sandbox } = useExample();
beforeEach(() => sandbox.control.reset());

async function get(path: string) {
  const response = await fetch(`${sandbox.url}${path}`, { redirect: "manual" });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** The picture's four boxes as text. */
async function pictureOf(sequence: number): Promise<string[]> {
  const { body } = await get(`/requests/${sequence}`);
  const [, list = ""] = /<ol class="chain">(.*?)<\/ol>/s.exec(body) ?? [];
  return list
    .split("</li>")
    .slice(0, -1)
    .map((item) =>
      item
        .replace(/<[^>]+>/g, "")
        .replace(/\s+/g, " ")
        .trim(),
    );
}

/** Sequence numbers the list shows, newest first. */
async function listed(query: string): Promise<number[]> {
  const { body } = await get(`/?${query}`);
  return [...body.matchAll(/data-sequence="(\d+)"/g)].map(([, sequence]) => Number(sequence));
}

test("the four calls of an exchange are one picture, seen from each of them", async () => {
  const { assumeRole, exchange, enhanced, search } = stepsOf(sandbox);
  await assumeRole({ Tags: [] });
  const session = await assumeRole();
  const answer = await exchange(await issuer.token({ email: "ada@acme.example" }), { credentials: session });
  const keys = await enhanced(answer.awsAdditionalDetails?.identityContext ?? "");
  await search(keys);
  const [other, ...four] = sandbox.control.requests().map(({ sequence }) => sequence);
  assert.equal(four.length, 4);
  const pictures = await Promise.all(four.map(pictureOf));
  for (const picture of pictures) assert.deepEqual(picture, pictures[0]);
  const [role = "", token = "", person = "", use = ""] = pictures[0] ?? [];
  assert.match(
    role,
    new RegExp(`^1 AssumeRole 200 OK .*${session.accessKeyId}, tagged acme, which sign call 2`),
  );
  assert.match(token, /^2 CreateTokenWithIAM 200 OK .*identity context of ada, which call 3/);
  assert.match(
    person,
    new RegExp(`^3 AssumeRole 200 OK .*${keys.accessKeyId} in the person’s name, tagged acme`),
  );
  assert.match(use, /^4 SearchRelevantContent 200 OK .*in the name of ada/);
  const { body } = await get(`/requests/${four[1]}`);
  assert.match(body, /for ada · tenant acme · all four calls answered/);
  assert.deepEqual(await pictureOf(other ?? 0), []);
});

test("the picture says where an exchange was refused, and what was not reached", async () => {
  const { assumeRole, exchange } = stepsOf(sandbox);
  const credentials = await assumeRole();
  await assert.rejects(exchange(await issuer.token({ email: "nobody@acme.example" }), { credentials }));
  const [, token = "", person = "", use = ""] = await pictureOf(lastRequest(sandbox).sequence);
  assert.match(token, /^2 CreateTokenWithIAM 400 \S+ .*Refused: /);
  assert.match(person, /Not reached: call 2 was refused/);
  assert.match(use, /Not reached: call 2 was refused/);
  const { body } = await get(`/requests/${lastRequest(sandbox).sequence}`);
  assert.match(body, /a token that names nobody@acme\.example · tenant acme · refused at call 2 of 4/);
});

test("the picture says when the calls of one exchange are for different tenants", async () => {
  const { exchange, enhanced, search } = stepsOf(sandbox);
  const context = (await exchange(await issuer.token({ email: "ada@acme.example" }))).awsAdditionalDetails;
  await assert.rejects(search(await enhanced(context?.identityContext ?? "", { Tags: [] })));
  const { sequence } = lastRequest(sandbox);
  assert.match((await pictureOf(sequence))[2] ?? "", /in the person’s name, without a tenant’s tag/);
  assert.match(
    (await get(`/requests/${sequence}`)).body,
    /for ada · tenants acme and none · refused at call 4 of 4/,
  );
});

test("a search whose session is over belongs to its exchange still", async () => {
  const { exchange, enhanced, search } = stepsOf(sandbox);
  const answer = await exchange(await issuer.token({ email: "ada@acme.example" }));
  const keys = await enhanced(answer.awsAdditionalDetails?.identityContext ?? "");
  sandbox.control.expireSessions();
  await assert.rejects(search(keys));
  const [, token = "", , use = ""] = await pictureOf(lastRequest(sandbox).sequence);
  assert.match(token, /identity context of ada/);
  assert.match(use, /Refused/);
});

test("the list is filtered by person, tenant, service and outcome, all in its address", async () => {
  const { assumeRole, exchange, searchAs } = stepsOf(sandbox);
  await searchAs(await issuer.token({ email: "ada@acme.example" }));
  await searchAs(await issuer.token({ email: "bob@acme.example" }));
  await assumeRole({ Tags: [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "globex" }] });
  await assert.rejects(exchange(await issuer.token({ email: "nobody@acme.example" })));
  const all = sandbox.control.requests();
  const numbersOf = (fits: (record: (typeof all)[number]) => boolean) =>
    all
      .filter(fits)
      .map(({ sequence }) => sequence)
      .reverse();
  assert.deepEqual(
    await listed("user=ADA"),
    numbersOf(({ links }) => links?.person?.name === "ada"),
  );
  assert.equal((await listed("user=ada")).length, 3);
  assert.equal((await listed("user=bob%40acme.example")).length, 3);
  assert.deepEqual(await listed("user=nobody"), [all.at(-1)?.sequence]);
  assert.ok(all.some(({ caller }) => caller?.includes("/isv/")));
  assert.deepEqual(await listed("user=isv"), [], "whoever signs is no person");
  assert.equal((await listed("tenant=globex")).length, 1);
  assert.deepEqual(
    await listed("service=qbusiness"),
    numbersOf(({ service }) => service === "qbusiness"),
  );
  assert.deepEqual(await listed("outcome=refused"), [all.at(-1)?.sequence]);
  assert.deepEqual(await listed("user=ada&outcome=refused"), []);
  assert.equal((await listed("outcome=constructor&service=&user=")).length, all.length);

  const { body } = await get("/?user=ada&service=sso-oidc");
  assert.match(body, /name="user" [^>]*value="ada"/);
  assert.match(body, /<option value="sso-oidc" selected>/);
  assert.match(body, /href="\/\?user=ada&amp;service=sso-oidc&amp;outcome=refused">Refused/);
  assert.match(body, new RegExp(`1 request of ${all.length}`));
  assert.match((await get("/?user=%22%3E%3Cscript%3E")).body, /value="&quot;&gt;&lt;script&gt;"/);
});

test("a refusal is a text for a ticket: what, when, which check, why, switch, fix, AWS's page; no token, no key", async () => {
  const { exchange } = stepsOf(sandbox);
  const token = await issuer.token({ email: "ada@acme.example", jti: undefined });
  await assert.rejects(exchange(token));
  const record = lastRequest(sandbox);
  const { status, headers, body } = await get(`/requests/${record.sequence}.txt`);
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/plain/);
  for (const line of [
    `Request id:    ${record.requestId}`,
    `Time:          ${record.at}`,
    "Operation:     sso-oidc CreateTokenWithIAM",
    "Person:        ada@acme.example (as the token says)",
    "Tenant:        acme",
    `Check:         ${record.rule}`,
    `Fix:           ${record.fix}`,
    "AWS page:      https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateTokenWithIAM.html",
  ]) {
    assert.ok(body.includes(`${line}\n`), `${line}\n${body}`);
  }
  assert.match(body, /\nWhy: {11}\S/);
  assert.match(body, /\nSwitch: +token\.missingJti=/);
  assert.doesNotMatch(body, /eyJ[\w-]{4,}\.|(AKIA|ASIA)\w{8,}/);
  const page = (await get(`/requests/${record.sequence}`)).body;
  assert.match(page, /<pre class="ticket"[^>]*>AWS call refused/);
  assert.equal((await get("/requests/999999.txt")).status, 404);
});

test("the request id of an answer leads to its page", async () => {
  await stepsOf(sandbox).assumeRole();
  const { requestId, sequence } = lastRequest(sandbox);
  const found = await get(`/requests/id/${requestId}`);
  assert.deepEqual([found.status, found.headers.get("location")], [303, `/requests/${sequence}`]);
  assert.equal((await get("/requests/id/00000000-0000-4000-8000-000000000000")).status, 404);
});
