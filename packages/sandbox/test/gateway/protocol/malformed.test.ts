// Malformed values at every field of every operation get the service's own refusal: never another exception,
// which the server would have to answer with 500.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseRequest, serializeError, type WireRequest } from "../../../src/gateway/protocol/index.ts";
import { AwsError } from "../../../src/ground/errors.ts";
import { getModel, getOperation, type ServiceName } from "../../../src/models/index.ts";
import { validateInput } from "../../../src/models/validate.ts";
import { allFields, type Field, fieldPath, inputWith } from "../../models/model_fields.ts";
import "../../../../../test/support/property_seed.ts";

// XML has a test of its own (xml_input.test.ts).
const fields = allFields().filter(({ service }) => getModel(service).protocol !== "rest-xml");

const refusals: Record<ServiceName, readonly string[]> = {
  sts: ["ValidationError"],
  iam: ["ValidationError"],
  kms: ["ValidationException", "SerializationException"],
  cloudtrail: ["ValidationException", "SerializationException"],
  sso: ["InvalidRequestException"],
  s3: ["InvalidArgument", "MalformedXML"],
  s3control: ["InvalidRequest", "MalformedXML"],
  "sso-admin": ["ValidationException", "SerializationException"],
  identitystore: ["ValidationException", "SerializationException"],
  qbusiness: ["ValidationException"],
  "sso-oidc": ["InvalidRequestException"],
};

/** JSON values that fit no field, or nearly fit. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    2 ** 53,
    1.5,
    "",
    "\u0000",
    "__proto__",
    "../../x",
    "{{7*7}}",
  ),
  fc.constantFrom<unknown>([], [null], [[[[]]]], {}, { constructor: { prototype: 1 } }),
  fc.constant<unknown>("\ud800 alone"),
  fc.constant("x".repeat(150_000)),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 4 }),
);

describe("malformed input", () => {
  it("at every field of every operation is refused in the service's own words or accepted, never a crash", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...fields), hostile, (field, value) => {
        if (attempt(wireRequest(field, value), field.service, field.operation)) refused++;
      }),
      { numRuns: 5000 },
    );
    assert.ok(refused > 4000, `only ${refused} refused`);
  });

  it("of another JSON type is refused at every field, and the field is named", () => {
    for (const field of fields) {
      if (getModel(field.service).protocol === "query" || field.location !== "body") continue;
      if (field.shape.kind === "structure" && field.shape.document) continue;
      const wrong = field.shape.kind === "boolean" ? "yes" : field.shape.kind === "string" ? 7 : true;
      const error = attempt(wireRequest(field, wrong), field.service, field.operation);
      assert.ok(error, `${field.service}:${field.operation} took ${String(wrong)} at ${fieldPath(field)}`);
      assert.match(error.why.toLowerCase(), new RegExp(`'${fieldPath(field).toLowerCase()}' is not`));
    }
  });

  it("as raw bytes is refused for every operation that reads a body", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw)),
      fc
        .constantFrom("{", "[]", "null", '{"a":', "nul", '"x"', "[".repeat(500), '{"a":'.repeat(5000))
        .map((text) => Buffer.from(text)),
      fc.constant(Buffer.from([0xff, 0xfe, 0x7b, 0x7d])),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), bytes, (field, body) => {
        const request = wireRequest(field, undefined);
        const prefix =
          getModel(field.service).protocol === "query" ? Buffer.from(`${request.body.toString()}&`) : "";
        attempt(
          { ...request, body: Buffer.concat([Buffer.from(prefix), body]) },
          field.service,
          field.operation,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("nested beyond reason is refused before anything recurses into it", () => {
    const body = Buffer.from(
      `{"contentSource":{},"attributeFilter":${'{"notFilter":'.repeat(50_000)}{}${"}".repeat(50_001)}`,
    );
    const path = `/applications/${"a".repeat(36)}/relevant-content`;
    const error = attempt({ ...blank, path, body }, "qbusiness", "SearchRelevantContent");
    assert.match(error?.why ?? "", /nested more than 100 levels/);
    assert.equal(error?.members["reason"], "CANNOT_PARSE");
  });

  it("under __proto__ changes nothing and is ignored like any unknown member", () => {
    const body = Buffer.from(
      '{"__proto__":{"clientId":"c","grantType":"g"},"constructor":{"prototype":{"polluted":1}}}',
    );
    const request = { ...blank, path: "/token", query: new URLSearchParams("aws_iam=t"), body };
    const { input } = parseRequest(request, "sso-oidc");
    assert.deepEqual(Object.keys(input), []);
    assert.equal(input["clientId"], undefined);
    assert.equal(Object.getOwnPropertyDescriptor(Object.prototype, "polluted"), undefined);
  });

  it("in form lists (gaps, text where numbers belong, a parameter twice) is refused", () => {
    const base = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn&RoleSessionName=s1";
    const cases = [
      "Tags.member.2.Key=a",
      "Tags.member.x.Key=a",
      "Tags.member.1000000000.Key=a",
      "DurationSeconds=many",
      "DurationSeconds=1e3",
      "DurationSeconds=99999999999999999999",
      "RoleArn=again",
      `${"a.".repeat(40)}b=1`,
    ];
    for (const extra of cases) {
      const request = { ...blank, body: Buffer.from(`${base}&${extra}`) };
      assert.ok(attempt(request, "sts", "AssumeRole"), extra);
    }
  });

  it("in path labels (bad percent-encoding, encoded slash, empty) is refused", () => {
    for (const label of ["%", "%zz", "%c3%28", "a%2Fb", ""]) {
      const request = { ...blank, method: "GET", path: `/applications/${label}/dataaccessors` };
      assert.ok(attempt(request, "qbusiness", "ListDataAccessors"), label);
    }
  });

  it("in a refusal becomes well-formed XML again", () => {
    const error = new AwsError({
      code: "ValidationError",
      status: 400,
      message: "a\u0000b\uD800<c>",
      rule: "test",
      why: "",
      fix: "",
    });
    assert.match(
      String(serializeError("sts", error, "r").body),
      /<Message>a\u{FFFD}b\u{FFFD}&#60;c&#62;<\/Message>/u,
    );
  });
});

const blank: WireRequest = {
  method: "POST",
  path: "/",
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
};

/** Parses and validates; returns the refusal, or undefined when the input was accepted. */
function attempt(request: WireRequest, service: ServiceName, operation: string): AwsError | undefined {
  try {
    const parsed = parseRequest(request, service);
    validateInput(service, parsed.operation, parsed.input);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AwsError, `${service}:${operation} threw ${String(error)}`);
    assert.ok(refusals[service].includes(error.code), `${service}:${operation} answered ${error.code}`);
    assert.equal(error.status, 400);
    serializeError(service, error, "r");
    return error;
  }
}

