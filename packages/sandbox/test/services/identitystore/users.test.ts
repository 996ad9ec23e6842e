// Users of an identity store through the AWS SDK.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateUserCommand,
  type CreateUserCommandInput,
  DeleteUserCommand,
  DescribeUserCommand,
  GetUserIdCommand,
  ListUsersCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-identitystore";
import { AwsError } from "../../../src/ground/errors.ts";
import { assertRevision, revisionOf } from "../../../src/services/identitystore/lookup.ts";
import type { IdentityStoreUser } from "../../../src/state/index.ts";
import { caught, customerAccount, otherAccount, useControlPlane } from "../../support/control_plane.ts";

const plane = useControlPlane();

async function create(userName: string, changes: Partial<CreateUserCommandInput> = {}) {
  const { UserId } = await plane.as("admin").identitystore.send(
    new CreateUserCommand({
      IdentityStoreId: plane.identityStoreId,
      UserName: userName,
      DisplayName: userName,
      Name: { GivenName: "Given", FamilyName: "Family" },
      Emails: [{ Value: `${userName}@example.com`, Type: "work", Primary: true }],
      ...changes,
    }),
  );
  assert.ok(UserId);
  return UserId;
}

function lookUp(AttributePath: string, AttributeValue: string) {
  const { identitystore } = plane.as("admin");
  return identitystore.send(
    new GetUserIdCommand({
      IdentityStoreId: plane.identityStoreId,
      AlternateIdentifier: { UniqueAttribute: { AttributePath, AttributeValue } },
    }),
  );
}

describe("a user", () => {
  it("is created with a profile, described, and deleted", async () => {
    const { identitystore } = plane.as("admin");
    const IdentityStoreId = plane.identityStoreId;
    const UserId = await create("profile", {
      Title: "Engineer",
      PhoneNumbers: [{ Value: "+1 555", Type: "work" }],
    });
    assert.match(UserId, /^[0-9a-f]{10}-[0-9a-f-]{36}$/);
    const described = await identitystore.send(new DescribeUserCommand({ IdentityStoreId, UserId }));
    assert.equal(described.UserName, "profile");
    assert.equal(described.Title, "Engineer");
    assert.deepEqual(described.Emails, [{ Value: "profile@example.com", Type: "work", Primary: true }]);
    assert.deepEqual(described.PhoneNumbers, [{ Value: "+1 555", Type: "work" }]);
    assert.equal(described.UserStatus, "ENABLED");
    await identitystore.send(new DeleteUserCommand({ IdentityStoreId, UserId }));
    const gone = await caught(identitystore.send(new DescribeUserCommand({ IdentityStoreId, UserId })));
    assert.equal(gone.name, "ResourceNotFoundException");
    assert.equal(gone["ResourceType"], "USER");
  });

  it("needs a user name", async () => {
    const command = new CreateUserCommand({ IdentityStoreId: plane.identityStoreId, DisplayName: "x" });
    assert.equal((await caught(plane.as("admin").identitystore.send(command))).name, "ValidationException");
  });

  it("cannot have another's user name or address, whatever their case", async () => {
    await create("unique");
    const sameName = await caught(create("UNIQUE", { Emails: [{ Value: "free@example.com" }] }));
    assert.equal(sameName.name, "ConflictException");
    assert.equal(sameName["Reason"], "UNIQUENESS_CONSTRAINT_VIOLATION");
    const sameEmail = await caught(create("free", { Emails: [{ Value: "Unique@Example.com" }] }));
    assert.equal(sameEmail.name, "ConflictException");
  });

  it("has one address at most", async () => {
    const Emails = [{ Value: "a@example.com" }, { Value: "b@example.com" }];
    const error = await caught(create("two-addresses", { Emails }));
    assert.match(error.message, /'emails' failed to satisfy constraint: .*less than or equal to 1/);
  });
});

describe("UpdateUser", () => {
  it("sets and removes attributes, whole or by part", async () => {
    const { identitystore } = plane.as("admin");
    const ids = {
      IdentityStoreId: plane.identityStoreId,
      UserId: await create("updated", { NickName: "Nick" }),
    };
    await identitystore.send(
      new UpdateUserCommand({
        ...ids,
        Operations: [
          { AttributePath: "displayName", AttributeValue: "Updated" },
          { AttributePath: "name.givenName", AttributeValue: "New" },
          { AttributePath: "emails", AttributeValue: [{ value: "new@example.com", primary: true }] },
          { AttributePath: "nickName" },
        ],
      }),
    );
    const user = await identitystore.send(new DescribeUserCommand(ids));
    assert.equal(user.DisplayName, "Updated");
    assert.deepEqual(user.Name, { GivenName: "New", FamilyName: "Family" });
    assert.deepEqual(user.Emails, [{ Value: "new@example.com", Primary: true }]);
    assert.equal(user.NickName, undefined);
  });

  it("refuses an unknown attribute, a value of another type, and another's address", async () => {
    const { identitystore } = plane.as("admin");
    const ids = { IdentityStoreId: plane.identityStoreId, UserId: await create("refused") };
    const update = (AttributePath: string, AttributeValue: never) =>
      caught(
        identitystore.send(
          new UpdateUserCommand({ ...ids, Operations: [{ AttributePath, AttributeValue }] }),
        ),
      );
    assert.equal((await update("shoeSize", "44" as never)).name, "ValidationException");
    assert.equal((await update("displayName", { a: 1 } as never)).name, "SerializationException");
    assert.equal((await update("userName", "ada" as never)).name, "ConflictException");
  });
});

