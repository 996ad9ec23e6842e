// Decides which documents one search may show: access list first, then the data accessor's filters, then the
// caller's. Remembers why each matching document was kept back.

import {
  type AccessDecision,
  type AccessListSettings,
  decideAccess,
  type LocalPrincipals,
  localUser,
  type SearchUser,
} from "./access.ts";
import { type AttributeFilter, matchesAttributeFilter } from "./attribute_filter.ts";
import { attributesOf, type SearchDocument } from "./document.ts";

/** Why the result is what it is, for the request log. Never part of the AWS answer. */
export interface SearchExplanation {
  /** By which names and groups access lists were asked. */
  readonly askedAs: string;
  /** Documents that hold a term of the query, before any filter. */
  readonly matchedDocuments: number;
  /** Matching documents the access lists kept back, with the reason (the first twenty). */
  readonly hiddenByAccess: readonly { documentId: string; reason: string }[];
  /** Matching documents the data accessor's filters kept back (the first twenty). */
  readonly hiddenByAccessor: readonly string[];
  /** Matching documents the caller's filter kept back (the first twenty). */
  readonly hiddenByFilter: readonly string[];
}

/** Decides once per document who is let through, and remembers why others were not. */
export function createGate(
  user: SearchUser,
  groups: readonly string[],
  accessorFilters: readonly AttributeFilter[],
  filter: AttributeFilter | undefined,
  accessList: AccessListSettings,
  locals: readonly LocalPrincipals[] = [],
) {
  const verdicts = new Map<
    string,
    { outcome: "shown" | "access" | "accessor" | "filter"; access: AccessDecision }
  >();

  function judge(document: SearchDocument) {
    const here = localUser(user, groups, locals, document.dataSourceId);
    const access = decideAccess(document.accessControl, here.user, here.groups, accessList);
    if (!access.allowed) return { outcome: "access" as const, access };
    const attributes = attributesOf(document);
    if (!accessorFilters.every((each) => matchesAttributeFilter(each, attributes))) {
      return { outcome: "accessor" as const, access };
    }
    const passes = filter === undefined || matchesAttributeFilter(filter, attributes);
    return { outcome: passes ? ("shown" as const) : ("filter" as const), access };
  }

  const idsOf = (outcome: string) =>
    [...verdicts].filter(([, verdict]) => verdict.outcome === outcome).slice(0, 20);

  return {
    admits(document: SearchDocument): boolean {
      const verdict = verdicts.get(document.documentId) ?? judge(document);
      verdicts.set(document.documentId, verdict);
      return verdict.outcome === "shown";
    },
    explanation: (): SearchExplanation => ({
      askedAs: describeUser(user, [...groups, ...locals.flatMap((each) => each.groups)]),
      matchedDocuments: verdicts.size,
      hiddenByAccess: idsOf("access").map(([documentId, { access }]) => ({
        documentId,
        reason: access.reason,
      })),
      hiddenByAccessor: idsOf("accessor").map(([documentId]) => documentId),
      hiddenByFilter: idsOf("filter").map(([documentId]) => documentId),
    }),
  };
}

function describeUser({ userId, userName, email }: SearchUser, groups: readonly string[]): string {
  const names = [...new Set([userName, email, userId])].filter((name) => name !== undefined).join(", ");
  return `${names}; ${groups.length === 0 ? "no groups" : `groups ${groups.join(", ")}`}`;
}

/**
 * An explanation in words, one line for each thing that kept documents back.
 *
 * @param shown passages on the page that was answered
 */
export function describeExplanation(shown: number, explanation: SearchExplanation): string {
  const { matchedDocuments, askedAs, hiddenByAccess, hiddenByAccessor, hiddenByFilter } = explanation;
  const lines = [
    `passages answered: ${shown}; documents that match the query: ${matchedDocuments}`,
    ...(hiddenByAccess.length === 0 ? [] : [`kept back by access lists, asked for ${askedAs}:`]),
    ...hiddenByAccess.map(({ documentId, reason }) => `· ${documentId}: ${reason}`),
    ...(hiddenByAccessor.length === 0
      ? []
      : [`kept back by the data accessor's filter: ${hiddenByAccessor.join(", ")}`]),
    ...(hiddenByFilter.length === 0
      ? []
      : [`kept back by the request's filter: ${hiddenByFilter.join(", ")}`]),
  ];
  return lines.join("\n");
}
