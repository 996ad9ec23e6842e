// Writes output values as XML, for query and rest-xml: lists as `<member>` or as the model names them, timestamps in ISO 8601.

import type { Shape, StructureShape } from "../../models/shapes.ts";
import { mismatch, presentMembers } from "./output_value.ts";

/**
 * The members of a structure as elements, without an element around them.
 *
 * @throws Error when a value does not fit its shape
 */
export function xmlElements(value: unknown, shape: StructureShape): string {
  return presentMembers(value, shape)
    .filter(([member]) => member.location === "body")
    .map(([member, entry]) => {
      const { target, wireName } = member;
      const values = target.kind === "list" && target.flattened ? elementsOf(entry, target) : [entry];
      const shape = target.kind === "list" && target.flattened ? target.member.target : target;
      return values.map((value) => `<${wireName}>${xmlValue(value, shape)}</${wireName}>`).join("");
    })
    .join("");
}

/** Text safe inside an element; characters XML 1.0 cannot carry become U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function elementsOf(value: unknown, shape: Shape): readonly unknown[] {
  if (!Array.isArray(value)) throw mismatch(shape, value);
  return value;
}

function xmlValue(value: unknown, shape: Shape): string {
  switch (shape.kind) {
    case "structure":
      return xmlElements(value, shape);
    case "list":
      return elementsOf(value, shape)
        .map((element) => {
          const { wireName, target } = shape.member;
          return `<${wireName}>${xmlValue(element, target)}</${wireName}>`;
        })
        .join("");
    case "timestamp":
      if (!(value instanceof Date)) throw mismatch(shape, value);
      return value.toISOString().replace(/\.\d{3}Z$/, "Z");
    case "string":
      if (typeof value !== "string") throw mismatch(shape, value);
      return xmlText(value);
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(shape, value);
      return String(value);
    case "map":
    case "blob":
      // No service that speaks XML answers with one in a body; models that gain one must gain this too.
      throw new Error(`${shape.name}: a ${shape.kind} in XML output is not supported`);
    default:
      if (typeof value !== "number") throw mismatch(shape, value);
      return String(value);
  }
}
