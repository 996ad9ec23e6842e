// What a data accessor may do: its action configurations, each with the filter every one of its searches passes.

import type { Json } from "../../ground/errors.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { type AttributeFilterLimits, parseAttributeFilter } from "../../search/attribute_filter.ts";
import { SearchValidationError } from "../../search/search_error.ts";
import { readSearchSettings } from "../../search/settings.ts";
import type { QDataAccessor } from "../../state/qbusiness_entities.ts";
import { refuseField } from "./refuse.ts";

/** One action configuration as it is on the wire. */
export type ActionConfiguration = {
  action: string;
  filterConfiguration?: { documentAttributeFilter?: unknown };
};

type KeptActions = QDataAccessor["actionConfigurations"];

/** The one action AWS supports (user guide, granting permissions). */
const supportedAction = "qbusiness:SearchRelevantContent";

/**
 * Action configurations as the world keeps them: plain JSON, dates as ISO 8601 text.
 *
 * @throws AwsError ValidationException for another action, an action twice, or a filter the search would refuse
 */
export function keepActions(
  wire: readonly ActionConfiguration[],
  { rules }: Pick<OperationContext, "rules">,
): KeptActions {
  if (wire.length > 1) {
    throw refuseField("actionConfigurations", "each action may be configured once", "accessor.actions");
  }
  return wire.map(({ action, filterConfiguration }, index) => {
    const path = `actionConfigurations.${index + 1}.member`;
    if (action !== supportedAction) {
      throw refuseField(`${path}.action`, `only ${supportedAction} is supported`, "accessor.actions");
    }
    const filter = filterConfiguration?.documentAttributeFilter;
    if (filter === undefined) return { action };
    const { attributeFilterLimits } = readSearchSettings(rules);
    assertFilter(filter, `${path}.filterConfiguration.documentAttributeFilter`, attributeFilterLimits);
    // JSON turns Dates into text, which is how the world keeps them.
    return {
      action,
      filterConfiguration: { documentAttributeFilter: JSON.parse(JSON.stringify(filter)) as Json },
    };
  });
}

/** Action configurations as they go out, with dates again. */
export function wireActions(kept: KeptActions): ActionConfiguration[] {
  return kept.map(({ action, filterConfiguration }) => ({
    action,
    ...(filterConfiguration && {
      filterConfiguration: {
        documentAttributeFilter: withDates(filterConfiguration.documentAttributeFilter),
      },
    }),
  }));
}

function assertFilter(filter: unknown, path: string, limits: AttributeFilterLimits): void {
  try {
    parseAttributeFilter(filter, path, limits);
  } catch (error) {
    if (!(error instanceof SearchValidationError)) throw error;
    const [field] = error.fields;
    throw refuseField(field?.name ?? path, field?.message ?? error.message, "accessor.filter");
  }
}

function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "dateValue" && typeof member === "string" ? new Date(member) : withDates(member),
    ]),
  );
}
