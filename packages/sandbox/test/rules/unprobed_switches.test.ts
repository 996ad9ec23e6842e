// Switches that no probe can ask AWS about: each value of each changes what the sandbox does, too. Together with
// test/probe/every_probe.test.ts this goes over the whole table.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import type { Sandbox, SandboxSeed } from "../../src/index.ts";
import { type AwsCalls, createAwsCalls } from "../../src/probe/bench/aws_calls.ts";
import { UNPROBED } from "../../src/probe/probe_table.ts";
import { listRules, type RuleName } from "../../src/rules/rules.ts";
import { startAuthorize } from "../page/authorize/authorize_server.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../support/issuer.ts";
import { callRaw } from "../support/raw_call.ts";
import { exampleSeed, IDC_REGION, type Keys, lastRequest, startExample, stepsOf } from "../support/world.ts";

let issuer: TestIssuer;
let sandbox: Sandbox;
let nowMs = Date.now();
before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"), () => new Date(nowMs));
  sandbox = await startExample(issuer.url, {
    seed: seedOf(issuer.url),
    rules: {
      "issuer.duplicateUrl": "accept",
      "accessor.refreshGrant": "true",
      "accessor.assignmentRequired": "false",
    },
    clock: () => new Date(nowMs),
  });
});
after(async () => {
  await sandbox.close();
  await issuer.close();
});

/** Users as SCIM provisioning brings them, and a data accessor for each way to map a token. */
function seedOf(issuerUrl: string): SandboxSeed {
  const seed = exampleSeed(issuerUrl);
  const [center] = seed.identityCenters ?? [];
  const [application] = seed.qApplications ?? [];
  assert.ok(center && application);
  const twin = { issuer: "SCIM", id: "twin" };
  center.users?.push(
    { userName: "eve", email: "eve@acme.example", furtherEmails: ["eve@home.example"] },
    { userName: "twin-1", externalIds: [twin] },
    { userName: "twin-2", externalIds: [twin, { issuer: "OKTA", id: "okta-2" }] },
  );
  center.trustedTokenIssuers?.push(
    { name: "by-scim", issuerUrl, attribute: "externalIds.SCIM" },
    { name: "by-okta", issuerUrl, attribute: "externalIds.OKTA" },
  );
  const [accessor] = application.dataAccessors ?? [];
  assert.ok(accessor);
  for (const name of ["by-scim", "by-okta"]) {
    application.dataAccessors?.push({ ...accessor, displayName: name, trustedTokenIssuer: name });
  }
  return seed;
}

/** What an exchange at a data accessor comes to: OK, or the rule that refused, and the error. */
async function exchanged(email: string, accessor = "example-isv"): Promise<string> {
  const clientId = sandbox.seedResult.connections[accessor]?.idcApplicationArn ?? "";
  nowMs += 2000;
  return stepsOf(sandbox)
    .exchange(await issuer.token({ email }), { clientId })
    .then(
      () => "OK",
      (error: Error) => `${lastRequest(sandbox).rule} ${error.name}`,
    );
}

/** How many of some calls at one moment are taken. */
async function takenAtOnce(call: (at: number) => Promise<{ ok: boolean }>): Promise<number> {
  nowMs += 2000;
  return (await Promise.all(Array.from({ length: 4 }, (_, at) => call(at)))).filter(({ ok }) => ok).length;
}

