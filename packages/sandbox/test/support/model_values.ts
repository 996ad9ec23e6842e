// Values that fit an operation's input shape, for property tests: what exists, by the name of the member that names it,
// mixed with what exists elsewhere and with what is invented.
import fc from "fast-check";
import type { Shape } from "../../src/models/shapes.ts";
import type { KnownValues } from "./known_values.ts";

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
const TRUST_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
};
const POLICY = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
const ACTOR_POLICY = {
  Version: "2012-10-17",
  Statement: [{ ...POLICY.Statement[0], Principal: { AWS: "*" } }],
};
// Larger ones take seconds to make.
const QUICK_KEYS = ["RSA_2048", "ECC_NIST_P256"];
const DOCUMENTS = [{}, ACTOR_POLICY, "ada", "engineering", "ada@acme.example"];
const POLICIES = [TRUST_POLICY, POLICY, ACTOR_POLICY].map((policy) => JSON.stringify(policy));

/** What values are drawn from. */
export interface Known {
  /** What a member of a name means. */
  named: KnownValues;
  /** Texts that mean something somewhere. */
  texts: readonly string[];
  /** Members that the model leaves optional and the operation asks for. */
  asked?: readonly string[];
}

/**
 * @param shape of the value
 * @param name of the member that holds it
 */
export function modelValue(shape: Shape, known: Known, name = "", depth = 0): fc.Arbitrary<unknown> {
  const within = (target: Shape, member = name) => modelValue(target, known, member, depth + 1);
  switch (shape.kind) {
    case "structure": {
      if (shape.document) return fc.constantFrom(...DOCUMENTS);
      if (depth > 4) return fc.constant({});
      const members = [...shape.members.values()].map((member): [string, fc.Arbitrary<unknown>] => [
        member.name,
        within(member.target, member.name),
      ]);
      const all = Object.fromEntries(members);
      if (shape.union) {
        return members.length === 0
          ? fc.constant({})
          : fc.oneof(...members.map(([member, value]) => value.map((given) => ({ [member]: given }))));
      }
      const needed = [...shape.required, ...(depth === 0 ? (known.asked ?? []) : [])].filter(
        (member) => member in all,
      );
      const others = members.map(([member]) => member).filter((member) => !needed.includes(member));
      const record = (names: readonly string[]) =>
        fc.record(Object.fromEntries(members.filter(([member]) => names.includes(member))));
      return fc.oneof(
        { weight: 3, arbitrary: record(needed) },
        {
          weight: 3,
          arbitrary: fc
            .subarray(others, { maxLength: Math.min(3, others.length) })
            .chain((some) => record([...needed, ...some])),
        },
        { weight: 1, arbitrary: fc.record(all, { requiredKeys: needed }) },
      );
    }
    case "list": {
      const most = Math.min(shape.max ?? 2, 2);
      return fc.array(within(shape.member.target), { minLength: 1, maxLength: Math.max(most, 1) });
    }
    case "map":
      return fc.constant({});
    case "string":
      return stringOf(shape, known, name);
    case "boolean":
      return fc.boolean();
    case "blob":
      return mostly(known.named(name), fc.uint8Array({ minLength: shape.min ?? 0, maxLength: 40 }));
    case "timestamp":
      return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") });
    default:
      return numberOf("min" in shape ? shape : {});
  }
}

/** Nine times of ten one of some values, if there are any. */
function mostly(values: readonly unknown[], others: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (values.length === 0) return others;
  return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: others });
}

function numberOf({ min, max }: { min?: number; max?: number }): fc.Arbitrary<unknown> {
  const any = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(900, 3600, 1));
  if (min === undefined && max === undefined) return any;
  const from = min ?? 0;
  return fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: from, max: max ?? from + 100 }) },
    { weight: 1, arbitrary: any },
  );
}

function stringOf(
  shape: Extract<Shape, { kind: "string" }>,
  known: Known,
  name: string,
): fc.Arbitrary<unknown> {
  if (shape.values && shape.values.length > 0) {
    return fc.constantFrom(...(/KeySpec$/.test(name) ? QUICK_KEYS : shape.values));
  }
  const named = known.named(name).filter((value) => typeof value === "string");
  const fits = (text: string) =>
    (shape.regExp?.test(text) ?? true) &&
    text.length >= (shape.min ?? 0) &&
    text.length <= (shape.max ?? Number.POSITIVE_INFINITY);
  const fitting = (texts: readonly string[]) => texts.filter(fits);
  const meant = fitting(named);
  const elsewhere = fitting(known.texts);
  const invented = [...fitting(WORDS), ...fitting(POLICIES), "a".repeat(Math.max(shape.min ?? 1, 1))];
  const others = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(elsewhere.length > 0 ? elsewhere : invented)) },
    { weight: 2, arbitrary: fc.constantFrom(...invented) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 40 }) },
  );
  // A policy is a document, whatever else that is known would fit.
  return mostly(/policy(document)?$/i.test(name) ? POLICIES : meant, others);
}
