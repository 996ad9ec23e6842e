// Finds the rest-json operation a method and path belong to, and reads labels and query-string members.

import { refuseSyntax } from "../../models/refuse_request.ts";
import type { Operation, ServiceModel } from "../../models/shapes.ts";
import { readText } from "./text_value.ts";

/** An operation with the values of its path labels, percent-decoded. */
export interface Route {
  readonly operation: Operation;
  readonly labels: ReadonlyMap<string, string>;
}

/**
 * Matches method and path against the request templates of the model.
 * A template may demand literal query parameters (`/token?aws_iam=t`); the match that demands most wins.
 *
 * @param path still percent-encoded, so that an encoded slash stays inside its label
 * @returns undefined when the service has no such operation
 * @throws AwsError when a label is not valid percent-encoding
 */
export function matchRoute(
  model: ServiceModel,
  method: string,
  path: string,
  query: URLSearchParams,
): Route | undefined {
  let best: { operation: Operation; encoded: ReadonlyMap<string, string>; demands: number } | undefined;
  for (const operation of model.operations.values()) {
    if (operation.method !== method) continue;
    const [template = "", demanded = ""] = operation.requestUri.split("?");
    const demands = [...new URLSearchParams(demanded)];
    if (!demands.every(([name, value]) => query.get(name) === value)) continue;
    const encoded = matchTemplate(template, path);
    if (encoded && demands.length >= (best?.demands ?? 0))
      best = { operation, encoded, demands: demands.length };
  }
  return best && { operation: best.operation, labels: decodeLabels(best.encoded, model) };
}

/**
 * Reads the members that travel in the path and the query string.
 *
 * @throws AwsError when a value has another type than its shape
 */
export function readRouteInput(
  route: Route,
  query: URLSearchParams,
  model: ServiceModel,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const member of route.operation.input?.members.values() ?? []) {
    if (member.location === "uri") {
      values[member.name] = readText(
        route.labels.get(member.wireName) ?? "",
        member.target,
        member.name,
        model,
      );
    }
    if (member.location !== "querystring" || !query.has(member.wireName)) continue;
    const shape = member.target;
    values[member.name] =
      shape.kind === "list"
        ? query.getAll(member.wireName).map((text) => readText(text, shape.member.target, member.name, model))
        : readText(query.get(member.wireName) ?? "", shape, member.name, model);
  }
  return values;
}

function matchTemplate(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const expected = template.split("/");
  const actual = path.split("/");
  if (expected.length !== actual.length) return undefined;
  const labels = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const value = actual[index] ?? "";
    const label = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (label === undefined ? segment !== value : value === "") return undefined;
    if (label !== undefined) labels.set(label, value);
  }
  return labels;
}

function decodeLabels(
  encoded: ReadonlyMap<string, string>,
  model: ServiceModel,
): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (const [label, value] of encoded) {
    try {
      labels.set(label, decodeURIComponent(value));
    } catch {
      throw refuseSyntax(model, `the path label ${label} is not valid percent-encoding`);
    }
  }
  return labels;
}
