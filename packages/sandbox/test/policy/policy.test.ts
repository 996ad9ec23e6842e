// The policy evaluator on its own: statements, principals, wildcards, condition operators.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import fc from "fast-check";
import { callerContext } from "../../src/operation/caller.ts";
import type { Caller } from "../../src/operation/operation.ts";
import { GLOBAL_CONDITION_KEYS } from "../../src/policy/condition_keys.ts";
import { evaluatePolicies, type PolicyQuestion } from "../../src/policy/policy.ts";
import { conditionHolds, wildcardMatches } from "../../src/policy/policy_condition.ts";
import type { PolicyDocument, PolicyStatement } from "../../src/policy/policy_document.ts";
import type { IamRole, Session } from "../../src/state/index.ts";
import "../../../../test/support/property_seed.ts";

const ROLE = "arn:aws:iam::111122223333:role/isv";
const caller = {
  accountId: "111122223333",
  arn: "arn:aws:sts::111122223333:assumed-role/isv/s1",
  roleArn: ROLE,
};

function decide(statements: PolicyStatement[], question: Partial<PolicyQuestion> = {}) {
  return evaluatePolicies([{ name: "p", document: { Statement: statements } }], {
    action: "sts:AssumeRole",
    context: new Map(),
    ...question,
  }).outcome;
}

const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: "Allow",
  Action: "*",
  ...more,
});

test("nothing said is denied, an allow allows, a deny wins in any order", () => {
  assert.equal(decide([]), "implicitDeny");
  assert.equal(decide([allow()]), "allow");
  const deny: PolicyStatement = { Effect: "Deny", Action: "sts:AssumeRole" };
  assert.equal(decide([allow(), deny]), "explicitDeny");
  assert.equal(decide([deny, allow()]), "explicitDeny");
});

test("actions match without case and with wildcards; NotAction is the rest", () => {
  assert.equal(decide([allow({ Action: "STS:assume*" })]), "allow");
  assert.equal(decide([allow({ Action: ["s3:*", "sts:Assume????"] })]), "allow");
  assert.equal(decide([allow({ Action: "sts:TagSession" })]), "implicitDeny");
  const { Action, ...rest } = allow();
  assert.ok(Action);
  assert.equal(decide([{ ...rest, NotAction: "s3:*" }]), "allow");
  assert.equal(decide([{ ...rest, NotAction: "sts:*" }]), "implicitDeny");
  assert.equal(decide([rest]), "implicitDeny");
});

test("a principal is named by role, session, account or star, and by nothing else", () => {
  const by = (Principal: PolicyStatement["Principal"]) =>
    decide([allow(Principal === undefined ? {} : { Principal })], { principal: caller });
  for (const name of [ROLE, caller.arn, "111122223333", "arn:aws:iam::111122223333:root", "*"]) {
    assert.equal(by({ AWS: name }), "allow", name);
  }
  assert.equal(by("*"), "allow");
  assert.equal(by({ AWS: ["arn:aws:iam::111122223333:role/other", ROLE] }), "allow");
  for (const name of ["arn:aws:iam::111122223333:role/*", "arn:aws:iam::999999999999:root", `${ROLE}2`]) {
    assert.equal(by({ AWS: name }), "implicitDeny", name);
  }
  assert.equal(by({ Service: "lambda.amazonaws.com" }), "implicitDeny");
  assert.equal(by(undefined), "implicitDeny");
});

test("NotPrincipal with Deny spares the named one", () => {
  const statements: PolicyStatement[] = [
    allow({ Principal: "*" }),
    { Effect: "Deny", Action: "*", NotPrincipal: { AWS: ROLE } },
  ];
  assert.equal(decide(statements, { principal: caller }), "allow");
  assert.equal(
    decide(statements, { principal: { ...caller, arn: "x", roleArn: null, accountId: "2" } }),
    "explicitDeny",
  );
});

test("resources match with wildcards; NotResource is the rest", () => {
  const resource = "arn:aws:qbusiness:eu-west-1:444455556666:application/a1";
  assert.equal(decide([allow({ Resource: "arn:aws:qbusiness:*:*:application/*" })], { resource }), "allow");
  assert.equal(decide([allow({ Resource: "arn:aws:s3:::x" })], { resource }), "implicitDeny");
  assert.equal(decide([allow({ NotResource: "arn:aws:s3:::x" })], { resource }), "allow");
  assert.equal(decide([allow({ NotResource: "*" })], { resource }), "implicitDeny");
});

