// Chats: who may, what they are answered from, and what is kept. In the application's own account: data accessors do not chat.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import {
  ChatSyncCommand,
  type ChatSyncCommandInput,
  CreateApplicationCommand,
  CreateSubscriptionCommand,
  CreateUserCommand,
  DeleteConversationCommand,
  ListConversationsCommand,
  ListMessagesCommand,
  PutGroupCommand,
  QBusinessClient,
} from "@aws-sdk/client-qbusiness";
import { standIn } from "../../../../../test/support/stand_in.ts";
import type { Sandbox } from "../../../src/index.ts";
import { caught } from "../../support/control_plane.ts";
import { createSigningKey, startIssuer, type TestIssuer } from "../../support/issuer.ts";
import { assertRefused } from "../../support/refusal.ts";
import {
  baseKeys,
  exampleSeed,
  ISV_ACCOUNT,
  type Keys,
  lastRequest,
  Q_REGION,
  startExample,
  stepsOf,
} from "../../support/world.ts";

let trusted: TestIssuer | undefined;
const issuer = standIn("the issuer", () => trusted);
let started: Sandbox | undefined;
const sandbox = standIn("the sandbox", () => started);

before(async () => {
  trusted = await startIssuer(await createSigningKey("k1"));
  const seed = exampleSeed(trusted.url);
  for (const each of [...(seed.qApplications ?? []), ...(seed.identityCenters ?? [])])
    each.account = ISV_ACCOUNT;
  const [role] = seed.accounts[0]?.roles ?? [];
  if (role)
    role.policies = {
      All: { Statement: { Effect: "Allow", Action: ["qbusiness:*", "sso-oauth:*", "sts:*"], Resource: "*" } },
    };
  started = await startExample(issuer.url, { seed });
});
after(async () => {
  await started?.close();
  await trusted?.close();
});
beforeEach(() => sandbox.control.reset());

/** Credentials that act for a user. */
async function sessionOf(email: string): Promise<Keys> {
  const { exchange, enhanced } = stepsOf(sandbox);
  const { awsAdditionalDetails } = await exchange(await issuer.token({ email }));
  return enhanced(awsAdditionalDetails?.identityContext ?? "", { Tags: [] });
}

