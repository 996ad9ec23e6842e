// What IAM Identity Center and its identity store know: instances, users, groups, trusted token issuers,
// applications with grants, and the tokens and codes issued so far.
import type { Json } from "../ground/errors.ts";
import type { PolicyDocument } from "../policy/policy_document.ts";
import type { Tag } from "./iam_entities.ts";

/** An instance of IAM Identity Center. Lives in one region of one account. */
export type IdentityCenterInstance = {
  /** `arn:aws:sso:::instance/ssoins-<16>`; the key in {@link World.instances}. */
  instanceArn: string;
  identityStoreId: string;
  ownerAccountId: string;
  region: string;
  name: string | null;
  status: "ACTIVE" | "CREATE_IN_PROGRESS" | "DELETE_IN_PROGRESS";
  createdAtMs: number;
  /** Made by CreateInstance: an account instance. Absent: an organization's, as the seed makes them. */
  isAccountInstance?: true;
  /** An account instance whose permission sets were switched on (UpdateInstance). */
  permissionSetsEnabled?: true;
  /** Absent in instances made before tags were kept. */
  tags?: Tag[];
};

/** A user of an identity store. */
export type IdentityStoreUser = {
  identityStoreId: string;
  /** `<10 hex>-<uuid>`. */
  userId: string;
  userName: string;
  displayName: string | null;
  emails: { value: string; type: string | null; primary: boolean }[];
  externalIds: { issuer: string; id: string }[];
  status: "ENABLED" | "DISABLED";
  /** All other members of the wire shape (Name, NickName, Addresses, …), kept as they were given. */
  profile: Record<string, Json>;
  createdAtMs: number;
  updatedAtMs: number;
};

/** A group of an identity store. */
export type IdentityStoreGroup = {
  identityStoreId: string;
  groupId: string;
  displayName: string;
  description: string | null;
  externalIds: { issuer: string; id: string }[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** A user's membership of a group. */
export type GroupMembership = {
  identityStoreId: string;
  membershipId: string;
  groupId: string;
  userId: string;
  createdAtMs: number;
};

/** A trusted token issuer. */
export type TrustedTokenIssuer = {
  /** `arn:aws:sso::<account>:trustedTokenIssuer/ssoins-…/tti-<uuid>`; the key in {@link World.trustedTokenIssuers}. */
  trustedTokenIssuerArn: string;
  instanceArn: string;
  name: string;
  issuerUrl: string;
  claimAttributePath: string;
  identityStoreAttributePath: string;
  jwksRetrievalOption: "OPEN_ID_DISCOVERY";
  tags: Tag[];
  createdAtMs: number;
};

/** The grants an application has; a grant that is absent is not configured. */
export type ApplicationGrants = {
  jwtBearer?: { authorizedTokenIssuers: { trustedTokenIssuerArn: string; authorizedAudiences: string[] }[] };
  authorizationCode?: { redirectUris: string[] };
  refreshToken?: Record<string, never>;
  tokenExchange?: Record<string, never>;
};

/** An application of IAM Identity Center; its ARN is the `clientId` of CreateTokenWithIAM. */
export type IdentityCenterApplication = {
  /** `arn:aws:sso::<account>:application/ssoins-…/apl-<16>`; the key in {@link World.applications}. */
  applicationArn: string;
  instanceArn: string;
  accountId: string;
  applicationProviderArn: string;
  name: string;
  description: string | null;
  status: "ENABLED" | "DISABLED";
  /** `PortalOptions` as it was given. */
  portalOptions: Record<string, Json> | null;
  grants: ApplicationGrants;
  /** Actor policy of the authentication method IAM; null: the method is not configured. */
  actorPolicy: PolicyDocument | null;
  accessScopes: { scope: string; authorizedTargets: string[] }[];
  assignmentRequired: boolean;
  assignments: { principalType: "USER" | "GROUP"; principalId: string }[];
  userBackgroundSessionStatus: "ENABLED" | "DISABLED";
  /** The Q Business data accessor that owns it, if one does. */
  dataAccessorId: string | null;
  tags: Tag[];
  createdAtMs: number;
};

/** A JWT whose `jti` was already exchanged. */
export type RedeemedToken = {
  /** `<scope>|<issuer>|<jti>`; the key in {@link World.redeemedTokens}. */
  key: string;
  redeemedAtMs: number;
  /** When the record may be forgotten. */
  keepUntilMs: number;
  /** Where it was presented, and whether it was exchanged or only used up; absent in states of before. */
  instanceArn?: string;
  byExchange?: boolean;
};

/** An authorization code of the authorization-code flow. */
export type AuthorizationCode = {
  code: string;
  applicationArn: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  codeChallenge: string | null;
  codeChallengeMethod: "S256" | "plain" | null;
  issuedAtMs: number;
  expiresAtMs: number;
  /** Set by the exchange; a second use is refused. */
  redeemedAtMs: number | null;
};

/** An access token of CreateTokenWithIAM with the scope `sso:account:access`: it opens the access portal's API. */
export type PortalToken = {
  /** The key in {@link World.portalTokens}. */
  accessToken: string;
  userId: string;
  identityStoreId: string;
  instanceArn: string;
  applicationArn: string;
  expiresAtMs: number;
};

/** A refresh token of CreateTokenWithIAM. */
export type IdentityCenterRefreshToken = {
  refreshToken: string;
  applicationArn: string;
  userId: string;
  scopes: string[];
  /** ARN of the trusted token issuer the session began with, when it began with one. */
  trustedTokenIssuerArn: string | null;
  issuedAtMs: number;
  expiresAtMs: number;
};
