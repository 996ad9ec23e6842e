// Steps 1 and 3: AssumeRole of the ISV's registered role, with the tenant's tag and, in step 3, the identity context.
// Both are signed with the base credentials: the documented trust policy does not let the role assume itself.

import type { STSClient } from "@aws-sdk/client-sts";

/** The session tag that carries the tenant; Q Business compares it with the customer's External Id. */
export const externalIdTagKey = "qbusiness-dataaccessor:ExternalId";
/** The provider of identity contexts, for `ProvidedContexts` of AssumeRole. */
export const identityCenterContextProvider = "arn:aws:iam::aws:contextProvider/IdentityCenter";

/** Temporary credentials; what AWS SDK clients take. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  /** The account the role belongs to: the ISV's. */
  readonly accountId: string;
}

export interface AssumeRoleInput {
  readonly roleArn: string;
  /** 2–64 of `[\w+=,.@-]`; CloudTrail shows it. */
  readonly sessionName: string;
  /** The verified tenant; becomes the session tag. */
  readonly tenantId: string;
  readonly durationSeconds: number;
  /** Step 3 only: `sts:identity_context` of step 2. */
  readonly identityContext?: string | undefined;
}

export interface AssumeRoleOutput {
  readonly credentials: SessionCredentials;
  readonly awsRequestId: string | undefined;
}

/** Calls STS AssumeRole; throws what the SDK throws. */
export async function assumeRole(
  client: STSClient,
  input: AssumeRoleInput,
  signal: AbortSignal,
): Promise<AssumeRoleOutput> {
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const output = await client.send(
    new AssumeRoleCommand({
      RoleArn: input.roleArn,
      RoleSessionName: input.sessionName,
      DurationSeconds: input.durationSeconds,
      Tags: [{ Key: externalIdTagKey, Value: input.tenantId }],
      ...(input.identityContext === undefined
        ? {}
        : {
            ProvidedContexts: [
              { ProviderArn: identityCenterContextProvider, ContextAssertion: input.identityContext },
            ],
          }),
    }),
    { abortSignal: signal },
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = output.Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
    throw new Error("AssumeRole answered without complete credentials");
  }
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
      // The sixth part of an ARN's five before it: arn:partition:sts::account:…
      accountId: (output.AssumedRoleUser?.Arn ?? input.roleArn).split(":")[4] ?? "",
    },
    awsRequestId: output.$metadata.requestId,
  };
}
