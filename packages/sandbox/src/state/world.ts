// The one in-memory world every service of the sandbox shares, and how it is written to and read from JSON.
// Documents are not here: the search engine holds them. Entities are plain JSON values: no dates, classes or functions, so that a snapshot is the whole state.
import { type Json, SandboxSetupError } from "../ground/errors.ts";
import type {
  AccessKey,
  Account,
  IamRole,
  IamUser,
  IdentityContext,
  KmsKey,
  ManagedPolicy,
  OidcProvider,
} from "./iam_entities.ts";
import type {
  AuthorizationCode,
  GroupMembership,
  IdentityCenterApplication,
  IdentityCenterInstance,
  IdentityCenterRefreshToken,
  IdentityStoreGroup,
  IdentityStoreUser,
  PortalToken,
  RedeemedToken,
  TrustedTokenIssuer,
} from "./identity_center_entities.ts";
import type {
  AccountAccessRequest,
  AccountAssignment,
  PermissionSet,
  ProvisionedPermissionSet,
} from "./permission_set_entities.ts";
import type {
  QApplication,
  QDataAccessor,
  QDataSource,
  QIndex,
  QPermission,
  QRetriever,
  RegisteredIsv,
} from "./qbusiness_entities.ts";
import type {
  QConversation,
  QGroup,
  QSubscription,
  QUser,
  QWebExperience,
} from "./qbusiness_people_entities.ts";
import type {
  AccessGrant,
  AccessGrantsInstance,
  AccessGrantsLocation,
  S3Bucket,
  S3Object,
} from "./s3_entities.ts";
import { TrackedMap } from "./tracked_map.ts";
import type { TrailEvent } from "./trail_entities.ts";

/** What an idempotency token (`ClientToken`) was used for. */
export type IdempotencyRecord = {
  /** `<account>|<region>|<service>:<operation>|<token>`; the key in {@link World.idempotencyRecords}. */
  key: string;
  /** Digest of the parameters it came with; a different one is refused. */
  fingerprint: string;
  /** The answer to repeat. */
  output: Json;
  createdAtMs: number;
};

/** Every collection is a Map from the entity's key (named beside it) to the entity. */
export type World = {
  /** by accountId */
  accounts: Map<string, Account>;
  /** by arn */
  iamUsers: Map<string, IamUser>;
  /** by arn */
  iamRoles: Map<string, IamRole>;
  /** by arn */
  oidcProviders: Map<string, OidcProvider>;
  /** by arn */
  managedPolicies: Map<string, ManagedPolicy>;
  /** by accessKeyId */
  accessKeys: Map<string, AccessKey>;
  /** by assertion */
  identityContexts: Map<string, IdentityContext>;
  /** by arn */
  kmsKeys: Map<string, KmsKey>;
  /** by instanceArn */
  instances: Map<string, IdentityCenterInstance>;
  /** by {@link storeKey}(identityStoreId, userId) */
  users: Map<string, IdentityStoreUser>;
  /** by {@link storeKey}(identityStoreId, groupId) */
  groups: Map<string, IdentityStoreGroup>;
  /** by {@link storeKey}(identityStoreId, membershipId) */
  memberships: Map<string, GroupMembership>;
  /** by trustedTokenIssuerArn */
  trustedTokenIssuers: Map<string, TrustedTokenIssuer>;
  /** by applicationArn */
  applications: Map<string, IdentityCenterApplication>;
  /** by permissionSetArn */
  permissionSets: Map<string, PermissionSet>;
  /** by key */
  accountAssignments: Map<string, AccountAssignment>;
  /** by key */
  provisionedPermissionSets: Map<string, ProvisionedPermissionSet>;
  /** by requestId */
  accountAccessRequests: Map<string, AccountAccessRequest>;
  /** by key */
  redeemedTokens: Map<string, RedeemedToken>;
  /** by code */
  authorizationCodes: Map<string, AuthorizationCode>;
  /** by refreshToken */
  refreshTokens: Map<string, IdentityCenterRefreshToken>;
  /** by principal */
  registeredIsvs: Map<string, RegisteredIsv>;
  /** by applicationId */
  qApplications: Map<string, QApplication>;
  /** by indexId */
  indices: Map<string, QIndex>;
  /** by retrieverId */
  retrievers: Map<string, QRetriever>;
  /** by dataSourceId */
  dataSources: Map<string, QDataSource>;
  /** by dataAccessorId */
  dataAccessors: Map<string, QDataAccessor>;
  /** by {@link storeKey}(applicationId, statementId) */
  permissions: Map<string, QPermission>;
  /** by key */
  qUsers: Map<string, QUser>;
  /** by key */
  qGroups: Map<string, QGroup>;
  /** by subscriptionId */
  qSubscriptions: Map<string, QSubscription>;
  /** by conversationId */
  qConversations: Map<string, QConversation>;
  /** by webExperienceId */
  qWebExperiences: Map<string, QWebExperience>;
  /** by key */
  idempotencyRecords: Map<string, IdempotencyRecord>;
  /** by eventId, oldest first */
  trailEvents: Map<string, TrailEvent>;
  /** by accessToken */
  portalTokens: Map<string, PortalToken>;
  /** by name */
  s3Buckets: Map<string, S3Bucket>;
  /** by {@link storeKey}(bucket, key) */
  s3Objects: Map<string, S3Object>;
  /** by accessGrantsInstanceArn */
  accessGrantsInstances: Map<string, AccessGrantsInstance>;
  /** by accessGrantsLocationArn */
  accessGrantsLocations: Map<string, AccessGrantsLocation>;
  /** by accessGrantArn */
  accessGrants: Map<string, AccessGrant>;
};

