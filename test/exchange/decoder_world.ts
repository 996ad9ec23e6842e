// Owns the world in which every error of the decoder is made: a local AWS with roles that lack one thing each, a customer
// who sets up, and unmodified clients of the AWS SDK that throw what AWS answers. Also how that error looks where people
// copy it from.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { externalIdTagKey, identityCenterContextProvider } from "tti-exchange";
import { isvRole, type Sandbox, type SandboxSeed, startSandbox } from "tti-sandbox";
import {
  startTestIssuer,
  type TestIssuer,
  testAudience,
} from "../../packages/exchange/test/support/token_issuer.ts";

const isvAccount = "111122223333";
const customerAccount = "444455556666";
const baseUser = `arn:aws:iam::${isvAccount}:user/base`;
export const idcRegion = "eu-central-1";
export const qRegion = "eu-west-1";
export const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";

const trust = ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"];
const actions = [
  "qbusiness:SearchRelevantContent",
  "sso-oauth:CreateTokenWithIAM",
  "kms:Decrypt",
  "sts:SetContext",
];

/** Roles of the ISV; each but the first lacks what its name says. */
export const roles = {
  isv: isvRole("isv", baseUser),
  untagged: role("untagged", { without: "sts:TagSession" }),
  contextless: role("contextless", { without: "sts:SetContext" }),
  closed: isvRole("closed", "arn:aws:iam::111122223333:role/somebody-else"),
  exchangeless: role("exchangeless", { without: "sso-oauth:CreateTokenWithIAM" }),
  stranger: role("stranger", {}),
  coder: role("coder", {}),
} as const;
export type RoleName = keyof typeof roles;
export const arnOf = (name: string): string => `arn:aws:iam::${isvAccount}:role/${name}`;

function role(name: string, { without }: { without?: string }) {
  const but = (all: readonly string[]) => all.filter((action) => action !== without);
  return {
    name,
    trustPolicy: {
      Statement: { Effect: "Allow" as const, Principal: { AWS: baseUser }, Action: but(trust) },
    },
    policies: { All: { Statement: { Effect: "Allow" as const, Action: but(actions), Resource: "*" } } },
  };
}

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** What a client may be told besides. */
interface ClientChange {
  credentials?: Keys | (() => Promise<Keys>);
  region?: string;
}

function settingsAt(sandbox: Sandbox, { credentials, region = idcRegion }: ClientChange, usual: string) {
  const keys = credentials ?? sandbox.seedResult.credentials[usual];
  assert.ok(keys);
  return { endpoint: sandbox.url, region, credentials: keys, maxAttempts: 1 };
}

export class DecoderWorld {
  readonly issuer: TestIssuer;
  readonly sandbox: Sandbox;

  private constructor(issuer: TestIssuer, sandbox: Sandbox) {
    this.issuer = issuer;
    this.sandbox = sandbox;
  }

