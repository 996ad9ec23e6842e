// What the search takes from the sandbox's switches: AWS publishes none of it, so each is strict by default.
import type { Rules } from "../rules/rules.ts";
import type { AccessListSettings } from "./access.ts";
import type { AttributeFilterLimits } from "./attribute_filter.ts";

export interface SearchSettings {
  /** How long a paging token is good for. */
  readonly pageTokenTtlSeconds: number;
  /** How deep and how wide the AttributeFilter of a request may be. */
  readonly attributeFilterLimits: AttributeFilterLimits;
  readonly accessList: AccessListSettings;
}

/** @returns the settings the rules in force ask for */
export function readSearchSettings(rules: Pick<Rules, "get" | "getNumber">): SearchSettings {
  return {
    pageTokenTtlSeconds: rules.getNumber("search.pageTokenSeconds"),
    attributeFilterLimits: {
      maxDepth: rules.getNumber("search.filterDepth"),
      maxLength: rules.getNumber("search.filterLength"),
    },
    accessList: {
      ignoreCase: rules.get("search.accessListCase") === "ignore",
      controlRelation: rules.get("search.accessListRelation") === "OR" ? "OR" : "AND",
    },
  };
}
