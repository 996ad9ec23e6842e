// Owns reading a schema's members as JSON Schema says them, for the faces that turn text into input.
import { z } from "zod";

/** A member of an input. */
export interface InputMember {
  type?: string;
  description?: string;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  required: boolean;
}

const known = new WeakMap<z.ZodObject, Readonly<Record<string, InputMember>>>();

/** The members of an input. */
export function membersOf(schema: z.ZodObject): Readonly<Record<string, InputMember>> {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [
      name,
      { ...(member as unknown as Omit<InputMember, "required">), required: required.includes(name) },
    ]),
  );
  known.set(schema, members);
  return members;
}
