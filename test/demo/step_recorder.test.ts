// Owns the proof that the four steps are shown as they happened, with nothing in them that could be used.
import assert from "node:assert/strict";
import { test } from "node:test";
import { StepRecorder } from "../../src/demo/step_recorder.ts";

const roleArn = "arn:aws:iam::111122223333:role/isv";
const tags = [{ Key: "qbusiness-dataaccessor:ExternalId", Value: "acme" }];
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const sessionToken = `IQoJb3JpZ2lu${"T".repeat(300)}zQ==`;
const context = `AQoJb3JpZ2lu${"C".repeat(300)}pA==`;
const idToken = `eyJhbGciOiJSUzI1NiJ9.${"p".repeat(400)}.${"s".repeat(342)}`;

const credentials = {
  Credentials: {
    AccessKeyId: "ASIAQXAMPLEACCESSKEY",
    SecretAccessKey: secret,
    SessionToken: sessionToken,
    Expiration: new Date("2026-11-23T13:00:00.123Z"),
  },
};
const assumeWithTag = {
  commandName: "AssumeRoleCommand",
  input: { RoleArn: roleArn, RoleSessionName: "alice", Tags: tags },
  output: credentials,
};
const createToken = {
  commandName: "CreateTokenWithIAMCommand",
  input: { clientId: "arn:aws:sso::1:application/x/y", grantType: "urn:jwt-bearer", assertion: idToken },
  output: {
    awsAdditionalDetails: { identityContext: context },
    accessToken: secret,
    idToken,
    expiresIn: 3600,
  },
};
const assumeWithContext = {
  commandName: "AssumeRoleCommand",
  input: { ...assumeWithTag.input, ProvidedContexts: [{ ContextAssertion: context }] },
  output: credentials,
};
const searchCall = {
  commandName: "SearchRelevantContentCommand",
  input: { applicationId: "app", contentSource: { retriever: { retrieverId: "ret" } }, queryText: "budget" },
  output: { relevantContent: [{ content: "one" }] },
};

function recorder(): StepRecorder {
  return new StepRecorder({
    idcRegion: "us-east-1",
    qRegion: "eu-west-1",
    baseAccessKeyId: "AKIAIOSFODNN7EXAMPLE",
  });
}

function recordAll(): StepRecorder {
  const recording = recorder();
  recording.presenting(idToken);
  for (const entry of [assumeWithTag, createToken, assumeWithContext, searchCall]) recording.hear(entry);
  return recording;
}

const shown = (fields: readonly { name: string; value: string }[] | undefined, name: string) =>
  fields?.find((field) => field.name === name)?.value;

test("a search that exchanged shows four steps done, each with what went in and out", () => {
  const recording = recordAll();
  recording.onEvent({
    step: "create-token-with-iam",
    outcome: "ok",
    tenantId: "acme",
    user: "u",
    durationMs: 30.6,
  });
  const steps = recording.steps(undefined);
  assert.deepEqual(
    steps.map(({ operation, state }) => `${operation} ${state}`),
    ["AssumeRole done", "CreateTokenWithIAM done", "AssumeRole done", "SearchRelevantContent done"],
  );
  assert.equal(shown(steps[0]?.input, "Tag qbusiness-dataaccessor:ExternalId"), "acme");
  assert.equal(shown(steps[0]?.output, "Expiration"), "2026-11-23 13:00:00 UTC");
  assert.equal(shown(steps[1]?.input, "Region"), "us-east-1");
  assert.equal(shown(steps[1]?.input, "assertion"), "eyJhbG…ssss");
  assert.equal(shown(steps[1]?.output, "identityContext"), shown(steps[2]?.input, "ContextAssertion"));
  assert.equal(shown(steps[3]?.output, "relevantContent"), "1 passage");
  assert.equal(steps[1]?.durationMs, 31);
});

test("no secret, token or context is among the values shown", () => {
  const page = JSON.stringify(recordAll().steps(undefined));
  for (const value of [
    secret,
    sessionToken,
    context,
    idToken,
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAQXAMPLEACCESSKEY",
  ]) {
    assert.equal(page.includes(value), false);
    assert.equal(page.includes(value.slice(0, Math.ceil(value.length / 2) + 4)), false);
  }
});

test("a refused call is shown with AWS's own words, and the steps after it as not reached", () => {
  const recording = recorder();
  recording.hear(assumeWithTag);
  const error = Object.assign(new Error("UnknownError"), {
    name: "InvalidGrantException",
    error: "invalid_grant",
    error_description: "JWT is already redeemed",
    $metadata: { httpStatusCode: 400 },
  });
  recording.hear({ ...createToken, output: undefined, error });
  const steps = recording.steps(recordAll().steps(undefined).slice(0, 3));
  assert.deepEqual(
    steps.map(({ state }) => state),
    ["done", "failed", "skipped", "skipped"],
  );
  assert.deepEqual(steps[1]?.error, {
    code: "InvalidGrantException",
    message: "JWT is already redeemed (HTTP 400)",
  });
  assert.deepEqual(steps[1]?.output, []);
});

test("a search with kept credentials shows the exchange of the one before as cached, without its times", () => {
  const before = recordAll().steps(undefined).slice(0, 3);
  const recording = recorder();
  recording.hear(searchCall);
  const steps = recording.steps(before);
  assert.deepEqual(
    steps.map(({ state }) => state),
    ["cached", "cached", "cached", "done"],
  );
  assert.equal(steps[0]?.durationMs, undefined);
  assert.deepEqual(steps[1]?.output, before[1]?.output);
});

test("entries of other commands and nonsense are ignored", () => {
  const recording = recorder();
  for (const entry of [undefined, "text", 7, {}, { commandName: "GetObjectCommand", input: {} }])
    recording.hear(entry);
  assert.deepEqual(
    recording.steps(undefined).map(({ state }) => state),
    ["skipped", "skipped", "skipped", "skipped"],
  );
});

test("a call leads to its page in the local AWS, answered or refused; at AWS itself it leads nowhere", () => {
  const context = { idcRegion: "us-east-1", qRegion: "eu-west-1" };
  const refused = Object.assign(new Error("no"), { $metadata: { requestId: "id-2" } });
  for (const sandboxUrl of ["http://127.0.0.1:4566", undefined]) {
    const recording = new StepRecorder({ ...context, sandboxUrl });
    recording.hear({ ...assumeWithTag, metadata: { requestId: "id-1" } });
    recording.hear({ ...createToken, output: undefined, error: refused });
    const urls = recording.steps(undefined).map(({ requestUrl }) => requestUrl);
    assert.deepEqual(
      urls,
      sandboxUrl === undefined
        ? [undefined, undefined, undefined, undefined]
        : [`${sandboxUrl}/requests/id/id-1`, `${sandboxUrl}/requests/id/id-2`, undefined, undefined],
    );
  }
});
