// The controls' page as a browser without JavaScript uses it: what it shows, what its forms do, and who may not send them.
import assert from "node:assert/strict";
import { get as httpGet } from "node:http";
import { beforeEach, test } from "node:test";
import { stepsOf, useExample } from "../support/world.ts";

const { issuer, sandbox } = useExample();
beforeEach(() => sandbox.control.reset());

type Browser = { cookie: string; token: string; body: string };

async function open(path = "/controls", cookie = ""): Promise<Browser> {
  const response = await fetch(`${sandbox.url}${path}`, cookie === "" ? {} : { headers: { cookie } });
  assert.equal(response.status, 200);
  const body = await response.text();
  return {
    cookie: response.headers.get("set-cookie")?.split(";")[0] ?? "",
    token: /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? "",
    body,
  };
}

async function send(
  { cookie, token }: Pick<Browser, "cookie" | "token">,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${sandbox.url}/controls`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, ...headers },
    body: new URLSearchParams({ form_token: token, ...fields }),
  });
  return { status: response.status, location: response.headers.get("location"), body: await response.text() };
}

test("forms move the clock, and the page shows the present time", async () => {
  const browser = await open();
  assert.match(browser.body, /UTC, the machine’s/);
  const moved = await send(browser, { act: "advance", seconds: "3600" });
  assert.deepEqual([moved.status, moved.location], [303, "/controls?done=advance"]);
  assert.equal(sandbox.control.clock().offsetSeconds, 3600);
  const after = await open("/controls?done=advance", browser.cookie);
  assert.match(after.body, /role="status">The clock was moved\./);
  assert.match(after.body, /1 h ahead/);
  await send(after, { act: "offset", seconds: "0" });
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
});

test("forms set switches and add faults, which the page then lists", async () => {
  const browser = await open();
  assert.equal((await send(browser, { act: "rule", name: "token.missingJti", value: "accept" })).status, 303);
  await send(browser, {
    act: "fault",
    service: "sts",
    operation: "AssumeRole",
    times: "2",
    code: "AccessDenied",
    status: "403",
    delayMs: "",
    drop: "",
  });
  const { body } = await open();
  assert.match(body, /token\.missingJti<\/b><span class="badge info">changed from/);
  assert.match(body, /sts AssumeRole: 403 AccessDenied – 2 × left/);
  await assert.rejects(stepsOf(sandbox).assumeRole(), { name: "AccessDenied" });
  await send(browser, { act: "clear-faults" });
  assert.deepEqual(sandbox.control.faults(), []);
  const keys = await stepsOf(sandbox).assumeRole();
  await send(browser, { act: "expire-sessions" });
  await assert.rejects(
    stepsOf(sandbox).exchange(await issuer.token({ email: "ada@acme.example" }), { credentials: keys }),
  );
});

test("a value that is not taken is told on the page, by the words of the control API", async () => {
  const browser = await open();
  for (const [fields, message] of [
    [{ act: "advance", seconds: "9999999999999" }, /at most 3162240000 seconds/],
    [{ act: "advance", seconds: "soon" }, /seconds is &quot;soon&quot;; it must be a whole number/],
    [{ act: "rule", name: "token.missingJti", value: "maybe" }, /cannot be &quot;maybe&quot;/],
    [{ act: "rule", name: "<b>", value: "x" }, /no sandbox rule &quot;&lt;b&gt;&quot;/],
    [{ act: "fault" }, /does nothing yet/],
    [{ act: "fault", delayMs: "999999999" }, /delayMs is 999999999; it must be at most 600000/],
    [{ act: "fault", drop: "sometimes" }, /drop is &quot;sometimes&quot;/],
    [{ act: "constructor" }, /asks for nothing/],
  ] as const) {
    const { status, body } = await send(browser, fields);
    assert.equal(status, 400);
    assert.match(body, /<title>Error: Controls/);
    assert.match(body, new RegExp(`role="alert">[^<]*${message.source}`));
  }
});

test("reset asks first, and takes everything back to the seed", async () => {
  const asked = await open("/controls/reset");
  assert.match(asked.body, /It cannot be undone/);
  sandbox.control.advanceClock(5);
  assert.equal((await send(asked, { act: "reset" })).status, 303);
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
});

test("a form is taken from the browser it was shown to, and from our own page only", async () => {
  const victim = await open();
  const attacker = await open();
  const act = { act: "advance", seconds: "60" };
  for (const [browser, headers] of [
    [{ ...victim, token: "" }, {}],
    [{ ...victim, token: attacker.token }, {}],
    [{ ...victim, cookie: "" }, {}],
    [victim, { origin: "https://evil.example" }],
    [victim, { origin: "null" }],
    [victim, { "sec-fetch-site": "cross-site" }],
  ] as const) {
    assert.equal((await send(browser, act, headers)).status, 403);
  }
  assert.equal(sandbox.control.clock().offsetSeconds, 0);
  assert.equal(
    (await send(victim, act, { origin: sandbox.url, "sec-fetch-site": "same-origin" })).status,
    303,
  );
});

test("a link elsewhere may open the page, and nothing else but a browser's own form changes anything", async () => {
  // fetch does not let a test choose these headers.
  const linked = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    httpGet(`${sandbox.url}/controls`, { headers, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    }).on("error", reject);
  });
  assert.equal(linked, 200);
  assert.equal((await fetch(`${sandbox.url}/controls`, { method: "PUT" })).status, 405);
  assert.equal((await fetch(`${sandbox.url}/controls/reset`, { method: "POST" })).status, 405);
  const large = await fetch(`${sandbox.url}/controls`, { method: "POST", body: `x=${"x".repeat(20_000)}` });
  assert.equal(large.status, 413);
});
