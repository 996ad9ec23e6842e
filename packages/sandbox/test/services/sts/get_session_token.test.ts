// GetSessionToken: temporary credentials of a user, and what they may not call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import {
  BASE_USER,
  baseKeys,
  IDC_REGION,
  type Keys,
  lastRequest,
  stepsOf,
  useExample,
} from "../../support/world.ts";

const { sandbox } = useExample();

const stsAs = (credentials: Keys) =>
  new STSClient({ region: IDC_REGION, endpoint: sandbox.url, credentials, maxAttempts: 1 });

async function sessionToken(input = {}, credentials = baseKeys(sandbox)) {
  const { Credentials: made } = await stsAs(credentials).send(new GetSessionTokenCommand(input));
  assert.ok(made?.AccessKeyId && made.SecretAccessKey && made.SessionToken && made.Expiration);
  const keys = {
    accessKeyId: made.AccessKeyId,
    secretAccessKey: made.SecretAccessKey,
    sessionToken: made.SessionToken,
  };
  return { keys, expiration: made.Expiration };
}

test("a user's temporary credentials are the user's, for twelve hours unless told", async () => {
  const { keys, expiration } = await sessionToken();
  assert.match(keys.accessKeyId, /^ASIA/);
  const hours = (expiration.getTime() - Date.now()) / 3_600_000;
  assert.ok(hours > 11.9 && hours <= 12, `${hours} h`);
  const who = await stsAs(keys).send(new GetCallerIdentityCommand({}));
  assert.equal(who.Arn, BASE_USER);
  await stepsOf(sandbox).assumeRole({}, keys);
  const short = await sessionToken({ DurationSeconds: 900 });
  assert.ok(short.expiration.getTime() < Date.now() + 901_000);
});

test("they do not work without their token, nor after their end", async () => {
  const { keys } = await sessionToken();
  const { sessionToken: _, ...without } = keys;
  await assert.rejects(stsAs(without).send(new GetCallerIdentityCommand({})));
  sandbox.control.expireSessions(keys.accessKeyId);
  await assert.rejects(stsAs(keys).send(new GetCallerIdentityCommand({})), { name: "ExpiredToken" });
});

test("without MFA they call no IAM, and they make no further ones", async () => {
  const { keys } = await sessionToken();
  const iam = new IAMClient({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: keys,
    maxAttempts: 1,
  });
  await assert.rejects(iam.send(new ListRolesCommand({})), { name: "InvalidClientTokenId" });
  assert.equal(lastRequest(sandbox).rule, "caller.temporary");
  iam.destroy();
  const message = "Cannot call GetSessionToken with session credentials";
  await assert.rejects(sessionToken({}, keys), { name: "AccessDenied", message });
  await assert.rejects(sessionToken({}, await stepsOf(sandbox).assumeRole()), {
    name: "AccessDenied",
    message,
  });
  const mfa = { SerialNumber: `${BASE_USER}`, TokenCode: "123456" };
  await assert.rejects(sessionToken(mfa), { name: "AccessDenied" });
  assert.equal(lastRequest(sandbox).rule, "sts.mfa");
});
