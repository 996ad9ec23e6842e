// The seed: everything a sandbox shall hold at its start, as one declarative object or JSON file.
// Reading one is parse_seed.ts's business, what it means apply_seed.ts's.
import { z } from "zod";
import { PolicyGrammarError, type PolicyKind, parsePolicy } from "../policy/parse_policy.ts";
import type { PolicyDocument } from "../policy/policy_document.ts";

const accountId = z.string().regex(/^\d{12}$/, "must be twelve digits");
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as us-east-1");
const name = z.string().min(1).max(100);
const roleArn = z
  .string()
  .regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "must be arn:aws:iam::<account>:role/<name>");
const tags = z.array(z.strictObject({ key: z.string().min(1), value: z.string() })).optional();

/** The seed's documents go through the parser of the APIs: what they refuse, a seed cannot bring in. */
function policyDocument(kind: PolicyKind) {
  return z.unknown().transform((value, context) => {
    try {
      return parsePolicy(value, kind);
    } catch (error) {
      if (!(error instanceof PolicyGrammarError)) throw error;
      context.addIssue({ code: "custom", message: error.message.replace(/\.$/, "") });
      return z.NEVER;
    }
  }) as unknown as z.ZodType<PolicyDocument, PolicyDocument>;
}

const policies = z.record(z.string().min(1), policyDocument("identity"));

/** Long-term keys of a user, or standing keys of a role session (which then never expire). */
const credentials = z
  .strictObject({
    /** By this name {@link SeedResult.credentials} lists them. */
    name,
    accessKeyId: z
      .string()
      .regex(/^(AKIA|ASIA)\w{12,124}$/, "must begin with AKIA or ASIA")
      .optional(),
    secretAccessKey: z.string().min(16).optional(),
    sessionToken: z.string().min(1).optional(),
    /** An IAM user, made if need be. Exactly one of `user` and `role`. */
    user: name.optional(),
    /** A role of this account, by name. */
    role: name.optional(),
    /** Policies of the user; absent: everything is allowed. */
    policies: policies.optional(),
  })
  .refine((each) => (each.user === undefined) !== (each.role === undefined), "must name either user or role");

const role = z.strictObject({
  name,
  path: z
    .string()
    .regex(/^\/([\w+=,.@-]+\/)*$/, "must begin and end with /")
    .optional(),
  description: z.string().optional(),
  /** Who may assume it. */
  trustPolicy: policyDocument("trust"),
  policies: policies.optional(),
  maxSessionDurationSeconds: z.number().int().min(3600).max(43200).optional(),
  tags,
});

/** An OpenID Connect provider of the account, for AssumeRoleWithWebIdentity. */
const oidcProvider = z.strictObject({
  /** The issuer, as its tokens have it in `iss`. */
  url: z.url(),
  /** Audiences whose tokens are taken. */
  clientIds: z.array(z.string().min(1).max(255)).min(1),
});

const account = z.strictObject({
  id: accountId,
  name,
  oidcProviders: z.array(oidcProvider).optional(),
  roles: z.array(role).optional(),
  credentials: z.array(credentials).optional(),
});

const user = z.strictObject({
  userName: z.string().min(1).max(128),
  email: z.email().optional(),
  /** Addresses beside the primary one, as SCIM provisioning brings them. */
  furtherEmails: z.array(z.email()).optional(),
  displayName: z.string().min(1).optional(),
  givenName: z.string().min(1).optional(),
  familyName: z.string().min(1).optional(),
  externalIds: z.array(z.strictObject({ issuer: z.string().min(1), id: z.string().min(1) })).optional(),
  /** Names of groups; made if need be. */
  groups: z.array(name).optional(),
  disabled: z.boolean().optional(),
});

const trustedTokenIssuer = z.strictObject({
  name: z.string().regex(/^[\w+=,.@-]{1,255}$/, "must be letters, digits and +=,.@-_"),
  /** The model's pattern of TrustedTokenIssuerUrl, and its length. */
  issuerUrl: z
    .string()
    .max(512)
    .regex(
      /^https?:\/\/[-\w+&@/%=~|!:,.;]*[-\w+&@/%=~|]$/,
      "must be an http or https URL of letters, digits and -+&@/%=~_|!:,.; without query and fragment",
    ),
  /** Claim path in the token; default `email`. */
  claim: z.string().optional(),
  /** Attribute path in the identity store; default `emails.value`. */
  attribute: z.string().optional(),
});

