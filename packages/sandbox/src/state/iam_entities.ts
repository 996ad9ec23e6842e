// What AWS IAM, STS and KMS know: accounts, users, roles, access keys, issued sessions, keys.
import type { PolicyDocument } from "../policy/policy_document.ts";

/** An AWS account. */
export type Account = { accountId: string; name: string };

/** A key/value pair as IAM, STS, sso-admin and KMS tag things. */
export type Tag = { key: string; value: string };

/** An IAM user; long-term access keys belong to it. */
export type IamUser = {
  /** `arn:aws:iam::<account>:user/<name>`; the key in {@link World.iamUsers}. */
  arn: string;
  accountId: string;
  userName: string;
  /** `AIDA…` */
  userId: string;
  path: string;
  createdAtMs: number;
  /** Policy name → document. */
  inlinePolicies: Record<string, PolicyDocument>;
  attachedPolicyArns: string[];
  /** Absent in states of before users had tags. */
  tags?: Tag[];
};

/** An IAM role. */
export type IamRole = {
  /** `arn:aws:iam::<account>:role<path><name>`; the key in {@link World.iamRoles}. */
  arn: string;
  accountId: string;
  roleName: string;
  /** `AROA…` */
  roleId: string;
  path: string;
  description: string | null;
  maxSessionDurationSeconds: number;
  createdAtMs: number;
  trustPolicy: PolicyDocument;
  /** Policy name → document. */
  inlinePolicies: Record<string, PolicyDocument>;
  attachedPolicyArns: string[];
  tags: Tag[];
};

/** A customer managed policy. */
export type ManagedPolicy = {
  arn: string;
  accountId: string;
  policyName: string;
  policyId: string;
  path: string;
  description: string | null;
  /** At least one, oldest first; the default one counts. */
  versions: PolicyVersion[];
  defaultVersionId: string;
  /** Versions ever made: numbers are not given twice. */
  versionsMade: number;
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** A version of a managed policy: `v1`, `v2`, … */
export type PolicyVersion = { versionId: string; document: PolicyDocument; createdAtMs: number };

/** @returns the document a managed policy stands for: its default version's */
export function documentOf({ policyName, versions, defaultVersionId }: ManagedPolicy): PolicyDocument {
  const version = versions.find((each) => each.versionId === defaultVersionId);
  if (version === undefined) throw new Error(`The policy ${policyName} lacks its default version.`);
  return version.document;
}

/** An OpenID Connect provider that an account trusts for AssumeRoleWithWebIdentity. */
export type OidcProvider = {
  /** `arn:aws:iam::<account>:oidc-provider/<host and path>`; the key in {@link World.oidcProviders}. */
  arn: string;
  accountId: string;
  /** As it was given, with its scheme: a token's `iss`. */
  issuerUrl: string;
  /** Audiences whose tokens are taken. */
  clientIds: string[];
  thumbprints: string[];
  tags: Tag[];
  createdAtMs: number;
};

/** An access key of a user (`AKIA…`) or of a session (`ASIA…`). */
export type AccessKey = {
  accessKeyId: string;
  secretAccessKey: string;
  accountId: string;
  /** Set by UpdateAccessKey; a key that is inactive signs nothing. */
  inactive?: boolean;
  /** Of keys that CreateAccessKey made, or the seed. */
  createdAtMs?: number;
  holder:
    | { type: "root" }
    | { type: "user"; userArn: string }
    | { type: "session"; session: Session }
    | { type: "temporary"; session: TemporarySession };
};

/** Temporary credentials of a user, or of the account root, as GetSessionToken issues them. */
export type TemporarySession = {
  sessionToken: string;
  /** Null: the account root's. */
  userArn: string | null;
  issuedAtMs: number;
  expiresAtMs: number;
};

/** @returns the session of a temporary key; null for a long-term one */
export function sessionOf({ holder }: AccessKey): Session | TemporarySession | null {
  return "session" in holder ? holder.session : null;
}

/** An assumed-role session, as AssumeRole issues it. */
export type Session = {
  /** Null only for a base credential of the seed that was written without one. */
  sessionToken: string | null;
  roleArn: string;
  roleSessionName: string;
  issuedAtMs: number;
  /** Null: a base credential of the seed, which does not expire. */
  expiresAtMs: number | null;
  tags: Tag[];
  transitiveTagKeys: string[];
  sessionPolicies: PolicyDocument[];
  /** Present when S3 Access Grants gave the session out (GetDataAccess): its session policy is this scope's. */
  dataAccess?: DataAccess;
  sourceIdentity: string | null;
  /** Present when a token of an OpenID Connect provider opened it (AssumeRoleWithWebIdentity). */
  webIdentity?: WebIdentity;
  /** Present when the session is identity-enhanced (ProvidedContexts). */
  identityContext: IdentityContext | null;
};

/** What GetDataAccess gave credentials for. */
export type DataAccess = {
  /** `s3://bucket/prefix*`: the MatchedGrantTarget. */
  target: string;
  permission: "READ" | "WRITE" | "READWRITE";
};

/** Who vouched for a web identity session, and the condition keys that follow from the token. */
export type WebIdentity = {
  providerArn: string;
  /** e.g. `idp.example.com:sub` → its values. */
  keys: Record<string, string[]>;
};

/**
 * What an identity context assertion of IAM Identity Center says (IAM user guide, "condition-context-keys-sts-idc").
 */
export type IdentityContext = {
  /** The opaque assertion itself, 4–2048 characters; the key in {@link World.identityContexts}. */
  assertion: string;
  userId: string;
  identityStoreId: string;
  identityStoreArn: string;
  instanceArn: string;
  applicationArn: string;
  credentialId: string;
  issuedAtMs: number;
  expiresAtMs: number;
  /** AssumeRole has taken it once. */
  isUsed?: boolean;
};

/** A KMS key as far as signing and `kms:Decrypt` checks need it. */
export type KmsKey = {
  keyId: string;
  arn: string;
  accountId: string;
  region: string;
  description: string;
  keySpec: string;
  keyUsage: string;
  enabled: boolean;
  state: "Enabled" | "Disabled" | "PendingDeletion";
  deletionAtMs: number | null;
  /** PKCS#8 PEM for asymmetric keys, base64 of the raw key for symmetric ones. Never leaves the sandbox. */
  material: string;
  keyPolicy: PolicyDocument | null;
  aliases: string[];
  tags: Tag[];
  createdAtMs: number;
};
