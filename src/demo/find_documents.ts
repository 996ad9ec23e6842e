// Owns one search at a customer: whether there is anything to search, and what was found, as the page shows it.
import { type DataAccessor, ExchangeSettingsError, type SearchConnection } from "tti-exchange";
import type { DemoDocument } from "../views/demo_pages.ts";
import { markPassage } from "./passage.ts";

/** Results shown for one search. */
const maxResults = 8;

/** @throws ExchangeSettingsError where the tenant has handed over nothing, or what it had is forgotten */
export function handedOver(connection: SearchConnection | undefined, tenantId: string): SearchConnection {
  if (connection !== undefined) return connection;
  throw new ExchangeSettingsError({
    code: "connection_invalid",
    step: "settings",
    message: `The organization ${JSON.stringify(tenantId)} lets this application search nothing: it has handed over no data accessor, or has left.`,
    fix: "Its administrator lets this application in by the link of its onboarding.",
  });
}

/** What a user finds, as the page shows it; documents the user may not see are not among them. */
export async function findDocuments(
  accessor: DataAccessor,
  user: string,
  queryText: string,
): Promise<DemoDocument[]> {
  const documents: DemoDocument[] = [];
  for await (const found of accessor.search({ user, queryText, maxResults })) {
    const documentId = found.documentId ?? "";
    documents.push({
      documentId,
      title: found.documentTitle ?? documentId,
      passage: markPassage(found.content ?? "", queryText),
      confidence: found.scoreAttributes?.scoreConfidence ?? "NOT_AVAILABLE",
      source: found.documentUri,
    });
  }
  return documents;
}
