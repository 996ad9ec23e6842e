// Checks output values against their shapes, so that a slip in an operation fails its test instead of
// travelling to a client as something AWS would never send.

import type { Member, Shape, StructureShape } from "../../models/shapes.ts";

/**
 * The members present in an output structure, in the model's order.
 *
 * @throws Error when the value has a member the model does not name
 */
export function presentMembers(value: unknown, shape: StructureShape): [Member, unknown][] {
  if (typeof value !== "object" || value === null) throw mismatch(shape, value);
  const entries = new Map(Object.entries(value).filter(([, entry]) => entry !== undefined && entry !== null));
  for (const name of entries.keys()) {
    if (!shape.members.has(name)) throw new Error(`${shape.name} has no member ${name}`);
  }
  return [...shape.members.values()]
    .filter((member) => entries.has(member.name))
    .map((member) => [member, entries.get(member.name)]);
}

/** The error for a value that does not fit its shape; says the type, never the value. */
export function mismatch(shape: Shape, value: unknown): Error {
  return new Error(`${shape.name} is a ${shape.kind}, but the operation gave a ${typeof value}`);
}
