// The access portal with an exchanged access token: the accounts and roles that permission sets give a user, credentials that
// work, and nothing for others, without the scope, after Logout or when the token is over.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateAccountAssignmentCommand,
  CreatePermissionSetCommand,
  DeleteAccountAssignmentCommand,
  PutApplicationAccessScopeCommand,
  PutInlinePolicyToPermissionSetCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { callPortal } from "../../support/portal_call.ts";
import {
  CUSTOMER_ACCOUNT,
  IDC_REGION,
  ISV_ACCOUNT,
  lastRequest,
  stepsOf,
  useExample,
} from "../../support/world.ts";

const { issuer, sandbox } = useExample();

function admin(): SSOAdminClient {
  const credentials = sandbox.seedResult.credentials["customer"];
  assert.ok(credentials);
  return new SSOAdminClient({ region: IDC_REGION, endpoint: sandbox.url, credentials, maxAttempts: 1 });
}

const center = () => sandbox.seedResult.identityCenters["acme"] ?? assert.fail("no instance");

let made: Promise<{ permissionSetArn: string }> | undefined;
/** A permission set that engineers have in the customer's account and Bob has in the ISV's; and the scope. */
function furnish() {
  made ??= (async () => {
    const { instanceArn: InstanceArn, users, groups } = center();
    const created = await admin().send(
      new CreatePermissionSetCommand({ InstanceArn, Name: "Reader", SessionDuration: "PT2H" }),
    );
    const PermissionSetArn = created.PermissionSet?.PermissionSetArn;
    assert.ok(PermissionSetArn);
    const InlinePolicy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" },
    });
    await admin().send(
      new PutInlinePolicyToPermissionSetCommand({ InstanceArn, PermissionSetArn, InlinePolicy }),
    );
    for (const [TargetId, PrincipalType, PrincipalId] of [
      [CUSTOMER_ACCOUNT, "GROUP", groups["engineering"]],
      [ISV_ACCOUNT, "USER", users["bob"]],
    ] as const) {
      const assignment = {
        InstanceArn,
        PermissionSetArn,
        TargetId,
        TargetType: "AWS_ACCOUNT",
        PrincipalType,
        PrincipalId,
      } as const;
      await admin().send(new CreateAccountAssignmentCommand(assignment));
    }
    const ApplicationArn = sandbox.seedResult.connections["example-isv"]?.idcApplicationArn;
    await admin().send(new PutApplicationAccessScopeCommand({ ApplicationArn, Scope: "sso:account:access" }));
    return { permissionSetArn: PermissionSetArn };
  })();
  return made;
}

async function tokenOf(user: string, scope?: string[]): Promise<string> {
  await furnish();
  const assertion = await issuer.token({ email: `${user}@acme.example` });
  const answer = await stepsOf(sandbox).exchange(assertion, scope === undefined ? {} : { scope });
  return answer.accessToken ?? "";
}

const accounts = (token: string, query = {}) =>
  callPortal(sandbox.url, "GET", "assignment/accounts", token, query);
const roles = (token: string, account_id: string) =>
  callPortal(sandbox.url, "GET", "assignment/roles", token, { account_id });
const credentials = (token: string, account_id: string, role_name = "Reader") =>
  callPortal(sandbox.url, "GET", "federation/credentials", token, { account_id, role_name });

