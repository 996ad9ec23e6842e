// What CreateTokenWithIAM demands of the ID token: one test for each rule that refuses, and for each switch.
import assert from "node:assert/strict";
import { KeyObject, sign } from "node:crypto";
import { beforeEach, describe, test } from "node:test";
import { formatRequest } from "../../../src/index.ts";
import { CLIENT_ID, createSigningKey } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import { lastRequest, startExample, stepsOf, useExample } from "../../support/world.ts";

const { issuer, key, sandbox } = useExample();
const ada = { email: "ada@acme.example" };

beforeEach(() => {
  issuer.jwks.keys = [key.publicJwk];
  return sandbox.control.reset();
});

const seconds = () => Math.floor(Date.now() / 1000);
const accepted = async (token: string) => stepsOf(sandbox).exchange(token);

async function refused(token: string, rule: string, description?: string) {
  return assertRefused(sandbox, stepsOf(sandbox).exchange(token), {
    name: "InvalidGrantException",
    status: 400,
    error: "invalid_grant",
    rule,
    ...(description === undefined ? {} : { description }),
  });
}

test("the checks run in the documented order and are all recorded", async () => {
  await accepted(await issuer.token(ada));
  assert.deepEqual(
    lastRequest(sandbox).checks.map((check) => check.name),
    [
      "signature",
      "caller.identityPolicy",
      "client.known",
      "client.region",
      "client.grant",
      "client.actorPolicy",
      "exchange.missingTag",
      "token.format",
      "token.algorithm",
      "issuer.discoveryIssuer",
      "token.kid",
      "token.signature",
      "token.issuer",
      "token.audience",
      "token.expiry",
      "token.subject",
      "token.replay",
      "token.mappedClaim",
      "user.match",
      "user.assignment",
      "exchange.scope",
      "exchange.jwtBearerPerSecond",
    ],
  );
});

describe("form and signature", () => {
  test("what is no JWT is refused", async () => {
    for (const text of ["not-a-jwt", "a.b", "a.b.c.d.e", ".."]) {
      await refused(text, "token.format");
    }
    await refused(`${"x".repeat(9000)}.y.z`, "token.maxBytes");
  });

  test("only RS256 is taken", async () => {
    for (const algorithm of ["ES256", "PS256", "RS384"]) {
      const other = await createSigningKey("other", algorithm);
      issuer.jwks.keys.push(other.publicJwk);
      await refused(await issuer.token(ada, { key: other }), "token.algorithm");
    }
  });

  test("an unsigned token is refused", async () => {
    const [, payload] = (await issuer.token(ada)).split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none", kid: "k1" })).toString("base64url");
    for (const signature of ["AA", ""]) {
      await refused(`${header}.${payload}.${signature}`, "token.algorithm");
      assert.match(lastRequest(sandbox).reason ?? "", /none/);
    }
    const [signedHeader] = (await issuer.token(ada)).split(".");
    await refused(`${signedHeader}.${payload}.`, "token.format");
    assert.match(lastRequest(sandbox).reason ?? "", /signature, is empty/);
  });

  test("an unknown kid is refused after the JWKS was fetched anew", async () => {
    await accepted(await issuer.token(ada));
    const before = issuer.hits.get("/jwks") ?? 0;
    const stranger = await createSigningKey("unpublished");
    await refused(await issuer.token(ada, { key: stranger }), "token.kid");
    assert.equal(issuer.hits.get("/jwks"), before + 1);
  });

  test("a forged token under a published kid is refused", async () => {
    const forger = { ...(await createSigningKey("k1")), kid: "k1" };
    await refused(await issuer.token(ada, { key: forger }), "token.signature");
  });

  test("a payload changed after signing is refused", async () => {
    const [header, , signature] = (await issuer.token(ada)).split(".");
    const [, other] = (await issuer.token({ email: "bob@acme.example" })).split(".");
    await refused(`${header}.${other}.${signature}`, "token.signature");
  });

  test("a missing kid is refused unless the rule says to try all keys", async () => {
    const token = () => issuer.token(ada, { header: { kid: undefined } });
    await refused(await token(), "token.missingKid");
    sandbox.control.setRule("token.missingKid", "tryAll");
    await accepted(await token());
  });

  test("a crit header and a foreign typ are refused", async () => {
    await refused(await issuer.token(ada, { header: { typ: "at+jwt" } }), "token.type");
    sandbox.control.setRule("token.type", "any");
    await accepted(await issuer.token(ada, { header: { typ: "at+jwt" } }));
    const [, payload, signature] = (await issuer.token(ada)).split(".");
    const header = Buffer.from(JSON.stringify({ alg: "RS256", kid: "k1", crit: ["x"], x: 1 })).toString(
      "base64url",
    );
    await refused(`${header}.${payload}.${signature}`, "token.criticalHeader");
  });

  test("an RSA key that is not 2048 bits is refused unless the rule says so", async () => {
    const large = await createSigningKey("large", "RS256", 3072);
    issuer.jwks.keys = [large.publicJwk];
    await refused(await issuer.token(ada, { key: large }), "jwks.keySize");
    sandbox.control.setRule("jwks.keySize", "atLeast2048");
    await accepted(await issuer.token(ada, { key: large }));
  });
});

