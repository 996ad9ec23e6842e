// Values that fit an operation's input shape, for property tests: ids of things that exist, mixed with invented ones.
import fc from "fast-check";
import type { Shape } from "../../src/models/shapes.ts";

const WORDS = [
  "a",
  "acme",
  "x".repeat(36),
  "a-b_c",
  "1",
  "*",
  "ENABLED",
  "engineering",
  "ada",
  "{}",
  "[]",
  "true",
];
const POLICY =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}]}';

/**
 * @param shape of the value
 * @param known strings that mean something in the world under test
 */
export function modelValue(shape: Shape, known: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "structure": {
      if (shape.document || depth > 4) return fc.constant({});
      const members = [...shape.members.values()].map((member): [string, fc.Arbitrary<unknown>] => [
        member.name,
        modelValue(member.target, known, depth + 1),
      ]);
      const all = Object.fromEntries(members);
      if (shape.union) {
        return members.length === 0
          ? fc.constant({})
          : fc.oneof(...members.map(([name, value]) => value.map((given) => ({ [name]: given }))));
      }
      const needed = shape.required.filter((name) => name in all);
      const lean = fc.record(Object.fromEntries(members.filter(([name]) => needed.includes(name))));
      return fc.oneof(
        { weight: 2, arbitrary: lean },
        { weight: 1, arbitrary: fc.record(all, { requiredKeys: needed }) },
      );
    }
    case "list":
      return fc.array(modelValue(shape.member.target, known, depth + 1), { minLength: 1, maxLength: 2 });
    case "map":
      return fc.constant({});
    case "string":
      return stringOf(shape, known);
    case "boolean":
      return fc.boolean();
    case "blob":
      return fc.uint8Array({ maxLength: 40 });
    case "timestamp":
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") });
    default:
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(900, 3600, 1));
  }
}

function stringOf(shape: Extract<Shape, { kind: "string" }>, known: readonly string[]): fc.Arbitrary<string> {
  if (shape.values && shape.values.length > 0) return fc.constantFrom(...shape.values);
  const fits = (text: string) =>
    (shape.regExp?.test(text) ?? true) &&
    text.length >= (shape.min ?? 0) &&
    text.length <= (shape.max ?? Number.POSITIVE_INFINITY);
  const fitting = (texts: readonly string[]) => texts.filter(fits);
  const meaningful = fitting(known);
  const invented = [...fitting([...WORDS, POLICY]), "a".repeat(Math.max(shape.min ?? 1, 1))];
  return fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...(meaningful.length > 0 ? meaningful : invented)) },
    { weight: 2, arbitrary: fc.constantFrom(...invented) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 40 }) },
  );
}
