// The doctor looks at an issuer as AWS does: every fault it knows is shown by an issuer that has it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/clock.ts";
import type { Finding } from "../../../src/onboarding/doctor/finding.ts";
import { checkIssuerShape, reachability } from "../../../src/onboarding/doctor/issuer_address.ts";
import { checkIssuer } from "../../../src/onboarding/doctor/issuer_checks.ts";
import { observeIssuer } from "../../../src/onboarding/doctor/issuer_observation.ts";
import { complaints, type IssuerBehaviour, makeKey, startIssuer } from "./doctor_support.ts";

const key = makeKey("k1");
const shortKey = makeKey("k2", 1024);
const good = { keys: [key.publicJwk] };
const { kid: _kid, ...withoutKid } = key.publicJwk;

/** What an issuer of this machine is always told. */
const local = ["warning issuer", "warning keys"];

async function examineIssuer(behaviour: IssuerBehaviour, signingKid?: string | null): Promise<Finding[]> {
  const issuer = await startIssuer({ jwks: good, ...behaviour });
  try {
    const observation = await observeIssuer(issuer.url, systemClock);
    return checkIssuer(observation, systemClock(), signingKid === undefined ? undefined : { signingKid });
  } finally {
    issuer.close();
  }
}

for (const [issuer, expected] of [
  ["https://login.example.com", []],
  ["https://login.example.com/t/acme", []],
  ["https://login.example.com/", ["failed issuer"]],
  ["https://login.example.com?x=1", ["failed issuer"]],
  ["https://login.example.com#x", ["failed issuer"]],
  ["https://login.example.com/.well-known/openid-configuration", ["failed issuer"]],
  ["https://login.example.com/a b", ["failed issuer"]],
  [`https://login.example.com/${"a".repeat(500)}`, ["failed issuer"]],
  ["login.example.com", ["failed issuer"]],
  ["http://login.example.com", ["failed issuer"]],
  ["https://login.example.com:8443", ["failed issuer"]],
  ["http://localhost:3000", ["warning issuer"]],
  ["https://10.1.2.3", ["warning issuer"]],
  // AWS takes no brackets.
  ["https://[2001:db8::1]", ["failed issuer"]],
  ["https://172.20.0.1", ["warning issuer"]],
  ["https://172.40.0.1", []],
  ["https://login.corp.internal", ["warning issuer"]],
] as const) {
  test(`the issuer ${issuer.slice(0, 70)} is told: ${expected.join() || "nothing"}`, () => {
    assert.deepEqual(complaints(checkIssuerShape(issuer)), expected);
  });
}

for (const [address, expected] of [
  ["https://login.example.com/jwks", undefined],
  ["https://[2606:4700::1]/jwks", undefined],
  ["https://[::1]/jwks", "warning"],
  ["https://[fd00::1]/jwks", "warning"],
  ["https://keys/jwks", "warning"],
  ["http://login.example.com/jwks", "failed"],
  ["https://login.example.com:444/jwks", "failed"],
] as const) {
  test(`keys at ${address}: ${expected ?? "AWS can reach them"}`, () => {
    assert.equal(reachability("keys", address, "K-1")?.outcome, expected);
  });
}

test("an issuer in order is told nothing but that AWS cannot reach this machine", async () => {
  const findings = await examineIssuer({}, "k1");
  assert.deepEqual(complaints(findings), local);
  const names = findings.filter(({ outcome }) => outcome === "passed").map(({ check }) => check);
  assert.deepEqual(names, [
    "discovery",
    "algorithms",
    "host",
    "keys",
    "signing_key",
    "caching",
    "sizes",
    "clock",
  ]);
});

test("every complaint has a cause and a fix", async () => {
  const findings = await examineIssuer({ jwks: { keys: [] }, clockAheadMs: -Date.now() });
  const told = findings.filter(({ outcome }) => outcome === "failed" || outcome === "warning");
  assert.ok(told.length > 2);
  for (const { check, cause, fix } of told) assert.ok(cause && fix, check);
});

