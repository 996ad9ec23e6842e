// AssumeRole: trust policy, the caller's policies, tags, contexts and durations, each passing and refusing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { PolicyDocument, Sandbox, SandboxSeed } from "../../../src/index.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import {
  APP_ROLE,
  BASE_USER,
  CONTEXT_PROVIDER,
  exampleSeed,
  ISV_ACCOUNT,
  ISV_ROLE,
  lastRequest,
  startExample,
  stepsOf,
  TAG_KEY,
} from "../../support/world.ts";

const allow = (action: string | string[], more: object = {}): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { AWS: BASE_USER }, Action: action, ...more },
});
const ALL = ["sts:AssumeRole", "sts:TagSession", "sts:SetContext"];
const arnOf = (name: string) => `arn:aws:iam::${ISV_ACCOUNT}:role/${name}`;

let issuer: TestIssuer;
let sandbox: Sandbox;

before(async () => {
  issuer = await startIssuer(await createSigningKey("k1"));
  sandbox = await startExample(issuer.url, { seed: seedWithRoles(issuer.url) });
});

after(async () => {
  await sandbox.close();
  await issuer.close();
});

function seedWithRoles(issuerUrl: string): SandboxSeed {
  const seed = exampleSeed(issuerUrl);
  const [isv] = seed.accounts;
  const providers = {
    Condition: { "ForAllValues:ArnEquals": { "sts:RequestContextProviders": [CONTEXT_PROVIDER] } },
  };
  isv?.roles?.push(
    { name: "untrusting", trustPolicy: allow(ALL, { Principal: { AWS: APP_ROLE } }) },
    { name: "no-tags", trustPolicy: allow(["sts:AssumeRole", "sts:SetContext"]) },
    { name: "no-context", trustPolicy: allow(["sts:AssumeRole", "sts:TagSession"]) },
    { name: "guarded", trustPolicy: allow(ALL, providers) },
    {
      name: "one-tenant",
      trustPolicy: allow(ALL, { Condition: { StringEquals: { [`aws:RequestTag/${TAG_KEY}`]: "acme" } } }),
    },
    {
      name: "external",
      trustPolicy: allow(ALL, { Condition: { StringEquals: { "sts:ExternalId": "secret-7" } } }),
    },
    {
      name: "trusts-weak",
      trustPolicy: allow(ALL, { Principal: { AWS: `arn:aws:iam::${ISV_ACCOUNT}:user/weak` } }),
    },
    {
      name: "long",
      trustPolicy: allow(ALL, { Principal: { AWS: [BASE_USER, APP_ROLE] } }),
      maxSessionDurationSeconds: 7200,
    },
    {
      name: "denied",
      trustPolicy: {
        Statement: [
          { Effect: "Allow", Principal: { AWS: BASE_USER }, Action: ALL },
          { Sid: "Never", Effect: "Deny", Principal: "*", Action: "sts:TagSession" },
        ],
      },
    },
  );
  isv?.credentials?.push(
    {
      name: "weak",
      user: "weak",
      policies: { OnlyAssume: { Statement: { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" } } },
    },
    { name: "app", role: "app" },
  );
  return seed;
}

async function refusedAs(
  call: Promise<unknown>,
  name: string,
  status: number,
  rule: string,
): Promise<string> {
  await assert.rejects(call, (error: { name?: string; $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata?.httpStatusCode, status);
    return true;
  });
  const record = lastRequest(sandbox);
  assert.equal(record.rule, rule);
  assert.ok(record.fix, "a refusal says what to do");
  return record.reason ?? "";
}

async function freshContext(): Promise<string> {
  const answer = await stepsOf(sandbox).exchange(await issuer.token({ email: "ada@acme.example" }));
  return answer.awsAdditionalDetails?.identityContext ?? "";
}

const provide = (assertion: string, provider = CONTEXT_PROVIDER) => ({
  ProvidedContexts: [{ ProviderArn: provider, ContextAssertion: assertion }],
});

test("a trusted caller gets a session of the role", async () => {
  const keys = await stepsOf(sandbox).assumeRole();
  assert.match(keys.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.deepEqual(
    lastRequest(sandbox)
      .checks.filter((check) => check.passed)
      .map((check) => check.name),
    [
      "signature",
      "sts.role",
      "trustPolicy.sts:AssumeRole",
      "callerPolicy.sts:AssumeRole",
      "trustPolicy.sts:TagSession",
      "callerPolicy.sts:TagSession",
    ],
  );
});

test("a role that does not exist and a role that does not trust the caller answer alike", async () => {
  const { assumeRole } = stepsOf(sandbox);
  await refusedAs(assumeRole({ RoleArn: arnOf("nobody") }), "AccessDenied", 403, "sts.role");
  const reason = await refusedAs(
    assumeRole({ RoleArn: arnOf("untrusting") }),
    "AccessDenied",
    403,
    "trustPolicy.sts:AssumeRole",
  );
  assert.match(reason, /does not name .*user\/base/);
});

test("tags need sts:TagSession in the trust policy", async () => {
  const { assumeRole } = stepsOf(sandbox);
  await refusedAs(
    assumeRole({ RoleArn: arnOf("no-tags") }),
    "AccessDenied",
    403,
    "trustPolicy.sts:TagSession",
  );
  await assumeRole({ RoleArn: arnOf("no-tags"), Tags: [] });
});

test("a context needs sts:SetContext in the trust policy", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const context = provide(await freshContext());
  await refusedAs(
    assumeRole({ RoleArn: arnOf("no-context"), ...context }),
    "AccessDenied",
    403,
    "trustPolicy.sts:SetContext",
  );
  await assumeRole(context);
});

test("the caller's own policy must allow each action, unless the rule says the trust is enough", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const weak = sandbox.seedResult.credentials["weak"];
  assert.ok(weak);
  const role = { RoleArn: arnOf("trusts-weak") };
  await assumeRole({ ...role, Tags: [] }, weak);
  const reason = await refusedAs(assumeRole(role, weak), "AccessDenied", 403, "sts.callerPolicy");
  assert.match(reason, /no statement of OnlyAssume allows sts:TagSession/);
  sandbox.control.setRule("sts.callerPolicy", "unlessTrustNamesCaller");
  await assumeRole(role, weak);
  sandbox.control.setRule("sts.callerPolicy", "always");
});

test("an explicit deny wins over an allow and is named", async () => {
  const reason = await refusedAs(
    stepsOf(sandbox).assumeRole({ RoleArn: arnOf("denied") }),
    "AccessDenied",
    403,
    "trustPolicy.sts:TagSession",
  );
  assert.match(reason, /\[Never\] denies sts:TagSession/);
});

test("conditions on the request tag, the external id and the context provider are judged", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const tagged = (value: string) => ({
    RoleArn: arnOf("one-tenant"),
    Tags: [{ Key: TAG_KEY, Value: value }],
  });
  await assumeRole(tagged("acme"));
  await refusedAs(assumeRole(tagged("other")), "AccessDenied", 403, "trustPolicy.sts:AssumeRole");
  await assumeRole({ RoleArn: arnOf("external"), ExternalId: "secret-7" });
  await refusedAs(
    assumeRole({ RoleArn: arnOf("external") }),
    "AccessDenied",
    403,
    "trustPolicy.sts:AssumeRole",
  );
  await assumeRole({ RoleArn: arnOf("guarded"), ...provide(await freshContext()) });
});

test("a context assertion must be ours, fresh and of the Identity Center provider", async () => {
  const { assumeRole } = stepsOf(sandbox);
  await refusedAs(assumeRole(provide("AQoJforged")), "ValidationError", 400, "sts.contextAssertion");
  const assertion = await freshContext();
  await refusedAs(
    assumeRole(provide(assertion, "arn:aws:iam::aws:contextProvider/Other")),
    "ValidationError",
    400,
    "sts.contextProvider",
  );
  const twice = {
    ProvidedContexts: [...provide(assertion).ProvidedContexts, ...provide(assertion).ProvidedContexts],
  };
  await refusedAs(assumeRole(twice), "ValidationError", 400, "context.duplicateProviders");
  sandbox.control.expireIdentityContexts();
  await refusedAs(assumeRole(provide(assertion)), "ExpiredTokenException", 400, "sts.contextExpiry");
});

test("a context lives one hour by the sandbox's clock", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const assertion = await freshContext();
  sandbox.control.advanceClock(3590);
  await assumeRole(provide(assertion));
  sandbox.control.advanceClock(20);
  await refusedAs(assumeRole(provide(assertion)), "ExpiredTokenException", 400, "sts.contextExpiry");
  sandbox.control.setClockOffset(0);
});

