// XML bodies: what S3 Control's clients send is read; what is not well-formed, has a document type or nests without end is
// refused, and never a crash.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseRequest } from "../../../src/gateway/protocol/index.ts";
import { AwsError } from "../../../src/ground/errors.ts";
import { validateInput } from "../../../src/models/validate.ts";
import "../../../../../test/support/property_seed.ts";

const grant = (body: string | Buffer) =>
  parseRequest(
    {
      method: "POST",
      path: "/v20180820/accessgrantsinstance/grant",
      query: new URLSearchParams(),
      headers: { "x-amz-account-id": "111122223333" },
      body: Buffer.from(body),
    },
    "s3control",
  ).input;

const members =
  "<AccessGrantsLocationId>default</AccessGrantsLocationId><Grantee><GranteeType>IAM</GranteeType></Grantee>";

test("members, lists, entities, comments, CDATA and namespaces are read", () => {
  const body = `<?xml version="1.0"?>\n<!-- a --><n:CreateAccessGrantRequest xmlns:n='urn:n'>${members}<Permission><![CDATA[READ]]></Permission><Tags><Tag><Key>a&amp;b</Key><Value>&#x41;&#66;</Value></Tag><Tag><Key>c</Key><Value/></Tag></Tags><Unknown><a/></Unknown></n:CreateAccessGrantRequest>`;
  assert.deepEqual(grant(body), {
    AccountId: "111122223333",
    AccessGrantsLocationId: "default",
    Grantee: { GranteeType: "IAM" },
    Permission: "READ",
    Tags: [
      { Key: "a&b", Value: "AB" },
      { Key: "c", Value: "" },
    ],
  });
});

for (const [what, body] of [
  ["a document type", `<!DOCTYPE a [<!ENTITY b "c">]><a>${members}</a>`],
  ["an entity of its own", "<a>&b;</a>"],
  ["an entity without end", "<a>&amp</a>"],
  ["an entity named as a member of every object", `<a>${members}<Permission>&toString;</Permission></a>`],
  ["an entity named as every object's maker", `<a>${members}<Permission>&valueOf;</Permission></a>`],
  ["an element left open", `<a>${members}`],
  ["an element closed twice", "<a></a></a>"],
  ["elements that cross", "<a><b></a></b>"],
  ["two roots", "<a/><b/>"],
  ["no root", "text"],
  ["depth without end", "<a>".repeat(100_000)],
  ["a member given twice", `<a>${members}${members}</a>`],
  ["JSON", "{}"],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => grant(body), { name: "AwsError", code: "MalformedXML", status: 400 });
  });
}

test("whatever comes is read or refused", () => {
  const pieces = fc.constantFrom(
    "<a>",
    "</a>",
    "<a/>",
    "<",
    ">",
    "&",
    ";",
    "&lt;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "x",
    '"',
    "<Grantee>",
    "</Grantee>",
    "<Tags>",
    "<Tag>",
  );
  const bodies = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      try {
        validateInput("s3control", "CreateAccessGrant", grant(body));
      } catch (error) {
        assert.ok(error instanceof AwsError, String(error));
        assert.equal(error.status, 400);
      }
    }),
    { numRuns: 1000 },
  );
});
