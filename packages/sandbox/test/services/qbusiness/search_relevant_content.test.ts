// SearchRelevantContent: who may search, with which session, and what they see.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Sandbox, SandboxSeed } from "../../../src/index.ts";
import { assertRefused } from "../../support/refusal.ts";
import {
  exampleSeed,
  ISV_ACCOUNT,
  lastRequest,
  Q_REGION,
  startExample,
  stepsOf,
  TAG_KEY,
  useExample,
} from "../../support/world.ts";

const { issuer, sandbox } = useExample();
const ada = { email: "ada@acme.example" };
const denied = { name: "AccessDeniedException", status: 403 };

beforeEach(() => sandbox.control.reset());

async function contextOf(
  claims: Record<string, unknown>,
  at: Sandbox = sandbox,
  clientId?: string,
): Promise<string> {
  const options = clientId === undefined ? {} : { clientId };
  const answer = await stepsOf(at).exchange(await issuer.token(claims), options);
  return answer.awsAdditionalDetails?.identityContext ?? "";
}

/** A sandbox with a changed seed, closed after the test. */
async function variant(
  t: { after(fn: () => Promise<void>): void },
  change: (seed: SandboxSeed) => void,
): Promise<Sandbox> {
  const seed = exampleSeed(issuer.url);
  change(seed);
  const other = await startExample(issuer.url, { seed });
  t.after(() => other.close());
  return other;
}

test("the checks are recorded in order", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  await search(await enhanced(await contextOf(ada)));
  assert.deepEqual(
    lastRequest(sandbox).checks.map((check) => check.name),
    [
      "signature",
      "caller.identityPolicy",
      "search.application",
      "search.identityContext",
      "search.dataAccessor",
      "search.resourcePolicy",
      "search.externalIdTag",
      "search.retriever",
      "search.documents",
    ],
  );
});

test("plain role credentials are refused as AWS does", async () => {
  const { assumeRole, search } = stepsOf(sandbox);
  const call = search(await assumeRole());
  await assert.rejects(call, { message: "User is not authorized for this service call." });
  await assertRefused(sandbox, search(await assumeRole()), { ...denied, rule: "search.identityContext" });
});

test("the tag must be on the session that signs step 4, with the right value", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const untagged = await enhanced(await contextOf(ada), { Tags: [] });
  const record = await assertRefused(sandbox, search(untagged), { ...denied, rule: "search.resourcePolicy" });
  assert.match(record.reason ?? "", /the request has none/);
  const wrong = await enhanced(await contextOf(ada), { Tags: [{ Key: TAG_KEY, Value: "other" }] });
  await assertRefused(sandbox, search(wrong), { ...denied, rule: "search.resourcePolicy" });
});

test("without a condition in the resource policy the external id is enforced by rule only", async (t) => {
  const open = await variant(t, (seed) => {
    const accessor = seed.qApplications?.[0]?.dataAccessors?.[0];
    if (accessor) accessor.permission = "unconditional";
  });
  const { enhanced, search } = stepsOf(open);
  const untagged = await enhanced(await contextOf(ada, open), { Tags: [] });
  await assertRefused(open, search(untagged), { ...denied, rule: "search.externalIdTag" });
  open.control.setRule("search.externalIdTag", "resourcePolicyOnly");
  await search(untagged);
});

test("without a resource policy statement nothing is found", async (t) => {
  const closed = await variant(t, (seed) => {
    const accessor = seed.qApplications?.[0]?.dataAccessors?.[0];
    if (accessor) accessor.permission = "none";
  });
  const { enhanced, search } = stepsOf(closed);
  const call = search(await enhanced(await contextOf(ada, closed)));
  await assertRefused(closed, call, { ...denied, rule: "search.resourcePolicy" });
});

test("a role without the action in its policy is refused by IAM", async (t) => {
  const weak = await variant(t, (seed) => {
    const role = seed.accounts[0]?.roles?.[0];
    if (role)
      role.policies = {
        Token: { Statement: { Effect: "Allow", Action: ["sso-oauth:*", "sts:*"], Resource: "*" } },
      };
  });
  const { enhanced, search } = stepsOf(weak);
  const call = search(await enhanced(await contextOf(ada, weak)));
  await assertRefused(weak, call, { ...denied, rule: "caller.identityPolicy" });
});

test("an identity context of another data accessor does not open this one", async (t) => {
  const two = await variant(t, (seed) => {
    const application = seed.qApplications?.[0];
    const [accessor] = application?.dataAccessors ?? [];
    if (!application || !accessor) return;
    application.dataAccessors?.push({ ...accessor, displayName: "second", externalId: "acme" });
    seed.qApplications?.push({
      ...application,
      displayName: "elsewhere",
      documents: [],
      dataAccessors: [{ ...accessor, displayName: "third" }],
    });
  });
  const third = two.seedResult.connections["third"]?.idcApplicationArn ?? "";
  const { enhanced, search } = stepsOf(two);
  const call = search(await enhanced(await contextOf(ada, two, third)));
  const record = await assertRefused(two, call, { ...denied, rule: "search.dataAccessor" });
  assert.match(record.reason ?? "", /the identity context was issued by/);
});

test("the wrong region and unknown ids are ResourceNotFoundException", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const keys = await enhanced(await contextOf(ada));
  const missing = { name: "ResourceNotFoundException", status: 404 };
  const record = await assertRefused(sandbox, search(keys, "x", { region: "us-east-1" }), {
    ...missing,
    rule: "search.application",
  });
  assert.match(record.reason ?? "", new RegExp(Q_REGION));
  const unknown = "00000000-0000-4000-8000-000000000000";
  await assertRefused(sandbox, search(keys, "x", { applicationId: unknown }), {
    ...missing,
    rule: "search.application",
  });
  await assertRefused(sandbox, search(keys, "x", { retrieverId: unknown }), {
    ...missing,
    rule: "search.retriever",
  });
});

