// `tti doctor --error`: an error that somebody copied is explained, with a store and without one, from the command line
// and from standard input; what is secret in it comes out nowhere; the id of a request leads to what the trail tells.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createAccessor } from "../../src/accessors/accessor_store.ts";
import type { ExplainedError } from "../../src/accessors/explained_error.ts";
import { createAuditEvent } from "../../src/audit/audit_store.ts";
import { readConfig } from "../../src/config.ts";
import { connectDatabase, storeLocationOf } from "../../src/db/connect.ts";
import { openTypedTerminal } from "../support/typed.ts";

const settings = { TTI_MODE: "development", PORT: "1" };
const bare = openTypedTerminal(settings);
const stored = openTypedTerminal(settings);
after(() => {
  bare.close();
  stored.close();
});

const denied =
  "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/app/x is not authorized to perform: sts:TagSession on resource: arn:aws:iam::111122223333:role/isv";

test("an error is explained without any store, as text and as JSON", async () => {
  const told = await bare.tti("doctor --error -", denied);
  assert.equal(told.exitCode, 0, told.stderr);
  assert.match(told.stdout, /^Recognised: AccessDenied, calling AssumeRole, "User: /m);
  assert.match(told.stdout, /^1\. tag_session_denied: .*\n {4}maybe: .*trust policy.*\n/m);
  assert.match(told.stdout, /^ {4}fix: Add sts:TagSession/m);
  const { explanations, recognised } = (
    await bare.tti("doctor --error - --json", denied)
  ).json<ExplainedError>();
  assert.equal(explanations[0]?.code, "tag_session_denied");
  assert.equal(recognised.name, "AccessDenied");
});

test("a code of this provider is explained from its own catalogue", async () => {
  const told = await bare.tti("doctor --error -", "tti: x\n  code: not_a_member\n");
  assert.equal(told.exitCode, 0);
  assert.match(told.stdout, /^1\. not_a_member: /m);
  // A word of English is no code.
  assert.equal((await bare.tti("doctor --error forbidden")).exitCode, 1);
});

test("the provider's own words are known: its answers, its readiness, its log", async () => {
  const failed = {
    level: "error",
    time: "2026-01-01T00:00:00.000Z",
    requestId: "0f8fad5b-d9cb-469f-a165-70867728950f",
    method: "POST",
    route: "token",
    code: "temporarily_unavailable",
    err: {
      name: "StoreUnavailable",
      message: "The database cannot be reached",
      cause: { code: "ECONNREFUSED" },
    },
    msg: "request failed",
  };
  for (const [text, first, second] of [
    [
      {
        error: "temporarily_unavailable",
        error_description: "the provider cannot serve this now, try again in a moment",
      },
      "temporarily_unavailable",
    ],
    [{ error: "server_error", error_description: "oops! something went wrong" }, "server_error"],
    [
      { status: "not ready", checks: { instance: "ok", store: "the store cannot be written" } },
      "store_unavailable",
    ],
    [{ status: "not ready", checks: { store: "the store does not answer in time" } }, "store_unavailable"],
    [failed, "temporarily_unavailable"],
    [{ ...failed, kind: "unreachable" }, "store_unreachable", "temporarily_unavailable"],
    [{ level: "error", reason: "x", kind: "silent", msg: "the store does not serve" }, "store_silent"],
    [{ ...failed, code: "server_error", err: { message: "An InternalFailure of ours" } }, "server_error"],
  ] as const) {
    const told = await bare.tti("doctor --error -", JSON.stringify(text));
    assert.equal(told.exitCode, 0, told.stdout);
    assert.match(told.stdout, new RegExp(`^1\\. ${first}: .*`, "m"));
    if (second !== undefined) assert.match(told.stdout, new RegExp(`^2\\. ${second}: .*`, "m"));
    if ("msg" in text || first !== "server_error") assert.doesNotMatch(told.stdout, /aws_/);
  }
  // AWS's own server_error stays AWS's.
  const ofAws = await bare.tti(
    "doctor --error -",
    "An error occurred (InternalServerException) when calling the CreateTokenWithIAM operation: error: server_error",
  );
  assert.match(ofAws.stdout, /^1\. aws_unavailable: /m);
});

test("what nobody knows is told so, with what to copy, and exits 1", async () => {
  const told = await bare.tti("doctor --error nonsense");
  assert.equal(told.exitCode, 1);
  assert.match(told.stdout, /^Nothing in it is an error that is known here\.\n {2}fix: Copy more/m);
});

test("a secret in the text is dropped, the person is told, and it comes out nowhere", async () => {
  const secret = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"ada"}').toString("base64url")}.c2lnbmF0dXJl`;
  for (const words of ["doctor --error -", "doctor --error - --json"]) {
    const told = await bare.tti(words, `InvalidGrantException for ${secret} and AKIAQ7Q7Q7Q7Q7Q7Q7Q7`);
    assert.equal(told.exitCode, 0);
    assert.match(
      told.stderr,
      /The text held a token \(JWT\), an AWS access key id\. It was dropped and is kept nowhere/,
    );
    assert.doesNotMatch(told.stdout + told.stderr, /eyJ|AKIA|c2lnbmF0dXJl/);
  }
  const typed = await bare.tti(`doctor --error ${secret}`);
  assert.match(typed.stderr, /in the history of your shell/);
});