describe("an access token with sso:account:access", () => {
  test("lists the user's accounts and roles, by group and by user", async () => {
    const ada = await tokenOf("ada");
    assert.deepEqual((await accounts(ada)).body, {
      accountList: [{ accountId: CUSTOMER_ACCOUNT, accountName: "customer" }],
    });
    assert.deepEqual((await roles(ada, CUSTOMER_ACCOUNT)).body, {
      roleList: [{ roleName: "Reader", accountId: CUSTOMER_ACCOUNT }],
    });
    assert.deepEqual((await roles(ada, ISV_ACCOUNT)).body, { roleList: [] });
    const bob = await tokenOf("bob");
    assert.deepEqual((await accounts(bob, { max_result: "1" })).body, {
      accountList: [{ accountId: ISV_ACCOUNT, accountName: "isv" }],
    });
  });

  test("gives credentials of the permission set's role, for as long as the set says", async () => {
    const { body, status } = await credentials(await tokenOf("ada"), CUSTOMER_ACCOUNT);
    assert.equal(status, 200);
    const keys = body["roleCredentials"] as {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken: string;
      expiration: number;
    };
    const { expiration, ...signing } = keys;
    const sts = new STSClient({ region: "us-east-1", endpoint: sandbox.url, credentials: signing });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.match(
      Arn ?? "",
      /^arn:aws:sts::444455556666:assumed-role\/AWSReservedSSO_Reader_[0-9a-f]{16}\/ada$/,
    );
    const seconds = (expiration - Date.parse(lastRequest(sandbox).at)) / 1000;
    assert.ok(seconds > 7000 && seconds <= 7200, String(seconds));
    const log = JSON.stringify(sandbox.control.requests());
    assert.ok(!log.includes(keys.secretAccessKey) && !log.includes(keys.sessionToken));
  });

  test("gives nothing that is not assigned, or was taken away", async () => {
    const bob = await tokenOf("bob");
    for (const [account, role] of [
      [CUSTOMER_ACCOUNT, "Reader"],
      [ISV_ACCOUNT, "Writer"],
    ] as const) {
      const refused = await credentials(bob, account, role);
      assert.deepEqual([refused.status, refused.code], [403, "ForbiddenException"]);
      assert.equal(lastRequest(sandbox).rule, "portal.assignment");
    }
    assert.equal((await credentials(bob, ISV_ACCOUNT)).status, 200);
    const { permissionSetArn: PermissionSetArn } = await furnish();
    const { instanceArn: InstanceArn, users } = center();
    const bobs = { InstanceArn, PermissionSetArn, TargetId: ISV_ACCOUNT, TargetType: "AWS_ACCOUNT" } as const;
    await admin().send(
      new DeleteAccountAssignmentCommand({ ...bobs, PrincipalType: "USER", PrincipalId: users["bob"] }),
    );
    assert.equal((await credentials(bob, ISV_ACCOUNT)).status, 403);
    assert.deepEqual((await accounts(bob)).body, { accountList: [] });
  });

  test("is over after Logout and at its end", async () => {
    const ada = await tokenOf("ada");
    const another = await tokenOf("ada");
    assert.equal((await callPortal(sandbox.url, "POST", "logout", ada)).status, 200);
    for (const answer of [
      await accounts(ada),
      await roles(ada, CUSTOMER_ACCOUNT),
      await credentials(ada, CUSTOMER_ACCOUNT),
    ]) {
      assert.deepEqual([answer.status, answer.code], [401, "UnauthorizedException"]);
      assert.equal(lastRequest(sandbox).rule, "portal.token");
    }
    assert.equal((await accounts(another)).status, 200);
    sandbox.control.advanceClock(3601);
    try {
      assert.equal((await accounts(another)).status, 401);
      assert.match(lastRequest(sandbox).reason ?? "", /over since/);
    } finally {
      sandbox.control.setClockOffset(0);
    }
  });
});

test("no other token opens the portal: without the scope, made up, or none", async () => {
  const narrow = await tokenOf("ada", ["qbusiness:content:access"]);
  for (const token of [narrow, "aoaMadeUp"]) {
    const refused = await accounts(token);
    assert.deepEqual([refused.status, refused.code], [401, "UnauthorizedException"]);
    assert.ok(lastRequest(sandbox).fix);
  }
  const without = await fetch(`${sandbox.url}/assignment/accounts`);
  assert.equal(without.status, 400);
  assert.equal(without.headers.get("x-amzn-errortype"), "InvalidRequestException");
  assert.equal(lastRequest(sandbox).service, "sso");
});
