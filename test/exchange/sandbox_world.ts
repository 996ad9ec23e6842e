// The local AWS sandbox with one ISV and one customer, an issuer it trusts, and an exchange client over both.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  DataAccessor,
  ExchangeClient,
  type ExchangeClientOptions,
  type ExchangeEvent,
  type IdTokenSource,
  parseSearchConnection,
  type SearchConnection,
} from "tti-exchange";
import {
  isvRole,
  type Sandbox,
  type SandboxOptions,
  type SandboxSeed,
  type SeedDataAccessor,
  type SeedRole,
  startSandbox,
} from "tti-sandbox";
import {
  startTestIssuer,
  type TestIssuer,
  testAudience,
} from "../../packages/exchange/test/support/token_issuer.ts";

const isvAccount = "111122223333";
const customerAccount = "444455556666";
const baseUser = `arn:aws:iam::${isvAccount}:user/base`;
export const isvRoleArn = `arn:aws:iam::${isvAccount}:role/isv`;

export const isvRedirectUri = "https://isv.example.com/aws/callback";

export interface SandboxWorldOptions {
  readonly client?: ExchangeClientOptions;
  readonly accessor?: Partial<SeedDataAccessor>;
  readonly sandbox?: Omit<SandboxOptions, "seed">;
  /** Replaces the ISV's role. */
  readonly role?: SeedRole;
  /** What the customer registered as issuer, if not the issuer's own URL. */
  readonly registeredIssuer?: (issuer: string) => string;
}

export interface SandboxWorld {
  readonly sandbox: Sandbox;
  readonly issuer: TestIssuer;
  readonly connection: SearchConnection;
  readonly client: ExchangeClient;
  readonly events: ExchangeEvent[];
  /** Ids of the documents a user finds, sorted. */
  find(user: string, change?: Partial<SearchConnection>, queryText?: string): Promise<string[]>;
  /** Another client on the same AWS and issuer, as a second process would be. */
  anotherClient(options?: ExchangeClientOptions): ExchangeClient;
  accessor(client?: ExchangeClient, change?: Partial<SearchConnection>): DataAccessor;
  /** How often an operation reached the sandbox. */
  count(operation: string): number;
}

export async function startSandboxWorld(
  t: TestContext,
  options: SandboxWorldOptions = {},
): Promise<SandboxWorld> {
  const issuer = await startTestIssuer(options.client?.clock);
  // At once: a sandbox that does not start must not leave the issuer running.
  t.after(() => issuer.close());
  const registered =
    options.registeredIssuer?.(issuer.trustedTokenIssuer.issuer) ?? issuer.trustedTokenIssuer.issuer;
  const sandbox = await startSandbox({
    port: 0,
    allowLocalIssuers: true,
    seed: describeSeed(registered, options),
    ...options.sandbox,
  });
  const events: ExchangeEvent[] = [];
  const clients: ExchangeClient[] = [];
  const endpoint = { endpoint: sandbox.url };
  const source: IdTokenSource = async ({ tenantId, user }) => {
    const token = await issuer.mint({ tenantId, user }, { email: `${user}@acme.example` });
    issuer.minted.push(token);
    return token;
  };
  const baseCredentials = sandbox.seedResult.credentials["base"];
  assert.ok(baseCredentials);
  const anotherClient = (more: ExchangeClientOptions = {}) => {
    const client = new ExchangeClient({
      trustedTokenIssuer: issuer.trustedTokenIssuer,
      idTokenSource: source,
      baseCredentials,
      awsClientOptions: { sts: endpoint, ssoOidc: endpoint, qbusiness: endpoint },
      onEvent: (event) => events.push(event),
      ...options.client,
      ...more,
    });
    clients.push(client);
    return client;
  };
  const client = anotherClient();
  t.after(async () => {
    for (const each of clients) each.destroy();
    await sandbox.close();
  });
  const connection = connectionOf(sandbox);
  const accessor = (of = client, change: Partial<SearchConnection> = {}) =>
    new DataAccessor({ connection: { ...connection, ...change }, client: of });
  return {
    sandbox,
    issuer,
    connection,
    client,
    events,
    anotherClient,
    accessor,
    count: (operation) =>
      sandbox.control.requests().filter((request) => request.operation === operation).length,
    async find(user, change = {}, queryText = "vacation") {
      const found: string[] = [];
      for await (const { documentId } of accessor(client, change).search({ user, queryText }))
        found.push(documentId ?? "");
      return found.sort();
    },
  };
}

/** No ID token reached the sandbox a second time, whatever happened. */
export function assertNothingPresentedTwice({ sandbox }: SandboxWorld): void {
  const twice = sandbox.control.requests().filter(({ reason }) => /redeemed/i.test(reason ?? ""));
  assert.deepEqual(twice, []);
}

function connectionOf(sandbox: Sandbox): SearchConnection {
  const handedOver = sandbox.seedResult.connections["example-isv"];
  assert.ok(handedOver);
  return parseSearchConnection({
    tenantId: "acme",
    roleArn: isvRoleArn,
    idcApplicationArn: handedOver.idcApplicationArn,
    idcRegion: handedOver.idcRegion,
    applicationId: handedOver.applicationId,
    retrieverId: handedOver.retrieverId,
    qRegion: handedOver.applicationRegion,
  });
}

function describeSeed(issuerUrl: string, options: SandboxWorldOptions): SandboxSeed {
  const chained: SeedRole = {
    name: "app",
    trustPolicy: { Statement: { Effect: "Allow", Principal: { AWS: baseUser }, Action: "sts:AssumeRole" } },
    policies: { all: { Statement: { Effect: "Allow", Action: "*", Resource: "*" } } },
  };
  return {
    accounts: [
      {
        id: isvAccount,
        name: "isv",
        roles: [options.role ?? isvRole("isv", baseUser), chained],
        credentials: [
          { name: "base", user: "base" },
          { name: "session", role: "app" },
        ],
      },
      { id: customerAccount, name: "customer" },
    ],
    isvs: [
      {
        displayName: "Example ISV",
        principal: isvRoleArn,
        clientId: testAudience,
        redirectUris: [isvRedirectUri],
      },
    ],
    identityCenters: [
      {
        name: "acme",
        account: customerAccount,
        region: "eu-central-1",
        users: [
          { userName: "ada", email: "ada@acme.example", groups: ["engineering"] },
          { userName: "bob", email: "bob@acme.example" },
        ],
        trustedTokenIssuers: [{ name: "isv-issuer", issuerUrl }],
      },
    ],
    qApplications: [
      {
        displayName: "acme-wiki",
        account: customerAccount,
        region: "eu-west-1",
        identityCenter: "acme",
        documents: [
          {
            id: "handbook",
            title: "Handbook",
            content: "The vacation policy grants thirty days to everyone.",
          },
          {
            id: "design",
            title: "Design",
            content: "The vacation planner and its engineering design.",
            allow: { groups: ["engineering"] },
          },
        ],
        dataAccessors: [
          {
            displayName: "example-isv",
            principal: isvRoleArn,
            externalId: "acme",
            trustedTokenIssuer: "isv-issuer",
            ...options.accessor,
          },
        ],
      },
    ],
  };
}

/** The ISV's role, trusting the base user, with the given trust actions and permissions. */
export function roleWith(
  trust: readonly string[],
  actions: readonly string[],
  trusted: string = baseUser,
): SeedRole {
  return {
    name: "isv",
    trustPolicy: { Statement: { Effect: "Allow", Principal: { AWS: trusted }, Action: [...trust] } },
    policies: { DataAccessor: { Statement: { Effect: "Allow", Action: [...actions], Resource: "*" } } },
  };
}