test("nothing in the text acts on the terminal that shows it", async () => {
  const evil = "\u001b[31mred\u0007 \u202egnirts";
  const told = await bare.tti(
    "doctor --error -",
    `An error occurred (ValidationException) when calling the SearchRelevantContent operation: ${evil}`,
  );
  assert.equal(told.exitCode, 0);
  // Words that are not known to be AWS's are not told back at all.
  assert.match(told.stdout, /^Recognised: ValidationException, calling SearchRelevantContent, "…"$/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  assert.doesNotMatch(told.stdout + told.stderr, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
});

test("--error stands alone", async () => {
  assert.equal((await bare.tti("doctor https://login.example.com --error x")).exitCode, 2);
  assert.equal((await bare.tti("doctor --token x --error x")).exitCode, 2);
});

test("the id of a request leads to what AWS refused in it, with the customer's own values", async () => {
  assert.equal((await stored.tti("migrate up")).exitCode, 0);
  assert.equal((await stored.tti("tenant create acme --name Acme")).exitCode, 0);
  const requestId = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const config = readConfig({ ...settings, TTI_DATA_DIR: stored.dataDir });
  const db = connectDatabase(storeLocationOf(config));
  try {
    const place = { tenantId: "acme", name: "default", method: "tti" as const };
    const application = "11111111-2222-4333-8444-555555555555";
    await createAccessor(
      db,
      {
        ...place,
        applicationId: application,
        retrieverId: "11111111-2222-4333-8444-666666666666",
        qRegion: "eu-west-1",
        idcApplicationArn:
          "arn:aws:sso::444455556666:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
        idcRegion: "eu-central-1",
      },
      new Date(),
    );
    await createAuditEvent(
      db,
      {
        type: "search.made",
        actor: "client:app",
        tenantId: "acme",
        accountId: "a1",
        clientId: "app",
        details: {
          accessor: "default",
          results: 0,
          page: 1,
          refused: "search_target_not_found",
          step: "search-relevant-content",
        },
      },
      new Date(),
      { address: undefined, requestId },
    );
    const told = await stored.tti(`doctor --error ${requestId}`);
    assert.equal(told.exitCode, 0, told.stdout + told.stderr);
    assert.match(told.stdout, /^In the audit trail: search\.made at .*, tenant acme$/m);
    assert.match(
      told.stdout,
      new RegExp(`^1\\. search_target_not_found: .*\\n.*eu-west-1.*\\n.*${application}`, "m"),
    );
    const stranger = await stored.tti("doctor --error 00000000-0000-4000-8000-000000000000");
    assert.equal(stranger.exitCode, 1);
  } finally {
    await db.destroy();
  }
});
