// A session of a role, however it was assumed: how long it lasts, its credentials, and how STS answers them.
import { assumedRoleArn } from "../../operation/caller.ts";
import type { OperationContext } from "../../operation/operation.ts";
import type { AccessKey, IamRole, Session } from "../../state/index.ts";
import { refuseInput } from "./refuse.ts";

const DEFAULT_DURATION_SECONDS = 3600;
/** A session that was itself assumed may assume for one hour at most (IAM user guide, "role chaining"). */
const CHAINED_DURATION_SECONDS = 3600;

/** What the way to a session decides; the rest is the same for all. */
export type SessionFacts = Omit<Session, "sessionToken" | "roleArn" | "issuedAtMs" | "expiresAtMs"> & {
  durationSeconds: number;
};

/** Makes a session of the role and its access key. @returns the members of AssumeRole's answer */
export function openRoleSession(role: IamRole, facts: SessionFacts, context: OperationContext) {
  const { durationSeconds, ...session } = facts;
  const now = context.clock().getTime();
  const expiresAtMs = now + durationSeconds * 1000;
  const opened: Session = {
    ...session,
    sessionToken: newSessionToken(context),
    roleArn: role.arn,
    issuedAtMs: now,
    expiresAtMs,
  };
  const key: AccessKey = {
    accessKeyId: context.ids.accessKeyId("ASIA"),
    secretAccessKey: context.ids.secretAccessKey(),
    accountId: role.accountId,
    holder: { type: "session", session: opened },
  };
  context.world.accessKeys.set(key.accessKeyId, key);
  return {
    AssumedRoleUser: {
      AssumedRoleId: `${role.roleId}:${facts.roleSessionName}`,
      Arn: assumedRoleArn(role, facts.roleSessionName),
    },
    Credentials: writeCredentials(key, opened.sessionToken, expiresAtMs),
    ...(facts.sourceIdentity === null ? {} : { SourceIdentity: facts.sourceIdentity }),
  };
}

/** @returns a session token, with the beginning AWS's have */
export function newSessionToken({ ids }: Pick<OperationContext, "ids">): string {
  return `FwoGZXIvYXdzE${ids.token(320)}`;
}

/** @returns temporary credentials as STS writes them */
export function writeCredentials(key: AccessKey, sessionToken: string | null, expiresAtMs: number) {
  return {
    AccessKeyId: key.accessKeyId,
    SecretAccessKey: key.secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAtMs),
  };
}

/**
 * @param asked DurationSeconds of the request
 * @param isChained the caller is itself a session of a role
 * @returns seconds the session lasts
 * @throws AwsError ValidationError for more than the role, or role chaining, allows
 */
export function sessionDuration(
  asked: number | undefined,
  role: IamRole,
  isChained: boolean,
  context: OperationContext,
): number {
  const longest = isChained
    ? Math.min(CHAINED_DURATION_SECONDS, role.maxSessionDurationSeconds)
    : role.maxSessionDurationSeconds;
  if (asked === undefined) return Math.min(DEFAULT_DURATION_SECONDS, longest);
  if (asked <= longest) {
    context.passed("sts.duration", `${asked} s are at most ${longest} s`);
    return asked;
  }
  const why = isChained
    ? `${asked} s are asked, but the caller is itself a role session: role chaining allows ${longest} s`
    : `${asked} s are asked, but the role's maximum session duration is ${longest} s`;
  const fix = `Ask for at most ${longest} s.`;
  throw refuseInput(
    "sts.duration",
    isChained
      ? "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
      : "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    fix,
    why,
  );
}
