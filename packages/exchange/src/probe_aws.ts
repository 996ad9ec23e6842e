// Owns looking at the ISV's own side of AWS by calls that change nothing: who the base credentials are, whether the role
// can be assumed, with the tenant's tag, with an identity context, and whether its sessions may exchange. The sessions the
// calls open are thrown away, and what is presented for an exchange is no token.

import type { AssumeRoleCommandInput, AssumeRoleCommandOutput, STSClient } from "@aws-sdk/client-sts";
import { externalIdTagKey, identityCenterContextProvider } from "./aws/assume_role.ts";
import { AwsClients } from "./aws/aws_clients.ts";
import { createTokenWithIam } from "./aws/create_token_with_iam.ts";
import type { ExchangeStep } from "./errors.ts";
import type { ExchangeClientOptions } from "./exchange_options.ts";
import { type AwsFailure, readAwsFailure } from "./failures/aws_failure.ts";
import { explainFailure, type FailureExplanation } from "./failures/explain_failure.ts";

/** Where and as whom to look. */
export interface AwsProbeOptions
  extends Pick<ExchangeClientOptions, "baseCredentials" | "awsClientOptions" | "requestHandler"> {
  /** The role registered with AWS. */
  readonly roleArn: string;
  /** For STS, and of the Identity Center that is asked: any region will do where no customer's is known. */
  readonly region: string;
  /** The tag's value; default `tti-probe`. */
  readonly tenantId?: string | undefined;
  /** A customer's Identity Center application; absent: one that does not exist. */
  readonly idcApplicationArn?: string | undefined;
  /** How long one call may take. Default 10. */
  readonly attemptTimeoutSeconds?: number | undefined;
}

/** What one call showed. `unclear`: AWS refused it for something else first. */
export interface AwsProbe {
  readonly name: "identity" | "role" | "tag" | "context" | "exchange";
  readonly outcome: "passed" | "unclear" | "failed";
  /** What AWS answered, in a sentence without secrets. */
  readonly seen: string;
  /** Of `failed`. */
  readonly explanation?: FailureExplanation;
}

const shortestSeconds = 900;
const sessionName = "tti-probe";
/** In the form of one, and of nobody. */
const noApplication = "arn:aws:sso::000000000000:application/ssoins-0000000000000000/apl-0000000000000000";

/**
 * Looks at the ISV's side of AWS: up to five calls, in order; it ends at the first that nothing can follow.
 *
 * @throws what is no failure of a call to AWS
 */
export async function probeAws(options: AwsProbeOptions): Promise<readonly AwsProbe[]> {
  const {
    baseCredentials,
    awsClientOptions: overrides,
    requestHandler,
    attemptTimeoutSeconds = 10,
  } = options;
  const attemptTimeoutMs = attemptTimeoutSeconds * 1000;
  const clients = new AwsClients({ baseCredentials, overrides, requestHandler, attemptTimeoutMs });
  try {
    return await probe(clients, options);
  } finally {
    clients.destroy();
  }
}

async function probe(clients: AwsClients, options: AwsProbeOptions): Promise<AwsProbe[]> {
  const sts = await clients.sts(options.region);
  const identity = await identify(sts, options);
  if (identity.outcome === "failed") return [identity];
  const plain = await assume(sts, options, {});
  const role = plain.ok
    ? ({ name: "role", outcome: "passed", seen: `${options.roleArn} can be assumed` } as const)
    : failedProbe("role", "assume-role-with-tag", plain.failure, options);
  if (!plain.ok) return [identity, role];
  const Tags = [{ Key: externalIdTagKey, Value: options.tenantId ?? sessionName }];
  const tagged = await assume(sts, options, { Tags });
  const tag = tagged.ok
    ? ({
        name: "tag",
        outcome: "passed",
        seen: `it can be assumed with the tag ${externalIdTagKey}`,
      } as const)
    : failedProbe("tag", "assume-role-with-tag", tagged.failure, options);
  const context = await probeContext(sts, options, tagged.ok ? Tags : undefined);
  const exchange = await probeExchange(clients, options, tagged.ok ? tagged.value : plain.value);
  return [identity, role, tag, context, exchange];
}