describe("a Revision", () => {
  const user: IdentityStoreUser = {
    identityStoreId: "d-1234567890",
    userId: "u",
    userName: "ada",
    displayName: null,
    emails: [],
    externalIds: [],
    status: "ENABLED",
    profile: {},
    createdAtMs: 0,
    updatedAtMs: 0,
  };

  it("changes with the user, and only the present one is accepted", () => {
    const revision = revisionOf(user);
    assertRevision(user, revision);
    assertRevision(user, undefined);
    assert.throws(
      () => assertRevision({ ...user, displayName: "Ada" }, revision),
      (error) => error instanceof AwsError && error.members["Reason"] === "CONCURRENT_MODIFICATION",
    );
  });
});

describe("GetUserId", () => {
  it("finds by userName and by emails.value", async () => {
    assert.equal((await lookUp("userName", "ada")).UserId, plane.users["ada"]);
    assert.equal((await lookUp("emails.value", "ada@example.com")).UserId, plane.users["ada"]);
  });

  it("finds nothing for a value nobody has", async () => {
    assert.equal(
      (await caught(lookUp("emails.value", "nobody@example.com"))).name,
      "ResourceNotFoundException",
    );
  });

  it("compares case by the rule that matches tokens", async () => {
    assert.equal((await caught(lookUp("userName", "ADA"))).name, "ResourceNotFoundException");
    plane.sandbox.control.setRule("user.caseSensitive", "false");
    assert.equal((await lookUp("userName", "ADA")).UserId, plane.users["ada"]);
    plane.sandbox.control.setRule("user.caseSensitive", "true");
  });

  it("refuses a value that is no text", async () => {
    const command = new GetUserIdCommand({
      IdentityStoreId: plane.identityStoreId,
      AlternateIdentifier: { UniqueAttribute: { AttributePath: "userName", AttributeValue: 7 } },
    });
    assert.equal((await caught(plane.as("admin").identitystore.send(command))).name, "ValidationException");
  });

  it("refuses an attribute that is not unique", async () => {
    assert.equal((await caught(lookUp("displayName", "Ada Lovelace"))).name, "ValidationException");
  });
});

describe("ListUsers", () => {
  it("filters by user name and pages", async () => {
    const { identitystore } = plane.as("admin");
    const IdentityStoreId = plane.identityStoreId;
    const filtered = await identitystore.send(
      new ListUsersCommand({
        IdentityStoreId,
        Filters: [{ AttributePath: "UserName", AttributeValue: "grace" }],
      }),
    );
    assert.deepEqual(
      filtered.Users?.map(({ UserId }) => UserId),
      [plane.users["grace"]],
    );
    const first = await identitystore.send(new ListUsersCommand({ IdentityStoreId, MaxResults: 1 }));
    const second = await identitystore.send(
      new ListUsersCommand({ IdentityStoreId, MaxResults: 1, NextToken: first.NextToken }),
    );
    assert.notEqual(first.Users?.[0]?.UserId, second.Users?.[0]?.UserId);
  });

  it("refuses other filters", async () => {
    const command = new ListUsersCommand({
      IdentityStoreId: plane.identityStoreId,
      Filters: [{ AttributePath: "Title", AttributeValue: "x" }],
    });
    assert.equal((await caught(plane.as("admin").identitystore.send(command))).name, "ValidationException");
  });
});

describe("the identity store of another account", () => {
  it("is out of reach", async () => {
    const command = new ListUsersCommand({ IdentityStoreId: plane.identityStoreId });
    assert.equal((await caught(plane.as("other").identitystore.send(command))).name, "AccessDeniedException");
  });

  it("is named by id or by ARN, and an ARN of another account is refused", async () => {
    const { identitystore } = plane.as("admin");
    const list = (account: string) => {
      const IdentityStoreId = `arn:aws:identitystore::${account}:identitystore/${plane.identityStoreId}`;
      return identitystore.send(new ListUsersCommand({ IdentityStoreId }));
    };
    assert.ok((await list(customerAccount)).Users?.some(({ UserName }) => UserName === "ada"));
    assert.equal((await caught(list(otherAccount))).name, "AccessDeniedException");
  });

  it("or of another region is not found", async () => {
    const command = new ListUsersCommand({ IdentityStoreId: plane.identityStoreId });
    const error = await caught(plane.as("admin", "eu-west-1").identitystore.send(command));
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error["ResourceType"], "IDENTITY_STORE");
  });
});
