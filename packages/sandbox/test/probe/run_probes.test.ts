// A run of probes that does not go as it should: something made is removed whatever ends it, what stays is named, and what
// is written down holds no token and no account id.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { createProbeSites, listSites } from "../../src/probe/bench/issuer_site.ts";
import { wasAccepted } from "../../src/probe/bench/lab.ts";
import { writeStaticIssuer } from "../../src/probe/bench/static_issuer.ts";
import { toObserved } from "../../src/probe/observations.ts";
import { readObserved } from "../../src/rules/observed.ts";
import { openProbeBench, type ProbeBench, REGION } from "./probe_bench.ts";

let bench: ProbeBench;
before(async () => {
  bench = await openProbeBench();
});
after(() => bench.close());
beforeEach(() => {
  bench.sandbox.control.clearFaults();
  bench.setRules({});
});

/** What a run has left in the account: names of issuers, applications, users and roles. */
async function traces(): Promise<string[]> {
  const aws = bench.calls("admin");
  const list = async (service: "sso-admin" | "identitystore" | "iam", operation: string, input: object) =>
    JSON.stringify((await aws.call(service, operation, { ...input })).output);
  const instance = bench.sandbox.seedResult.identityCenters["acme"];
  const InstanceArn = instance?.instanceArn;
  const texts = [
    await list("sso-admin", "ListTrustedTokenIssuers", { InstanceArn }),
    await list("sso-admin", "ListApplications", { InstanceArn }),
    await list("identitystore", "ListUsers", { IdentityStoreId: instance?.identityStoreId }),
    await list("iam", "ListRoles", {}),
  ];
  aws.close();
  return texts.flatMap((text) => text.match(/tti-probe-[\w-]+/g) ?? []);
}

test("nothing stays of a run that went well", async () => {
  const { left } = await bench.run(["token.missingJti", "sts.callerPolicy", "user.caseSensitive"]);
  assert.deepEqual(left, []);
  assert.deepEqual(await traces(), []);
});

test("a probe that AWS does not answer is undecided, what it made is removed, and the next is asked", async () => {
  bench.sandbox.control.addFault({
    operation: "PutApplicationGrant",
    times: 1,
    error: { code: "AccessDeniedException", status: 400, message: "no" },
  });
  const { results } = await bench.run(["jwks.keySize", "jwks.certificates"]);
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["undecided", "observed"],
  );
  assert.match(
    results[0]?.outcome === "undecided" ? results[0].why : "",
    /PutApplicationGrant was refused: AccessDenied/,
  );
  assert.deepEqual(await traces(), []);
});