const faults: readonly [string, IssuerBehaviour, string | null | undefined, string[], RegExp][] = [
  ["answers 500", { discoveryStatus: 500 }, undefined, ["failed discovery"], /answers 500/],
  [
    "redirects",
    { discoveryStatus: 302 },
    undefined,
    ["failed discovery"],
    /redirects \(302\) to "\/elsewhere"; nobody followed/,
  ],
  [
    "has keys that redirect",
    { jwksStatus: 307 },
    undefined,
    ["failed keys"],
    /jwks redirects \(307\) to "\/elsewhere"; nobody followed/,
  ],
  [
    "may leave tokens unsigned",
    { discovery: () => ({ id_token_signing_alg_values_supported: ["RS256", "none"] }) },
    undefined,
    ["warning algorithms", "warning keys"],
    /unsigned \(alg none\)/,
  ],
  [
    "lets caches decide",
    { cacheControl: null },
    undefined,
    ["warning keys", "warning caching"],
    /no Cache-Control max-age/,
  ],
  [
    "lets caches keep keys for a week",
    { cacheControl: "max-age=604800" },
    undefined,
    ["warning keys", "warning caching"],
    /for 604800 seconds/,
  ],
  [
    "publishes a key set of enormous size",
    { jwks: { keys: [{ ...key.publicJwk, x5c: ["A".repeat(70_000)] }] } },
    undefined,
    ["warning keys", "warning sizes"],
    /jwks has 70\d\d\d bytes/,
  ],
  ["answers with a page", { discoveryBody: "<html>" }, undefined, ["failed discovery"], /no JSON|not a JSON/],
  [
    "names another issuer",
    { discovery: () => ({ issuer: "https://login.example.com" }) },
    undefined,
    ["failed discovery", "warning keys"],
    /names the issuer "https:\/\/login\.example\.com"/,
  ],
  [
    "does not sign with RS256",
    { discovery: () => ({ id_token_signing_alg_values_supported: ["ES256"] }) },
    undefined,
    ["failed discovery", "warning keys"],
    /lacks RS256/,
  ],
  [
    "names no keys",
    { discovery: () => ({ jwks_uri: undefined }) },
    undefined,
    ["failed discovery"],
    /lacks jwks_uri/,
  ],
  [
    "believes the Host header",
    { discovery: (host) => ({ token_endpoint: `http://${host}/token` }) },
    undefined,
    ["failed host", "warning keys"],
    /repeats the host name/,
  ],
  ["has keys that do not answer", { jwksStatus: 404 }, undefined, ["failed keys"], /jwks answers 404/],
  ["has no keys", { jwks: { keys: [] } }, undefined, ["warning keys", "failed keys"], /empty/],
  [
    "shows a private key",
    { jwks: { keys: [{ ...key.publicJwk, d: "AQAB" }] } },
    undefined,
    ["warning keys", "failed keys"],
    /private half of k1/,
  ],
  [
    "has a short key only",
    { jwks: { keys: [shortKey.publicJwk] } },
    undefined,
    ["warning keys", "failed keys"],
    /k2 has 1024 bits/,
  ],
  [
    "has a key without kid only",
    { jwks: { keys: [withoutKid] } },
    undefined,
    ["warning keys", "failed keys"],
    /has no kid/,
  ],
  [
    "has keys of another kind only",
    {
      jwks: {
        keys: [
          { kty: "EC", kid: "e" },
          { ...key.publicJwk, use: "enc" },
        ],
      },
    },
    undefined,
    ["warning keys", "failed keys"],
    /e is no RSA key; k1 is not for RS256/,
  ],
  [
    "uses one kid twice",
    { jwks: { keys: [key.publicJwk, { ...makeKey("k1").publicJwk }] } },
    undefined,
    ["warning keys", "failed keys"],
    /Two keys have the kid "k1"/,
  ],
  [
    "does not publish the key it signs with",
    {},
    "k9",
    ["warning keys", "failed signing_key"],
    /k9, is not published/,
  ],
  ["signs with no key", {}, null, ["warning keys", "failed signing_key"], /No key signs/],
  [
    "has a clock that is ahead",
    { clockAheadMs: 120_000 },
    undefined,
    ["warning keys", "failed clock"],
    /ahead of/,
  ],
  [
    "has a clock that is behind",
    { clockAheadMs: -120_000 },
    undefined,
    ["warning keys", "failed clock"],
    /behind/,
  ],
  [
    "has a clock a little behind",
    { clockAheadMs: -20_000 },
    undefined,
    ["warning keys", "warning clock"],
    /behind/,
  ],
  ["tells no time", { clockAheadMs: null }, undefined, ["warning keys", "warning clock"], /carry no date/],
];
for (const [what, behaviour, signingKid, expected, message] of faults) {
  test(`an issuer that ${what} is told so`, async () => {
    const findings = await examineIssuer(behaviour, signingKid);
    assert.deepEqual(complaints(findings), ["warning issuer", ...expected]);
    assert.ok(
      findings.some((finding) => message.test(finding.message)),
      JSON.stringify(findings),
    );
  });
}

test("an issuer that is not there is told so, and nothing else is guessed", async () => {
  const issuer = await startIssuer({});
  issuer.close();
  const findings = checkIssuer(await observeIssuer(issuer.url, systemClock), systemClock());
  assert.deepEqual(complaints(findings), ["warning issuer", "failed discovery"]);
  assert.match(JSON.stringify(findings), /does not answer/);
});