describe("claims", () => {
  test("another issuer, or ours with a trailing slash, is refused", async () => {
    await refused(await issuer.token({ ...ada, iss: "https://other.example" }), "token.issuer");
    const record = await refused(
      await issuer.token({ ...ada, iss: `${issuer.url}/` }),
      "issuer.trailingSlash",
    );
    assert.match(record.fix ?? "", /trailing slash/);
  });

  test("another audience is refused, an array too unless the rule accepts it", async () => {
    await refused(await issuer.token({ ...ada, aud: "someone-else" }), "token.audience");
    await refused(await issuer.token({ ...ada, aud: undefined }), "token.audience");
    await refused(await issuer.token({ ...ada, aud: [CLIENT_ID] }), "token.audienceArray");
    sandbox.control.setRule("token.audienceArray", "accept");
    await accepted(await issuer.token({ ...ada, aud: ["x", CLIENT_ID] }));
    await refused(await issuer.token({ ...ada, aud: ["x"] }), "token.audience");
  });

  test("an expired token is refused, with no skew unless the rule gives some", async () => {
    await refused(await issuer.token({ ...ada, exp: seconds() - 5 }), "token.clockSkewSeconds");
    await refused(await issuer.token({ ...ada, exp: seconds() - 3600 }), "token.expiry");
    await refused(await issuer.token({ ...ada, exp: undefined }), "token.expiry");
    await refused(await issuer.token({ ...ada, exp: "soon" }), "token.expiry");
    sandbox.control.setRule("token.clockSkewSeconds", 60);
    await accepted(await issuer.token({ ...ada, exp: seconds() - 5 }));
  });

  test("a token that lives longer than an hour is refused unless the rule allows it", async () => {
    const token = () => issuer.token({ ...ada, exp: seconds() + 7200 });
    await refused(await token(), "token.maxLifetimeSeconds");
    sandbox.control.setRule("token.maxLifetimeSeconds", 0);
    await accepted(await token());
  });

  test("nbf and iat in the future are refused unless the rules accept them", async () => {
    const future = seconds() + 120;
    await refused(await issuer.token({ ...ada, nbf: future }), "token.futureNotBefore");
    await refused(await issuer.token({ ...ada, iat: future }), "token.futureIssuedAt");
    sandbox.control.setRule("token.futureNotBefore", "accept");
    sandbox.control.setRule("token.futureIssuedAt", "accept");
    await accepted(await issuer.token({ ...ada, nbf: future, iat: future }));
  });

  test("a number that is no time in seconds is refused with its unit, whatever the switches", async () => {
    for (const [time, unit] of [
      [1.8e12, /exp, 1800000000000, is in milliseconds/],
      [1.8e15, /is in microseconds/],
      [1.8e18, /is in nanoseconds/],
      [1e300, /is no time in seconds/],
    ] as const) {
      sandbox.control.setRule("token.maxLifetimeSeconds", 3600);
      await refused(await issuer.token({ ...ada, exp: time }), "token.maxLifetimeSeconds");
      assert.match(lastRequest(sandbox).reason ?? "", unit);
      sandbox.control.setRule("token.maxLifetimeSeconds", 0);
      await refused(await issuer.token({ ...ada, exp: time }), "token.expiry");
      assert.match(lastRequest(sandbox).reason ?? "", unit);
    }
    await refused(await issuer.token({ ...ada, iat: -1e300 }), "token.issuedAt");
    await refused(await issuer.token({ ...ada, nbf: -1e300 }), "token.notBefore");
    assert.match(lastRequest(sandbox).reason ?? "", /nbf, -1e\+300, is no time in seconds/);
  });

  test("a token without iat is taken", async () => {
    await accepted(await issuer.token({ ...ada, iat: undefined }));
  });

  test("a missing sub is refused unless the rule accepts it", async () => {
    await refused(await issuer.token({ ...ada, sub: undefined }), "token.missingSubject");
    sandbox.control.setRule("token.missingSubject", "accept");
    await accepted(await issuer.token({ ...ada, sub: undefined }));
    await refused(await issuer.token({ ...ada, sub: 7 }), "token.subject");
  });

  test("a missing jti is refused unless the rule accepts it", async () => {
    await refused(await issuer.token({ ...ada, jti: undefined }), "token.missingJti");
    sandbox.control.setRule("token.missingJti", "accept");
    await accepted(await issuer.token({ ...ada, jti: undefined }));
    await refused(await issuer.token({ ...ada, jti: 5 }), "token.jti");
  });

  test("the mapped claim must be a string that names a user", async () => {
    await refused(await issuer.token({}), "token.mappedClaim");
    await refused(await issuer.token({ email: ["ada@acme.example"] }), "token.mappedClaim");
    await refused(await issuer.token({ email: "nobody@acme.example" }), "user.match");
  });
});

