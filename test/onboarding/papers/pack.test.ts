// A customer's pack: that its files agree with each other and with AWS's own patterns, and that CloudFormation's template holds
// together. What the script does: setup_script.test.ts; the tools themselves: real_tools.test.ts.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { customerOf } from "../../../src/onboarding/papers/customer.ts";
import { packFiles } from "../../../src/onboarding/papers/pack.ts";
import { fillTemplate } from "../../../src/onboarding/papers/paper_file.ts";
import { exampleCustomer, roleArn, supplierOf } from "./papers_world.ts";

type Json = Record<string, unknown>;
const known = {
  applicationId: "11111111-2222-4333-8444-555555555555",
  qRegion: "eu-west-1",
  retrieverId: "66666666-7777-4888-8999-000000000000",
  idcApplicationArn: "arn:aws:sso::111122223333:application/ssoins-1234567890abcdef/apl-1234567890abcdef",
  idcRegion: "eu-central-1",
};

const textOf = (customer = exampleCustomer(), name = "cloudformation.json"): string =>
  packFiles(customer).find(({ path }) => path === name)?.content ?? assert.fail(name);

// Names that a template refers to.
function refersTo(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === "Ref" && typeof inner === "string") return [inner];
    if (name === "Fn::GetAtt" && Array.isArray(inner)) return [String(inner[0])];
    if (name === "Fn::If" && Array.isArray(inner)) return [String(inner[0]), ...refersTo(inner.slice(1))];
    return refersTo(inner);
  });
}

describe("a customer's pack", () => {
  it("has each way, for people, and for the security team", () => {
    const files = packFiles(exampleCustomer());
    assert.deepEqual(
      files.map(({ path, executable }) => `${path}${executable ? " *" : ""}`),
      [
        "README.md",
        "README.html",
        "security.md",
        "security.html",
        "setup.sh *",
        "cloudformation.json",
        "terraform/setup.tf",
        "terraform/setup.sh *",
      ],
    );
    const security = textOf(exampleCustomer(), "security.md");
    for (const words of ["What it can do", "What it cannot do", "onBehalfOf", "Stop it", "--undo", roleArn]) {
      assert.ok(security.includes(words), words);
    }
    const steps = textOf(exampleCustomer(), "README.md");
    for (const words of ["External Id: `acme`", "Way 4: Terraform", "Information for data accessor"]) {
      assert.ok(steps.includes(words), words);
    }
  });

  it("names the things as AWS takes them, whatever the supplier is called", () => {
    for (const displayName of [
      "Example ISV",
      "Ünïcode & Söhne",
      "株式会社",
      "-- 9 --",
      "x".repeat(60),
      "_a",
    ]) {
      const customer = customerOf(supplierOf({ displayName }), { id: "a".repeat(256), name: "A" });
      assert.match(customer.accessorName, /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/, displayName);
      assert.match(customer.issuerName, /^[\w+=,.@-]{1,255}$/);
      assert.match(customer.statementId, /^[a-zA-Z0-9_-]{1,100}$/);
    }
    const long = customerOf(supplierOf({ issuer: `https://a.example.com/${"x/".repeat(240)}y` }), {
      id: "a",
      name: "A",
    });
    assert.match(long.issuerName, /^[\w+=,.@-]{1,255}$/);
  });

  it("gives every customer and every role a statement of its own", () => {
    const ids = [
      exampleCustomer(),
      exampleCustomer({ id: "acme2", name: "Acme Corporation" }),
      exampleCustomer(undefined, { roleArn: `${roleArn}2` }),
    ].map(({ statementId }) => statementId);
    assert.equal(new Set(ids).size, 3);
    assert.equal(exampleCustomer().statementId, exampleCustomer({ id: "acme", name: "Renamed" }).statementId);
  });

  it("has a template of CloudFormation that refers to nothing it has not, and conditions the permission", () => {
    const template = JSON.parse(textOf()) as Record<string, Json>;
    const { Parameters = {}, Conditions = {}, Resources = {} } = template;
    const there = [
      ...Object.keys(Parameters),
      ...Object.keys(Conditions),
      ...Object.keys(Resources),
      "AWS::Region",
    ];
    assert.deepEqual(
      refersTo(template).filter((name) => !there.includes(name)),
      [],
    );
    const properties = (name: string) => (Resources[name] as { Properties: Json }).Properties;
    assert.deepEqual(properties("Permission")["Conditions"], [
      {
        ConditionOperator: "StringEquals",
        ConditionKey: "aws:PrincipalTag/qbusiness-dataaccessor:ExternalId",
        ConditionValues: ["acme"],
      },
    ]);
    assert.deepEqual(properties("DataAccessor")["Principal"], roleArn);
    assert.deepEqual((properties("DataAccessor")["AuthenticationDetail"] as Json)["ExternalIds"], ["acme"]);
    for (const name of ["TrustedTokenIssuer", "Access"]) {
      assert.deepEqual(properties(name)["ServiceToken"], { "Fn::GetAtt": ["SetUpFunction", "Arn"] });
    }
    // Lambda takes 4096 characters in a template, as AWS's own tools still check.
    const code = JSON.stringify(properties("SetUpFunction")["Code"]);
    assert.ok(code.length < 6_000);
    for (const [name, { AllowedPattern, Default }] of Object.entries(Parameters as Record<string, Json>)) {
      assert.match(String(AllowedPattern), /^\^.+\$$/, name);
      if (Default !== undefined) assert.match(String(Default), new RegExp(String(AllowedPattern)));
    }
  });

  it("fills in what the customer handed over, where they have", () => {
    const customer = { ...exampleCustomer(), known };
    assert.match(textOf(customer, "setup.sh"), /APPLICATION_ID='11111111-2222-4333-8444-555555555555'/);
    assert.match(textOf(customer, "terraform/setup.tf"), /default {5}= "eu-central-1"/);
    assert.match(textOf(exampleCustomer(), "terraform/setup.tf"), /default {5}= null/);
    assert.equal(JSON.parse(textOf(customer)).Parameters.RetrieverId.Default, known.retrieverId);
  });

  it("has a Terraform module whose variables may all be left out", () => {
    const variables = textOf(exampleCustomer(), "terraform/setup.tf")
      .split(/^variable /m)
      .slice(1);
    assert.equal(variables.length, 7);
    for (const text of variables) {
      const name = /^"(\w+)"/.exec(text)?.[1] ?? "";
      assert.match(text, /default {5}= (?:null|"")$/m, name);
      if (/default {5}= null$/m.test(text)) {
        assert.match(text, new RegExp(`condition {5}= var\\.${name} == null \\|\\| can\\(`), name);
      }
      assert.ok(textOf(exampleCustomer(), "README.md").includes(`\`${name}\``), `README names ${name}`);
    }
  });

  it("is made of templates that have a value for each place, and a place for each value", () => {
    const quote = (text: string) => text;
    assert.throws(() => fillTemplate("setup.tf", {}, quote), /no value for/);
    const values = { idcRegion: "", qRegion: "", applicationId: "", retrieverId: "" };
    assert.throws(() => fillTemplate("setup.tf", { ...values, more: "" }, quote), /no place for more/);
  });
});
