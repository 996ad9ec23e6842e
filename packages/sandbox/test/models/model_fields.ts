// Walks every field of every operation's input, for tests that break one field at a time.

import { getModel, type ServiceName, serviceNames } from "../../src/models/index.ts";
import type { Member, Shape } from "../../src/models/shapes.ts";

/** One step from a structure, list or map towards a field. */
export type Step = { member: string } | { element: true } | { value: true };

/** A field of an operation's input. */
export type Field = {
  service: ServiceName;
  operation: string;
  steps: readonly Step[];
  shape: Shape;
  location: Member["location"];
  required: boolean;
};

/** Every field of every operation; a shape that contains itself is entered once. */
export function allFields(): Field[] {
  return serviceNames.flatMap((service) =>
    [...getModel(service).operations.values()].flatMap(({ name, input }) =>
      input
        ? fieldsOf(
            { service, operation: name, steps: [], shape: input, location: "body", required: true },
            [],
          )
        : [],
    ),
  );
}

function fieldsOf(field: Field, inside: readonly Shape[]): Field[] {
  const { shape } = field;
  if (inside.includes(shape)) return [];
  const next = [...inside, shape];
  const step = (via: Step, target: Shape, changes: Partial<Field> = {}): Field[] =>
    fieldsOf({ ...field, steps: [...field.steps, via], shape: target, required: false, ...changes }, next);
  switch (shape.kind) {
    case "structure": {
      const members = [...shape.members.values()].flatMap((member) =>
        step({ member: member.name }, member.target, {
          required: shape.required.includes(member.name),
          ...(field.steps.length === 0 && { location: member.location }),
        }),
      );
      return field.steps.length === 0 ? members : [field, ...members];
    }
    case "list":
      return [field, ...step({ element: true }, shape.member.target)];
    case "map":
      return [field, ...step({ value: true }, shape.value.target)];
    default:
      return [field];
  }
}

/** An input that holds `value` at the field and nothing else; members by their model names. */
export function inputWith(steps: readonly Step[], value: unknown): Record<string, unknown> {
  const built = [...steps].reverse().reduce<unknown>((inner, step) => {
    if ("member" in step) return { [step.member]: inner };
    return "element" in step ? [inner] : { key: inner };
  }, value);
  return built as Record<string, unknown>;
}

/** The field's path as messages name it. */
export function fieldPath({ service, steps }: Field): string {
  const camelCase = getModel(service).protocol !== "rest-json";
  return steps
    .map((step) => {
      if ("element" in step) return "1.member";
      if ("value" in step) return "key.member";
      return camelCase ? step.member.charAt(0).toLowerCase() + step.member.slice(1) : step.member;
    })
    .join(".");
}
