// Q Business applications, indices, retrievers and data sources through the AWS SDK (over HTTP/2, its default).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateApplicationCommand,
  type CreateApplicationCommandInput,
  CreateDataSourceCommand,
  CreateIndexCommand,
  CreateRetrieverCommand,
  DeleteApplicationCommand,
  DeleteDataSourceCommand,
  DeleteIndexCommand,
  DeleteRetrieverCommand,
  GetApplicationCommand,
  GetDataSourceCommand,
  GetIndexCommand,
  GetRetrieverCommand,
  ListApplicationsCommand,
  ListDataSourcesCommand,
  ListIndicesCommand,
  ListRetrieversCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApplicationCommand,
  UpdateDataSourceCommand,
  UpdateIndexCommand,
  UpdateRetrieverCommand,
} from "@aws-sdk/client-qbusiness";
import { caught, useControlPlane } from "../../support/control_plane.ts";

const unknownId = "00000000-0000-0000-0000-000000000000";

const plane = useControlPlane();

async function createApplication(changes: Partial<CreateApplicationCommandInput> = {}) {
  const created = await plane.as("admin").qbusiness.send(
    new CreateApplicationCommand({
      displayName: "search",
      identityType: "AWS_IAM_IDC",
      identityCenterInstanceArn: plane.instanceArn,
      ...changes,
    }),
  );
  const { applicationId, applicationArn } = created;
  assert.ok(applicationId && applicationArn);
  return { applicationId, applicationArn };
}

async function createIndex() {
  const { applicationId } = await createApplication();
  const { indexId = "" } = await plane
    .as("admin")
    .qbusiness.send(new CreateIndexCommand({ applicationId, displayName: "index" }));
  return { applicationId, indexId };
}

describe("an application", () => {
  it("is created, shown, updated, listed and deleted with all it holds", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId, applicationArn } = await createApplication({ description: "first" });
    assert.match(applicationArn, /^arn:aws:qbusiness:us-east-1:111122223333:application\/[0-9a-f-]{36}$/);
    await qbusiness.send(new UpdateApplicationCommand({ applicationId, description: "second" }));
    const shown = await qbusiness.send(new GetApplicationCommand({ applicationId }));
    assert.equal(shown.description, "second");
    assert.equal(shown.status, "ACTIVE");
    const { applications } = await qbusiness.send(new ListApplicationsCommand({}));
    assert.ok(applications?.some((application) => application.applicationId === applicationId));
    const { indexId } = await qbusiness.send(new CreateIndexCommand({ applicationId, displayName: "i" }));
    await qbusiness.send(new DeleteApplicationCommand({ applicationId }));
    const gone = await caught(qbusiness.send(new GetIndexCommand({ applicationId, indexId })));
    assert.equal(gone.name, "ResourceNotFoundException");
    assert.equal(gone.$metadata.httpStatusCode, 404);
    assert.equal(gone["resourceType"], "APPLICATION");
  });

  it("needs an instance of Identity Center of its own account", async () => {
    const none = await caught(createApplication({ identityCenterInstanceArn: undefined }));
    assert.equal(none.name, "ValidationException");
    const federated = await caught(createApplication({ identityType: "AWS_IAM_IDP_OIDC" }));
    assert.equal(federated.name, "ValidationException");
    const foreign = new CreateApplicationCommand({
      displayName: "x",
      identityCenterInstanceArn: plane.instanceArn,
    });
    const error = await caught(plane.as("other").qbusiness.send(foreign));
    assert.equal(error.name, "ResourceNotFoundException");
  });

  it("may be bound to an instance in another region, but exists only where Q Business does", async () => {
    const input = { displayName: "x", identityCenterInstanceArn: plane.instanceArn };
    await plane.as("admin", "eu-west-1").qbusiness.send(new CreateApplicationCommand(input));
    const error = await caught(
      plane.as("admin", "eu-central-1").qbusiness.send(new CreateApplicationCommand(input)),
    );
    assert.equal(error.name, "ValidationException");
    assert.match(error.message, /not available in eu-central-1/);
  });

  it("is created once per clientToken", async () => {
    const first = await createApplication({ clientToken: "token-1" });
    assert.deepEqual(await createApplication({ clientToken: "token-1" }), first);
    const other = await caught(createApplication({ clientToken: "token-1", displayName: "other" }));
    assert.equal(other.name, "ConflictException");
    assert.equal(other.$metadata.httpStatusCode, 409);
  });

  it("is not found from another account or region", async () => {
    const { applicationId } = await createApplication();
    for (const { qbusiness } of [plane.as("other"), plane.as("admin", "us-west-2")]) {
      const error = await caught(qbusiness.send(new GetApplicationCommand({ applicationId })));
      assert.equal(error.name, "ResourceNotFoundException");
    }
  });

  it("carries the model's constraint and the field when its name is wrong", async () => {
    const error = await caught(createApplication({ displayName: "my application" }));
    assert.equal(error.name, "ValidationException");
    assert.equal(error["reason"], "FIELD_VALIDATION_FAILED");
    assert.equal((error["fields"] as { name: string }[])[0]?.name, "displayName");
  });

  it("has tags", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationArn: resourceARN } = await createApplication({ tags: [{ key: "a", value: "1" }] });
    await qbusiness.send(new TagResourceCommand({ resourceARN, tags: [{ key: "b", value: "2" }] }));
    await qbusiness.send(new UntagResourceCommand({ resourceARN, tagKeys: ["a"] }));
    const { tags } = await qbusiness.send(new ListTagsForResourceCommand({ resourceARN }));
    assert.deepEqual(tags, [{ key: "b", value: "2" }]);
    const unknown = new ListTagsForResourceCommand({ resourceARN: `${resourceARN}x` });
    assert.equal((await caught(qbusiness.send(unknown))).name, "ResourceNotFoundException");
  });
});

