// AWS's own plugin for trusted identity propagation, by its default path: no credentials, no role but the access role, no
// clients of its own. Its calls are made here with AWS's SDK each day; the plugin itself runs where it is: AWS_TIP_PLUGIN
// names the folder of @aws-sdk-extension/trusted-identity-propagation (it is not in the npm registry: 27 November 2026).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { SandboxSeed } from "../../../src/index.ts";
import { CLIENT_ID } from "../../support/issuer.ts";
import {
  CONTEXT_PROVIDER,
  exampleSeed,
  ISV_ACCOUNT,
  ISV_ROLE,
  Q_REGION,
  stepsOf,
  useExample,
} from "../../support/world.ts";

/** The registered role trusts the issuer's tokens and itself; the plugin sends no session tags, so there is no External Id. */
function seedFor(issuerUrl: string): SandboxSeed {
  const seed = exampleSeed(issuerUrl, { permission: "unconditional" });
  const name = issuerUrl.replace(/^https?:\/\//, "");
  const [isv] = seed.accounts;
  const role = isv?.roles?.[0];
  const instance = seed.identityCenters?.[0];
  const accessor = seed.qApplications?.[0]?.dataAccessors?.[0];
  assert.ok(isv && role && instance && accessor);
  isv.oidcProviders = [{ url: issuerUrl, clientIds: [CLIENT_ID] }];
  role.trustPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::${ISV_ACCOUNT}:oidc-provider/${name}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`${name}:aud`]: CLIENT_ID } },
      },
      { Effect: "Allow", Principal: { AWS: ISV_ROLE }, Action: ["sts:AssumeRole", "sts:SetContext"] },
    ],
  };
  const itself = { Effect: "Allow" as const, Action: "sts:AssumeRole", Resource: ISV_ROLE };
  role.policies = { ...role.policies, Itself: { Version: "2012-10-17", Statement: itself } };
  // The plugin asks Identity Center in the region of the service's client.
  instance.region = Q_REGION;
  delete accessor.externalId;
  return seed;
}

const { issuer, sandbox } = useExample({ seedFor });
const idToken = (email: string) => issuer.token({ email });

/** What the plugin asks of AWS, in order. */
const CALLS = ["AssumeRoleWithWebIdentity", "CreateTokenWithIAM", "AssumeRole", "SearchRelevantContent"];

function callsSeen(): (string | null)[] {
  return sandbox.control
    .requests()
    .map(({ operation, status }) => (status === 200 ? operation : `${operation} ${status}`));
}

test("the plugin's calls, with AWS's SDK and nothing but a token, end in the user's documents", async () => {
  const { exchange, assumeRole, search, connection } = stepsOf(sandbox);
  const token = await idToken("ada@acme.example");
  sandbox.control.clearRequests();
  const id = connection?.idcApplicationArn.split("/").at(-1) ?? "";
  const sts = new STSClient({ region: Q_REGION, endpoint: sandbox.url });
  const { Credentials: made } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: ISV_ROLE,
      RoleSessionName: `TrustedIdentityPropagationSDKPlugin-${id}`,
      WebIdentityToken: token,
    }),
  );
  sts.destroy();
  const bootstrap = {
    accessKeyId: made?.AccessKeyId ?? "",
    secretAccessKey: made?.SecretAccessKey ?? "",
    sessionToken: made?.SessionToken ?? "",
  };
  const exchanged = await exchange(token, { credentials: bootstrap, region: Q_REGION });
  const ContextAssertion = exchanged.awsAdditionalDetails?.identityContext;
  const enhanced = await assumeRole(
    {
      // 64 characters, the longest a session's name may be.
      RoleSessionName: `TrustedIdentityPropagationSDKPluginEnhanced-${id}`,
      Tags: undefined,
      ProvidedContexts: [{ ProviderArn: CONTEXT_PROVIDER, ContextAssertion }],
    },
    bootstrap,
  );
  const { relevantContent } = await search(enhanced);
  assert.deepEqual(relevantContent?.map(({ documentId }) => documentId).sort(), [
    "design",
    "handbook",
    "salaries",
  ]);
  assert.deepEqual(callsSeen(), CALLS);
});

const { AWS_TIP_PLUGIN: pluginFolder } = process.env;
const skip =
  pluginFolder === undefined
    ? "not on this machine: @aws-sdk-extension/trusted-identity-propagation (AWS_TIP_PLUGIN names its folder)"
    : false;

test("AWS's plugin, unmodified, by its default path", { skip }, async () => {
  const { connection } = stepsOf(sandbox);
  assert.ok(connection);
  const token = await idToken("bob@acme.example");
  sandbox.control.clearRequests();
  const program = fileURLToPath(new URL("../../support/tip_plugin_search.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: {
      HOME: "/nonexistent",
      AWS_ENDPOINT_URL_STS: sandbox.url,
      AWS_ENDPOINT_URL_SSO_OIDC: sandbox.url,
      AWS_ENDPOINT_URL_QBUSINESS: sandbox.url,
      AWS_REGION: Q_REGION,
      AWS_EC2_METADATA_DISABLED: "true",
      PLUGIN: pathToFileURL(`${pluginFolder}/`).href,
      ID_TOKEN: token,
      ACCESS_ROLE_ARN: ISV_ROLE,
      APPLICATION_ARN: connection.idcApplicationArn,
      Q_APPLICATION_ID: connection.applicationId,
      RETRIEVER_ID: connection.retrieverId,
    },
    timeout: 60_000,
  });
  assert.deepEqual(JSON.parse(stdout), ["handbook"]);
  assert.deepEqual(callsSeen(), CALLS);
});