/** For each switch: its values, and what is seen of it. */
const observers: Readonly<Partial<Record<RuleName, { values: string[]; see(): Promise<unknown> }>>> = {
  "issuer.allowLocal": {
    values: ["deny", "allow", "addressOnly"],
    async see() {
      sandbox.control.forgetIssuerKeys();
      return exchanged("ada@acme.example");
    },
  },
  "user.emailMatch": { values: ["primary", "any"], see: () => exchanged("eve@home.example") },
  "user.ambiguousError": {
    values: ["InvalidGrantException", "AccessDeniedException"],
    see: () => exchanged("twin", "by-scim"),
  },
  "user.externalIdPath": { values: ["externalIds.SCIM", "any"], see: () => exchanged("okta-2", "by-okta") },
  "exchange.refreshPerSecond": {
    values: ["1", "3"],
    async see() {
      const clientId = sandbox.seedResult.connections["example-isv"]?.idcApplicationArn;
      const tokens: (string | undefined)[] = [];
      for (let count = 0; count < 4; count += 1) {
        tokens.push(
          (await stepsOf(sandbox).exchange(await issuer.token({ email: "ada@acme.example" }))).refreshToken,
        );
      }
      const keys = await stepsOf(sandbox).assumeRole();
      return takenAtOnce((at) => {
        const input = { clientId, grantType: "refresh_token", refreshToken: tokens[at] };
        return callAs(keys, (aws) => aws.call("sso-oidc", "CreateTokenWithIAM", input));
      });
    },
  },
  "adminApi.callsPerSecond": {
    values: ["0", "2"],
    see: () => takenAtOnce(() => callAs(admin(), (aws) => aws.call("sso-admin", "ListInstances", {}))),
  },
  "cloudtrail.lookupsPerSecond": {
    values: ["1", "2"],
    see: () =>
      takenAtOnce(async () => {
        const target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
        const headers = { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" };
        const call = { service: "cloudtrail", region: IDC_REGION, headers, body: "{}" };
        return { ok: (await callRaw(sandbox.url, call, admin())).status === 200 };
      }),
  },
  "authorize.codeSeconds": {
    values: ["60", "600"],
    async see() {
      const server = await startAuthorize();
      const value = sandbox.control.rules().find(({ name }) => name === "authorize.codeSeconds")?.value ?? "";
      server.rules.set("authorize.codeSeconds", value);
      await server.signIn("u-ada");
      await server.close();
      return [...server.world.authorizationCodes.values()].map(
        ({ issuedAtMs, expiresAtMs }) => expiresAtMs - issuedAtMs,
      );
    },
  },
  "signature.clock": {
    values: ["machine", "sandbox"],
    async see() {
      sandbox.control.setClockOffset(3600);
      const { code } = await callAs(admin(), (aws) => aws.call("sts", "GetCallerIdentity", {}));
      sandbox.control.setClockOffset(0);
      return code;
    },
  },
};

function admin(): Keys {
  const keys = sandbox.seedResult.credentials["customer"];
  assert.ok(keys);
  return keys;
}

async function callAs<Result>(credentials: Keys, act: (aws: AwsCalls) => Promise<Result>): Promise<Result> {
  const clockOffsetMs = () => nowMs - Date.now();
  const aws = createAwsCalls({ region: IDC_REGION, endpointUrl: sandbox.url, credentials, clockOffsetMs });
  return act(aws).finally(() => aws.close());
}

/** Seen by the tests of their service: there, `<switch>: <values>` is the name of a test. */
const seenElsewhere: Readonly<Partial<Record<RuleName, string>>> = {
  "accessGrants.scope": "../services/s3control/access_grants.test.ts",
};

test("every switch without a probe is seen here, or by a test of its service", async () => {
  const names = [...Object.keys(observers), ...Object.keys(seenElsewhere)];
  assert.deepEqual(names.sort(), Object.keys(UNPROBED).sort());
  for (const [name, file] of Object.entries(seenElsewhere)) {
    const values = listRules().find((rule) => rule.name === name)?.values ?? [];
    const text = await readFile(new URL(file, import.meta.url), "utf8");
    assert.ok(text.includes(`test("${name}: ${values.join(", ")}"`), name);
  }
});

for (const [name, { values, see }] of Object.entries(observers)) {
  test(`${name}: ${values.join(", ")}`, async () => {
    const seen: string[] = [];
    const usual = sandbox.control.rules().find((rule) => rule.name === name)?.value ?? "";
    for (const value of values) {
      sandbox.control.setRule(name, value);
      seen.push(JSON.stringify(await see()));
    }
    sandbox.control.setRule(name, usual);
    assert.equal(new Set(seen).size, values.length, seen.join("; "));
  });
}
