// Every constraint of every model is enforced from the data, and the refusal names the field.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AwsError } from "../../src/ground/errors.ts";
import type { ServiceName } from "../../src/models/index.ts";
import type { Shape } from "../../src/models/shapes.ts";
import { validateInput } from "../../src/models/validate.ts";
import { allFields, type Field, fieldPath, inputWith } from "./model_fields.ts";

const fields = allFields();

describe("validateInput refuses, naming the field,", () => {
  it("a required member that is absent, in every operation", () => {
    let checked = 0;
    for (const field of fields.filter(({ required }) => required)) {
      const parent = field.steps.slice(0, -1);
      expectViolation(field, inputWith(parent, {}), "Member must not be null");
      checked++;
    }
    assert.ok(checked > 200, `only ${checked} required members found`);
  });

  it("a string shorter or longer than its bounds, at every bounded field", () => {
    for (const field of fields) {
      const { shape } = field;
      if (shape.kind !== "string") continue;
      if (shape.min !== undefined && shape.min > 0) {
        expectViolation(
          field,
          inputWith(field.steps, "a".repeat(shape.min - 1)),
          `greater than or equal to ${shape.min}`,
        );
      }
      if (shape.max !== undefined && shape.max < 1e6) {
        expectViolation(
          field,
          inputWith(field.steps, "a".repeat(shape.max + 1)),
          `less than or equal to ${shape.max}`,
        );
      }
    }
  });

  it("a string outside its pattern, at every field with one", () => {
    let checked = 0;
    for (const field of fields) {
      if (field.shape.kind !== "string" || !field.shape.regExp) continue;
      const value = breaking(field.shape);
      if (value === undefined) continue;
      expectViolation(field, inputWith(field.steps, value), "regular expression pattern");
      checked++;
    }
    assert.ok(checked > 300, `only ${checked} patterns broken`);
  });

  it("a value outside its enumeration, at every enumerated field", () => {
    for (const field of fields) {
      if (field.shape.kind !== "string" || !field.shape.values) continue;
      const { min = 0, max = 20 } = field.shape;
      const value = "Z_NOT_A_VALUE".padEnd(min, "Z").slice(0, max);
      expectViolation(field, inputWith(field.steps, value), "enum value set");
    }
  });

  it("a number outside its range, at every bounded number", () => {
    let checked = 0;
    for (const field of fields) {
      if (field.shape.kind !== "integer" && field.shape.kind !== "long") continue;
      const { min, max } = field.shape;
      if (min !== undefined)
        expectViolation(field, inputWith(field.steps, min - 1), `greater than or equal to ${min}`);
      if (max !== undefined)
        expectViolation(field, inputWith(field.steps, max + 1), `less than or equal to ${max}`);
      checked++;
    }
    assert.ok(checked > 20);
  });

  it("a list or map with too few or too many entries", () => {
    for (const field of fields) {
      const { shape } = field;
      if (shape.kind !== "list" && shape.kind !== "map") continue;
      const sized = (size: number) =>
        shape.kind === "list"
          ? Array(size).fill("x")
          : Object.fromEntries(Array.from({ length: size }, (_, i) => [i, "x"]));
      if (shape.min)
        expectViolation(field, inputWith(field.steps, sized(shape.min - 1)), `or equal to ${shape.min}`);
      if (shape.max !== undefined && shape.max < 1e5) {
        expectViolation(field, inputWith(field.steps, sized(shape.max + 1)), `or equal to ${shape.max}`);
      }
    }
  });

  it("a union with none of its members, or with two", () => {
    for (const field of fields) {
      const { shape } = field;
      if (shape.kind !== "structure" || !shape.union) continue;
      expectViolation(field, inputWith(field.steps, {}), "Exactly one member");
      const two = [...shape.members.keys()].slice(0, 2);
      if (two.length < 2) continue;
      const both = Object.fromEntries(two.map((name) => [name, sample(shape.members.get(name)?.target)]));
      expectViolation(field, inputWith(field.steps, both), "Exactly one member");
    }
  });

  it("null inside a list", () => {
    const error = refusal("sts", "AssumeRole", {
      RoleArn: "arn:aws:iam::1:role/x",
      RoleSessionName: "s1",
      Tags: [null],
    });
    assert.match(error.message, /Value null at 'tags.1.member' failed/);
  });
});

