// Filling and emptying an index: BatchPutDocument, BatchDeleteDocument, ListDocuments.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  BatchDeleteDocumentCommand,
  BatchPutDocumentCommand,
  type BatchPutDocumentCommandInput,
  CreateApplicationCommand,
  CreateIndexCommand,
  GetIndexCommand,
  ListDocumentsCommand,
} from "@aws-sdk/client-qbusiness";
import { caught, useControlPlane } from "../../support/control_plane.ts";

type Document = NonNullable<BatchPutDocumentCommandInput["documents"]>[number];

const plane = useControlPlane();

async function createIndex() {
  const { qbusiness } = plane.as("admin");
  const { applicationId } = await qbusiness.send(
    new CreateApplicationCommand({ displayName: "docs", identityCenterInstanceArn: plane.instanceArn }),
  );
  const { indexId } = await qbusiness.send(new CreateIndexCommand({ applicationId, displayName: "index" }));
  return { applicationId, indexId };
}

const text = (id: string, changes: Partial<Document> = {}): Document => ({
  id,
  content: { blob: Buffer.from(`The text of ${id}.`) },
  ...changes,
});

async function put(documents: Document[]) {
  const { qbusiness } = plane.as("admin");
  const index = await createIndex();
  const { failedDocuments = [] } = await qbusiness.send(new BatchPutDocumentCommand({ ...index, documents }));
  const { documentDetailList = [] } = await qbusiness.send(new ListDocumentsCommand(index));
  return { index, failed: failedDocuments, ids: documentDetailList.map(({ documentId }) => documentId) };
}

describe("BatchPutDocument", () => {
  it("indexes text, Markdown, HTML and JSON, with attributes and access lists", async () => {
    const { index, failed, ids } = await put([
      text("plain", {
        title: "Plain",
        attributes: [
          { name: "_source_uri", value: { stringValue: "https://example.com/plain" } },
          { name: "_created_at", value: { dateValue: new Date("2026-01-01T00:00:00Z") } },
        ],
        accessConfiguration: {
          accessControls: [{ principals: [{ user: { id: "ada@example.com", access: "ALLOW" } }] }],
        },
      }),
      text("markdown", { contentType: "MD", content: { blob: Buffer.from("# Title\n\nBody") } }),
      text("html", { contentType: "HTML", content: { blob: Buffer.from("<title>T</title><p>Body</p>") } }),
      text("json", { contentType: "JSON", content: { blob: Buffer.from('{"a":1}') } }),
    ]);
    assert.deepEqual(failed, []);
    assert.deepEqual(ids, ["plain", "markdown", "html", "json"]);
    const { indexStatistics } = await plane.as("admin").qbusiness.send(new GetIndexCommand(index));
    assert.equal(indexStatistics?.textDocumentStatistics?.indexedTextDocumentCount, 4);
  });

  it("names the documents it could not index, and indexes the others", async () => {
    const { failed, ids } = await put([
      text("good"),
      text("word", { contentType: "MS_WORD" }),
      text("broken", { contentType: "PDF" }),
      text("elsewhere", { content: { s3: { bucket: "bucket", key: "key" } } }),
      text("twice", {
        attributes: [
          { name: "kind", value: { stringValue: "a" } },
          { name: "kind", value: { stringValue: "b" } },
        ],
      }),
    ]);
    assert.deepEqual(ids, ["good"]);
    assert.deepEqual(
      failed.map(({ id }) => id),
      ["word", "broken", "elsewhere", "twice"],
    );
    assert.equal(failed[0]?.error?.errorCode, "InvalidRequest");
  });

  it("replaces a document of the same id", async () => {
    const { ids } = await put([text("same"), text("same", { content: { blob: Buffer.from("New text.") } })]);
    assert.deepEqual(ids, ["same"]);
  });

  it("takes ten documents at most, and only for an index that exists", async () => {
    const { qbusiness } = plane.as("admin");
    const index = await createIndex();
    const eleven = Array.from({ length: 11 }, (_, number) => text(`d${number}`));
    const many = await caught(qbusiness.send(new BatchPutDocumentCommand({ ...index, documents: eleven })));
    assert.equal(many.name, "ValidationException");
    const unknown = { ...index, indexId: "00000000-0000-0000-0000-000000000000", documents: [text("d")] };
    const missing = await caught(qbusiness.send(new BatchPutDocumentCommand(unknown)));
    assert.equal(missing["resourceType"], "INDEX");
  });
});

describe("BatchDeleteDocument", () => {
  it("removes documents, and names those that are not there", async () => {
    const { qbusiness } = plane.as("admin");
    const { index } = await put([text("a"), text("b")]);
    const { failedDocuments } = await qbusiness.send(
      new BatchDeleteDocumentCommand({ ...index, documents: [{ documentId: "a" }, { documentId: "none" }] }),
    );
    assert.deepEqual(
      failedDocuments?.map(({ id }) => id),
      ["none"],
    );
    const { documentDetailList } = await qbusiness.send(new ListDocumentsCommand(index));
    assert.deepEqual(
      documentDetailList?.map(({ documentId }) => documentId),
      ["b"],
    );
  });
});

describe("ListDocuments", () => {
  it("filters by data source and pages", async () => {
    const { qbusiness } = plane.as("admin");
    const from = (source: string) => ({
      attributes: [{ name: "_data_source_id", value: { stringValue: source } }],
    });
    const [wiki, drive] = ["w".repeat(36), "d".repeat(36)];
    const { index } = await put([text("a", from(wiki)), text("b", from(drive)), text("c", from(wiki))]);
    const filter = { ...index, dataSourceIds: [wiki], maxResults: 1 };
    const first = await qbusiness.send(new ListDocumentsCommand(filter));
    const second = await qbusiness.send(new ListDocumentsCommand({ ...filter, nextToken: first.nextToken }));
    assert.deepEqual(
      [first, second].map((page) => page.documentDetailList?.[0]?.documentId),
      ["a", "c"],
    );
    assert.equal(second.nextToken, undefined);
    const other = { ...filter, dataSourceIds: [drive], nextToken: first.nextToken };
    assert.equal((await caught(qbusiness.send(new ListDocumentsCommand(other)))).name, "ValidationException");
  });
});