  static async open(): Promise<DecoderWorld> {
    const issuer = await startTestIssuer();
    const seed = describeSeed(issuer.trustedTokenIssuer.issuer);
    try {
      return new DecoderWorld(issuer, await startSandbox({ port: 0, allowLocalIssuers: true, seed }));
    } catch (error) {
      await issuer.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await this.issuer.close();
  }

  connection(accessor = "main") {
    const connection = this.sandbox.seedResult.connections[accessor];
    assert.ok(connection, accessor);
    return connection;
  }

  sts(change: ClientChange = {}): STSClient {
    return new STSClient(settingsAt(this.sandbox, change, "base"));
  }

  admin(): { sso: SSOAdminClient; q: QBusinessClient } {
    return {
      sso: new SSOAdminClient(settingsAt(this.sandbox, {}, "admin")),
      q: new QBusinessClient(settingsAt(this.sandbox, { region: qRegion }, "admin")),
    };
  }

  nobody(): SSOAdminClient {
    return new SSOAdminClient(settingsAt(this.sandbox, {}, "nobody"));
  }

  /** AssumeRole, as steps 1 and 3 do it. */
  async assume(
    name: RoleName,
    more: { context?: string; duration?: number; session?: string; tenant?: string; untagged?: boolean } = {},
    change: ClientChange = {},
  ): Promise<Keys> {
    const { context, duration, session = "ada", tenant = "acme", untagged = false } = more;
    const { Credentials } = await this.sts(change).send(
      new AssumeRoleCommand({
        RoleArn: arnOf(name),
        RoleSessionName: session,
        ...(untagged ? {} : { Tags: [{ Key: externalIdTagKey, Value: tenant }] }),
        ...(duration === undefined ? {} : { DurationSeconds: duration }),
        ...(context === undefined
          ? {}
          : {
              ProvidedContexts: [{ ProviderArn: identityCenterContextProvider, ContextAssertion: context }],
            }),
      }),
    );
    return {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    };
  }

  mint(user = "ada"): Promise<string> {
    return this.issuer.mint({ tenantId: "acme", user }, { email: `${user}@acme.example` });
  }

  /** CreateTokenWithIAM, as step 2 does it; `more` replaces members of its input. */
  async exchange(
    credentials: Keys,
    more: Record<string, unknown> = {},
    { accessor = "main", region = idcRegion } = {},
  ): Promise<string> {
    const client = new SSOOIDCClient(settingsAt(this.sandbox, { credentials, region }, "base"));
    const answer = await client.send(
      new CreateTokenWithIAMCommand({
        clientId: this.connection(accessor).idcApplicationArn,
        grantType: jwtBearer,
        ...("assertion" in more || "grantType" in more ? {} : { assertion: await this.mint() }),
        ...more,
      }),
    );
    return answer.awsAdditionalDetails?.identityContext ?? "";
  }

  /** Steps 1 to 3. */
  async session(name: RoleName = "isv", accessor = "main", user = "ada"): Promise<Keys> {
    const assertion = await this.mint(user);
    const context = await this.exchange(await this.assume(name), { assertion }, { accessor });
    return await this.assume(name, { context });
  }

  /** SearchRelevantContent, as step 4 does it. */
  async search(
    credentials: Keys,
    more: Record<string, unknown> = {},
    { accessor = "main", region = qRegion } = {},
  ): Promise<unknown> {
    const { applicationId, retrieverId } = this.connection(accessor);
    return new QBusinessClient(settingsAt(this.sandbox, { credentials, region }, "base")).send(
      new SearchRelevantContentCommand({
        applicationId,
        queryText: "vacation",
        contentSource: { retriever: { retrieverId } },
        ...more,
      }),
    );
  }
}

function describeSeed(issuerUrl: string): SandboxSeed {
  const accessor = (displayName: string, by: RoleName, more: object = {}) => ({
    displayName,
    principal: arnOf(by),
    externalId: "acme",
    trustedTokenIssuer: "isv",
    ...more,
  });
  return {
    accounts: [
      {
        id: isvAccount,
        name: "isv",
        roles: Object.values(roles),
        credentials: [{ name: "base", user: "base" }],
      },
      {
        id: customerAccount,
        name: "customer",
        credentials: [
          { name: "admin", user: "admin" },
          { name: "nobody", user: "nobody", policies: {} },
        ],
      },
    ],
    isvs: (Object.keys(roles) as RoleName[]).map((name) => ({
      displayName: name,
      principal: arnOf(name),
      clientId: testAudience,
      redirectUris: ["https://isv.example.com/callback"],
    })),
    identityCenters: [
      {
        name: "acme",
        account: customerAccount,
        region: idcRegion,
        users: ["ada", "bob", "una"].map((userName) => ({ userName, email: `${userName}@acme.example` })),
        trustedTokenIssuers: [{ name: "isv", issuerUrl }],
      },
    ],
    qApplications: [
      {
        displayName: "wiki",
        account: customerAccount,
        region: qRegion,
        identityCenter: "acme",
        unlicensedUsers: ["una"],
        documents: [{ id: "handbook", title: "Handbook", content: "The vacation policy." }],
        dataAccessors: [
          accessor("main", "isv"),
          accessor("code", "coder", { trustedTokenIssuer: undefined }),
          accessor("unpermitted", "contextless", { permission: "none" }),
          accessor("assigned", "stranger", { assignments: { users: ["bob"] } }),
        ],
      },
    ],
  };
}

/** How one error looks where people copy it from. */
export function asPeoplePaste(error: unknown, operation: string): Readonly<Record<string, string>> {
  assert.ok(error instanceof Error, String(error));
  const { $metadata, ...fields } = error as Error & {
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  const { httpStatusCode, requestId = "c6104cbe-0000-4000-8000-000000000000" } = $metadata ?? {};
  const words = error.message === "UnknownError" ? "" : error.message;
  const looks: Record<string, string> = {
    "the SDK's error, as Node.js prints it": inspect(error, { depth: 5 }),
    "the SDK's error as JSON": JSON.stringify({
      ...fields,
      name: error.name,
      message: error.message,
      $metadata,
    }),
  };
  if (httpStatusCode === undefined) return looks;
  const oauth: unknown = Reflect.get(fields, "error");
  return {
    ...looks,
    "a stack of Java": `Exception in thread "main" software.amazon.awssdk.services.x.model.${error.name}: ${words || `Service returned error code ${error.name}`} (Service: ${serviceOf(operation)}, Status Code: ${httpStatusCode}, Request ID: ${requestId})\n\tat software.amazon.awssdk.core.internal.http.CombinedResponseHandler.handleErrorResponse(CombinedResponseHandler.java:125)\n\tat com.example.Main.main(Main.java:40)`,
    "the command line": `\nAn error occurred (${error.name}) when calling the ${operation} operation: ${words}${typeof oauth === "string" ? `\n\nAdditional error details:\nerror: ${oauth}` : ""}${Reflect.get(fields, "reason") === undefined ? "" : `\nreason: ${String(Reflect.get(fields, "reason"))}`}${Reflect.get(fields, "error_description") === undefined ? "" : `\nerror_description: "${String(Reflect.get(fields, "error_description"))}"`}`,
  };
}

const serviceOf = (operation: string): string =>
  ({ AssumeRole: "Sts", CreateTokenWithIAM: "SsoOidc" })[operation] ??
  (operation.includes("TrustedTokenIssuer") ? "SsoAdmin" : "QBusiness");