/** The request that carries `value` at the field, in the service's protocol. */
function wireRequest(field: Field, value: unknown): WireRequest {
  const model = getModel(field.service);
  const { name, method, requestUri } = getOperation(field.service, field.operation);
  const input = value === undefined ? {} : inputWith(field.steps, value);
  if (model.protocol === "query") {
    const form = new URLSearchParams({ Action: name, Version: model.apiVersion });
    flatten(input, "", form);
    return { ...blank, body: Buffer.from(form.toString()) };
  }
  const body = Buffer.from(JSON.stringify(input));
  if (model.protocol === "json") {
    return { ...blank, headers: { "x-amz-target": `${model.targetPrefix}.${name}` }, body };
  }
  const [template = "", literal = ""] = requestUri.split("?");
  const [step] = field.steps;
  const text = typeof value === "string" ? value.toWellFormed() : JSON.stringify(value ?? "");
  const label = (member: string) =>
    step && "member" in step && step.member === member && text !== ""
      ? encodeURIComponent(text)
      : "a".repeat(36);
  const path = template.replace(/\{(\w+)\}/g, (_, member: string) => label(member));
  const query = new URLSearchParams(literal);
  if (field.location === "querystring" && step && "member" in step) query.append(step.member, text);
  return { method, path, query, headers: {}, body };
}

function flatten(value: unknown, prefix: string, form: URLSearchParams): void {
  if (typeof value !== "object" || value === null) {
    form.append(prefix, String(value));
    return;
  }
  const entries: [string, unknown][] = Array.isArray(value)
    ? value.map((element, index) => [`member.${index + 1}`, element])
    : Object.entries(value);
  for (const [name, entry] of entries) flatten(entry, prefix === "" ? name : `${prefix}.${name}`, form);
}
