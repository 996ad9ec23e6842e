// Every error of the decoder, made by the local AWS and thrown by the AWS SDK, is recognised from what people copy: the
// SDK's object, its JSON, a stack of Java, the command line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AssociatePermissionCommand,
  CreateDataAccessorCommand,
  type CreateDataAccessorCommandInput,
} from "@aws-sdk/client-qbusiness";
import {
  CreateTrustedTokenIssuerCommand,
  type CreateTrustedTokenIssuerCommandInput,
  DescribeTrustedTokenIssuerCommand,
  ListInstancesCommand,
  PutApplicationGrantCommand,
} from "@aws-sdk/client-sso-admin";
import { decodeError, failureCatalogue, setUpFailures } from "tti-exchange";
import { standIn } from "../support/stand_in.ts";
import { arnOf, asPeoplePaste, DecoderWorld } from "./decoder_world.ts";

let opened: DecoderWorld | undefined;
before(async () => {
  opened = await DecoderWorld.open();
});
after(() => opened?.close());
const world = standIn<DecoderWorld>("the world", () => opened);

const fault = (
  operation: string,
  error: { code: string; status?: number; message?: string; members?: Record<string, string> },
) => world.sandbox.control.addFault({ operation, error });

async function issue(change: Partial<CreateTrustedTokenIssuerCommandInput> & { url?: string } = {}) {
  const { sso } = world.admin();
  const { Instances } = await sso.send(new ListInstancesCommand({}));
  const { url = "https://login.isv.example", ...more } = change;
  return sso.send(
    new CreateTrustedTokenIssuerCommand({
      InstanceArn: Instances?.[0]?.InstanceArn,
      Name: "another",
      TrustedTokenIssuerType: "OIDC_JWT",
      TrustedTokenIssuerConfiguration: {
        OidcJwtConfiguration: {
          IssuerUrl: url,
          ClaimAttributePath: "email",
          IdentityStoreAttributePath: "emails.value",
          JwksRetrievalOption: "OPEN_ID_DISCOVERY",
        },
      },
      ...more,
    }),
  );
}

async function grantAccess(change: Partial<CreateDataAccessorCommandInput> & { externalId?: string } = {}) {
  const { externalId = "acme", ...more } = change;
  return world.admin().q.send(
    new CreateDataAccessorCommand({
      applicationId: world.connection().applicationId,
      principal: arnOf("closed"),
      displayName: "another",
      actionConfigurations: [{ action: "qbusiness:SearchRelevantContent" }],
      authenticationDetail: { authenticationType: "AWS_IAM_IDC_AUTH_CODE", externalIds: [externalId] },
      ...more,
    }),
  );
}

/** As the SDK's own chain of providers ends where a machine has none. */
const noCredentials = () =>
  Promise.reject(
    Object.assign(new Error("Could not load credentials from any providers"), {
      name: "CredentialsProviderError",
    }),
  );

interface Made {
  code: string;
  operation: string;
  make: () => Promise<unknown>;
  /** What else stands in what people paste. */
  beside?: string;
  /** At which place the code may stand where the text leaves something open; else it is the first. */
  within?: number;
}

const unknownId = "00000000-0000-4000-8000-000000000000";
const step1 = "AssumeRole";
const step2 = "CreateTokenWithIAM";
const step4 = "SearchRelevantContent";

