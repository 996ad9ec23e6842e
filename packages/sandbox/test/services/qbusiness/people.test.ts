// Users, groups, subscriptions, web experiences, and who may see a document: as data, through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BatchPutDocumentCommand,
  CancelSubscriptionCommand,
  CheckDocumentAccessCommand,
  CreateApplicationCommand,
  CreateDataSourceCommand,
  CreateIndexCommand,
  CreateSubscriptionCommand,
  CreateUserCommand,
  CreateWebExperienceCommand,
  DeleteGroupCommand,
  DeleteIndexCommand,
  DeleteUserCommand,
  DeleteWebExperienceCommand,
  GetGroupCommand,
  GetUserCommand,
  GetWebExperienceCommand,
  ListGroupsCommand,
  ListSubscriptionsCommand,
  ListTagsForResourceCommand,
  ListWebExperiencesCommand,
  PutGroupCommand,
  UpdateSubscriptionCommand,
  UpdateUserCommand,
  UpdateWebExperienceCommand,
} from "@aws-sdk/client-qbusiness";
import { type ControlPlane, caught, useControlPlane } from "../../support/control_plane.ts";

const plane: ControlPlane = useControlPlane(async () => {
  const { qbusiness } = plane.as("admin");
  const { applicationId = "" } = await qbusiness.send(
    new CreateApplicationCommand({ displayName: "people", identityCenterInstanceArn: plane.instanceArn }),
  );
  const { indexId = "" } = await qbusiness.send(
    new CreateIndexCommand({ applicationId, displayName: "index" }),
  );
  place = { applicationId, indexId };
  ({ dataSourceId = "" } = await qbusiness.send(
    new CreateDataSourceCommand({ ...place, displayName: "wiki", configuration: { type: "CUSTOM" } }),
  ));
});
const missing = "ResourceNotFoundException";
let place: { applicationId: string; indexId: string };
let dataSourceId = "";

describe("a user of an application", () => {
  it("is created, described, changed and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const user = { applicationId: place.applicationId, userId: "ada@example.com" };
    const everywhere = { userId: "ada" };
    await qbusiness.send(new CreateUserCommand({ ...user, userAliases: [everywhere] }));
    const again = await caught(qbusiness.send(new CreateUserCommand(user)));
    assert.equal(again.name, "ConflictException");
    const here = { indexId: place.indexId, dataSourceId, userId: "al" };
    const added = await qbusiness.send(new UpdateUserCommand({ ...user, userAliasesToUpdate: [here] }));
    assert.deepEqual([added.userAliasesAdded, added.userAliasesUpdated], [[here], []]);
    const other = { ...here, userId: "lovelace" };
    const changed = await qbusiness.send(
      new UpdateUserCommand({ ...user, userAliasesToUpdate: [other], userAliasesToDelete: [everywhere] }),
    );
    assert.deepEqual([changed.userAliasesUpdated, changed.userAliasesDeleted], [[other], [everywhere]]);
    const { userAliases } = await qbusiness.send(new GetUserCommand(user));
    assert.deepEqual(userAliases, [other]);
    await qbusiness.send(new DeleteUserCommand(user));
    assert.equal((await caught(qbusiness.send(new GetUserCommand(user)))).name, missing);
  });

  it("has other names where there is an index or a data source of that id, with its index", async () => {
    const { qbusiness } = plane.as("admin");
    const nowhere = "00000000-0000-4000-8000-000000000000";
    const create = (alias: { indexId?: string; dataSourceId?: string }) =>
      caught(
        qbusiness.send(
          new CreateUserCommand({
            applicationId: place.applicationId,
            userId: "grace",
            userAliases: [{ ...alias, userId: "g" }],
          }),
        ),
      );
    assert.equal((await create({ indexId: nowhere })).name, missing);
    assert.equal((await create({ dataSourceId })).name, "ValidationException");
  });
});

