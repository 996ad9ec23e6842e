// The event history: the four calls with the person they act for, by attribute, time and page; nothing secret, nothing of
// another account.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuleOverrides } from "../../../src/index.ts";
import { callRaw } from "../../support/raw_call.ts";
import { IDC_REGION, type Keys, lastRequest, Q_REGION, stepsOf, useExample } from "../../support/world.ts";

const { issuer, sandbox } = useExample();

type Event = {
  EventId: string;
  EventName: string;
  EventTime: number;
  EventSource: string;
  ReadOnly: string;
  Username: string;
  Resources: { ResourceType: string; ResourceName: string }[];
  CloudTrailEvent: string;
};
type Answer = { Events: Event[]; NextToken?: string; __type?: string; Message?: string };
type Body = {
  LookupAttributes?: { AttributeKey: string; AttributeValue: string }[];
  StartTime?: number;
  EndTime?: number;
  MaxResults?: number;
  NextToken?: string;
  EventCategory?: string;
};

const rules: RuleOverrides = { "cloudtrail.lookupsPerSecond": 0 };

async function lookup(credentials: Keys, body: Body = {}, region = IDC_REGION): Promise<Answer> {
  for (const [name, value] of Object.entries(rules)) sandbox.control.setRule(name, String(value));
  return ask(credentials, body, region);
}

async function ask(credentials: Keys, body: Body = {}, region = IDC_REGION): Promise<Answer> {
  const target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
  const headers = { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" };
  const call = { service: "cloudtrail", region, headers, body: JSON.stringify(body) };
  return (await (await callRaw(sandbox.url, call, credentials)).json()) as Answer;
}

function keysOf(name: string): Keys {
  const keys = sandbox.seedResult.credentials[name];
  assert.ok(keys);
  return keys;
}

const byName = (name: string) => [{ AttributeKey: "EventName", AttributeValue: name }];
const records = ({ Events }: Answer) =>
  Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent) as Record<string, never>);

let searched: Promise<{ token: string; credentials: Keys }> | undefined;
/** Ada's four calls, once. */
function searchOnce() {
  searched ??= (async () => {
    const steps = stepsOf(sandbox);
    const token = await issuer.token({ email: "ada@acme.example" });
    const { awsAdditionalDetails } = await steps.exchange(token);
    const credentials = await steps.enhanced(awsAdditionalDetails?.identityContext ?? "");
    await steps.search(credentials);
    return { token, credentials };
  })();
  return searched;
}

test("a search stands in the history of the ISV and of the customer, with the user it acts for", async () => {
  await searchOnce();
  const userId = sandbox.seedResult.identityCenters["acme"]?.users["ada"];
  const { identityStoreId } = sandbox.seedResult.identityCenters["acme"] ?? {};
  const attributes = { LookupAttributes: byName("SearchRelevantContent") };
  const [own] = records(await lookup(keysOf("base"), attributes, Q_REGION)) as unknown as [
    Record<string, unknown>,
  ];
  const [customers] = records(await lookup(keysOf("customer"), attributes, Q_REGION)) as unknown as [
    Record<string, unknown>,
  ];
  for (const record of [own, customers]) {
    const identity = record["userIdentity"] as Record<string, unknown>;
    assert.equal(identity["type"], "AssumedRole");
    assert.equal(identity["arn"], "arn:aws:sts::111122223333:assumed-role/isv/test");
    assert.deepEqual(identity["onBehalfOf"], {
      userId,
      identityStoreArn: `arn:aws:identitystore::444455556666:identitystore/${identityStoreId}`,
    });
    const context = identity["sessionContext"] as { sessionIssuer: unknown; attributes: unknown };
    assert.match(JSON.stringify(context.sessionIssuer), /"arn":"arn:aws:iam::111122223333:role\/isv"/);
    assert.equal(record["eventSource"], "qbusiness.amazonaws.com");
    assert.equal(record["readOnly"], true);
    assert.equal(record["responseElements"], null);
    assert.equal((record["requestParameters"] as { queryText: string }).queryText, "vacation");
  }
  assert.equal(own["recipientAccountId"], "111122223333");
  assert.equal(customers["recipientAccountId"], "444455556666");
  assert.equal(own["sharedEventID"], customers["sharedEventID"]);
  assert.notEqual(own["eventID"], customers["eventID"]);
});

test("CreateTokenWithIAM tells whose identity context it gave out", async () => {
  await searchOnce();
  const [record] = records(
    await lookup(keysOf("base"), { LookupAttributes: byName("CreateTokenWithIAM") }),
  ) as unknown as [Record<string, unknown>];
  assert.equal(record["eventSource"], "sso-oauth.amazonaws.com");
  const additional = record["additionalEventData"] as Record<string, string>;
  assert.equal(additional["identitystore:UserId"], sandbox.seedResult.identityCenters["acme"]?.users["ada"]);
  assert.equal(
    additional["identitycenter:ApplicationArn"],
    sandbox.seedResult.connections["example-isv"]?.idcApplicationArn,
  );
});

test("no event holds an assertion, a context, a secret key or a token", async () => {
  const { token, credentials } = await searchOnce();
  const text = JSON.stringify([await lookup(keysOf("base")), await lookup(keysOf("customer"))]);
  for (const secret of [token, credentials.secretAccessKey, credentials.sessionToken ?? ""])
    assert.ok(!text.includes(secret.slice(0, 30)));
  assert.ok(!/AQoJ[\w-]{20}|FwoG[\w-]{20}|aoa[\w-]{40}/.test(text));
  assert.match(text, /HIDDEN_DUE_TO_SECURITY_REASONS/);
});

