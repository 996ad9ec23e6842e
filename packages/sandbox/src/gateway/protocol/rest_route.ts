// Finds the REST operation a method and path belong to, and reads what travels in path, query string and headers.

import { refuseSyntax, refuseType } from "../../models/refuse_request.ts";
import type { Operation, ServiceModel, Shape } from "../../models/shapes.ts";
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
 * Reads the members that travel in the path, the query string and headers.
 *
 * @throws AwsError when a value has another type than its shape
 */
export function readRouteInput(
  route: Route,
  query: URLSearchParams,
  model: ServiceModel,
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
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
    if (member.location === "header") {
      const text = headers[member.wireName.toLowerCase()];
      if (typeof text === "string") values[member.name] = readHeader(text, member.target, member.name, model);
    }
    if (member.location === "headers") {
      const prefix = member.wireName.toLowerCase();
      const named = Object.entries(headers).filter(
        ([name, text]) => name.startsWith(prefix) && typeof text === "string",
      );
      if (named.length > 0)
        values[member.name] = Object.fromEntries(
          named.map(([name, text]) => [name.slice(prefix.length), text]),
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

/** Headers spell times as HTTP does, and lists with commas. */
function readHeader(text: string, shape: Shape, name: string, model: ServiceModel): unknown {
  if (shape.kind === "list")
    return text.split(",").map((each) => readText(each.trim(), shape.member.target, name, model));
  if (shape.kind !== "timestamp" || /^\d{4}-/.test(text)) return readText(text, shape, name, model);
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw refuseType(model, name, "a date of HTTP");
  return time;
}

function matchTemplate(template: string, path: string): ReadonlyMap<string, string> | undefined {
  const expected = template.split("/");
  const actual = path.split("/");
  // A greedy label takes all segments from its place on.
  if (expected.at(-1)?.endsWith("+}") === true && actual.length >= expected.length)
    actual.splice(expected.length - 1, actual.length, actual.slice(expected.length - 1).join("/"));
  if (expected.length !== actual.length) return undefined;
  const labels = new Map<string, string>();
  for (const [index, segment] of expected.entries()) {
    const value = actual[index] ?? "";
    const label = /^\{(\w+)\+?\}$/.exec(segment)?.[1];
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