/** Access to AWS accounts: what becomes a role in each account it is assigned in. */
const permissionSet = z.strictObject({
  /** By this name {@link SeedResult} lists it. */
  name: z.string().regex(/^[\w+=,.@-]{1,32}$/, "must be at most 32 letters, digits and +=,.@-_"),
  description: z.string().min(1).max(700).optional(),
  /** ISO 8601, PT1H to PT12H; default PT1H. */
  sessionDuration: z.string().optional(),
  /** ARNs of AWS's own policies. */
  managedPolicies: z.array(z.string().min(20)).optional(),
  inlinePolicy: policyDocument("identity").optional(),
  assignments: z
    .array(
      z.strictObject({
        account: accountId,
        users: z.array(z.string()).optional(),
        groups: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

const identityCenter = z.strictObject({
  /** By this name Q applications refer to it. */
  name,
  account: accountId,
  region,
  groups: z.array(name).optional(),
  users: z.array(user).optional(),
  trustedTokenIssuers: z.array(trustedTokenIssuer).optional(),
  permissionSets: z.array(permissionSet).optional(),
});

/** An ISV as AWS registered it. */
const isv = z.strictObject({
  displayName: name,
  /** ARN of the ISV's role. */
  principal: roleArn,
  /** OIDC client id registered with AWS: the audience of every customer's grant. */
  clientId: z.string().min(1).max(512).optional(),
  redirectUris: z.array(z.url()).optional(),
});

const attribute = z.strictObject({
  name: z.string().min(1),
  value: z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ stringListValue: z.array(z.string()) }),
    z.strictObject({ longValue: z.number().int() }),
    z.strictObject({ dateValue: z.union([z.string(), z.number()]) }),
  ]),
});

const document = z.strictObject({
  id: z.string().min(1).max(1825),
  title: z.string().min(1).max(1024).optional(),
  uri: z.string().optional(),
  content: z.string(),
  dataSource: name.optional(),
  attributes: z.array(attribute).optional(),
  /** Who sees it: e-mail addresses and group names. Absent: every user of the application. */
  allow: z
    .strictObject({ users: z.array(z.string()).optional(), groups: z.array(z.string()).optional() })
    .optional(),
  /** Who does not, whatever `allow` says. */
  deny: z
    .strictObject({ users: z.array(z.string()).optional(), groups: z.array(z.string()).optional() })
    .optional(),
});

const dataAccessor = z.strictObject({
  /** Letters, digits, `_`, `-`. By this name {@link SeedResult.connections} lists it. */
  displayName: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/, "must be letters, digits, _ and -"),
  /** ARN of the ISV's role. */
  principal: roleArn,
  /** The tenant id the customer typed as External Id. */
  externalId: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,255}$/, "must be letters, digits, _ and -, at most 256")
    .optional(),
  /** Name of the instance's trusted token issuer; absent: authorization-code method. */
  trustedTokenIssuer: z.string().optional(),
  /** Data sources (names) the accessor may see; absent: all. */
  dataSources: z.array(name).min(1).optional(),
  /** Who may use it: everyone (AssignmentRequired is turned off), or these users and groups. Default everyone. */
  assignments: z
    .union([
      z.literal("everyone"),
      z.strictObject({ users: z.array(z.string()).optional(), groups: z.array(z.string()).optional() }),
    ])
    .optional(),
  /** The resource policy statement (AssociatePermission): with the tag condition, without it, or none. Default `tagCondition`. */
  permission: z.enum(["tagCondition", "unconditional", "none"]).optional(),
});

const qApplication = z.strictObject({
  displayName: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,999}$/, "must be letters, digits, _ and -"),
  account: accountId,
  region,
  /** Name of the Identity Center instance it is bound to. */
  identityCenter: name,
  /** User names with a subscription; looked at only under the rule `search.subscription`. */
  subscribedUsers: z.array(name).optional(),
  /** User names whose subscription is inactive: searches answer LicenseNotFoundException. */
  unlicensedUsers: z.array(name).optional(),
  /** A customer managed key: searches then need `kms:Decrypt`. */
  kmsKeyId: z.string().min(1).optional(),
  dataSources: z.array(name).optional(),
  documents: z.array(document).optional(),
  dataAccessors: z.array(dataAccessor).optional(),
});

/** Schema of the seed. */
export const seedSchema = z.strictObject({
  accounts: z.array(account).min(1),
  isvs: z.array(isv).optional(),
  identityCenters: z.array(identityCenter).optional(),
  qApplications: z.array(qApplication).optional(),
});

/** A seed as it is written. */
export type SandboxSeed = z.input<typeof seedSchema>;
/** Parts of a seed, for programs that build one. */
export type SeedAccount = z.input<typeof account>;
export type SeedRole = z.input<typeof role>;
export type SeedCredentials = z.input<typeof credentials>;
export type SeedIdentityCenter = z.input<typeof identityCenter>;
export type SeedPermissionSet = z.input<typeof permissionSet>;
export type SeedUser = z.input<typeof user>;
export type SeedIsv = z.input<typeof isv>;
export type SeedQApplication = z.input<typeof qApplication>;
export type SeedDocument = z.input<typeof document>;
export type SeedDataAccessor = z.input<typeof dataAccessor>;
