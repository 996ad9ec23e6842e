// What a seed became: the ids and credentials clients need. JSON-safe, kept in the state file.

/** Credentials in the shape SDK clients take. */
export type SeedResultCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** What a customer hands to the ISV, for one data accessor ("Information for data accessor"). */
export type SeedResultConnection = {
  displayName: string;
  applicationId: string;
  /** Region of the Q Business application. */
  applicationRegion: string;
  indexId: string;
  retrieverId: string;
  dataAccessorId: string;
  /** `clientId` of CreateTokenWithIAM. */
  idcApplicationArn: string;
  /** Region of the Identity Center instance. */
  idcRegion: string;
  instanceArn: string;
  /** The ISV's role. */
  principal: string;
  /** Value of the session tag; null when the accessor has none. */
  externalId: string | null;
};

/** An Identity Center instance of the seed. */
export type SeedResultInstance = {
  instanceArn: string;
  identityStoreId: string;
  region: string;
  account: string;
  /** userName → user id */
  users: Record<string, string>;
  /** group name → group id */
  groups: Record<string, string>;
  /** issuer name → ARN */
  trustedTokenIssuers: Record<string, string>;
  /** permission set name → ARN; absent in results made before there were any */
  permissionSets?: Record<string, string>;
};

/** A Q Business application of the seed. */
export type SeedResultApplication = {
  applicationId: string;
  region: string;
  account: string;
  indexId: string;
  retrieverId: string;
  /** data source name → id */
  dataSources: Record<string, string>;
};

/** Everything the seed made, by the seed's names. */
export type SeedResult = {
  credentials: Record<string, SeedResultCredentials>;
  /** role name → ARN; a name used in two accounts is listed as `<account>/<name>` as well */
  roles: Record<string, string>;
  identityCenters: Record<string, SeedResultInstance>;
  qApplications: Record<string, SeedResultApplication>;
  /** by data accessor displayName, or `<application>/<accessor>` when that is taken */
  connections: Record<string, SeedResultConnection>;
};

/** @returns a result that lists nothing yet */
export function emptySeedResult(): SeedResult {
  return { credentials: {}, roles: {}, identityCenters: {}, qApplications: {}, connections: {} };
}
