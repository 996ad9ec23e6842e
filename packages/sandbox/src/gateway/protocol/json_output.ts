// Writes output values as JSON: blobs in base64, timestamps in epoch seconds.

import type { ServiceModel, Shape, StructureShape } from "../../models/shapes.ts";
import { mismatch, presentMembers } from "./output_value.ts";

/**
 * Serialises a structure.
 *
 * @throws Error when a value does not fit its shape
 */
export function jsonBody(value: unknown, shape: StructureShape, model: ServiceModel): string {
  return JSON.stringify(jsonValue(value, shape, model));
}

function jsonValue(value: unknown, shape: Shape, model: ServiceModel): unknown {
  switch (shape.kind) {
    case "structure":
      if (shape.document) return value;
      return Object.fromEntries(
        presentMembers(value, shape).map(([member, entry]) => [
          model.protocol === "rest-json" ? member.wireName : member.name,
          jsonValue(entry, member.target, model),
        ]),
      );
    case "list":
      if (!Array.isArray(value)) throw mismatch(shape, value);
      return value.map((element) => jsonValue(element, shape.member.target, model));
    case "map":
      if (typeof value !== "object" || value === null) throw mismatch(shape, value);
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [key, jsonValue(entry, shape.value.target, model)]),
      );
    case "timestamp":
      if (!(value instanceof Date)) throw mismatch(shape, value);
      return value.getTime() / 1000;
    case "blob":
      if (!(value instanceof Uint8Array)) throw mismatch(shape, value);
      return Buffer.from(value).toString("base64");
    case "string":
      if (typeof value !== "string") throw mismatch(shape, value);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw mismatch(shape, value);
      return value;
    default:
      if (typeof value !== "number") throw mismatch(shape, value);
      return value;
  }
}