describe("a group", () => {
  it("is put, described, listed by age and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const group = { ...place, groupName: "staff" };
    const put = new PutGroupCommand({
      ...group,
      type: "INDEX",
      groupMembers: { memberUsers: [{ userId: "ada" }] },
    });
    await qbusiness.send(put);
    const { status, statusHistory } = await qbusiness.send(new GetGroupCommand(group));
    assert.equal(status?.status, "SUCCEEDED");
    assert.equal(statusHistory?.length, 1);
    const list = async (updatedEarlierThan: Date) =>
      (await qbusiness.send(new ListGroupsCommand({ ...place, updatedEarlierThan }))).items;
    assert.deepEqual(await list(new Date(Date.now() + 60_000)), [{ groupName: "staff" }]);
    assert.deepEqual(await list(new Date(0)), []);
    await qbusiness.send(new DeleteGroupCommand(group));
    assert.equal((await caught(qbusiness.send(new GetGroupCommand(group)))).name, missing);
  });

  it("takes its members inline, at most a thousand", async () => {
    const { qbusiness } = plane.as("admin");
    const put = (groupMembers: object) =>
      caught(
        qbusiness.send(new PutGroupCommand({ ...place, groupName: "many", type: "INDEX", groupMembers })),
      );
    const memberUsers = Array.from({ length: 1001 }, (_, number) => ({ userId: `u${number}` }));
    assert.equal((await put({ memberUsers })).name, "ValidationException");
    const path = { s3PathForGroupMembers: { bucket: "b", key: "k" } };
    assert.equal((await put(path)).name, "ValidationException");
  });

  it("goes with its index", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId } = place;
    const { indexId } = await qbusiness.send(new CreateIndexCommand({ applicationId, displayName: "brief" }));
    const group = { applicationId, indexId, groupName: "brief" };
    await qbusiness.send(new PutGroupCommand({ ...group, type: "INDEX", groupMembers: {} }));
    await qbusiness.send(new DeleteIndexCommand({ applicationId, indexId }));
    assert.equal((await caught(qbusiness.send(new GetGroupCommand(group)))).name, missing);
  });
});

describe("CheckDocumentAccess", () => {
  it("says whether, by which groups and names, and what the access list is", async () => {
    const { qbusiness } = plane.as("admin");
    const principals = [
      { group: { name: "staff", access: "ALLOW" as const, membershipType: "INDEX" as const } },
      { user: { id: "eve", access: "DENY" as const } },
    ];
    const documents = [
      {
        id: "plan",
        content: { blob: Buffer.from("The plan.") },
        accessConfiguration: { accessControls: [{ principals }] },
      },
      { id: "open", content: { blob: Buffer.from("Open.") } },
    ];
    await qbusiness.send(new BatchPutDocumentCommand({ ...place, documents }));
    const check = (userId: string, documentId = "plan", more: { dataSourceId?: string } = {}) =>
      qbusiness.send(new CheckDocumentAccessCommand({ ...place, userId, documentId, ...more }));
    assert.equal((await check("ada@example.com")).hasAccess, false);
    const memberUsers = [{ userId: "ada@example.com" }];
    const staff = { ...place, groupName: "staff", type: "INDEX" as const };
    await qbusiness.send(new PutGroupCommand({ ...staff, groupMembers: { memberUsers } }));
    const { hasAccess, userGroups, documentAcl } = await check(plane.users["ada"] ?? "");
    assert.equal(hasAccess, true);
    assert.deepEqual(userGroups, [{ name: "staff", type: "INDEX" }]);
    assert.deepEqual(documentAcl?.allowlist?.conditions, [
      { users: [], groups: [{ name: "staff", type: "INDEX" }] },
    ]);
    assert.deepEqual(documentAcl?.denyList?.conditions, [{ users: [{ id: "eve" }], groups: [] }]);
    assert.equal((await check("nobody")).hasAccess, false);
    assert.equal((await check("nobody", "open")).hasAccess, true);
    assert.equal((await caught(check("nobody", "none"))).name, missing);
    assert.equal((await caught(check("nobody", "plan", { dataSourceId }))).name, missing);
  });
});