test("events are found by each attribute, in the region and the account that called", async () => {
  const { credentials } = await searchOnce();
  const of = async (AttributeKey: string, AttributeValue: string, region = IDC_REGION) =>
    (
      await lookup(keysOf("base"), { LookupAttributes: [{ AttributeKey, AttributeValue }] }, region)
    ).Events.map(({ EventName }) => EventName);
  assert.deepEqual(await of("EventSource", "qbusiness.amazonaws.com", Q_REGION), ["SearchRelevantContent"]);
  assert.deepEqual(await of("EventSource", "qbusiness.amazonaws.com"), []);
  assert.deepEqual(await of("AccessKeyId", credentials.accessKeyId, Q_REGION), ["SearchRelevantContent"]);
  assert.deepEqual(await of("Username", "test"), ["CreateTokenWithIAM"]);
  assert.deepEqual(await of("ReadOnly", "false"), ["CreateTokenWithIAM"]);
  assert.deepEqual(await of("ResourceType", "AWS::SSO::Application"), ["CreateTokenWithIAM"]);
  assert.deepEqual(await of("ResourceName", "arn:aws:iam::111122223333:role/isv"), [
    "AssumeRole",
    "AssumeRole",
  ]);
  const [event] = (await lookup(keysOf("base"), { LookupAttributes: byName("CreateTokenWithIAM") })).Events;
  assert.deepEqual(await of("EventId", event?.EventId ?? ""), ["CreateTokenWithIAM"]);
  const others = await lookup(keysOf("customer"), { LookupAttributes: byName("AssumeRole") });
  assert.deepEqual(others.Events, [], "the ISV's own calls are not the customer's");
});

test("a refused call stands there with its error, for the caller alone", async () => {
  const steps = stepsOf(sandbox);
  await assert.rejects(steps.search(await steps.assumeRole()));
  const attributes = { LookupAttributes: byName("SearchRelevantContent"), MaxResults: 1 };
  const [record] = records(await lookup(keysOf("base"), attributes, Q_REGION)) as unknown as [
    Record<string, unknown>,
  ];
  assert.equal(record["errorCode"], "AccessDeniedException");
  assert.ok(record["errorMessage"]);
  const customers = records(await lookup(keysOf("customer"), attributes, Q_REGION));
  assert.equal(customers[0]?.["errorCode"], undefined);
});

test("pages go on where they ended, though each lookup is an event itself", async () => {
  await searchOnce();
  const all = (await lookup(keysOf("base"))).Events.map(({ EventId }) => EventId);
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await lookup(keysOf("base"), {
      MaxResults: 3,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    seen.push(...page.Events.map(({ EventId }) => EventId));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  // The first page begins with the lookup before it.
  assert.deepEqual(seen.slice(1), all);
  const times = (await lookup(keysOf("base"))).Events.map(({ EventTime }) => EventTime);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
});

test("a time range holds both ends, and what AWS refuses is refused", async () => {
  await searchOnce();
  const [newest] = (await lookup(keysOf("base"))).Events;
  const at = newest?.EventTime ?? 0;
  const within = await lookup(keysOf("base"), { StartTime: at, EndTime: at });
  assert.ok(within.Events.some(({ EventId }) => EventId === newest?.EventId));
  assert.deepEqual((await lookup(keysOf("base"), { StartTime: at + 3600 })).Events, []);
  assert.deepEqual((await lookup(keysOf("base"), { EndTime: at - 3600 })).Events, []);
  assert.deepEqual((await lookup(keysOf("base"), { EventCategory: "insight" })).Events, []);
  for (const [body, code, rule] of [
    [{ StartTime: at, EndTime: at - 1 }, "InvalidTimeRangeException", "cloudtrail.timeRange"],
    [
      { LookupAttributes: [...byName("a"), ...byName("b")] },
      "InvalidLookupAttributesException",
      "cloudtrail.oneAttribute",
    ],
    [{ NextToken: "bm9uZQ" }, "InvalidNextTokenException", "cloudtrail.nextToken"],
    [{ MaxResults: 51 }, "ValidationException", "input.constraint"],
  ] as const) {
    assert.equal((await lookup(keysOf("base"), body as Body)).__type, code);
    assert.equal(lastRequest(sandbox).rule, rule);
  }
  const { NextToken = "" } = await lookup(keysOf("base"), { MaxResults: 1 });
  assert.equal(
    (await lookup(keysOf("customer"), { NextToken })).__type,
    "InvalidNextTokenException",
    "a token is the account's",
  );
});

test("events are kept for ninety days", async () => {
  await searchOnce();
  sandbox.control.advanceClock(91 * 86_400);
  try {
    assert.deepEqual(
      (await lookup(keysOf("base"), { LookupAttributes: byName("CreateTokenWithIAM") })).Events,
      [],
    );
  } finally {
    sandbox.control.setClockOffset(0);
  }
});

test("lookups are limited to two a second, per account and region", async () => {
  sandbox.control.setRule("cloudtrail.lookupsPerSecond", "1");
  const answers = await Promise.all([ask(keysOf("base")), ask(keysOf("base")), ask(keysOf("base"))]);
  const throttled = answers.filter(({ __type }) => __type === "ThrottlingException").length;
  assert.ok(throttled >= 1, "three at once are not within one a second");
});

test("a reset empties the history", async () => {
  await searchOnce();
  await sandbox.control.reset();
  assert.deepEqual((await lookup(keysOf("base"))).Events, []);
});