async function identify(sts: STSClient, options: AwsProbeOptions): Promise<AwsProbe> {
  const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  try {
    const { Arn = "somebody" } = await sts.send(new GetCallerIdentityCommand({}));
    const chained = /:assumed-role\//.test(Arn) ? ", a session: what it assumes ends within an hour" : "";
    return { name: "identity", outcome: "passed", seen: `the base credentials are ${Arn}${chained}` };
  } catch (error) {
    return failedProbe("identity", "assume-role-with-tag", readAwsFailure(error), options);
  }
}

// STS may judge a made-up context before the permission to give one: then only a real exchange shows it.
async function probeContext(
  sts: STSClient,
  options: AwsProbeOptions,
  Tags: AssumeRoleCommandInput["Tags"],
): Promise<AwsProbe> {
  const ProvidedContexts = [
    { ProviderArn: identityCenterContextProvider, ContextAssertion: `${sessionName}-made-up-context` },
  ];
  const answer = await assume(sts, options, { ...(Tags === undefined ? {} : { Tags }), ProvidedContexts });
  if (answer.ok) return { name: "context", outcome: "passed", seen: "it can be assumed with a context" };
  const told = failedProbe("context", "assume-role-with-context", answer.failure, options);
  if (told.explanation?.code === "set_context_denied") return told;
  const seen = `AWS refused the made-up context itself (${answer.failure.name}), which says nothing of the permission`;
  return { name: "context", outcome: "unclear", seen };
}

async function probeExchange(
  clients: AwsClients,
  options: AwsProbeOptions,
  credentials: AssumeRoleCommandOutput["Credentials"],
): Promise<AwsProbe> {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = credentials ?? {};
  const session = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  const oidc = await clients.ssoOidc(options.region, session, 0);
  const grant = { kind: "jwt-bearer", assertion: "no-token" } as const;
  const application = options.idcApplicationArn ?? noApplication;
  try {
    await createTokenWithIam(oidc, application, grant, new AbortController().signal);
  } catch (error) {
    const failure = readAwsFailure(error, [SecretAccessKey, SessionToken]);
    const told = failedProbe("exchange", "create-token-with-iam", failure, options);
    if (told.explanation?.code === "exchange_not_permitted") return told;
    const unreached = [
      "connection_failed",
      "aws_unavailable",
      "slow_down",
      "tagged_session_refused",
      "request_clock_skewed",
    ];
    if (unreached.includes(told.explanation?.code ?? "")) return told;
    const seen = `AWS lets it ask: what was not a token was refused as such, or the application was (${failure.name})`;
    return { name: "exchange", outcome: "passed", seen };
  }
  return { name: "exchange", outcome: "unclear", seen: "AWS took what is no token" };
}

type Assumed =
  | { readonly ok: true; readonly value: AssumeRoleCommandOutput["Credentials"] }
  | { readonly ok: false; readonly failure: AwsFailure };

async function assume(
  sts: STSClient,
  { roleArn }: AwsProbeOptions,
  more: Partial<AssumeRoleCommandInput>,
): Promise<Assumed> {
  const { AssumeRoleCommand } = await import("@aws-sdk/client-sts");
  const usual = { RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: shortestSeconds };
  try {
    const { Credentials } = await sts.send(new AssumeRoleCommand({ ...usual, ...more }));
    return { ok: true, value: Credentials };
  } catch (error) {
    return { ok: false, failure: readAwsFailure(error) };
  }
}

function failedProbe(
  name: AwsProbe["name"],
  step: ExchangeStep,
  failure: AwsFailure,
  { roleArn, region, tenantId, idcApplicationArn }: AwsProbeOptions,
): AwsProbe {
  const explanation = explainFailure(step, failure, {
    roleArn,
    idcRegion: region,
    tenantId,
    idcApplicationArn,
  });
  const words = failure.text === "" ? failure.name : `${failure.name}: ${failure.text}`;
  return { name, outcome: "failed", seen: `${explanation.title}. AWS said ${words}`, explanation };
}
