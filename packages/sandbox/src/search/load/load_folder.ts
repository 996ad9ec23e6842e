// Puts the documents of a folder into an index, over the AWS API.

import type { BatchPutDocumentCommandOutput } from "@aws-sdk/client-qbusiness";
import { loadOptional } from "../../ground/optional_package.ts";
import type { SearchDocument } from "../document.ts";
import { type FolderEntry, type ReadFolderOptions, readFolder } from "./read_folder.ts";

/** BatchPutDocument takes at most this many documents (Q Business API reference). */
const MAX_BATCH_DOCUMENTS = 10;

/** A batch is closed at this many characters of text, to keep request bodies moderate. */
const MAX_BATCH_CHARACTERS = 2_000_000;

export interface LoadReport {
  /** Paths of the documents that were put. */
  readonly loaded: string[];
  /** Files that are no documents, and documents the service refused, each with the reason. */
  readonly skipped: { path: string; reason: string }[];
}

export interface LoadOptions extends ReadFolderOptions {
  /** Called after every file. */
  readonly onProgress?: (entry: FolderEntry) => void;
}

/**
 * Where documents are sent: a `QBusinessClient` of `@aws-sdk/client-qbusiness` and the index. Told by its shape, so that
 * who pushes no folder needs no SDK, its types included.
 */
export interface PushTarget {
  readonly client: { send(command: never): Promise<unknown> };
  readonly applicationId: string;
  readonly indexId: string;
}

/** A document as BatchPutDocument takes it. */
type WireDocument = ReturnType<typeof toWireDocument>;

/**
 * Sends every document of a folder to an index by BatchPutDocument, ten at a time. Texts are sent as plain text:
 * they were read here, so any Q Business index (the sandbox's or AWS's own) takes them.
 *
 * @throws SandboxSetupError for a faulty folder or access file; whatever the client throws.
 */
export async function pushFolder(
  directory: string,
  target: PushTarget,
  options: LoadOptions = {},
): Promise<LoadReport> {
  // Loaded on use, so that a sandbox that pushes nothing does not carry an SDK client.
  const { BatchPutDocumentCommand } = await loadOptional(
    "@aws-sdk/client-qbusiness",
    "Pushing a folder",
    () => import("@aws-sdk/client-qbusiness"),
  );
  const report: LoadReport = { loaded: [], skipped: [] };
  let batch: { entry: FolderEntry & { kind: "document" }; wire: WireDocument }[] = [];

  async function send(): Promise<void> {
    if (batch.length === 0) return;
    const { client, applicationId, indexId } = target;
    const documents = batch.map(({ wire }) => wire);
    const command = new BatchPutDocumentCommand({ applicationId, indexId, documents });
    const answer = (await client.send(command as never)) as BatchPutDocumentCommandOutput;
    const refusals = new Map((answer.failedDocuments ?? []).map((failed) => [failed.id, failed.error]));
    for (const { entry } of batch) {
      const { path } = entry;
      if (refusals.has(path)) {
        const reason = `was refused: ${refusals.get(path)?.errorMessage ?? "the service gave no reason"}`;
        report.skipped.push({ path, reason });
        options.onProgress?.({ kind: "skipped", path, reason });
      } else {
        report.loaded.push(path);
        options.onProgress?.(entry);
      }
    }
    batch = [];
  }

  let characters = 0;
  for await (const entry of readFolder(directory, options)) {
    if (entry.kind === "skipped") {
      report.skipped.push({ path: entry.path, reason: entry.reason });
      options.onProgress?.(entry);
      continue;
    }
    const length = entry.document.content.length;
    if (batch.length === MAX_BATCH_DOCUMENTS || characters + length > MAX_BATCH_CHARACTERS) {
      await send();
      characters = 0;
    }
    batch.push({ entry, wire: toWireDocument(entry.document) });
    characters += length;
  }
  await send();
  return report;
}

/** A document in the shape of the AWS SDK's BatchPutDocument. */
function toWireDocument(document: SearchDocument) {
  const attributes = (document.attributes ?? []).map(({ name, value }) => ({
    name,
    value: "dateValue" in value ? { dateValue: new Date(value.dateValue * 1000) } : value,
  }));
  const reserved: [string, string | undefined][] = [
    ["_source_uri", document.uri],
    ["_data_source_id", document.dataSourceId],
  ];
  for (const [name, text] of reserved) {
    if (text !== undefined && !attributes.some((attribute) => attribute.name === name)) {
      attributes.push({ name, value: { stringValue: text } });
    }
  }
  return {
    id: document.documentId,
    title: document.title,
    content: { blob: Buffer.from(document.content, "utf8") },
    contentType: "PLAIN_TEXT" as const,
    ...(attributes.length === 0 ? {} : { attributes }),
    ...(document.accessControl === undefined ? {} : { accessConfiguration: document.accessControl }),
  };
}