test("the rule context.reuse makes a context good for one session", async () => {
  const { assumeRole } = stepsOf(sandbox);
  sandbox.control.setRule("context.reuse", "once");
  const assertion = await freshContext();
  await assumeRole(provide(assertion));
  await refusedAs(assumeRole(provide(assertion)), "ValidationError", 400, "context.reuse");
  sandbox.control.setRule("context.reuse", "allow");
});

test("a duration beyond the role's maximum is refused", async () => {
  const { assumeRole } = stepsOf(sandbox);
  await refusedAs(assumeRole({ DurationSeconds: 3601 }), "ValidationError", 400, "sts.duration");
  await assumeRole({ RoleArn: arnOf("long"), DurationSeconds: 7200 });
});

test("a role session may assume for one hour only", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const app = sandbox.seedResult.credentials["app"];
  assert.ok(app?.sessionToken);
  await assumeRole({ RoleArn: arnOf("long"), DurationSeconds: 3600 }, app);
  const chained = assumeRole({ RoleArn: arnOf("long"), DurationSeconds: 3601 }, app);
  assert.match(await refusedAs(chained, "ValidationError", 400, "sts.duration"), /chaining/);
});

test("a duplicate or reserved tag key is refused", async () => {
  const { assumeRole } = stepsOf(sandbox);
  const tags = (...keys: string[]) => ({ Tags: keys.map((Key) => ({ Key, Value: "v" })) });
  await refusedAs(assumeRole(tags("Team", "team")), "InvalidParameterValue", 400, "sts.tags");
  await refusedAs(assumeRole(tags("aws:secret")), "ValidationError", 400, "sts.tags");
});

test("values outside the model are a ValidationError, not a 500", async () => {
  const { assumeRole } = stepsOf(sandbox);
  await refusedAs(
    assumeRole({ RoleSessionName: "no spaces here" }),
    "ValidationError",
    400,
    "input.constraint",
  );
  await refusedAs(assumeRole({ DurationSeconds: 60 }), "ValidationError", 400, "input.constraint");
  await refusedAs(
    assumeRole({ RoleArn: ISV_ROLE, Policy: "{not json" }),
    "MalformedPolicyDocumentException",
    400,
    "sts.sessionPolicy",
  );
});