test("an operator nobody knows fails an allow and holds for a deny", () => {
  const Condition = { FrobEquals: { "aws:x": "1" } };
  assert.equal(decide([allow({ Condition })]), "implicitDeny");
  assert.equal(decide([allow(), { Effect: "Deny", Action: "*", Condition }]), "explicitDeny");
});

const context = new Map<string, readonly string[]>([
  ["aws:PrincipalTag/Team", ["red"]],
  ["aws:PrincipalTag/Wild", ["r*"]],
  ["aws:SourceIp", ["203.0.113.7"]],
  ["aws:SecureTransport", ["true"]],
  ["aws:TagKeys", ["a", "b"]],
  ["sts:RequestContextProviders", ["arn:aws:iam::aws:contextProvider/IdentityCenter"]],
  ["aws:EpochTime", ["100"]],
  ["aws:CurrentTime", ["2026-01-02T00:00:00Z"]],
]);
const holds = (operator: string, key: string, values: string[]) =>
  conditionHolds(operator, key, values, context, true).holds;

test("condition operators compare as documented", () => {
  const rows: [string, string, string[], boolean][] = [
    ["StringEquals", "aws:principaltag/team", ["red"], true],
    ["StringEquals", "aws:PrincipalTag/Team", ["Red"], false],
    ["StringEqualsIgnoreCase", "aws:PrincipalTag/Team", ["Red"], true],
    ["StringNotEquals", "aws:PrincipalTag/Team", ["blue", "red"], false],
    ["StringLike", "aws:PrincipalTag/Team", ["r*"], true],
    ["StringEquals", "aws:PrincipalTag/Absent", ["x"], false],
    ["StringEqualsIfExists", "aws:PrincipalTag/Absent", ["x"], true],
    ["StringNotEquals", "aws:PrincipalTag/Absent", ["x"], true],
    ["Null", "aws:PrincipalTag/Absent", ["true"], true],
    ["Null", "aws:PrincipalTag/Team", ["true"], false],
    ["ForAllValues:StringEquals", "aws:TagKeys", ["a", "b", "c"], true],
    ["ForAllValues:StringEquals", "aws:TagKeys", ["a"], false],
    ["ForAllValues:StringEquals", "aws:Absent", ["a"], true],
    ["ForAnyValue:StringEquals", "aws:TagKeys", ["b"], true],
    ["ForAnyValue:StringEquals", "aws:Absent", ["b"], false],
    ["ForAllValues:ArnEquals", "sts:RequestContextProviders", ["arn:aws:iam::aws:contextProvider/*"], true],
    ["ArnLike", "sts:RequestContextProviders", ["arn:aws:iam::*:contextProvider/IdentityCenter"], true],
    ["ArnLike", "sts:RequestContextProviders", ["arn:aws:iam*"], false],
    ["NumericLessThan", "aws:EpochTime", ["101"], true],
    ["NumericGreaterThanEquals", "aws:EpochTime", ["101"], false],
    ["DateGreaterThan", "aws:CurrentTime", ["2026-01-01T00:00:00Z"], true],
    ["StringEquals", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Team}"}`], true],
    ["StringEquals", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Absent, 'red'}"}`], true],
    ["StringEquals", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Team, 'blue'}"}`], true],
    ["StringEquals", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Absent}"}`], false],
    ["StringNotEquals", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Absent}"}`], true],
    ["StringLike", "aws:PrincipalTag/Team", [`$${"{aws:PrincipalTag/Wild}"}`], false],
    ["StringEquals", "aws:PrincipalTag/Wild", [`r$${"{*}"}`], true],
    ["StringLike", "aws:PrincipalTag/Team", [`r$${"{*}"}`], false],
    ["NumericEquals", "aws:EpochTime", [`$${"{aws:EpochTime}"}`], false],
    ["IpAddress", "aws:SourceIp", ["203.0.113.0/24"], true],
    ["IpAddress", "aws:SourceIp", ["203.0.113.8"], false],
    ["NotIpAddress", "aws:SourceIp", ["203.0.112.0/24", "2001:db8::/32"], true],
    ["Bool", "aws:SecureTransport", ["True"], true],
  ];
  for (const [operator, key, values, expected] of rows) {
    assert.equal(holds(operator, key, values), expected, `${operator} ${key} ${values.join("|")}`);
  }
});

