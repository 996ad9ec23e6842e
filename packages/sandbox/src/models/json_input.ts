// Reads JSON bodies (rest-json and json 1.1) into input values by the operation's shapes.

import { refuseSyntax, refuseType } from "./refuse_request.ts";
import type { Member, ServiceModel, Shape, StructureShape } from "./shapes.ts";

/** Deeper than any document AWS takes, far from what would exhaust the stack. */
const maxDepth = 100;

/**
 * Parses a JSON body.
 *
 * @throws AwsError when it is not JSON, not an object, or nested more than 100 levels deep
 */
export function parseJsonBody(text: string, model: ServiceModel): unknown {
  // Counted on the text, because what comes after (JSON.stringify, evaluation of a policy) recurses.
  if (nestingDepth(text) > maxDepth)
    throw refuseSyntax(model, `the body is nested more than ${maxDepth} levels deep`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuseSyntax(model, "the body is not JSON");
  }
  if (!isObject(json)) throw refuseSyntax(model, "the body is not a JSON object");
  return json;
}

/**
 * Takes an operation's body members from parsed JSON; members the model does not name are ignored, as AWS does.
 *
 * @throws AwsError naming the path when a value has another JSON type than its shape
 */
export function readJsonInput(
  json: unknown,
  input: StructureShape,
  model: ServiceModel,
): Record<string, unknown> {
  if (!isObject(json)) throw refuseSyntax(model, "the body is not a JSON object");
  return readMembers(json, input, "", model);
}

function readMembers(
  json: Readonly<Record<string, unknown>>,
  shape: StructureShape,
  path: string,
  model: ServiceModel,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const member of shape.members.values()) {
    if (member.location !== "body") continue;
    const name = jsonName(member, model);
    if (!Object.hasOwn(json, name)) continue;
    const value = json[name];
    // null means absent in AWS's JSON.
    if (value !== null) values[member.name] = readValue(value, member.target, join(path, member.name), model);
  }
  return values;
}

function readValue(value: unknown, shape: Shape, path: string, model: ServiceModel): unknown {
  switch (shape.kind) {
    case "structure":
      if (shape.document) return value;
      if (!isObject(value)) throw refuseType(model, path, "an object");
      return readMembers(value, shape, path, model);
    case "list":
      if (!Array.isArray(value)) throw refuseType(model, path, "a list");
      return value.map((element, index) =>
        element === null
          ? null
          : readValue(element, shape.member.target, `${path}.${index + 1}.member`, model),
      );
    case "map":
      if (!isObject(value)) throw refuseType(model, path, "a map");
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key,
          entry === null ? null : readValue(entry, shape.value.target, `${path}.${key}.member`, model),
        ]),
      );
    case "string":
      if (typeof value !== "string" || !value.isWellFormed()) throw refuseType(model, path, "a string");
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw refuseType(model, path, "a boolean");
      return value;
    case "integer":
      if (!Number.isInteger(value) || !inRange(value, 2 ** 31)) throw refuseType(model, path, "an integer");
      return value;
    case "long":
      if (!Number.isSafeInteger(value)) throw refuseType(model, path, "a long integer");
      return value;
    case "float":
    case "double":
      if (typeof value !== "number" || !Number.isFinite(value)) throw refuseType(model, path, "a number");
      return value;
    case "timestamp":
      return readTimestamp(value, path, model);
    case "blob":
      return readBlob(value, path, model);
  }
}

/** Epoch seconds, fractions allowed: the timestamp of both JSON protocols. */
function readTimestamp(value: unknown, path: string, model: ServiceModel): Date {
  const time = typeof value === "number" ? new Date(value * 1000) : undefined;
  if (!time || Number.isNaN(time.getTime())) throw refuseType(model, path, "a timestamp in epoch seconds");
  return time;
}

function readBlob(value: unknown, path: string, model: ServiceModel): Uint8Array {
  const isBase64 =
    typeof value === "string" && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  if (!isBase64) throw refuseType(model, path, "base64");
  return Buffer.from(value, "base64");
}

/** `locationName` counts in rest-json only; the json protocol uses member names. */
function jsonName(member: Member, model: ServiceModel): string {
  return model.protocol === "rest-json" ? member.wireName : member.name;
}

function inRange(value: unknown, limit: number): boolean {
  return typeof value === "number" && value >= -limit && value < limit;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}
