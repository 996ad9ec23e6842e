// Step 4: one page of SearchRelevantContent, in the Q Business application's region.

import type { AttributeFilter, RelevantContent } from "@aws-sdk/client-qbusiness";
import type { SearchConnection } from "../connection.ts";
import type { SearchClient } from "./aws_clients.ts";

export interface SearchPageInput {
  readonly queryText: string;
  readonly attributeFilter?: AttributeFilter | undefined;
  /** 1–100. */
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** One page, as Q Business answered it. */
export interface SearchPage {
  readonly results: readonly RelevantContent[];
  /** Present if there is more. */
  readonly nextToken: string | undefined;
  readonly awsRequestId: string | undefined;
}

/** Calls SearchRelevantContent; throws what the SDK throws. */
export async function searchRelevantContent(
  { client, SearchRelevantContentCommand }: SearchClient,
  connection: SearchConnection,
  input: SearchPageInput,
  signal: AbortSignal,
): Promise<SearchPage> {
  const output = await client.send(
    new SearchRelevantContentCommand({
      applicationId: connection.applicationId,
      contentSource: { retriever: { retrieverId: connection.retrieverId } },
      queryText: input.queryText,
      attributeFilter: input.attributeFilter,
      maxResults: input.maxResults,
      nextToken: input.nextToken,
    }),
    { abortSignal: signal },
  );
  return {
    results: output.relevantContent ?? [],
    nextToken: output.nextToken,
    awsRequestId: output.$metadata.requestId,
  };
}
