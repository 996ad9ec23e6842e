// A sandbox with two customer accounts, an ISV account and unmodified AWS SDK clients, for tests of the control plane.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { IAMClient } from "@aws-sdk/client-iam";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { KMSClient } from "@aws-sdk/client-kms";
import { QBusinessClient } from "@aws-sdk/client-qbusiness";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { standIn } from "../../../../test/support/stand_in.ts";
import { type RuleOverrides, type Sandbox, startSandbox } from "../../src/index.ts";

export const customerAccount = "111122223333";
export const otherAccount = "444455556666";
export const isvAccount = "999988887777";
export const region = "us-east-1";
/** The ISV's registered role; registered for both methods. */
export const isvRoleArn = `arn:aws:iam::${isvAccount}:role/isv-data-accessor`;
/** Roles registered for one method each. */
export const tokenOnlyRoleArn = `arn:aws:iam::${isvAccount}:role/token-only`;
export const codeOnlyRoleArn = `arn:aws:iam::${isvAccount}:role/code-only`;
export const isvClientId = "isv-client-id";
export const isvRedirectUri = "https://isv.example.com/callback";

/** An error of an AWS SDK client. */
export type SdkError = Error & { $metadata: { httpStatusCode?: number } } & Record<string, unknown>;

/** A running sandbox, and clients of it by the seed's credential names. */
export type ControlPlane = {
  sandbox: Sandbox;
  instanceArn: string;
  /** Another instance of the same customer, in us-west-2. */
  secondInstanceArn: string;
  identityStoreId: string;
  /** userName → UserId */
  users: Record<string, string>;
  /** group name → GroupId */
  groups: Record<string, string>;
  /** Clients that sign as `credentials`: admin, other (account), nobody (no permissions). */
  as(credentials: "admin" | "other" | "nobody", inRegion?: string): Clients;
  close(): Promise<void>;
};

export type Clients = ReturnType<typeof createClients>;

/** @param rules switches that shall not have their default */
export async function startControlPlane(rules: RuleOverrides = {}): Promise<ControlPlane> {
  const sandbox = await startSandbox({
    port: 0,
    rules,
    seed: {
      accounts: [
        {
          id: customerAccount,
          name: "Customer",
          credentials: [
            { name: "admin", user: "admin" },
            { name: "nobody", user: "nobody", policies: {} },
          ],
        },
        { id: otherAccount, name: "Another customer", credentials: [{ name: "other", user: "other" }] },
        { id: isvAccount, name: "ISV" },
      ],
      isvs: [
        {
          displayName: "Isv",
          principal: isvRoleArn,
          clientId: isvClientId,
          redirectUris: [isvRedirectUri],
        },
        { displayName: "TokenOnly", principal: tokenOnlyRoleArn, clientId: "token-only" },
        { displayName: "CodeOnly", principal: codeOnlyRoleArn, redirectUris: [isvRedirectUri] },
      ],
      identityCenters: [
        {
          name: "main",
          account: customerAccount,
          region,
          users: [
            { userName: "ada", email: "ada@example.com", displayName: "Ada Lovelace" },
            { userName: "grace", email: "grace@example.com", displayName: "Grace Hopper" },
          ],
          groups: ["engineering", "sales"],
        },
        { name: "second", account: customerAccount, region: "us-west-2" },
        { name: "others", account: otherAccount, region },
      ],
    },
  });
  const { credentials, identityCenters } = sandbox.seedResult;
  const main = identityCenters["main"];
  assert.ok(main);
  const opened: Clients[] = [];
  return {
    sandbox,
    instanceArn: main.instanceArn,
    secondInstanceArn: identityCenters["second"]?.instanceArn ?? "",
    identityStoreId: main.identityStoreId,
    users: main.users,
    groups: main.groups,
    as(name, inRegion = region) {
      const signer = credentials[name];
      assert.ok(signer);
      const clients = createClients(sandbox.url, inRegion, signer);
      opened.push(clients);
      return clients;
    },
    async close() {
      for (const clients of opened) for (const client of Object.values(clients)) client.destroy();
      await sandbox.close();
    },
  };
}

/**
 * Gives the tests that follow a control plane: running before the first, gone after the last.
 * @param furnish what stands in it before the first test
 * @returns not to be asked before the first test or hook
 */
export function useControlPlane(furnish?: () => Promise<void>): ControlPlane {
  let plane: ControlPlane | undefined;
  before(async () => {
    plane = await startControlPlane();
    await furnish?.();
  });
  after(() => plane?.close());
  return standIn("the control plane", () => plane);
}

/** The error a call fails with; a call that succeeds fails the test. */
export async function caught(call: Promise<unknown>): Promise<SdkError> {
  return call.then(
    () => assert.fail("the call succeeded"),
    (error: SdkError) => error,
  );
}

function createClients(
  endpoint: string,
  inRegion: string,
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
) {
  const options = { endpoint, region: inRegion, credentials, maxAttempts: 1 };
  return {
    ssoAdmin: new SSOAdminClient(options),
    identitystore: new IdentitystoreClient(options),
    qbusiness: new QBusinessClient(options),
    iam: new IAMClient(options),
    kms: new KMSClient(options),
  };
}