describe("validateInput", () => {
  const good = { RoleArn: "arn:aws:iam::111122223333:role/isv", RoleSessionName: "s1" };

  it("accepts input at the very bounds", () => {
    validateInput("sts", "AssumeRole", { ...good, DurationSeconds: 900 });
    validateInput("sts", "AssumeRole", { ...good, DurationSeconds: 43_200 });
    validateInput("sts", "AssumeRole", { ...good, RoleSessionName: "s".repeat(64) });
    validateInput("qbusiness", "GetApplication", { applicationId: "a".repeat(36) });
  });

  it("counts characters, not UTF-16 units", () => {
    validateInput("sts", "AssumeRole", { ...good, Tags: [{ Key: "𠮷".repeat(128), Value: "v" }] });
    assert.match(
      refusal("sts", "AssumeRole", { ...good, Tags: [{ Key: "𠮷".repeat(129), Value: "v" }] }).message,
      /'tags.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 128/,
    );
  });

  it("never repeats a sensitive value", () => {
    const error = refusal("sso-oidc", "CreateTokenWithIAM", {
      assertion: "eyJsecret",
      clientId: "",
      grantType: null,
    });
    assert.ok(!JSON.stringify([error.members, error.why]).includes("eyJsecret"));
  });

  it("answers within bounds to a huge list of wrong values", () => {
    const tags = Array(5000).fill({ Key: "\u0000", Value: "\u0000" });
    assert.ok(refusal("sts", "AssumeRole", { ...good, Tags: tags }).message.length < 20_000);
  });
});

describe("the refusal has each service's own shape:", () => {
  const cases: [ServiceName, string, string][] = [
    ["sts", "AssumeRole", "ValidationError"],
    ["iam", "CreateRole", "ValidationError"],
    ["kms", "Sign", "ValidationException"],
    ["sso-admin", "CreateTrustedTokenIssuer", "ValidationException"],
    ["identitystore", "CreateUser", "ValidationException"],
    ["qbusiness", "CreateApplication", "ValidationException"],
    ["sso-oidc", "CreateTokenWithIAM", "InvalidRequestException"],
  ];
  for (const [service, operation, code] of cases) {
    it(`${service} answers ${code} with status 400`, () => {
      const error = refusal(service, operation, {});
      assert.equal(error.code, code);
      assert.equal(error.status, 400);
    });
  }

  it("qbusiness lists the fields", () => {
    const { members } = refusal("qbusiness", "GetApplication", { applicationId: "short" });
    assert.equal(members["reason"], "FIELD_VALIDATION_FAILED");
    const [field] = members["fields"] as { name: string; message: string }[];
    assert.equal(field?.name, "applicationId");
  });

  it("sso-oidc carries error and error_description, and no message", () => {
    const error = refusal("sso-oidc", "CreateTokenWithIAM", {});
    assert.equal(error.message, "");
    assert.equal(error.members["error"], "invalid_request");
    assert.match(String(error.members["error_description"]), /'clientId'.*must not be null/);
  });
});

function refusal(service: ServiceName, operation: string, input: Record<string, unknown>): AwsError {
  try {
    validateInput(service, operation, input);
  } catch (error) {
    assert.ok(error instanceof AwsError, `${service}:${operation} threw ${String(error)}`);
    return error;
  }
  assert.fail(`${service}:${operation} accepted the input`);
}

function expectViolation(field: Field, input: Record<string, unknown>, constraint: string): void {
  const { why } = refusal(field.service, field.operation, input);
  const path = fieldPath(field);
  const named = why.split("; ").some((text) => text.includes(`'${path}'`) && text.includes(constraint));
  assert.ok(named, `${field.service}:${field.operation} ${path}: expected "${constraint}" in: ${why}`);
}

/** A string of allowed length that the pattern refuses; undefined when the pattern takes everything tried. */
function breaking(shape: Shape & { kind: "string" }): string | undefined {
  const { min = 0, max = 64 } = shape;
  const fillers = ["\u0000", "\uD800", "é", " ", "ü~", "/", "a", "-", "𝒜", "🙂"];
  return fillers
    .map((filler) => filler.repeat(Math.max(1, min)).slice(0, Math.max(1, max)))
    .find((value) => value.length >= min && value.length <= max && !shape.regExp?.test(value));
}

function sample(shape: Shape | undefined): unknown {
  switch (shape?.kind) {
    case "structure":
    case "map":
      return {};
    case "list":
      return [];
    default:
      return "x";
  }
}