test("an identity context that ended ends the session's searches, unless the rule says otherwise", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const keys = await enhanced(await contextOf(ada));
  sandbox.control.expireIdentityContexts();
  await assertRefused(sandbox, search(keys), { ...denied, rule: "search.expiredContext" });
  sandbox.control.setRule("search.expiredContext", "accept");
  await search(keys);
});

test("an expired session is refused with ExpiredTokenException", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const keys = await enhanced(await contextOf(ada));
  sandbox.control.advanceClock(3601);
  await assertRefused(sandbox, search(keys), {
    name: "ExpiredTokenException",
    status: 403,
    rule: "signature.sessionExpired",
  });
});

test("what a user may not see is missing, not an error, and the log says why", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const { relevantContent } = await search(await enhanced(await contextOf({ email: "bob@acme.example" })));
  assert.deepEqual(
    relevantContent?.map((content) => content.documentId),
    ["handbook"],
  );
  const told = lastRequest(sandbox).checks.at(-1)?.why ?? "";
  assert.match(told, /salaries: .*ada@acme\.example/);
});

test("the accessor's data sources narrow what its ISV may see", async (t) => {
  const narrow = await variant(t, (seed) => {
    const accessor = seed.qApplications?.[0]?.dataAccessors?.[0];
    if (accessor) accessor.dataSources = ["wiki"];
  });
  const { searchAs } = stepsOf(narrow);
  assert.deepEqual(await searchAs(await issuer.token(ada)), ["design", "handbook"]);
});

test("licences, subscriptions and keys are asked for", async (t) => {
  const strict = await variant(t, (seed) => {
    const application = seed.qApplications?.[0];
    if (!application) return;
    application.unlicensedUsers = ["bob"];
    application.subscribedUsers = ["ada"];
    application.kmsKeyId = "11111111-2222-4333-8444-555555555555";
  });
  const { enhanced, search } = stepsOf(strict);
  await search(await enhanced(await contextOf(ada, strict)));
  const bob = await enhanced(await contextOf({ email: "bob@acme.example" }, strict));
  await assertRefused(strict, search(bob), {
    name: "LicenseNotFoundException",
    status: 400,
    rule: "search.licence",
  });
  strict.control.setRule("search.subscription", "required");
  await assertRefused(strict, search(bob), { ...denied, rule: "search.subscription" });
  await search(await enhanced(await contextOf(ada, strict)));
});

test("an encrypted application needs kms:Decrypt in the role's policy", async (t) => {
  const encrypted = await variant(t, (seed) => {
    const application = seed.qApplications?.[0];
    const role = seed.accounts[0]?.roles?.[0];
    if (application) application.kmsKeyId = "11111111-2222-4333-8444-555555555555";
    if (role) {
      role.policies = {
        NoKms: {
          Statement: { Effect: "Allow", Action: ["sso-oauth:*", "sts:*", "qbusiness:*"], Resource: "*" },
        },
      };
    }
  });
  const { enhanced, search } = stepsOf(encrypted);
  const call = search(await enhanced(await contextOf(ada, encrypted)));
  await assertRefused(encrypted, call, { ...denied, rule: "search.kmsDecrypt" });
});

test("a query longer than the rule allows is a ValidationException", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const long = search(await enhanced(await contextOf(ada)), "x".repeat(1001));
  await assertRefused(sandbox, long, {
    name: "ValidationException",
    status: 400,
    rule: "search.maxQueryTextLength",
  });
});

test("searches beyond the quota are throttled with 429 until the second is over", async (t) => {
  let now = Date.now();
  const frozen = await startExample(issuer.url, {
    clock: () => new Date(now),
    rules: { "search.callsPerSecond": 1 },
  });
  t.after(() => frozen.close());
  const { enhanced, search } = stepsOf(frozen);
  const keys = await enhanced(await contextOf({ ...ada, iat: undefined }, frozen));
  await search(keys);
  const throttled = { name: "ThrottlingException", status: 429, rule: "search.callsPerSecond" };
  await assertRefused(frozen, search(keys), throttled);
  now += 1000;
  await search(keys);
});

test("results come in pages, and a page token of another query is refused", async () => {
  const { enhanced, search } = stepsOf(sandbox);
  const keys = await enhanced(await contextOf(ada));
  const first = await search(keys, "vacation", { maxResults: 1 });
  assert.equal(first.relevantContent?.length, 1);
  assert.ok(first.nextToken);
  const second = await search(keys, "vacation", { maxResults: 1, nextToken: first.nextToken });
  assert.notEqual(second.relevantContent?.[0]?.documentId, first.relevantContent?.[0]?.documentId);
  const foreign = search(keys, "salaries", { maxResults: 1, nextToken: first.nextToken });
  await assertRefused(sandbox, foreign, {
    name: "ValidationException",
    status: 400,
    rule: "input.constraint",
  });
});

test("a role of the application's own account searches without a data accessor", async (t) => {
  const own = await variant(t, (seed) => {
    const [isv] = seed.accounts;
    const application = seed.qApplications?.[0];
    if (isv && application) {
      application.account = ISV_ACCOUNT;
      if (seed.identityCenters?.[0]) seed.identityCenters[0].account = ISV_ACCOUNT;
    }
  });
  const { enhanced, search } = stepsOf(own);
  await search(await enhanced(await contextOf(ada, own), { Tags: [] }));
});