test("a right that is missing is told with the page that has the policy", async () => {
  bench.sandbox.control.addFault({
    operation: "PutApplicationGrant",
    times: 1,
    error: { code: "AccessDeniedException", status: 400, message: "it is not authorized to perform: y" },
  });
  const { results } = await bench.run(["jwks.keySize"]);
  const [result] = results;
  assert.match(result?.outcome === "undecided" ? result.why : "", /docs\/probes\.md#permissions/);
  const answer = { ok: false, status: 400, code: "AccessDenied", requestId: null, output: {} };
  assert.throws(
    () => wasAccepted({ ...answer, message: "it is not authorized to perform: x" }),
    /docs\/probes\.md#permissions/,
  );
});

test("a connection that breaks ends the run, and what was made is removed", async () => {
  bench.sandbox.control.addFault({ operation: "CreateTokenWithIAM", times: 1, drop: "before" });
  const { fault, left } = await bench.run(["token.missingJti"]);
  assert.equal((fault as { code?: string }).code, "PROBE_UNREACHABLE");
  assert.deepEqual(left, []);
  assert.deepEqual(await traces(), []);
});

test("Ctrl-C ends the run before its next call, and what was made is removed", async () => {
  const stop = new AbortController();
  let waits = 0;
  const report = await bench.run(["token.missingKid", "token.missingJti", "token.type"], {
    stop: stop.signal,
    async wait() {
      waits += 1;
      if (waits === 3) stop.abort();
    },
  });
  assert.equal(report.wasStopped, true);
  assert.ok(report.results.length < 3);
  assert.deepEqual(report.left, []);
  assert.deepEqual(await traces(), []);
});

test("what cannot be removed is named, and the rest is removed", async () => {
  bench.sandbox.control.addFault({
    operation: "DeleteApplication",
    times: 1,
    error: { code: "ConflictException", status: 400, message: "in use" },
  });
  const { left } = await bench.run(["token.missingJti"]);
  assert.equal(left.length, 1);
  assert.equal(left[0]?.what, "application");
  assert.match(left[0]?.id ?? "", /^arn:aws:sso::\d{12}:application\//);
  assert.match(left[0]?.why ?? "", /in use/);
  assert.equal((await traces()).length, 1);
  const aws = bench.calls("admin");
  await aws.call("sso-admin", "DeleteApplication", { ApplicationArn: left[0]?.id });
  aws.close();
});

test("a throttled call of the set-up is sent again", async () => {
  const error = { code: "ThrottlingException", status: 400, message: "slow down" };
  bench.sandbox.control.addFault({ operation: "CreateApplication", times: 2, error });
  const { results } = await bench.run(["token.missingJti"]);
  assert.equal(results[0]?.outcome, "observed");
});

test("what is written down has evidence and request ids, and no token, context or account id", async () => {
  bench.setRules({ "token.missingJti": "accept" });
  const report = await bench.run([
    "token.missingJti",
    "context.reuse",
    "sts.callerPolicy",
    "accessor.scopes",
  ]);
  const first = report.results.find(({ name }) => name === "sts.callerPolicy");
  assert.match(first?.evidence.at(-1)?.message ?? "", /444455556666/);
  const observed = toObserved(report, { at: bench.clock(), region: REGION, account: "444455556666" });
  const text = JSON.stringify(observed);
  assert.doesNotMatch(text, /\d{12}(?!\d)/);
  assert.doesNotMatch(text, /eyJ|AQoJ|ASIA|AKIA/);
  assert.match(text, /"requestId":"[0-9a-f-]{36}"/);
  assert.equal(observed.rules["token.missingJti"]?.value, "accept");
  const read = readObserved(JSON.parse(text), "observed.json");
  assert.equal(read.rules["token.missingJti"], "accept");
});

test("a later run keeps what an earlier one has seen, and takes the place of what it sees anew", async () => {
  const when = { at: bench.clock(), region: REGION, account: "444455556666" };
  const first = toObserved(await bench.run(["token.missingJti", "token.type"]), when);
  bench.setRules({ "token.missingJti": "accept" });
  const second = toObserved(await bench.run(["token.missingJti", "user.disabled"]), when, first);
  assert.deepEqual(
    Object.entries(second.rules).map(([name, { value }]) => `${name}=${value}`),
    ["token.missingJti=accept", "token.type=jwtOrAbsent", "user.disabled=reject"],
  );
});

test("an issuer of files answers what a static host can, and leaves out what must be seen", async () => {
  const directory = await mkdtemp(join(tmpdir(), "probe-issuer-"));
  const sites = createProbeSites(bench.keys);
  const publicUrl = "https://probe.example.com/keys/";
  const issuer = await writeStaticIssuer(listSites(sites), { directory, run: "run", publicUrl });
  assert.equal(issuer.urlOf(sites.main), "https://probe.example.com/keys/run/main");
  assert.equal(issuer.urlOf(sites.slash), "https://probe.example.com/keys/run/slash/");
  const read = (path: string) => readFile(join(directory, "run", path), "utf8");
  const discovery = JSON.parse(await read("main/.well-known/openid-configuration"));
  assert.equal(discovery.jwks_uri, "https://probe.example.com/keys/run/main/jwks.json");
  assert.equal((await read("bytes-65536/jwks.json")).length, 65_536);
  assert.doesNotMatch(await read("main/jwks.json"), /"d":|"p":/);
  const [{ x5c }] = JSON.parse(await read("certified/jwks.json")).keys.slice(1);
  const certificate = new X509Certificate(Buffer.from(x5c[0], "base64"));
  assert.ok(certificate.verify(certificate.publicKey));
  const { results } = await bench.run(["jwks.redirects", "jwks.timeoutMs"], { issuer });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ["skipped", "skipped"],
  );
  await rm(directory, { recursive: true });
});
