// A sandbox with one ISV and one customer for tests, and AWS SDK clients that speak to it.
import { after, before } from "node:test";
import { QBusinessClient, SearchRelevantContentCommand } from "@aws-sdk/client-qbusiness";
import { CreateTokenWithIAMCommand, SSOOIDCClient } from "@aws-sdk/client-sso-oidc";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { standIn } from "../../../../test/support/stand_in.ts";
import {
  isvRole,
  type Sandbox,
  type SandboxOptions,
  type SandboxSeed,
  type SeedDataAccessor,
  startSandbox,
} from "../../src/index.ts";
import { CLIENT_ID, createSigningKey, type SigningKey, startIssuer, type TestIssuer } from "./issuer.ts";

export const ISV_ACCOUNT = "111122223333";
export const CUSTOMER_ACCOUNT = "444455556666";
export const IDC_REGION = "eu-central-1";
export const Q_REGION = "eu-west-1";
export const ISV_ROLE = `arn:aws:iam::${ISV_ACCOUNT}:role/isv`;
export const APP_ROLE = `arn:aws:iam::${ISV_ACCOUNT}:role/app`;
export const BASE_USER = `arn:aws:iam::${ISV_ACCOUNT}:user/base`;
export const TENANT = "acme";
export const TAG_KEY = "qbusiness-dataaccessor:ExternalId";
export const CONTEXT_PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter";

export type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** A seed with one ISV and one customer; `issuerUrl` is the ISV's issuer. */
export function exampleSeed(issuerUrl: string, accessor: Partial<SeedDataAccessor> = {}): SandboxSeed {
  return {
    accounts: [
      {
        id: ISV_ACCOUNT,
        name: "isv",
        roles: [
          isvRole("isv", BASE_USER),
          {
            name: "app",
            policies: { Chain: { Statement: { Effect: "Allow", Action: "sts:*", Resource: "*" } } },
            trustPolicy: {
              Version: "2012-10-17",
              Statement: { Effect: "Allow", Principal: { AWS: BASE_USER }, Action: "sts:AssumeRole" },
            },
          },
        ],
        credentials: [{ name: "base", user: "base" }],
      },
      { id: CUSTOMER_ACCOUNT, name: "customer", credentials: [{ name: "customer", user: "admin" }] },
    ],
    isvs: [{ displayName: "Example ISV", principal: ISV_ROLE, clientId: CLIENT_ID }],
    identityCenters: [
      {
        name: "acme",
        account: CUSTOMER_ACCOUNT,
        region: IDC_REGION,
        users: [
          {
            userName: "ada",
            email: "ada@acme.example",
            displayName: "Ada Lovelace",
            groups: ["engineering"],
          },
          { userName: "bob", email: "bob@acme.example", displayName: "Bob Stone" },
          { userName: "dan", email: "dan@acme.example", displayName: "Dan Gone", disabled: true },
        ],
        trustedTokenIssuers: [{ name: "isv-issuer", issuerUrl }],
      },
    ],
    qApplications: [
      {
        displayName: "acme-wiki",
        account: CUSTOMER_ACCOUNT,
        region: Q_REGION,
        identityCenter: "acme",
        dataSources: ["wiki", "hr"],
        documents: [
          {
            id: "handbook",
            title: "Handbook",
            content: "The vacation policy grants thirty days to everyone.",
            dataSource: "wiki",
          },
          {
            id: "salaries",
            title: "Salaries",
            content: "The vacation budget and salaries of Ada.",
            dataSource: "hr",
            allow: { users: ["ada@acme.example"] },
          },
          {
            id: "design",
            title: "Design",
            content: "The vacation planner's engineering design.",
            dataSource: "wiki",
            allow: { groups: ["engineering"] },
          },
        ],
        dataAccessors: [
          {
            displayName: "example-isv",
            principal: ISV_ROLE,
            externalId: TENANT,
            trustedTokenIssuer: "isv-issuer",
            ...accessor,
          },
        ],
      },
    ],
  };
}

/** A sandbox on a free port that accepts local issuers. */
export function startExample(
  issuerUrl: string,
  options: SandboxOptions & { accessor?: Partial<SeedDataAccessor> } = {},
): Promise<Sandbox> {
  const { accessor, ...rest } = options;
  return startSandbox({ port: 0, allowLocalIssuers: true, seed: exampleSeed(issuerUrl, accessor), ...rest });
}

/**
 * Gives the tests that follow an issuer and a sandbox that trusts it: there before the first, gone after the last.
 * @param seedFor the seed, where it is not the example
 * @returns not to be asked before the first test or hook
 */