const errors: readonly Made[] = [
  {
    code: "base_credentials_missing",
    operation: step1,
    make: () => world.assume("isv", {}, { credentials: noCredentials }),
  },
  {
    code: "connection_failed",
    operation: step1,
    make: () => {
      world.sandbox.control.addFault({ operation: step1, drop: "before" });
      return world.assume("isv");
    },
  },
  {
    code: "request_clock_skewed",
    operation: step1,
    make: () => {
      const known = world.sandbox.seedResult.credentials["base"];
      assert.ok(known);
      return world.assume("isv", {}, { credentials: { ...known, secretAccessKey: "x".repeat(40) } });
    },
  },
  {
    code: "too_many_requests",
    operation: step4,
    async make() {
      const session = await world.session();
      world.sandbox.control.setRule("search.callsPerSecond", 1);
      for (;;) await world.search(session);
    },
  },
  {
    code: "kms_denied",
    operation: step2,
    async make() {
      const members = { error: "access_denied", reason: "KMS_AccessDeniedException" };
      fault(step2, { code: "AccessDeniedException", members });
      return world.exchange(await world.assume("isv"));
    },
    within: 2,
  },
  {
    code: "base_credentials_expired",
    operation: step1,
    async make() {
      const credentials = await world.assume("isv");
      world.sandbox.control.expireSessions(credentials.accessKeyId);
      return world.assume("isv", {}, { credentials });
    },
    within: 2,
  },
  {
    code: "identity_context_expired",
    operation: step1,
    async make() {
      const context = await world.exchange(await world.assume("isv"));
      world.sandbox.control.expireIdentityContexts();
      return world.assume("isv", { context });
    },
    within: 2,
  },
  {
    code: "base_credentials_refused",
    operation: step1,
    make: () =>
      world.assume(
        "isv",
        {},
        { credentials: { accessKeyId: "AKIAUNKNOWN123456", secretAccessKey: "x".repeat(40) } },
      ),
  },
  {
    code: "sts_region_disabled",
    operation: step1,
    make: () => {
      fault(step1, { code: "RegionDisabledException", status: 403 });
      return world.assume("isv");
    },
  },
  { code: "tag_session_denied", operation: step1, make: () => world.assume("untagged") },
  {
    code: "set_context_denied",
    operation: step1,
    make: async () =>
      world.assume("contextless", { context: await world.exchange(await world.assume("isv")) }),
  },
  { code: "assume_role_denied", operation: step1, make: () => world.assume("closed") },
  { code: "duration_too_long", operation: step1, make: () => world.assume("isv", { duration: 7200 }) },
  { code: "assume_role_invalid", operation: step1, make: () => world.assume("isv", { session: "a b" }) },
  {
    code: "slow_down",
    operation: step2,
    async make() {
      const credentials = await world.assume("isv");
      world.sandbox.control.setRule("exchange.jwtBearerPerSecond", 1);
      for (;;) await world.exchange(credentials);
    },
  },
  {
    code: "tagged_session_refused",
    operation: step2,
    async make() {
      const credentials = await world.assume("isv");
      world.sandbox.control.expireSessions(credentials.accessKeyId);
      return world.exchange(credentials);
    },
    within: 2,
  },
  {
    code: "wrong_idc_region",
    operation: step2,
    async make() {
      world.sandbox.control.setRule("exchange.wrongRegionError", "InvalidRequestRegionException");
      return world.exchange(await world.assume("isv"), {}, { region: "us-west-2" });
    },
  },
  {
    code: "idc_application_unknown",
    operation: step2,
    make: async () => world.exchange(await world.assume("isv"), {}, { region: "us-west-2" }),
  },
  {
    code: "grant_not_configured",
    operation: step2,
    make: async () => world.exchange(await world.assume("coder"), {}, { accessor: "code" }),
  },
  {
    code: "token_already_redeemed",
    operation: step2,
    async make() {
      const assertion = await world.mint();
      await world.exchange(await world.assume("isv"), { assertion });
      return world.exchange(await world.assume("isv"), { assertion });
    },
    within: 2,
  },
  {
    code: "refresh_token_expired",
    operation: step2,
    beside:
      "aws sso-oidc create-token-with-iam --grant-type refresh_token --client-id arn:aws:sso::1:application/x",
    async make() {
      const grant = { grantType: "refresh_token", refreshToken: "aorUnknown" };
      await world.admin().sso.send(
        new PutApplicationGrantCommand({
          ApplicationArn: world.connection().idcApplicationArn,
          GrantType: "refresh_token",
          Grant: { RefreshToken: {} },
        }),
      );
      return world.exchange(await world.assume("isv"), grant);
    },
  },
  {
    code: "authorization_code_rejected",
    operation: step2,
    beside: "const grantType = 'authorization_code';",
    make: async () =>
      world.exchange(
        await world.assume("coder"),
        {
          grantType: "authorization_code",
          code: "unknown",
          redirectUri: "https://isv.example.com/callback",
        },
        { accessor: "code" },
      ),
  },
  {
    code: "token_rejected",
    operation: step2,
    make: async () => world.exchange(await world.assume("isv"), { assertion: await world.mint("eve") }),
  },
  {
    code: "exchange_not_permitted",
    operation: step2,
    make: async () => world.exchange(await world.assume("exchangeless")),
  },
  {
    code: "user_not_assigned",
    operation: step2,
    make: async () => world.exchange(await world.assume("stranger"), {}, { accessor: "assigned" }),
  },
  {
    code: "exchange_invalid",
    operation: step2,
    make: async () => world.exchange(await world.assume("isv"), { scope: ["something:else"] }),
  },
  {
    code: "credentials_expired",
    operation: step4,
    async make() {
      const session = await world.session();
      world.sandbox.control.expireSessions(session.accessKeyId);
      return world.search(session);
    },
  },
  {
    code: "search_denied",
    operation: step4,
    make: async () => world.search(await world.assume("isv")),
  },
  {
    code: "license_inactive",
    operation: step4,
    make: async () => world.search(await world.session("isv", "main", "una")),
  },
  {
    code: "search_target_not_found",
    operation: step4,
    make: async () => world.search(await world.session(), { applicationId: unknownId }),
  },
  {
    code: "search_invalid",
    operation: step4,
    make: async () =>
      world.search(await world.session(), {
        attributeFilter: { equalsTo: { name: "", value: { stringValue: "x" } } },
      }),
  },
  {
    code: "aws_unavailable",
    operation: step2,
    async make() {
      fault(step2, { code: "InternalServerException", status: 500, members: { error: "server_error" } });
      return world.exchange(await world.assume("isv"));
    },
  },
  {
    code: "aws_error",
    operation: step2,
    async make() {
      fault(step2, { code: "SomethingNewException", status: 418 });
      return world.exchange(await world.assume("isv"));
    },
  },
  {
    code: "set_up_denied",
    operation: "DescribeTrustedTokenIssuer",
    make: () =>
      world.nobody().send(
        new DescribeTrustedTokenIssuerCommand({
          TrustedTokenIssuerArn: `arn:aws:sso::444455556666:trustedTokenIssuer/ssoins-1234567890abcdef/tti-${unknownId}`,
        }),
      ),
  },
  {
    code: "set_up_credentials",
    operation: "DescribeTrustedTokenIssuer",
    make: () => {
      fault("DescribeTrustedTokenIssuer", { code: "UnrecognizedClientException", status: 403 });
      return world.admin().sso.send(
        new DescribeTrustedTokenIssuerCommand({
          TrustedTokenIssuerArn: `arn:aws:sso::444455556666:trustedTokenIssuer/ssoins-1234567890abcdef/tti-${unknownId}`,
        }),
      );
    },
    within: 5,
  },
  {
    code: "set_up_exists_already",
    operation: "CreateTrustedTokenIssuer",
    async make() {
      await issue();
      return issue();
    },
  },
  {
    code: "set_up_quota",
    operation: "CreateTrustedTokenIssuer",
    async make() {
      for (let number = 0; ; number += 1)
        await issue({ Name: `n${number}`, url: `https://i${number}.example` });
    },
  },
  {
    code: "set_up_not_found",
    operation: "CreateDataAccessor",
    make: () => grantAccess({ applicationId: unknownId }),
    within: 2,
  },
  {
    code: "set_up_issuer_invalid",
    operation: "CreateTrustedTokenIssuer",
    make: () => issue({ url: "https://login.isv.example/?tenant=acme" }),
  },
  {
    code: "set_up_external_id_invalid",
    operation: "CreateDataAccessor",
    make: () => grantAccess({ externalId: "acme.example" }),
  },
  {
    code: "set_up_name_invalid",
    operation: "CreateTrustedTokenIssuer",
    make: () => issue({ Name: "our issuer" }),
  },
  {
    code: "set_up_invalid",
    operation: "AssociatePermission",
    make: () =>
      world.admin().q.send(
        new AssociatePermissionCommand({
          applicationId: world.connection().applicationId,
          statementId: "isv",
          actions: ["qbusiness:SearchRelevantContent"],
          principal: "arn:aws:iam::111122223333:root",
        }),
      ),
  },
];

for (const { code, operation, make, beside = "", within = 1 } of errors) {
  test(`${operation}: ${code} is recognised in whatever form it is copied`, async () => {
    await world.sandbox.control.reset();
    const error = await make().then(
      () => assert.fail("nothing failed"),
      (thrown: unknown) => thrown,
    );
    assert.ok(!(error instanceof TypeError) && !(error instanceof assert.AssertionError), String(error));
    for (const [form, text] of Object.entries(asPeoplePaste(error, operation))) {
      const decoded = decodeError(`${beside}\n${text}`);
      const codes = decoded.explanations.map((explanation) => explanation.code);
      const place = (codes as string[]).indexOf(code);
      assert.ok(place >= 0 && place < within, `${form}: ${codes.join(", ") || "nothing"}\n${text}`);
      const told = decoded.explanations[place];
      assert.ok(told && told.fix.length > 10 && told.title.length > 5, form);
    }
  });
}

test("every row of the decoder is made here", () => {
  const made = new Set(errors.map(({ code }) => code));
  const rows = [...failureCatalogue, ...setUpFailures].map(({ code }) => code);
  assert.deepEqual(
    rows.filter((code) => !made.has(code)),
    [],
  );
});
