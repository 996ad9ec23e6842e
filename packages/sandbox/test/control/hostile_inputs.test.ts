// Whatever is sent to a control route: it is done, or refused with 4xx in words that name the field, and the sandbox goes on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { Sandbox } from "../../src/index.ts";
import { startExample } from "../support/world.ts";
import "../../../../test/support/property_seed.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await startExample("http://localhost:9");
});
after(() => sandbox.close());

async function call(method: string, path: string, body?: string) {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as { error?: { message: string } } };
}

const hostile = fc.oneof(
  fc.constantFrom(
    1e13,
    -1e13,
    1e308,
    -1,
    0.5,
    4e9,
    3_162_240_000,
    Number.MAX_SAFE_INTEGER,
    "",
    "x".repeat(9000),
    "\u0000",
    "a\r\nb: c",
    null,
    true,
    [],
    {},
    [[]],
    { __proto__: null },
    "2026-11-27",
    "1e999",
  ),
  fc.string(),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);
const members = [
  "service",
  "operation",
  "times",
  "delayMs",
  "error",
  "drop",
  "advanceSeconds",
  "offsetSeconds",
  "value",
  "email",
  "claims",
  "accessKeyId",
  "code",
  "status",
  "message",
  "members",
  "exp",
  "iat",
  "aud",
  "__proto__",
  "constructor",
];
const body = fc.oneof(
  fc
    .dictionary(fc.oneof(fc.constantFrom(...members), fc.string()), hostile, { maxKeys: 4 })
    .map((value) => JSON.stringify(value)),
  fc
    .record({ error: fc.dictionary(fc.constantFrom(...members), hostile, { maxKeys: 4 }) })
    .map((value) => JSON.stringify(value)),
  fc
    .record({ claims: fc.dictionary(fc.constantFrom(...members), hostile, { maxKeys: 4 }) })
    .map((value) => JSON.stringify(value)),
  hostile.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.constant("[".repeat(30_000)),
  fc.constant(`{"claims":${"[".repeat(9000)}${"]".repeat(9000)}}`),
);
const route = fc.constantFrom(
  "GET requests?limit=",
  "GET requests?x=",
  "DELETE requests",
  "POST faults",
  "DELETE faults",
  "POST clock",
  "PUT rules/token.audienceArray",
  "PUT rules/jwks.maxBytes",
  "PUT rules/%E0%A4%A",
  "PUT rules/",
  "PUT rules/constructor",
  "POST expire-sessions",
  "POST expire-identity-contexts",
  "POST forget-issuer-keys",
  "POST id-token",
  "POST reset",
  "GET nothing",
  "POST faults/1/2",
);

test("no control input brings the sandbox down or to a 500, and every refusal is a sentence that says what to change", async () => {
  await fc.assert(
    fc.asyncProperty(route, body, fc.string(), async (where, sent, word) => {
      const [method = "", path = ""] = where.split(" ");
      const whole = path.endsWith("=") ? `${path}${encodeURIComponent(word)}` : path;
      const { status, body: answer, text } = await call(method, whole, method === "GET" ? undefined : sent);
      assert.ok(
        status === 200 || (status >= 400 && status < 500),
        `${where} ${sent.slice(0, 200)}: ${status} ${text}`,
      );
      if (status !== 200) {
        const message = answer.error?.message ?? "";
        assert.match(message, /\S.*[.!]$/s);
        assert.ok(message.length < 6000 && !message.includes("x".repeat(200)), message.slice(0, 300));
      }
      assert.equal((await call("GET", "health")).status, 200);
      const clock = await call("GET", "clock");
      assert.ok(clock.status === 200 && clock.text.includes("T"), clock.text);
      // A signed request, and one for the page, are answered at any clock.
      const unsigned = await fetch(`${sandbox.url}/`, { method: "POST", body: "Action=GetCallerIdentity" });
      assert.ok(unsigned.status >= 400 && unsigned.status < 500);
      await unsigned.arrayBuffer();
      assert.equal((await fetch(`${sandbox.url}/`)).status, 200);
    }),
    { numRuns: 100 },
  );
});

test("a refusal names the field, its value's fault and what it may be", async () => {
  const cases: [string, string, unknown, RegExp][] = [
    [
      "POST",
      "faults",
      { drop: "sometimes" },
      /^drop is "sometimes"; it must be one of "before", "after", "middle"\.$/,
    ],
    ["POST", "faults", { delayMs: 1e12 }, /^delayMs is 1000000000000; it must be at most 600000\.$/],
    ["POST", "faults", { times: 0 }, /^times is 0; it must be at least 1\.$/],
    ["POST", "faults", { error: {} }, /^error\.code is missing; it must be a text\.$/],
    [
      "POST",
      "faults",
      { error: { code: "x", status: "no" } },
      /^error\.status is "no"; it must be a number\.$/,
    ],
    [
      "POST",
      "faults",
      { delay: 5 },
      /^The body has no member "delay"; leave it out\. Did you mean "delayMs"\?$/,
    ],
    [
      "POST",
      "clock",
      { advanceSeconds: 1e13 },
      /^advanceSeconds is 10000000000000; it must be at most 3162240000\.$/,
    ],
    ["POST", "clock", {}, /either advanceSeconds or offsetSeconds/],
    ["POST", "clock", { advanceSeconds: 1, offsetSeconds: 1 }, /either advanceSeconds or offsetSeconds/],
    ["PUT", "rules/token.audienceArray", { value: "maybe" }, /cannot be "maybe"; use reject or/],
    ["PUT", "rules/token.audienceArray", {}, /^value is missing/],
    ["PUT", "rules/nothing", { value: "x" }, /no sandbox rule "nothing"/],
    ["POST", "reset", { hard: true }, /no member "hard"/],
    ["POST", "expire-sessions", { accessKeyId: 7 }, /^accessKeyId is 7; it must be a text/],
  ];
  for (const [method, path, sent, message] of cases) {
    const { status, body: answer } = await call(method, path, JSON.stringify(sent));
    assert.equal(status, 400, path);
    assert.match(answer.error?.message ?? "", message);
  }
  for (const [query, message] of [
    ["limit=abc", /^limit is "abc"; it must be a whole number from 0 to/],
    ["limit=1&limit=2", /limit is given twice/],
    ["user=ada", /no query parameter "user"; it takes limit/],
  ] as const) {
    const { status, body: answer } = await call("GET", `requests?${query}`);
    assert.equal(status, 400);
    assert.match(answer.error?.message ?? "", message);
  }
});

test("a fault that is added in the same process is held to the same bounds", () => {
  assert.throws(() => sandbox.control.addFault({ delayMs: Number.NaN }), { code: "CONTROL_INPUT_INVALID" });
  assert.throws(
    () => sandbox.control.addFault({ times: 1e12 }),
    /times is 1000000000000; it must be at most 1000000/,
  );
});
