// The fix of a refusal by the caller's own policies follows from the policy that refused: of the role, of the session, of the
// data access grant behind it, or an explicit deny.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decideIdentityPolicy } from "../../src/operation/authorization.ts";
import type { Caller } from "../../src/operation/operation.ts";
import type { PolicyDocument } from "../../src/policy/policy_document.ts";
import { createWorld, type IamRole, type Session } from "../../src/state/index.ts";

const ROLE = "arn:aws:iam::111122223333:role/ag";
const OBJECT = "arn:aws:s3:::files/hr/salaries.txt";
const all = (action: string, effect: "Allow" | "Deny" = "Allow"): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "S", Effect: effect, Action: action, Resource: "*" }],
});

function fixFor(
  own: Record<string, PolicyDocument>,
  session: Partial<Session>,
  action = "s3:GetObject",
): string {
  const role = { arn: ROLE, inlinePolicies: own, attachedPolicyArns: [] } as unknown as IamRole;
  const caller = { role, user: null, session: { sessionPolicies: [], ...session } } as unknown as Caller;
  const question = { action, resource: OBJECT, context: new Map() };
  return decideIdentityPolicy({ world: createWorld(), caller }, question).fix;
}

test("nothing allows: a policy of the role", () => {
  assert.equal(fixFor({}, {}), `Allow s3:GetObject on ${OBJECT} in a policy of ${ROLE}.`);
});

test("a statement denies: that statement, for no allow outweighs it", () => {
  const fix = fixFor({ Files: all("s3:*"), Never: all("s3:Get*", "Deny") }, {});
  assert.equal(fix, "Take the Deny of Never[S] out, or narrow it: no Allow outweighs it.");
  assert.match(
    fixFor({ Files: all("s3:*") }, { sessionPolicies: [all("s3:*", "Deny")] }),
    /^Take the Deny of session policy 1\[S\] out/,
  );
});

test("a session policy refuses: that one, at the call that opened the session, not the role's", () => {
  const own = { Files: all("s3:*") };
  const sessionPolicies = [all("s3:*"), all("sts:*")];
  const fix = fixFor(own, { sessionPolicies });
  assert.match(fix, /^Allow s3:GetObject on \S+ in session policy 2, too\. .*call AssumeRole again/);
  assert.doesNotMatch(fix, /role\/ag/);
  const webIdentity = { providerArn: "", keys: {} };
  assert.match(fixFor(own, { sessionPolicies, webIdentity }), /call AssumeRoleWithWebIdentity again/);
});

test("role and session policy both refuse: both are told, so that one mend suffices", () => {
  const fix = fixFor({}, { sessionPolicies: [all("sts:*")] });
  assert.match(fix, /in a policy of arn:aws:iam::111122223333:role\/ag\. .*in session policy 1, too\./);
});

test("credentials of GetDataAccess: another target or permission, a grant, or other credentials", () => {
  const own = { Files: all("s3:*") };
  const dataAccess = { target: "s3://files/engineering/*", permission: "READ" } as const;
  const session = { sessionPolicies: [all("sts:*")], dataAccess };
  const read = fixFor(own, session);
  assert.match(read, /^These credentials are GetDataAccess's, for READ of s3:\/\/files\/engineering\/\*/);
  assert.match(
    read,
    /Ask GetDataAccess for READ or READWRITE that covers \S+salaries\.txt; .*CreateAccessGrant/,
  );
  assert.match(fixFor(own, session, "s3:PutObject"), /Ask GetDataAccess for WRITE or READWRITE/);
  assert.match(fixFor(own, session, "s3:ListBucket"), /Ask GetDataAccess for READ or READWRITE/);
  assert.match(fixFor(own, session, "s3:CreateBucket"), /No grant gives s3:CreateBucket: sign with other/);
  assert.doesNotMatch(read, /role\/ag/);
});
