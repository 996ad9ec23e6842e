// The rules about data accessors that AWS does not publish: each default, and each other setting.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CreateApplicationCommand,
  CreateDataAccessorCommand,
  type CreateDataAccessorCommandInput,
  TagResourceCommand,
} from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  GetApplicationAssignmentConfigurationCommand,
  ListApplicationAccessScopesCommand,
  ListApplicationGrantsCommand,
} from "@aws-sdk/client-sso-admin";
import type { RuleName } from "../../../src/index.ts";
import {
  caught,
  codeOnlyRoleArn,
  isvRoleArn,
  tokenOnlyRoleArn,
  useControlPlane,
} from "../../support/control_plane.ts";

let idcTrustedTokenIssuerArn: string;
const plane = useControlPlane(async () => {
  const { TrustedTokenIssuerArn } = await plane.as("admin").ssoAdmin.send(
    new CreateTrustedTokenIssuerCommand({
      InstanceArn: plane.instanceArn,
      Name: "isv",
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: "https://issuer.example.com",
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
    }),
  );
  idcTrustedTokenIssuerArn = TrustedTokenIssuerArn ?? "";
});

const byCode = { authenticationType: "AWS_IAM_IDC_AUTH_CODE" as const, externalIds: ["tenant-1"] };

function byToken() {
  return {
    authenticationType: "AWS_IAM_IDC_TTI" as const,
    authenticationConfiguration: { idcTrustedTokenIssuerConfiguration: { idcTrustedTokenIssuerArn } },
    externalIds: ["tenant-1"],
  };
}

/** The ARN of the Identity Center application of a new data accessor in a new Q Business application. */
async function create(changes: Partial<CreateDataAccessorCommandInput> = {}) {
  const { qbusiness } = plane.as("admin");
  const { applicationId } = await qbusiness.send(
    new CreateApplicationCommand({ displayName: "rules", identityCenterInstanceArn: plane.instanceArn }),
  );
  const { idcApplicationArn = "" } = await qbusiness.send(
    new CreateDataAccessorCommand({
      applicationId,
      principal: isvRoleArn,
      displayName: "Isv",
      actionConfigurations: [{ action: "qbusiness:SearchRelevantContent" }],
      authenticationDetail: byToken(),
      ...changes,
    }),
  );
  return idcApplicationArn;
}

async function withRule<T>(name: RuleName, value: string, act: () => Promise<T>): Promise<T> {
  const before = plane.sandbox.control.rules().find((rule) => rule.name === name)?.value ?? "";
  plane.sandbox.control.setRule(name, value);
  try {
    return await act();
  } finally {
    plane.sandbox.control.setRule(name, before);
  }
}

async function grantTypes(ApplicationArn: string) {
  const { Grants = [] } = await plane
    .as("admin")
    .ssoAdmin.send(new ListApplicationGrantsCommand({ ApplicationArn }));
  return Grants.map(({ GrantType }) => GrantType?.split(":").at(-1));
}

describe("accessor.refreshGrant", () => {
  it("false: no refresh grant; true: one beside the other", async () => {
    assert.deepEqual(await grantTypes(await create()), ["jwt-bearer"]);
    const refreshing = await withRule("accessor.refreshGrant", "true", () => create());
    assert.deepEqual(await grantTypes(refreshing), ["refresh_token", "jwt-bearer"]);
  });
});

describe("accessor.scopes", () => {
  const scopes = async (ApplicationArn: string) => {
    const { Scopes = [] } = await plane
      .as("admin")
      .ssoAdmin.send(new ListApplicationAccessScopesCommand({ ApplicationArn }));
    return Scopes.map(({ Scope }) => Scope);
  };

  it("gives the content scope, or none", async () => {
    assert.deepEqual(await scopes(await create()), ["qbusiness:content:access"]);
    assert.deepEqual(await scopes(await withRule("accessor.scopes", "none", () => create())), []);
  });
});

describe("accessor.assignmentRequired", () => {
  const required = async (ApplicationArn: string) => {
    const command = new GetApplicationAssignmentConfigurationCommand({ ApplicationArn });
    return (await plane.as("admin").ssoAdmin.send(command)).AssignmentRequired;
  };

  it("true: users must be assigned; false: all may", async () => {
    assert.equal(await required(await create()), true);
    const open = await withRule("accessor.assignmentRequired", "false", () => create());
    assert.equal(await required(open), false);
  });
});

describe("the ISV's registration", () => {
  it("must have a client id for tokens and redirect URLs for codes", async () => {
    await create({ principal: tokenOnlyRoleArn });
    await create({ principal: codeOnlyRoleArn, authenticationDetail: byCode });
    const withoutClient = await caught(create({ principal: codeOnlyRoleArn }));
    assert.equal(withoutClient.name, "ValidationException");
    const withoutRedirect = await caught(
      create({ principal: tokenOnlyRoleArn, authenticationDetail: byCode }),
    );
    assert.equal(withoutRedirect.name, "ValidationException");
  });

  it("is told in the request log, not on the wire", async () => {
    const error = await caught(create({ principal: "arn:aws:iam::123456789012:role/stranger" }));
    assert.ok(!error.message.includes(isvRoleArn));
    const refused = plane.sandbox.control.requests().findLast(({ status }) => status === 400);
    assert.equal(refused?.rule, "accessor.unregisteredPrincipal");
    assert.match(refused?.reason ?? "", new RegExp(isvRoleArn));
  });
});

describe("a data accessor without authentication detail", () => {
  it("is one of the time before it: the authorization code", async () => {
    assert.deepEqual(await grantTypes(await create({ authenticationDetail: undefined })), [
      "authorization_code",
    ]);
  });
});

describe("tags of an application", () => {
  it("are at most 200", async () => {
    const { qbusiness } = plane.as("admin");
    const tags = (first: number, count: number) =>
      Array.from({ length: count }, (_, number) => ({ key: `key-${first + number}`, value: "v" }));
    const { applicationArn: resourceARN } = await qbusiness.send(
      new CreateApplicationCommand({
        displayName: "tags",
        identityCenterInstanceArn: plane.instanceArn,
        tags: tags(0, 200),
      }),
    );
    const error = await caught(qbusiness.send(new TagResourceCommand({ resourceARN, tags: tags(200, 1) })));
    assert.equal(error.name, "ValidationException");
  });
});
