// Documents of an index: BatchPutDocument, BatchDeleteDocument, ListDocuments.
// A document that cannot be indexed does not fail the batch: it is named in failedDocuments.

import { MissingPackageError } from "../../ground/optional_package.ts";
import { family, type OperationContext } from "../../operation/operation.ts";
import type { SearchDocumentInput } from "../../search/document.ts";
import { SearchValidationError } from "../../search/search_error.ts";
import {
  extractText,
  isReadableContentType,
  UnreadableDocumentError,
} from "../../search/text/extract_text.ts";
import { type ListInput, list } from "./collections.ts";
import { findLackOfRoom } from "./document_room.ts";
import { applicationResource, getIndex, type IndexInput } from "./lookup.ts";

type WireDocument = {
  id: string;
  attributes?: SearchDocumentInput["attributes"];
  content?: { blob?: Uint8Array; s3?: unknown };
  contentType?: string;
  title?: string;
  accessConfiguration?: SearchDocumentInput["accessControl"];
};
type PutInput = IndexInput & { documents: WireDocument[] };
type DeleteInput = IndexInput & { documents: { documentId: string }[] };
type FailedDocument = {
  id: string;
  error: { errorCode: "InvalidRequest" | "ResourceNotFound"; errorMessage: string };
};

/** Text formats the engine indexes as they stand. */
const plainTypes = ["JSON", "CSV", "XML"];

/** The operations of this family. */
export const documentOperations = family("qbusiness", {
  BatchPutDocument: {
    authorize: applicationResource,
    async run(input: PutInput, context) {
      const index = getIndex(context, input);
      const added = input.documents.reduce((sum, { content }) => sum + (content?.blob?.length ?? 0), 0);
      const refusal = findLackOfRoom(index.indexId, context.search.bytes(), added);
      if (refusal !== undefined) throw refusal;
      const failed: FailedDocument[] = [];
      for (const document of input.documents) {
        const fault = await putDocument(document, index, context);
        if (fault !== undefined) failed.push(failure(document.id, "InvalidRequest", fault));
      }
      return { failedDocuments: failed };
    },
  },

  BatchDeleteDocument: {
    authorize: applicationResource,
    run(input: DeleteInput, context) {
      const { applicationId, indexId } = getIndex(context, input);
      const failed = input.documents
        .filter(({ documentId }) => !context.search.delete(applicationId, indexId, documentId))
        .map(({ documentId }) => failure(documentId, "ResourceNotFound", "the index has no such document"));
      return { failedDocuments: failed };
    },
  },

  ListDocuments: {
    authorize: applicationResource,
    run(input: IndexInput & ListInput & { dataSourceIds?: string[] }, context) {
      const { applicationId, indexId } = getIndex(context, input);
      const [dataSourceId] = input.dataSourceIds ?? [];
      const documents = context.search
        .list(applicationId, indexId)
        .filter((document) => dataSourceId === undefined || document.dataSourceId === dataSourceId);
      const filter = [applicationId, indexId, dataSourceId];
      return list(context, input, documents, {
        as: "documentDetailList",
        show: ({ documentId }) => ({ documentId, status: "INDEXED" }),
        filter,
      });
    },
  },
});

/** Indexes one document; returns what is wrong with it, if anything. */
async function putDocument(
  document: WireDocument,
  { applicationId, indexId }: IndexInput,
  { search }: OperationContext,
): Promise<string | undefined> {
  const bytes = document.content?.blob;
  if (!bytes) return "the sandbox takes content.blob, not content.s3";
  const { contentType = "PLAIN_TEXT" } = document;
  const readable = plainTypes.includes(contentType) ? "PLAIN_TEXT" : contentType;
  if (!isReadableContentType(readable)) return `the sandbox cannot read ${contentType}`;
  try {
    const { text, title } = await extractText(bytes, readable);
    const given = document.title ?? title;
    search.put(applicationId, indexId, {
      documentId: document.id,
      content: text,
      ...(given !== undefined && { title: given }),
      ...(document.attributes && { attributes: document.attributes }),
      ...(document.accessConfiguration && { accessControl: document.accessConfiguration }),
    });
    return undefined;
  } catch (error) {
    const isTold = [UnreadableDocumentError, SearchValidationError, MissingPackageError].some(
      (told) => error instanceof told,
    );
    if (isTold && error instanceof Error) return error.message;
    throw error;
  }
}

function failure(
  id: string,
  errorCode: FailedDocument["error"]["errorCode"],
  errorMessage: string,
): FailedDocument {
  return { id, error: { errorCode, errorMessage } };
}
