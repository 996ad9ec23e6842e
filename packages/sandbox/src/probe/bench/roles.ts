// Roles that probes make, and sessions of them.
import type { SessionKeys } from "./aws_calls.ts";
import { Undecided } from "./endings.ts";
import { type IdentityCenterLab, settle } from "./identity_center_lab.ts";
import type { Lab } from "./lab.ts";

/** Identity Center's context provider. */
const CONTEXT_PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter";

/** What a role is for. */
export type RoleSpec = {
  /** Ends the role's name. */
  suffix: string;
  /** Who may assume it; absent: the account, by its policies. */
  principal?: string;
  /** Actions of its own policy. */
  actions?: readonly string[];
  maxSessionSeconds?: number;
};

/** Makes a role, with its policy; both are removed with the probe. */
export async function makeRole(lab: IdentityCenterLab, spec: RoleSpec): Promise<string> {
  const RoleName = `tti-probe-${lab.run}-${spec.suffix}`;
  const AWS = spec.principal ?? `arn:aws:iam::${await lab.accountId()}:root`;
  const trust = {
    Effect: "Allow",
    Principal: { AWS },
    Action: ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"],
  };
  const isAllowed = spec.actions !== undefined;
  const policy = { RoleName, PolicyName: "probe" };
  const output = await lab.make({
    what: "role",
    service: "iam",
    create: [
      "CreateRole",
      {
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
        MaxSessionDuration: spec.maxSessionSeconds ?? 3600,
      },
    ],
    remove: () => ({
      id: RoleName,
      calls: [...(isAllowed ? [deletion(policy)] : []), ["DeleteRole", { RoleName }]],
    }),
  });
  if (isAllowed) {
    const Statement = [{ Effect: "Allow", Action: spec.actions, Resource: "*" }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await lab.must("iam", "PutRolePolicy", { ...policy, PolicyDocument });
  }
  return String((output["Role"] as { Arn?: string } | undefined)?.Arn);
}

function deletion(policy: object): [string, object] {
  return ["DeleteRolePolicy", policy];
}

/** @returns input of AssumeRole */
export function assumption(RoleArn: string, more: object = {}) {
  return { RoleArn, RoleSessionName: "tti-sandbox-probe", ...more };
}

/** @returns what ProvidedContexts takes */
export function providedContext(ContextAssertion: string) {
  return { ProviderArn: CONTEXT_PROVIDER, ContextAssertion };
}

/** Assumes a role, waiting until IAM knows it everywhere. */
export async function assume(
  lab: Lab,
  RoleArn: string,
  more: object = {},
  keys?: SessionKeys,
): Promise<SessionKeys> {
  const how = keys === undefined ? {} : { keys };
  const { output } = await settle(lab, () =>
    lab.ask("assume a role", "sts", "AssumeRole", assumption(RoleArn, more), how),
  );
  return sessionOf(output);
}

/** @returns the credentials AssumeRole gave */
export function sessionOf(output: Record<string, unknown>): SessionKeys {
  const { AccessKeyId, SecretAccessKey, SessionToken } = (output["Credentials"] ?? {}) as Record<
    string,
    string
  >;
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Undecided("AssumeRole gave no credentials");
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** @returns a fresh identity context of the run's user */
export async function freshContext(
  lab: IdentityCenterLab,
  claims: Record<string, unknown> = {},
): Promise<string> {
  const { output } = await lab.exchange(await lab.main(), "an identity context", { claims });
  const details = output["awsAdditionalDetails"] as { identityContext?: string } | undefined;
  if (details?.identityContext === undefined) throw new Undecided("the exchange gave no identity context");
  return details.identityContext;
}