describe("a subscription", () => {
  it("of a user or group is made once, changed and cancelled; what is less comes with the next month", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId } = place;
    const make = (principal: { user: string } | { group: string }) =>
      qbusiness.send(
        new CreateSubscriptionCommand({
          applicationId,
          principal: principal as { user: string },
          type: "Q_LITE",
        }),
      );
    const user = { user: plane.users["ada"] ?? "" };
    const { subscriptionId } = await make(user);
    await make({ group: plane.groups["sales"] ?? "" });
    assert.equal((await caught(make(user))).name, "ConflictException");
    assert.equal((await caught(make({ group: plane.users["ada"] ?? "" }))).name, "ValidationException");
    const update = async (type: "Q_LITE" | "Q_BUSINESS") => {
      const changed = await qbusiness.send(
        new UpdateSubscriptionCommand({ applicationId, subscriptionId, type }),
      );
      return [changed.currentSubscription?.type, changed.nextSubscription?.type];
    };
    assert.deepEqual(await update("Q_BUSINESS"), ["Q_BUSINESS", "Q_BUSINESS"]);
    assert.deepEqual(await update("Q_LITE"), ["Q_BUSINESS", "Q_LITE"]);
    const list = async () => {
      const { subscriptions } = await qbusiness.send(new ListSubscriptionsCommand({ applicationId }));
      return subscriptions?.map((each) => [each.principal?.user, each.currentSubscription?.type]);
    };
    const aMonth = 31 * 24 * 3600;
    try {
      plane.sandbox.control.advanceClock(aMonth);
      assert.deepEqual(await list(), [
        [plane.users["ada"], "Q_LITE"],
        [undefined, "Q_LITE"],
      ]);
      const cancel = new CancelSubscriptionCommand({ applicationId, subscriptionId });
      const ending = await qbusiness.send(cancel);
      assert.deepEqual([ending.currentSubscription?.type, ending.nextSubscription], ["Q_LITE", undefined]);
      assert.equal((await list())?.length, 2);
      plane.sandbox.control.advanceClock(aMonth);
      assert.deepEqual(await list(), [[undefined, "Q_LITE"]]);
      const gone = await caught(
        qbusiness.send(new CancelSubscriptionCommand({ applicationId, subscriptionId })),
      );
      assert.equal(gone.name, missing);
    } finally {
      plane.sandbox.control.setClockOffset(0);
    }
  });
});

describe("a web experience", () => {
  it("is created, described, changed, listed and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId } = place;
    const made = await qbusiness.send(
      new CreateWebExperienceCommand({
        ...{ applicationId, title: "Ask us", origins: ["https://example.com"] },
        tags: [{ key: "team", value: "a" }],
      }),
    );
    const { webExperienceId, webExperienceArn = "" } = made;
    await qbusiness.send(
      new UpdateWebExperienceCommand({ applicationId, webExperienceId, subtitle: "Anything" }),
    );
    const found = await qbusiness.send(new GetWebExperienceCommand({ applicationId, webExperienceId }));
    assert.deepEqual(
      [found.title, found.subtitle, found.origins, found.status],
      ["Ask us", "Anything", ["https://example.com"], "ACTIVE"],
    );
    assert.match(found.defaultEndpoint ?? "", /^https:\/\/\w+\.chat\.qbusiness\.us-east-1\.on\.aws\/$/);
    const { tags } = await qbusiness.send(new ListTagsForResourceCommand({ resourceARN: webExperienceArn }));
    assert.deepEqual(tags, [{ key: "team", value: "a" }]);
    const list = async () =>
      (await qbusiness.send(new ListWebExperiencesCommand({ applicationId }))).webExperiences?.map(
        (each) => each.webExperienceId,
      );
    assert.deepEqual(await list(), [webExperienceId]);
    await qbusiness.send(new DeleteWebExperienceCommand({ applicationId, webExperienceId }));
    assert.deepEqual(await list(), []);
  });
});
