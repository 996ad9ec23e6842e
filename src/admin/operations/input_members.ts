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

type AnyOf = Omit<InputMember, "required"> & { anyOf?: Omit<InputMember, "required">[] };

// A member that may be null is of the kind that it is otherwise.
function orNull({ anyOf, ...member }: AnyOf): Omit<InputMember, "required"> {
  const other = anyOf?.find(({ type }) => type !== "null");
  return anyOf?.length === 2 && other !== undefined ? { ...other, ...member } : member;
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
      { ...orNull(member as AnyOf), required: required.includes(name) },
    ]),
  );
  known.set(schema, members);
  return members;
}