describe("switches have values that differ (fault B7)", () => {
  test("token.criticalHeader", async () => {
    // jose signs no header it does not know, so this token is put together by hand.
    const critical = async () => {
      const claims = (await issuer.token(ada)).split(".")[1] ?? "";
      const header = { alg: "RS256", kid: key.kid, crit: ["x-known"], "x-known": 1 };
      const text = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${claims}`;
      return `${text}.${sign("sha256", Buffer.from(text), KeyObject.from(key.privateKey)).toString("base64url")}`;
    };
    await refused(await critical(), "token.criticalHeader");
    sandbox.control.setRule("token.criticalHeader", "ignore");
    await accepted(await critical());
  });

  test("a refusal by a switch shows it: in the answer's headers, the log and the terminal (fault B6)", async () => {
    const record = await refused(await issuer.token({ ...ada, jti: undefined }), "token.missingJti");
    assert.equal(record.switch?.value, "reject");
    assert.equal(record.switch?.certainty, "contradictory");
    assert.match(
      formatRequest(record),
      /switch: token\.missingJti=reject; set accept to go on here\. AWS's own pages disagree/,
    );
    const failed = await stepsOf(sandbox)
      .exchange(await issuer.token({ ...ada, jti: undefined }))
      .catch((error: { $response?: { headers: Record<string, string> } }) => error);
    assert.ok("$response" in failed);
    assert.equal(failed.$response?.headers["x-tti-sandbox-rule"], "token.missingJti");
    assert.equal(failed.$response?.headers["x-tti-sandbox-switch"], "token.missingJti=reject");
  });

  test("token.audienceArray: arrays of one alone", async () => {
    sandbox.control.setRule("token.audienceArray", "single");
    await accepted(await issuer.token({ ...ada, aud: [CLIENT_ID] }));
    await refused(await issuer.token({ ...ada, aud: [CLIENT_ID, "x"] }), "token.audienceArray");
  });

  test("issuer.trailingSlash reaches the token's iss", async () => {
    await refused(await issuer.token({ ...ada, iss: `${issuer.url}/` }), "issuer.trailingSlash");
    sandbox.control.setRule("issuer.trailingSlash", "ignore");
    await accepted(await issuer.token({ ...ada, iss: `${issuer.url}/` }));
  });

  test("token.replayWithoutJti: one token without jti is good once, unless switched", async () => {
    await refused(await issuer.token({ ...ada, jti: undefined }), "token.missingJti");
    sandbox.control.setRule("token.missingJti", "accept");
    const token = await issuer.token({ ...ada, jti: undefined });
    await accepted(token);
    await refused(token, "token.replayWithoutJti", "JWT is already redeemed");
    await accepted(await issuer.token({ ...ada, jti: undefined, nonce: "another" }));
    sandbox.control.setRule("token.replayWithoutJti", "none");
    await accepted(token);
  });

  test("jwks.unlabelledKeys", async () => {
    for (const label of ["alg", "use"] as const) {
      const { [label]: _label, ...unlabelled } = key.publicJwk;
      issuer.jwks.keys = [unlabelled];
      sandbox.control.forgetIssuerKeys();
      sandbox.control.setRule("jwks.unlabelledKeys", "accept");
      await accepted(await issuer.token(ada));
      sandbox.control.setRule("jwks.unlabelledKeys", "reject");
      await refused(await issuer.token(ada), "jwks.unlabelledKeys");
    }
  });

  test("every switch has at least two values, or takes whole numbers", () => {
    for (const rule of sandbox.control.rules()) {
      assert.ok(rule.values.length === 0 || rule.values.length > 1, rule.name);
      for (const value of rule.values) sandbox.control.setRule(rule.name, value);
    }
  });

  for (const [rule, expected] of [
    ["accessor.audience", "token.audience"],
    ["accessor.actorPolicy", "client.actorPolicy"],
  ] as const) {
    test(rule, async () => {
      const other = await startExample(issuer.url, { rules: { [rule]: "none" } });
      try {
        await assert.rejects(stepsOf(other).exchange(await issuer.token(ada)));
        assert.equal(lastRequest(other).rule, expected);
      } finally {
        await other.close();
      }
    });
  }
});
