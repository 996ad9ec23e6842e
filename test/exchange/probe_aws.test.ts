// The ISV's side of AWS looked at by calls that change nothing: each thing a role can lack is told, and nothing is left
// behind.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AwsProbe, type AwsProbeOptions, probeAws } from "tti-exchange";
import { standIn } from "../support/stand_in.ts";
import { arnOf, DecoderWorld, idcRegion, type RoleName } from "./decoder_world.ts";

let opened: DecoderWorld | undefined;
before(async () => {
  opened = await DecoderWorld.open();
});
after(() => opened?.close());
const world = standIn<DecoderWorld>("the world", () => opened);

function probe(name: RoleName, more: Partial<AwsProbeOptions> = {}): Promise<readonly AwsProbe[]> {
  const endpoint = { endpoint: world.sandbox.url };
  const baseCredentials = world.sandbox.seedResult.credentials["base"];
  assert.ok(baseCredentials);
  return probeAws({
    roleArn: arnOf(name),
    region: idcRegion,
    baseCredentials,
    awsClientOptions: { sts: endpoint, ssoOidc: endpoint, qbusiness: endpoint },
    ...more,
  });
}
const outcomes = (probes: readonly AwsProbe[]) => probes.map(({ name, outcome }) => `${name} ${outcome}`);

test("a role as AWS asks for it passes, and only what cannot be seen without a real exchange is unclear", async () => {
  const probes = await probe("isv", { tenantId: "acme" });
  assert.deepEqual(outcomes(probes), [
    "identity passed",
    "role passed",
    "tag passed",
    "context unclear",
    "exchange passed",
  ]);
  assert.match(probes[0]?.seen ?? "", /are arn:aws:iam::111122223333:user\/base$/);
});

test("only calls that change nothing are made, and no token is presented", async () => {
  world.sandbox.control.clearRequests();
  await probe("isv");
  const asked = world.sandbox.control.requests().map(({ operation }) => operation);
  assert.deepEqual(asked, [
    "GetCallerIdentity",
    "AssumeRole",
    "AssumeRole",
    "AssumeRole",
    "CreateTokenWithIAM",
  ]);
});

for (const [lacks, role, expected, code] of [
  [
    "sts:TagSession",
    "untagged",
    ["identity passed", "role passed", "tag failed", "context unclear", "exchange passed"],
    "tag_session_denied",
  ],
  [
    "the right to exchange",
    "exchangeless",
    ["identity passed", "role passed", "tag passed", "context unclear", "exchange failed"],
    "exchange_not_permitted",
  ],
  ["trust in the caller", "closed", ["identity passed", "role failed"], "assume_role_denied"],
] as const) {
  test(`a role that lacks ${lacks} is told so`, async () => {
    const probes = await probe(role);
    assert.deepEqual(outcomes(probes), expected);
    const failed = probes.find(({ outcome }) => outcome === "failed");
    assert.equal(failed?.explanation?.code, code);
    assert.ok(
      (failed?.explanation?.fix.length ?? 0) > 10 && /AWS said AccessDenied/.test(failed?.seen ?? ""),
    );
  });
}

test("an AWS that judges sts:SetContext first shows that it is missing", async () => {
  const message = `User: x is not authorized to perform: sts:SetContext on resource: ${arnOf("isv")}`;
  // The first two calls, without a context, go through; the third meets the refusal.
  world.sandbox.control.addFault({ operation: "AssumeRole", delayMs: 1, times: 2 });
  world.sandbox.control.addFault({
    operation: "AssumeRole",
    error: { code: "AccessDenied", status: 403, message },
  });
  const probes = await probe("contextless");
  world.sandbox.control.clearFaults();
  assert.deepEqual(
    probes.filter(({ name }) => name === "context").map(({ explanation }) => explanation?.code),
    ["set_context_denied"],
  );
});

test("credentials AWS does not know end it at once", async () => {
  const baseCredentials = { accessKeyId: "AKIAUNKNOWN123456", secretAccessKey: "x".repeat(40) };
  const probes = await probe("isv", { baseCredentials });
  assert.deepEqual(outcomes(probes), ["identity failed"]);
  assert.equal(probes[0]?.explanation?.code, "base_credentials_refused");
  assert.ok(!JSON.stringify(probes).includes("x".repeat(40)));
});