async function using<T>(credentials: Keys, use: (client: QBusinessClient) => Promise<T>): Promise<T> {
  const client = new QBusinessClient({
    region: Q_REGION,
    endpoint: sandbox.url,
    credentials,
    maxAttempts: 1,
  });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

const place = () => {
  const { applicationId, indexId } = stepsOf(sandbox).connection;
  return { applicationId, indexId };
};

function chat(credentials: Keys, userMessage: string | undefined, more: Partial<ChatSyncCommandInput> = {}) {
  const { applicationId } = place();
  return using(credentials, (client) =>
    client.send(new ChatSyncCommand({ applicationId, userMessage, ...more })),
  );
}

const cited = (answer: Awaited<ReturnType<typeof chat>>) =>
  (answer.sourceAttributions ?? []).map((source) => source?.documentId).sort();

describe("a chat", () => {
  it("says that it retrieves, and cites what the user may see", async () => {
    const answer = await chat(await sessionOf("ada@acme.example"), "vacation");
    assert.match(answer.systemMessage ?? "", /^The sandbox has no language model: it retrieves\./);
    assert.deepEqual(cited(answer), ["design", "handbook", "salaries"]);
    for (const source of answer.sourceAttributions ?? []) {
      const [segment] = source?.textMessageSegments ?? [];
      const told = answer.systemMessage?.slice(segment?.beginOffset, segment?.endOffset);
      assert.equal(told, `[${source?.citationNumber}] ${source?.title}: ${source?.snippet}`);
    }
    assert.deepEqual(cited(await chat(await sessionOf("bob@acme.example"), "vacation")), ["handbook"]);
  });

  it("finds nothing, and says so", async () => {
    const answer = await chat(await sessionOf("ada@acme.example"), "xylophone");
    assert.match(answer.systemMessage ?? "", /found nothing that you may see/);
    assert.deepEqual(answer.sourceAttributions, []);
  });

  it("needs a session that acts for a user of the application's instance, and no other user's name", async () => {
    const { assumeRole } = stepsOf(sandbox);
    const plain = chat(await assumeRole(), "vacation");
    await assertRefused(sandbox, plain, {
      ...{ name: "AccessDeniedException", status: 403, rule: "search.identityContext" },
    });
    const ada = await sessionOf("ada@acme.example");
    await chat(ada, "vacation", { userId: "ada@acme.example" });
    const claim = { name: "ValidationException", status: 400 };
    const other = chat(ada, "vacation", { userId: "bob@acme.example" });
    await assertRefused(sandbox, other, { ...claim, rule: "chat.userId" });
    const groups = chat(ada, "vacation", { userGroups: ["board"] });
    await assertRefused(sandbox, groups, { ...claim, rule: "chat.userGroups" });
  });

  it("refuses what it would have to make up", async () => {
    const ada = await sessionOf("ada@acme.example");
    const asked: [Partial<ChatSyncCommandInput>, string][] = [
      [{ chatMode: "CREATOR_MODE" }, "sandbox.chat"],
      [{ attachments: [{ name: "a.txt", data: Buffer.from("a") }] }, "sandbox.chat"],
      [{ userMessage: undefined }, "chat.userMessage"],
      [{ userMessage: " " }, "input.constraint"],
      [{ parentMessageId: "00000000-0000-4000-8000-000000000000" }, "chat.parent"],
    ];
    for (const [more, rule] of asked) {
      const call = chat(ada, "vacation", more);
      await assertRefused(sandbox, call, { name: "ValidationException", status: 400, rule });
    }
  });

  it("goes on in its conversation, which only its user sees", async () => {
    const { applicationId } = place();
    const ada = await sessionOf("ada@acme.example");
    const first = await chat(ada, "vacation", { clientToken: "t" });
    const repeated = await chat(ada, "vacation", { clientToken: "t" });
    assert.deepEqual(
      [repeated.systemMessageId, repeated.systemMessage],
      [first.systemMessageId, first.systemMessage],
    );
    const { conversationId } = first;
    const second = await chat(ada, "salaries", { conversationId, parentMessageId: first.systemMessageId });
    assert.equal(second.conversationId, conversationId);
    const list = (keys: Keys) =>
      using(keys, (client) => client.send(new ListConversationsCommand({ applicationId })));
    const { conversations } = await list(ada);
    assert.deepEqual(
      conversations?.map(({ conversationId: id, title }) => [id, title]),
      [[conversationId, "vacation"]],
    );
    const { messages } = await using(ada, (client) =>
      client.send(new ListMessagesCommand({ applicationId, conversationId })),
    );
    assert.deepEqual(
      messages?.map(({ messageId, type }) => [messageId, type]),
      [
        [second.systemMessageId, "SYSTEM"],
        [second.userMessageId, "USER"],
        [first.systemMessageId, "SYSTEM"],
        [first.userMessageId, "USER"],
      ],
    );
    assert.ok((messages?.[2]?.sourceAttribution?.length ?? 0) > 0);
    const bob = await sessionOf("bob@acme.example");
    assert.deepEqual((await list(bob)).conversations, []);
    const gone = { name: "ResourceNotFoundException", status: 404, rule: "resource.exists" };
    await assertRefused(sandbox, chat(bob, "salaries", { conversationId }), gone);
    const remove = (keys: Keys) =>
      using(keys, (client) => client.send(new DeleteConversationCommand({ applicationId, conversationId })));
    await assertRefused(sandbox, remove(bob), gone);
    await remove(ada);
    assert.deepEqual((await list(ada)).conversations, []);
  });

  it("of an anonymous application is anybody's, and sees no document that has an access list", async () => {
    const base = baseKeys(sandbox);
    const { applicationId } = await using(base, (client) =>
      client.send(new CreateApplicationCommand({ displayName: "open", identityType: "ANONYMOUS" })),
    );
    const answer = await chat(base, "vacation", { applicationId });
    assert.match(answer.systemMessage ?? "", /has no retriever/);
    const list = using(base, (client) => client.send(new ListConversationsCommand({ applicationId })));
    await assertRefused(sandbox, list, { name: "ValidationException", status: 400, rule: "chat.anonymous" });
  });

  it("of an application that IAM federates is the user's whom the session's tag names", async () => {
    const base = baseKeys(sandbox);
    const { applicationId } = await using(base, (client) =>
      client.send(
        new CreateApplicationCommand({
          displayName: "federated",
          identityType: "AWS_IAM_IDP_OIDC",
          iamIdentityProviderArn: `arn:aws:iam::${ISV_ACCOUNT}:oidc-provider/issuer.example.com`,
          clientIdsForOIDC: ["client"],
        }),
      ),
    );
    const { assumeRole } = stepsOf(sandbox);
    const untagged = chat(await assumeRole({ Tags: [] }), "vacation", { applicationId });
    await assertRefused(sandbox, untagged, {
      ...{ name: "AccessDeniedException", status: 403, rule: "chat.identity" },
    });
    const ada = await assumeRole({ Tags: [{ Key: "Email", Value: "ada@acme.example" }] });
    await chat(ada, "vacation", { applicationId });
    const { conversations } = await using(ada, (client) =>
      client.send(new ListConversationsCommand({ applicationId })),
    );
    assert.equal(conversations?.length, 1);
  });

  it("asks for a subscription where the switch does: a user's or a group's", async () => {
    sandbox.control.setRule("search.subscription", "required");
    const { applicationId } = place();
    const { users = {}, groups = {} } = sandbox.seedResult.identityCenters["acme"] ?? {};
    const bob = await sessionOf("bob@acme.example");
    const ada = await sessionOf("ada@acme.example");
    const refused = { name: "AccessDeniedException", status: 403, rule: "search.subscription" };
    await assertRefused(sandbox, chat(bob, "vacation"), refused);
    const subscribe = (principal: { user: string } | { group: string }) =>
      using(baseKeys(sandbox), (client) =>
        client.send(
          new CreateSubscriptionCommand({
            applicationId,
            principal: principal as { user: string },
            type: "Q_LITE",
          }),
        ),
      );
    await subscribe({ user: users["bob"] ?? "" });
    await chat(bob, "vacation");
    await assertRefused(sandbox, chat(ada, "vacation"), refused);
    await subscribe({ group: groups["engineering"] ?? "" });
    await chat(ada, "vacation");
  });
});

describe("what an application is told of its people", () => {
  it("opens documents: a group, a group in a group, another name in one data source", async () => {
    const base = baseKeys(sandbox);
    const { applicationId, indexId } = place();
    const bob = await sessionOf("bob@acme.example");
    const sees = async () => cited(await chat(bob, "vacation"));
    const put = (groupName: string, groupMembers: object, dataSourceId?: string) =>
      using(base, (client) =>
        client.send(
          new PutGroupCommand({
            applicationId,
            indexId,
            groupName,
            groupMembers,
            dataSourceId,
            type: "INDEX",
          }),
        ),
      );
    const { dataSources = {} } = sandbox.seedResult.qApplications["acme-wiki"] ?? {};
    const member = { memberUsers: [{ userId: "bob@acme.example" }] };
    await put("engineering", member, dataSources["hr"]);
    assert.deepEqual(await sees(), ["handbook"], "the design is of another data source");
    assert.match(
      JSON.stringify(lastRequest(sandbox).checks),
      /kept back by access lists.*groups engineering/,
    );
    await put("engineering", member, dataSources["wiki"]);
    assert.deepEqual(await sees(), ["design", "handbook"]);
    await put("engineering", {}, dataSources["wiki"]);
    await put("interns", member);
    await put("engineering", { memberGroups: [{ groupName: "interns" }] });
    assert.deepEqual(await sees(), ["design", "handbook"]);
    const alias = { indexId, dataSourceId: dataSources["hr"], userId: "ada@acme.example" };
    await using(base, (client) =>
      client.send(new CreateUserCommand({ applicationId, userId: "bob@acme.example", userAliases: [alias] })),
    );
    assert.deepEqual(await sees(), ["design", "handbook", "salaries"]);
  });

  it("is not asked of strangers", async () => {
    const { applicationId } = place();
    const role = await stepsOf(sandbox).assumeRole();
    const stranger = { ...role, sessionToken: `${role.sessionToken}x` };
    const refused = await caught(
      using(stranger, (client) => client.send(new ListConversationsCommand({ applicationId }))),
    );
    assert.notEqual(refused.$metadata.httpStatusCode, 200);
  });
});