test("variables in Resource follow the request, never widen it, and need Version 2012-10-17", () => {
  const own = `arn:aws:s3:::home/$${"{aws:PrincipalTag/Team}"}/*`;
  const document = (Resource: string, Effect: "Allow" | "Deny" = "Allow") => ({
    Version: "2012-10-17",
    Statement: { Effect, Action: "s3:GetObject", Resource },
  });
  const ask = (documents: PolicyDocument[], resource: string) =>
    evaluatePolicies(
      documents.map((each, at) => ({ name: `p${at}`, document: each })),
      { action: "s3:GetObject", resource, context },
    ).outcome;
  assert.equal(ask([document(own)], "arn:aws:s3:::home/red/a"), "allow");
  assert.equal(ask([document(own)], "arn:aws:s3:::home/blue/a"), "implicitDeny");
  const wild = `arn:aws:s3:::home/$${"{aws:PrincipalTag/Wild}"}`;
  assert.equal(ask([document(wild)], "arn:aws:s3:::home/red"), "implicitDeny");
  assert.equal(ask([document(wild)], "arn:aws:s3:::home/r*"), "allow");
  const absent = `arn:aws:s3:::home/$${"{aws:PrincipalTag/Absent}"}*`;
  assert.equal(ask([document(absent)], "arn:aws:s3:::home/x"), "implicitDeny");
  assert.equal(ask([document("*"), document(absent, "Deny")], "arn:aws:s3:::home/x"), "allow");
  for (const Version of [undefined, "2008-10-17"]) {
    const old = { ...document(own), ...(Version === undefined ? {} : { Version }) };
    if (Version === undefined) delete (old as { Version?: string }).Version;
    assert.equal(ask([old], "arn:aws:s3:::home/red/a"), "implicitDeny", Version);
    assert.equal(ask([old], `arn:aws:s3:::home/$${"{aws:PrincipalTag/Team}"}/a`), "allow", Version);
  }
});

test("global condition keys: those the sandbox sets are in every request's context, the page names the rest", async () => {
  const caller: Caller = {
    accessKeyId: "ASIA",
    accountId: "111122223333",
    arn: "arn:aws:sts::111122223333:assumed-role/isv/s1",
    userId: "AROA:s1",
    user: null,
    role: { arn: ROLE } as IamRole,
    session: {
      issuedAtMs: 0,
      sourceIdentity: "ada",
      identityContext: null,
      webIdentity: { providerArn: "arn:aws:iam::111122223333:oidc-provider/idp.example.com", keys: {} },
    } as unknown as Session,
    principalTags: [{ key: "Team", value: "red" }],
  };
  const facts = { region: "eu-west-1", now: new Date(0), sourceIp: "127.0.0.1" };
  const keys = [...callerContext(caller, facts).keys()].map((key) => key.replace("/Team", "/…"));
  const set = GLOBAL_CONDITION_KEYS.filter((each) => each.set === "always" || each.set === "session");
  assert.deepEqual(keys.sort(), set.map((each) => each.key).sort());
  const page = await readFile(new URL("../../docs/divergences.md", import.meta.url), "utf8");
  for (const { key } of GLOBAL_CONDITION_KEYS.filter((each) => each.set === "never")) {
    assert.ok(page.includes(`\`${key}\``), `${key} is named on the page`);
  }
});

test("a pattern without wildcards matches itself only, and a star matches anything, in linear time", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (pattern, text) => {
      const plain = pattern.replaceAll(/[*?]/g, "");
      assert.equal(wildcardMatches(plain, text), plain === text);
      assert.ok(wildcardMatches("*", text));
      assert.ok(wildcardMatches(`*${text.replaceAll(/[*?]/g, "?")}*`, `a${text}b`));
    }),
  );
  assert.equal(wildcardMatches(`${"a*".repeat(50)}b`, "a".repeat(5000)), false);
});
