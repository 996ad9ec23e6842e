// The papers for AWS: that they hold what AWS asks for, exactly, and that what AWS would refuse is refused with what to do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { registrationFiles } from "../../../src/onboarding/papers/registration.ts";
import {
  readSupplier,
  type SupplierFault,
  type SupplierInput,
} from "../../../src/onboarding/papers/supplier.ts";
import { applicationPolicy, rolePolicy, trustPolicy } from "../../../src/onboarding/papers/supplier_role.ts";
import { roleArn, supplierInput, supplierOf } from "./papers_world.ts";

const fileOf = (name: string, changes: Partial<SupplierInput> = {}): string =>
  registrationFiles(supplierOf(changes)).find(({ path }) => path === name)?.content ?? assert.fail(name);

const faultsOf = (changes: Partial<SupplierInput>): SupplierFault[] => {
  const read = readSupplier({ ...supplierInput, ...changes }, "registration");
  return Array.isArray(read) ? [...read] : [];
};

describe("the registration", () => {
  it("holds what AWS asks for, in Markdown and in HTML", () => {
    for (const text of [fileOf("registration.md"), fileOf("registration.html")]) {
      for (const value of [
        "Example ISV",
        "isv-client",
        "https://login.example.com/.well-known/openid-configuration",
        "https://app.example.com/aws/callback",
        roleArn,
        "External Id",
        "https://login.example.com/portal",
        "tti doctor",
      ]) {
        assert.ok(text.includes(value), value);
      }
    }
    const html = fileOf("registration.html");
    assert.doesNotMatch(html, /<script|src=|javascript:/);
  });

  it("asks only what the method needs", () => {
    const code = fileOf("registration.md", { methods: ["auth-code"], clientId: "" });
    assert.doesNotMatch(code, /discovery endpoint|isv-client/);
    assert.match(code, /Redirect URL/);
    const tti = fileOf("registration.md", { methods: ["tti"], redirectUris: [] });
    assert.doesNotMatch(tti, /Redirect URL/);
    assert.match(tti, /OIDC client id/);
  });

  it("has the role's policies exactly as AWS documents them", () => {
    assert.deepEqual(rolePolicy.Statement[0]?.["Action"], [
      "qbusiness:SearchRelevantContent",
      "sso-oauth:CreateTokenWithIAM",
      "kms:Decrypt",
      "sts:SetContext",
    ]);
    const application = "arn:aws:iam::111122223333:role/application";
    const [trust] = trustPolicy(application).Statement;
    assert.deepEqual(trust?.["Principal"], { AWS: application });
    assert.deepEqual(trust?.["Action"], ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"]);
    assert.equal(trust?.["Condition"], undefined);
    assert.equal(applicationPolicy(roleArn).Statement[0]?.["Resource"], roleArn);
    assert.deepEqual(JSON.parse(fileOf("role-policy.json")), rolePolicy);
    assert.deepEqual(JSON.parse(fileOf("role-trust-policy.json")), trustPolicy(application));
  });

  it("makes the same role in CloudFormation and in Terraform", () => {
    const inFolder = { roleArn: "arn:aws:iam::111122223333:role/apps/q/isv" };
    const { Resources } = JSON.parse(fileOf("role.cloudformation.json", inFolder));
    const { Path, RoleName, Policies, AssumeRolePolicyDocument } = Resources.DataAccessorRole.Properties;
    assert.deepEqual([Path, RoleName], ["/apps/q/", "isv"]);
    assert.deepEqual(Policies[0].PolicyDocument, rolePolicy);
    const application = "arn:aws:iam::111122223333:role/application";
    assert.deepEqual(AssumeRolePolicyDocument, trustPolicy(application));
    const terraform = fileOf("role.tf", inFolder);
    const policies = [...terraform.matchAll(/<<-POLICY\n([\s\S]*?)\n\s*POLICY/g)].map(([, text = ""]) =>
      JSON.parse(text),
    );
    assert.deepEqual(policies, [trustPolicy(application), rolePolicy]);
    assert.match(terraform, /path\s+= "\/apps\/q\/"\n\s*name\s+= "isv"/);
  });

  const refused: readonly [string, Partial<SupplierInput>, string, RegExp][] = [
    ["an issuer that is not https", { ownIssuer: "http://login.example.com" }, "issuer", /TTI_ISSUER/],
    [
      "an issuer on this machine",
      { ownIssuer: "http://localhost:3000", local: false },
      "issuer",
      /TTI_ISSUER/,
    ],
    ["an issuer at a port", { issuer: "https://login.example.com:8443" }, "issuer", /443/],
    [
      "a discovery URL",
      { issuer: "https://a.example.com/.well-known/openid-configuration" },
      "issuer",
      /appends/,
    ],
    ["an issuer with a query", { issuer: "https://a.example.com/?x=1" }, "issuer", /Remove/],
    ["an issuer with letters AWS refuses", { issuer: "https://a.example.com/~x*" }, "issuer", /512/],
    ["an issuer too long", { issuer: `https://a.example.com/${"x".repeat(500)}` }, "issuer", /512/],
    ["an issuer AWS does not reach", { issuer: "https://10.1.2.3" }, "issuer", /public/],
    ["an issuer of a private name", { issuer: "https://login.corp.internal" }, "issuer", /public/],
    ["an issuer with a password", { issuer: "https://a:b@c.example.com" }, "issuer", /Remove/],
    ["what is no pool", { cognitoPool: "eu_1" }, "cognitoPool", /eu-central-1_/],
    [
      "a pool beside an issuer",
      { cognitoPool: "eu-central-1_a", issuer: "https://a.example" },
      "cognitoPool",
      /one of/,
    ],
    ["the demo's client id", { clientId: "tti-demo" }, "clientId", /TTI_CLIENT_ID/],
    ["no client id", { clientId: undefined }, "clientId", /TTI_CLIENT_ID/],
    ["a client id too long", { clientId: "x".repeat(513) }, "clientId", /TTI_CLIENT_ID/],
    ["no role", { roleArn: undefined }, "roleArn", /TTI_ROLE_ARN/],
    [
      "a user in place of the role",
      { roleArn: "arn:aws:iam::111122223333:user/x" },
      "roleArn",
      /TTI_ROLE_ARN/,
    ],
    ["everybody as the application", { applicationRoleArn: "*" }, "applicationRoleArn", /trust policy/],
    [
      "the role as the application",
      { applicationRoleArn: roleArn },
      "applicationRoleArn",
      /does not assume itself/,
    ],
    ["no redirect URL", { redirectUris: [] }, "redirectUris", /https/],
    ["an http redirect URL", { redirectUris: ["http://a.example/cb"] }, "redirectUris", /https/],
    [
      "eleven redirect URLs",
      { redirectUris: Array(11).fill("https://a.example/cb") },
      "redirectUris",
      /1 to 10/,
    ],
    ["a name with a line break", { displayName: "A\nB" }, "displayName", /TTI_PUBLIC_NAME/],
    [
      "another's issuer without a name",
      { displayName: undefined, issuer: "https://a.example.com" },
      "displayName",
      /TTI_PUBLIC_NAME/,
    ],
    ["a logo that is no address", { logo: "logo.png" }, "logo", /attach/],
  ];
  for (const [what, changes, member, fix] of refused) {
    it(`refuses ${what}`, () => {
      const faults = faultsOf(changes);
      assert.deepEqual(
        faults.map((one) => one.member),
        [member],
      );
      assert.match(faults[0]?.fix ?? "", fix);
    });
  }

  it("tells every fault at once", () => {
    const members = faultsOf({
      ownIssuer: "",
      clientId: "",
      roleArn: "x",
      applicationRoleArn: "y",
      redirectUris: [],
    });
    assert.deepEqual(
      members.map(({ member }) => member),
      ["issuer", "clientId", "roleArn", "applicationRoleArn", "redirectUris"],
    );
  });
});

describe("an issuer that is not ours", () => {
  const known: readonly [Partial<SupplierInput>, string, string, RegExp | undefined][] = [
    [
      { cognitoPool: "eu-central-1_a1B2c3" },
      "cognito",
      "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3/.well-known/openid-configuration",
      /revocation/,
    ],
    [
      { issuer: "https://example.eu.auth0.com/" },
      "auth0",
      "https://example.eu.auth0.com/.well-known/openid-configuration",
      /jti/,
    ],
    [
      { issuer: "https://example.okta.com/oauth2/default" },
      "okta",
      "https://example.okta.com/oauth2/default/.well-known/openid-configuration",
      /authorization server/,
    ],
    [
      { issuer: "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0" },
      "entra",
      "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0/.well-known/openid-configuration",
      /one directory/,
    ],
    [
      { issuer: "https://id.example.com/realms/acme" },
      "keycloak",
      "https://id.example.com/realms/acme/.well-known/openid-configuration",
      /RS256/,
    ],
    [
      { issuer: "https://id.example.com" },
      "other",
      "https://id.example.com/.well-known/openid-configuration",
      undefined,
    ],
    [
      { issuer: "https://id.example.com/" },
      "other",
      "https://id.example.com/.well-known/openid-configuration",
      /slash/,
    ],
    // Whose name only looks like it.
    [
      { issuer: "https://auth0.com.example.org" },
      "other",
      "https://auth0.com.example.org/.well-known/openid-configuration",
      undefined,
    ],
  ];
  for (const [changes, product, discovery, caution] of known) {
    it(`is known as ${product}: ${changes.issuer ?? changes.cognitoPool}`, () => {
      const { issuer, isOwnIssuer } = supplierOf(changes);
      assert.deepEqual([issuer.product, issuer.discoveryUrl, isOwnIssuer], [product, discovery, false]);
      if (caution === undefined) assert.deepEqual(issuer.cautions, []);
      else assert.match(issuer.cautions.join(" "), caution);
      assert.ok(fileOf("registration.md", changes).includes(discovery));
      assert.doesNotMatch(fileOf("registration.md", changes), /\/portal/);
    });
  }
});
