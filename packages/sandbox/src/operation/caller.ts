// From an access key to the principal that signed, and from the principal to its policies and condition keys.
import type { NamedPolicy, PolicyCaller, RequestContext } from "../policy/policy.ts";
import type { PolicyDocument } from "../policy/policy_document.ts";
import {
  type AccessKey,
  documentOf,
  type IamRole,
  type IamUser,
  type Session,
  type Tag,
  type World,
} from "../state/index.ts";
import type { Caller } from "./operation.ts";

const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";
const ALLOW_ALL: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

/** Whoever sends a request without a signature: nobody, of no account. */
export const anonymousCaller: Caller = {
  accessKeyId: "",
  accountId: "",
  arn: "",
  userId: "",
  user: null,
  role: null,
  session: null,
  principalTags: [],
};

/** @returns the principal an access key belongs to; undefined when it was deleted since the key was issued */
export function findCaller(world: World, key: AccessKey): Caller | undefined {
  const base = { accessKeyId: key.accessKeyId, accountId: key.accountId };
  switch (key.holder.type) {
    case "root":
      return {
        ...base,
        arn: `arn:aws:iam::${key.accountId}:root`,
        userId: key.accountId,
        user: null,
        role: null,
        session: null,
        principalTags: [],
      };
    case "user": {
      const user = world.iamUsers.get(key.holder.userArn);
      if (user === undefined) return undefined;
      return {
        ...base,
        arn: user.arn,
        userId: user.userId,
        user,
        role: null,
        session: null,
        principalTags: user.tags ?? [],
      };
    }
    case "temporary": {
      const { userArn, issuedAtMs } = key.holder.session;
      const holder = userArn === null ? ({ type: "root" } as const) : ({ type: "user", userArn } as const);
      const caller = findCaller(world, { ...key, holder });
      return caller && { ...caller, temporarySinceMs: issuedAtMs };
    }
    case "session": {
      const { session } = key.holder;
      const role = world.iamRoles.get(session.roleArn);
      if (role === undefined) return undefined;
      return {
        ...base,
        arn: assumedRoleArn(role, session.roleSessionName),
        userId: `${role.roleId}:${session.roleSessionName}`,
        user: null,
        role,
        session,
        principalTags: overlayTags(role.tags, session.tags),
      };
    }
  }
}

/** `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`: the role's path is not part of it. */
export function assumedRoleArn(role: IamRole, roleSessionName: string): string {
  return `arn:aws:sts::${role.accountId}:assumed-role/${role.roleName}/${roleSessionName}`;
}

/** Tags of `over` win; tag keys are compared without case (IAM user guide, "Pass session tags"). */
function overlayTags(under: readonly Tag[], over: readonly Tag[]): Tag[] {
  const taken = new Set(over.map((tag) => tag.key.toLowerCase()));
  return [...under.filter((tag) => !taken.has(tag.key.toLowerCase())), ...over];
}

/** @returns the caller as resource-based policies name it */
export function policyCallerOf(caller: Caller): PolicyCaller {
  return { accountId: caller.accountId, arn: caller.arn, roleArn: caller.role?.arn ?? null };
}

/** @returns the identity-based policies of the caller; null for the account root, which needs none */
export function identityPoliciesOf(world: World, caller: Caller): NamedPolicy[] | null {
  const holder: IamUser | IamRole | null = caller.role ?? caller.user;
  return holder === null ? null : policiesOf(world, holder);
}

/** @returns the session policies, each of which must allow as well */
export function sessionPoliciesOf(session: Session | null): NamedPolicy[] {
  return (session?.sessionPolicies ?? []).map((document, at) => ({
    name: `session policy ${at + 1}`,
    document,
  }));
}

/** @returns the condition keys every request of this caller has (IAM user guide, "global condition context keys") */
export function callerContext(
  caller: Caller,
  facts: { region: string; now: Date; sourceIp: string },
): RequestContext {
  const principal: [string, string[]][] = [
    ["aws:PrincipalArn", [caller.role?.arn ?? caller.arn]],
    ["aws:PrincipalAccount", [caller.accountId]],
    ["aws:PrincipalType", [caller.role ? "AssumedRole" : caller.user ? "User" : "Account"]],
    ["aws:userid", [caller.userId]],
  ];
  const context = new Map<string, readonly string[]>([
    ...(caller === anonymousCaller ? [] : principal),
    ["aws:RequestedRegion", [facts.region]],
    ["aws:CurrentTime", [facts.now.toISOString()]],
    ["aws:EpochTime", [String(Math.floor(facts.now.getTime() / 1000))]],
    // The sandbox stands in for an endpoint that only speaks TLS.
    ["aws:SecureTransport", ["true"]],
    ["aws:SourceIp", [facts.sourceIp]],
    // Callers sign themselves: no AWS service calls in somebody's name.
    ["aws:PrincipalIsAWSService", ["false"]],
    ["aws:ViaAWSService", ["false"]],
  ]);
  if (caller.user !== null) context.set("aws:username", [caller.user.userName]);
  for (const tag of caller.principalTags) context.set(`aws:PrincipalTag/${tag.key}`, [tag.value]);
  const issuedAtMs = caller.session?.issuedAtMs ?? caller.temporarySinceMs;
  if (issuedAtMs !== undefined) {
    context.set("aws:TokenIssueTime", [new Date(issuedAtMs).toISOString()]);
    context.set("aws:MultiFactorAuthPresent", ["false"]);
  }
  const { sourceIdentity = null, webIdentity } = caller.session ?? {};
  if (sourceIdentity !== null) context.set("aws:SourceIdentity", [sourceIdentity]);
  if (webIdentity !== undefined) {
    context.set("aws:FederatedProvider", [webIdentity.providerArn]);
    for (const [key, values] of Object.entries(webIdentity.keys)) context.set(key, values);
  }
  const identity = caller.session?.identityContext;
  if (identity) for (const [key, value] of identityContextKeys(identity)) context.set(key, [value]);
  return context;
}

/** Keys an identity context adds (IAM user guide, "condition-context-keys-sts-idc"). */
export function identityContextKeys(identity: NonNullable<Session["identityContext"]>): [string, string][] {
  return [
    ["identitystore:UserId", identity.userId],
    ["identitystore:IdentityStoreArn", identity.identityStoreArn],
    ["identitycenter:InstanceArn", identity.instanceArn],
    ["identitycenter:ApplicationArn", identity.applicationArn],
    ["identitycenter:CredentialId", identity.credentialId],
  ];
}

/** @returns a managed policy whose document is known: the account's own, or AWS's AdministratorAccess */
export function findManagedPolicy(world: World, arn: string): NamedPolicy | undefined {
  if (arn === ADMINISTRATOR_ACCESS) return { name: "AdministratorAccess", document: ALLOW_ALL };
  const policy = world.managedPolicies.get(arn);
  return policy && { name: policy.policyName, document: documentOf(policy) };
}

function policiesOf(world: World, holder: IamUser | IamRole): NamedPolicy[] {
  const inline = Object.entries(holder.inlinePolicies).map(([name, document]) => ({ name, document }));
  const attached = holder.attachedPolicyArns.flatMap((arn) => findManagedPolicy(world, arn) ?? []);
  return [...inline, ...attached];
}