/** Name of a collection of the world. */
export type CollectionName = keyof World;

/** The world as JSON: per collection a list of `[key, entity]`. */
export type WorldSnapshot = { format: 1; collections: Record<string, [string, Json][]> };

/** @returns a world in which nothing exists yet */
export function createWorld(): World {
  return {
    accounts: new TrackedMap(),
    iamUsers: new TrackedMap(),
    iamRoles: new TrackedMap(),
    oidcProviders: new TrackedMap(),
    managedPolicies: new TrackedMap(),
    accessKeys: new TrackedMap(),
    identityContexts: new TrackedMap(),
    kmsKeys: new TrackedMap(),
    instances: new TrackedMap(),
    users: new TrackedMap(),
    groups: new TrackedMap(),
    memberships: new TrackedMap(),
    trustedTokenIssuers: new TrackedMap(),
    applications: new TrackedMap(),
    permissionSets: new TrackedMap(),
    accountAssignments: new TrackedMap(),
    provisionedPermissionSets: new TrackedMap(),
    accountAccessRequests: new TrackedMap(),
    redeemedTokens: new TrackedMap(),
    authorizationCodes: new TrackedMap(),
    refreshTokens: new TrackedMap(),
    registeredIsvs: new TrackedMap(),
    qApplications: new TrackedMap(),
    indices: new TrackedMap(),
    retrievers: new TrackedMap(),
    dataSources: new TrackedMap(),
    dataAccessors: new TrackedMap(),
    permissions: new TrackedMap(),
    qUsers: new TrackedMap(),
    qGroups: new TrackedMap(),
    qSubscriptions: new TrackedMap(),
    qConversations: new TrackedMap(),
    qWebExperiences: new TrackedMap(),
    idempotencyRecords: new TrackedMap(),
    trailEvents: new TrackedMap(),
    portalTokens: new TrackedMap(),
    s3Buckets: new TrackedMap(),
    s3Objects: new TrackedMap(),
    accessGrantsInstances: new TrackedMap(),
    accessGrantsLocations: new TrackedMap(),
    accessGrants: new TrackedMap(),
  };
}

/** Key of an entity whose id is only unique inside its owner. Neither part may contain `|` before the last. */
export function storeKey(ownerId: string, id: string): string {
  return `${ownerId}|${id}`;
}

/** @returns the world as JSON text */
export function worldToJson(world: World): string {
  const collections = Object.fromEntries(Object.entries(world).map(([name, map]) => [name, [...map]]));
  return JSON.stringify({ format: 1, collections });
}

/**
 * Replaces everything in `world` by what the snapshot holds. The same Map objects stay in use.
 *
 * @throws SandboxSetupError `SANDBOX_STATE_INVALID` when the text is not a snapshot; the world is then unchanged
 */
export function restoreWorld(world: World, text: string): void {
  const collections = parseSnapshot(text);
  for (const [name, map] of Object.entries(world) as [CollectionName, Map<string, unknown>][]) {
    map.clear();
    for (const [key, entity] of collections[name] ?? []) map.set(key, entity);
  }
}

/** Empties every collection. */
export function clearWorld(world: World): void {
  for (const map of Object.values(world)) map.clear();
}

function parseSnapshot(text: string): WorldSnapshot["collections"] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new SandboxSetupError("SANDBOX_STATE_INVALID", "The sandbox state is not JSON.", { cause });
  }
  const snapshot = parsed as Partial<WorldSnapshot> | null;
  if (snapshot?.format !== 1 || typeof snapshot.collections !== "object" || snapshot.collections === null) {
    throw new SandboxSetupError(
      "SANDBOX_STATE_INVALID",
      'The sandbox state is not a snapshot of this version (expected {"format":1,"collections":…}).',
    );
  }
  for (const [name, entries] of Object.entries(snapshot.collections)) {
    const wellFormed =
      Array.isArray(entries) &&
      entries.every((entry) => Array.isArray(entry) && typeof entry[0] === "string");
    if (!wellFormed) {
      throw new SandboxSetupError(
        "SANDBOX_STATE_INVALID",
        `The sandbox state's collection "${name}" is not a list of [key, entity].`,
      );
    }
  }
  return snapshot.collections;
}
