// Reads scalars that travel as text: form parameters, path labels and query strings.

import { refuseType } from "../../models/refuse_request.ts";
import type { ServiceModel, Shape } from "../../models/shapes.ts";

/**
 * Reads one scalar.
 *
 * @param text the value, already percent-decoded
 * @param path the member's path, for the error
 * @throws AwsError when the text does not spell a value of the shape
 */
export function readText(text: string, shape: Shape, path: string, model: ServiceModel): unknown {
  switch (shape.kind) {
    case "string":
      return text;
    case "boolean":
      if (text !== "true" && text !== "false") throw refuseType(model, path, "true or false");
      return text === "true";
    case "integer":
    case "long": {
      const limit = shape.kind === "integer" ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
      const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= -limit && value < limit)) throw refuseType(model, path, "an integer");
      return value;
    }
    case "timestamp": {
      const time = new Date(text);
      if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime())) {
        throw refuseType(model, path, "an ISO 8601 timestamp");
      }
      return time;
    }
    default:
      throw new Error(`${model.service}: ${shape.kind} cannot travel as text (${path})`);
  }
}