describe("an index", () => {
  it("is shown, updated, listed and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const index = await createIndex();
    await qbusiness.send(
      new UpdateIndexCommand({
        ...index,
        displayName: "renamed",
        documentAttributeConfigurations: [{ name: "kind", type: "STRING" }],
      }),
    );
    const shown = await qbusiness.send(new GetIndexCommand(index));
    assert.equal(shown.displayName, "renamed");
    assert.deepEqual(shown.documentAttributeConfigurations, [{ name: "kind", type: "STRING" }]);
    const { indices } = await qbusiness.send(new ListIndicesCommand(index));
    assert.equal(indices?.length, 1);
    await qbusiness.send(new DeleteIndexCommand(index));
    const gone = await caught(qbusiness.send(new GetIndexCommand(index)));
    assert.equal(gone["resourceType"], "INDEX");
  });

  it("cannot be deleted under a retriever", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId, indexId } = await createIndex();
    const configuration = { nativeIndexConfiguration: { indexId } };
    const retriever = { applicationId, type: "NATIVE_INDEX" as const, displayName: "r", configuration };
    await qbusiness.send(new CreateRetrieverCommand(retriever));
    const error = await caught(qbusiness.send(new DeleteIndexCommand({ applicationId, indexId })));
    assert.equal(error.name, "ConflictException");
  });
});

describe("a retriever", () => {
  it("is created over an index, shown, updated, listed and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId, indexId } = await createIndex();
    const configuration = { nativeIndexConfiguration: { indexId } };
    const { retrieverId } = await qbusiness.send(
      new CreateRetrieverCommand({ applicationId, type: "NATIVE_INDEX", displayName: "r", configuration }),
    );
    const id = { applicationId, retrieverId };
    await qbusiness.send(new UpdateRetrieverCommand({ ...id, displayName: "renamed" }));
    const shown = await qbusiness.send(new GetRetrieverCommand(id));
    assert.equal(shown.displayName, "renamed");
    assert.deepEqual(shown.configuration, configuration);
    const { retrievers } = await qbusiness.send(new ListRetrieversCommand({ applicationId }));
    assert.equal(retrievers?.length, 1);
    await qbusiness.send(new DeleteRetrieverCommand(id));
    assert.equal((await caught(qbusiness.send(new GetRetrieverCommand(id))))["resourceType"], "RETRIEVER");
  });

  it("is refused over an unknown index, and over Amazon Kendra", async () => {
    const { qbusiness } = plane.as("admin");
    const { applicationId } = await createApplication();
    const retriever = { applicationId, displayName: "r" };
    const unknown = new CreateRetrieverCommand({
      ...retriever,
      type: "NATIVE_INDEX",
      configuration: { nativeIndexConfiguration: { indexId: unknownId } },
    });
    assert.equal((await caught(qbusiness.send(unknown)))["resourceType"], "INDEX");
    const kendra = new CreateRetrieverCommand({
      ...retriever,
      type: "KENDRA_INDEX",
      configuration: { kendraIndexConfiguration: { indexId: unknownId } },
    });
    assert.equal((await caught(qbusiness.send(kendra))).name, "ValidationException");
  });
});

describe("a data source", () => {
  it("is created in an index, shown, updated, listed and deleted", async () => {
    const { qbusiness } = plane.as("admin");
    const index = await createIndex();
    const { dataSourceId } = await qbusiness.send(
      new CreateDataSourceCommand({ ...index, displayName: "wiki", configuration: { type: "CUSTOM" } }),
    );
    const id = { ...index, dataSourceId };
    await qbusiness.send(new UpdateDataSourceCommand({ ...id, configuration: { type: "S3", n: 1 } }));
    const shown = await qbusiness.send(new GetDataSourceCommand(id));
    assert.equal(shown.type, "S3");
    assert.deepEqual(shown.configuration, { type: "S3", n: 1 });
    const { dataSources } = await qbusiness.send(new ListDataSourcesCommand(index));
    assert.equal(dataSources?.length, 1);
    await qbusiness.send(new DeleteDataSourceCommand(id));
    assert.equal((await caught(qbusiness.send(new GetDataSourceCommand(id))))["resourceType"], "DATA_SOURCE");
  });

  it("is listed ten at a time at most", async () => {
    const { qbusiness } = plane.as("admin");
    const index = await createIndex();
    for (let number = 0; number < 11; number++) {
      const displayName = `source-${number}`;
      await qbusiness.send(new CreateDataSourceCommand({ ...index, displayName, configuration: {} }));
    }
    const first = await qbusiness.send(new ListDataSourcesCommand(index));
    assert.equal(first.dataSources?.length, 10);
    const second = await qbusiness.send(new ListDataSourcesCommand({ ...index, nextToken: first.nextToken }));
    assert.equal(second.dataSources?.[0]?.displayName, "source-10");
    const tooMany = await caught(qbusiness.send(new ListDataSourcesCommand({ ...index, maxResults: 11 })));
    assert.equal(tooMany.name, "ValidationException");
  });
});