export function useExample({
  seedFor = exampleSeed,
}: {
  seedFor?: (issuerUrl: string) => SandboxSeed;
} = {}): { issuer: TestIssuer; key: SigningKey; sandbox: Sandbox } {
  let key: SigningKey | undefined;
  let issuer: TestIssuer | undefined;
  let sandbox: Sandbox | undefined;
  before(async () => {
    key = await createSigningKey("k1");
    issuer = await startIssuer(key);
    sandbox = await startExample(issuer.url, { seed: seedFor(issuer.url) });
  });
  after(async () => {
    await sandbox?.close();
    await issuer?.close();
  });
  return {
    issuer: standIn("the issuer", () => issuer),
    key: standIn("the issuer's key", () => key),
    sandbox: standIn("the sandbox", () => sandbox),
  };
}

/** Clients and the four steps against one sandbox. Clients are made per call, so that nothing is cached between tests. */
export function stepsOf(sandbox: Sandbox) {
  const base = baseKeys(sandbox);
  const connection = sandbox.seedResult.connections["example-isv"];
  if (connection === undefined) throw new Error("the seed made no connection");
  const tags = (value: string = TENANT) => [{ Key: TAG_KEY, Value: value }];

  async function assumeRole(
    input: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]> = {},
    credentials: Keys = base,
  ): Promise<Keys> {
    const client = new STSClient({ region: IDC_REGION, endpoint: sandbox.url, credentials });
    try {
      const { Credentials: made } = await client.send(
        new AssumeRoleCommand({ RoleArn: ISV_ROLE, RoleSessionName: "test", Tags: tags(), ...input }),
      );
      return {
        accessKeyId: made?.AccessKeyId ?? "",
        secretAccessKey: made?.SecretAccessKey ?? "",
        sessionToken: made?.SessionToken ?? "",
      };
    } finally {
      client.destroy();
    }
  }

  async function exchange(
    assertion: string,
    options: { credentials?: Keys; region?: string; clientId?: string; scope?: string[] } = {},
  ) {
    const credentials = options.credentials ?? (await assumeRole());
    const client = new SSOOIDCClient({
      region: options.region ?? IDC_REGION,
      endpoint: sandbox.url,
      credentials,
      maxAttempts: 1,
    });
    try {
      return await client.send(
        new CreateTokenWithIAMCommand({
          clientId: options.clientId ?? connection?.idcApplicationArn,
          grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion,
          ...(options.scope === undefined ? {} : { scope: options.scope }),
        }),
      );
    } finally {
      client.destroy();
    }
  }

  const enhanced = (identityContext: string, input: Parameters<typeof assumeRole>[0] = {}) =>
    assumeRole({
      ProvidedContexts: [{ ProviderArn: CONTEXT_PROVIDER, ContextAssertion: identityContext }],
      ...input,
    });

  async function search(
    credentials: Keys,
    queryText = "vacation",
    options: {
      region?: string;
      applicationId?: string;
      retrieverId?: string;
      maxResults?: number;
      nextToken?: string;
    } = {},
  ) {
    const client = new QBusinessClient({
      region: options.region ?? Q_REGION,
      endpoint: sandbox.url,
      credentials,
      maxAttempts: 1,
    });
    try {
      return await client.send(
        new SearchRelevantContentCommand({
          applicationId: options.applicationId ?? connection?.applicationId,
          queryText,
          contentSource: { retriever: { retrieverId: options.retrieverId ?? connection?.retrieverId ?? "" } },
          maxResults: options.maxResults,
          nextToken: options.nextToken,
        }),
      );
    } finally {
      client.destroy();
    }
  }

  /** All four steps; returns the document ids found. */
  async function searchAs(token: string, queryText = "vacation"): Promise<string[]> {
    const exchanged = await exchange(token);
    const credentials = await enhanced(exchanged.awsAdditionalDetails?.identityContext ?? "");
    const { relevantContent } = await search(credentials, queryText);
    return (relevantContent ?? []).map((content) => content.documentId ?? "").sort();
  }

  return { assumeRole, exchange, enhanced, search, searchAs, connection };
}

export function baseKeys(sandbox: Sandbox): Keys {
  const keys = sandbox.seedResult.credentials["base"];
  if (keys === undefined) throw new Error("the seed has no base credentials");
  return keys;
}

/** The last request of the sandbox's log: why it was refused, by which rule. */
export function lastRequest(sandbox: Sandbox) {
  const record = sandbox.control.requests(1)[0];
  if (record === undefined) throw new Error("no request was seen");
  return record;
}
