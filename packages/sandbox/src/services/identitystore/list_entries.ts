// ListUsers and ListGroups: every entry of a store, or those whose name is the one filtered by.

import type { OperationContext, OperationData } from "../../operation/operation.ts";
import { getIdentityStore, list, type StoreInput } from "./lookup.ts";
import { refuse } from "./refuse.ts";

/** Input of both. */
export type ListInput = StoreInput & {
  MaxResults?: number;
  NextToken?: string;
  Filters?: { AttributePath: string; AttributeValue: string }[];
  Extensions?: string[];
};

/** What tells users from groups here. */
export type EntryList<Entry> = {
  /** Member of the output. */
  as: "Users" | "Groups";
  /** The one attribute that may be filtered by, and its value of an entry. */
  path: string;
  name(entry: Entry): string;
  entries(context: OperationContext, identityStoreId: string): readonly Entry[];
  show(entry: Entry): unknown;
  /** The refusal of another filter. */
  rule: string;
  fix: string;
};

/** @throws AwsError ValidationException for a filter by another attribute */
export function listEntries<Entry>(
  input: ListInput,
  context: OperationContext,
  { as, path, name, entries, show, rule, fix }: EntryList<Entry>,
): OperationData {
  const { identityStoreId } = getIdentityStore(context, input);
  const [filter] = input.Filters ?? [];
  if (filter && filter.AttributePath.toLowerCase() !== path.toLowerCase()) {
    throw refuse("ValidationException", `${filter.AttributePath} is not a supported filter.`, {
      rule,
      why: `List${as} filters by ${path} only.`,
      fix,
    });
  }
  const found = entries(context, identityStoreId).filter(
    (entry) => filter === undefined || name(entry) === filter.AttributeValue,
  );
  return list(context, input, found, { as, show, filter: [identityStoreId, filter] });
}
