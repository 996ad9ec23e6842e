// Holds an operation's input against every constraint of the model: required, null, length, range, size,
// pattern, enum, union. The numbers and patterns live in the data; nothing is retyped here.

import { getModel, getOperation, type ServiceName } from "./index.ts";
import { refuseInput, type Violation } from "./refusal.ts";
import type { Bounds, Shape, StringShape, StructureShape } from "./shapes.ts";

/** More than any operation has members; keeps the answer to a hostile list readable. */
const maxViolations = 20;

/** A longer value is cut in messages. */
const maxEchoed = 256;

interface Found {
  readonly violations: Violation[];
  readonly camelCase: boolean;
}

/**
 * Checks parsed input against the model.
 *
 * @param input values as {@link parseRequest} gives them
 * @throws AwsError the service's validation error, naming every member that is wrong (the first 20)
 */
export function validateInput(
  service: ServiceName,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): void {
  const shape = getOperation(service, operation).input;
  if (!shape) return;
  // Services with PascalCase members name them in camelCase in their messages.
  const found: Found = { violations: [], camelCase: getModel(service).protocol !== "rest-json" };
  checkStructure(input, shape, "", found);
  if (found.violations.length > 0) throw refuseInput(service, "constraint", found.violations);
}

function checkStructure(value: object, shape: StructureShape, path: string, found: Found): void {
  if (shape.document) return;
  const present = new Map<string, unknown>(
    Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null),
  );
  for (const name of shape.required) {
    if (!present.has(name)) report(found, join(path, name, found), "null", "Member must not be null");
  }
  if (shape.union && present.size !== 1) {
    report(found, path, undefined, "Exactly one member must be set");
  }
  for (const [name, member] of shape.members) {
    if (present.has(name)) checkValue(present.get(name), member.target, join(path, name, found), found);
  }
}

function checkValue(value: unknown, shape: Shape, path: string, found: Found): void {
  if (found.violations.length >= maxViolations) return;
  if (value === null || value === undefined) {
    report(found, path, "null", "Member must not be null");
    return;
  }
  switch (shape.kind) {
    case "structure":
      if (typeof value === "object") checkStructure(value, shape, path, found);
      return;
    case "list":
      if (!Array.isArray(value)) return;
      checkLength(value.length, shape, shape, path, undefined, found);
      for (const [index, element] of value.entries()) {
        checkValue(element, shape.member.target, `${path}.${index + 1}.member`, found);
      }
      return;
    case "map":
      for (const [key, entry] of Object.entries(value)) {
        checkValue(key, shape.key.target, `${path}.key`, found);
        checkValue(entry, shape.value.target, `${path}.${echo(key)}.member`, found);
      }
      checkLength(Object.keys(value).length, shape, shape, path, undefined, found);
      return;
    case "string":
      if (typeof value === "string") checkString(value, shape, path, found);
      return;
    case "blob":
      if (value instanceof Uint8Array) checkLength(value.length, shape, shape, path, undefined, found);
      return;
    case "integer":
    case "long":
    case "float":
    case "double":
      if (typeof value === "number") checkRange(value, shape, path, found);
      return;
    default:
      return;
  }
}

function checkString(value: string, shape: StringShape, path: string, found: Found): void {
  const shown = shape.sensitive ? undefined : `'${echo(value)}'`;
  if (!checkLength(codePoints(value), shape, shape, path, shown, found)) return;
  if (shape.regExp && !shape.regExp.test(value)) {
    report(found, path, shown, `Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (shape.values && !shape.values.includes(value)) {
    report(found, path, shown, `Member must satisfy enum value set: [${shape.values.join(", ")}]`);
  }
}

/** False when out of bounds: the pattern is then left alone, so that no pattern meets an endless string. */
function checkLength(
  length: number,
  { min, max }: Bounds,
  shape: Shape,
  path: string,
  shown: string | undefined,
  found: Found,
): boolean {
  if (min !== undefined && length < min) {
    report(found, path, shown, `Member must have length greater than or equal to ${min}`);
    return false;
  }
  if (max !== undefined && length > max) {
    report(
      found,
      path,
      shape.kind === "string" ? shown : undefined,
      `Member must have length less than or equal to ${max}`,
    );
    return false;
  }
  return true;
}

function checkRange(value: number, { min, max }: Bounds, path: string, found: Found): void {
  if (min !== undefined && value < min) {
    report(found, path, `'${value}'`, `Member must have value greater than or equal to ${min}`);
  }
  if (max !== undefined && value > max) {
    report(found, path, `'${value}'`, `Member must have value less than or equal to ${max}`);
  }
}

function report(found: Found, path: string, shown: string | undefined, constraint: string): void {
  if (found.violations.length >= maxViolations) return;
  const value = shown === undefined ? "Value" : `Value ${shown}`;
  found.violations.push({ path, text: `${value} at '${path}' failed to satisfy constraint: ${constraint}` });
}

function join(path: string, name: string, found: Found): string {
  const spelled = found.camelCase ? name.charAt(0).toLowerCase() + name.slice(1) : name;
  return path === "" ? spelled : `${path}.${spelled}`;
}

function echo(value: string): string {
  return value.length > maxEchoed ? `${value.slice(0, maxEchoed).toWellFormed()}…` : value;
}

/** The model counts Unicode characters, not UTF-16 units. */
function codePoints(value: string): number {
  let surrogatePairs = 0;
  for (const _ of value.matchAll(/[\u{10000}-\u{10FFFF}]/gu)) surrogatePairs++;
  return value.length - surrogatePairs;
}
