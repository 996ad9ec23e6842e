// What a chat answers: the passages that the user's documents hold, cited, and no sentence of a model's.

import type { OperationContext } from "../../operation/operation.ts";
import { SearchValidationError } from "../../search/search_error.ts";
import { describeExplanation } from "../../search/visibility.ts";
import type { QApplication, QCitation, QMessage } from "../../state/index.ts";
import type { Chatter } from "./chat_access.ts";
import { childrenOf } from "./lookup.ts";
import { invalid } from "./search_relevant_content.ts";

/** Passages an answer cites at most. */
const mostCitations = 5;
/** Characters of a cited passage that stand in the answer itself. */
const quotedCharacters = 200;
/** The model's bound on systemMessage. */
const longestMessage = 2048;

const withoutModel = "The sandbox has no language model: it retrieves.";

/** The answer to a message: text, and what it cites. */
export type ChatAnswer = Pick<QMessage, "body" | "citations">;

/**
 * Retrieves what the message asks for, as the user.
 *
 * @throws AwsError ValidationException for a blank message or a filter that cannot be
 */
export function answerChat(
  application: QApplication,
  chatter: Chatter,
  { userMessage, attributeFilter }: { userMessage: string; attributeFilter?: unknown },
  context: OperationContext,
): ChatAnswer {
  const { applicationId } = application;
  const [retriever] = childrenOf(context.world.retrievers, applicationId);
  if (retriever === undefined) {
    return { body: `${withoutModel} This application has no retriever to ask.`, citations: [] };
  }
  const { indexId } = retriever;
  try {
    const { relevantContent, explanation } = context.search.search({
      ...{ applicationId, indexId, queryText: userMessage, maxResults: mostCitations },
      ...chatter.principals(indexId),
      ...(attributeFilter !== undefined && { attributeFilter }),
    });
    context.passed("search.documents", describeExplanation(relevantContent.length, explanation));
    const citations = relevantContent.map((content) =>
      citationOf(content.documentId, content.content, indexId, context, applicationId),
    );
    return { body: textOf(citations), citations };
  } catch (error) {
    if (!(error instanceof SearchValidationError)) throw error;
    throw invalid(
      error.fields.map((field) => (field.name === "queryText" ? { ...field, name: "userMessage" } : field)),
    );
  }
}

function citationOf(
  documentId: string,
  snippet: string,
  indexId: string,
  { search }: OperationContext,
  applicationId: string,
): QCitation {
  const document = search.find(applicationId, indexId, documentId);
  return {
    ...{ documentId, indexId, snippet },
    dataSourceId: document?.dataSourceId ?? null,
    title: document?.title ?? null,
    uri: document?.uri ?? null,
  };
}

function textOf(citations: readonly QCitation[]): string {
  if (citations.length === 0) return `${withoutModel} It found nothing that you may see.`;
  const lines = citations.map((citation, at) => {
    const quoted = citation.snippet.replace(/\s+/g, " ").slice(0, quotedCharacters);
    return `${mark(at)} ${(citation.title ?? citation.documentId).slice(0, 100)}: ${quoted}`;
  });
  return [`${withoutModel} What your documents say:`, ...lines].join("\n").slice(0, longestMessage);
}

function mark(at: number): string {
  return `[${at + 1}]`;
}

/** What a message cites, with the places in its text where it does. */
export function wireCitations({ body, citations }: ChatAnswer) {
  return citations.map((citation, at) => {
    const beginOffset = body.indexOf(`\n${mark(at)} `) + 1;
    const end = body.indexOf("\n", beginOffset);
    return {
      title: citation.title ?? citation.documentId,
      snippet: citation.snippet,
      ...(citation.uri !== null && citation.uri !== "" && { url: citation.uri }),
      citationNumber: at + 1,
      documentId: citation.documentId,
      indexId: citation.indexId,
      ...(citation.dataSourceId !== null && { datasourceId: citation.dataSourceId }),
      textMessageSegments: [
        {
          ...{ beginOffset, endOffset: end === -1 ? body.length : end },
          snippetExcerpt: { text: citation.snippet },
        },
      ],
    };
  });
}
