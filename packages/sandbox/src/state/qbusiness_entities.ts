// What Amazon Q Business knows: applications, indices, retrievers, data sources, data accessors,
// resource policy statements. Wire-shaped parts keep their wire spelling.
import type { Json } from "../ground/errors.ts";
import type { Tag } from "./iam_entities.ts";

/** A Q Business application environment; lives in one region. */
export type QApplication = {
  /** 36 characters; the key in {@link World.qApplications}. */
  applicationId: string;
  applicationArn: string;
  accountId: string;
  region: string;
  displayName: string;
  description: string | null;
  identityType: "AWS_IAM_IDC" | "AWS_IAM_IDP_OIDC" | "AWS_IAM_IDP_SAML" | "AWS_QUICKSIGHT_IDP" | "ANONYMOUS";
  /** The instance it is bound to; null unless `identityType` is `AWS_IAM_IDC`. */
  identityCenterInstanceArn: string | null;
  identityCenterApplicationArn: string | null;
  roleArn: string | null;
  /** Customer managed key that encrypts it; the caller of a search then needs `kms:Decrypt`. */
  kmsKeyId: string | null;
  status: "ACTIVE" | "CREATING" | "DELETING" | "FAILED" | "UPDATING";
  /** Further members of the wire shape, kept as they were given. */
  settings: Record<string, Json>;
  /** Users (identity store user ids) with an inactive licence, for `LicenseNotFoundException`. */
  unlicensedUserIds: string[];
  /** Users with a subscription; looked at only under the rule `search.subscription`. Absent: none. */
  subscribedUserIds?: string[];
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** An index of an application. */
export type QIndex = {
  indexId: string;
  indexArn: string;
  applicationId: string;
  displayName: string;
  description: string | null;
  type: "ENTERPRISE" | "STARTER";
  status: "ACTIVE" | "CREATING" | "DELETING" | "FAILED" | "UPDATING";
  /** `documentAttributeConfigurations` as given. */
  documentAttributeConfigurations: Json[];
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** A retriever over an index. */
export type QRetriever = {
  retrieverId: string;
  retrieverArn: string;
  applicationId: string;
  displayName: string;
  type: "NATIVE_INDEX" | "KENDRA_INDEX";
  status: "ACTIVE" | "CREATING" | "FAILED";
  indexId: string;
  roleArn: string | null;
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** A data source that fills an index; documents name it in the attribute `_data_source_id`. */
export type QDataSource = {
  dataSourceId: string;
  dataSourceArn: string;
  applicationId: string;
  indexId: string;
  displayName: string;
  description: string | null;
  type: string;
  /** `configuration` as given. */
  configuration?: Json;
  status: "ACTIVE" | "CREATING" | "DELETING" | "FAILED" | "PENDING_CREATION" | "UPDATING";
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** What CreateDataAccessor says about authentication; absent in accessors made before it existed. */
export type DataAccessorAuthentication = {
  authenticationType: "AWS_IAM_IDC_TTI" | "AWS_IAM_IDC_AUTH_CODE";
  /** For `AWS_IAM_IDC_TTI`. */
  trustedTokenIssuerArn: string | null;
  /** At most one: the ISV's tenant id. */
  externalIds: string[];
};

/** A data accessor: an ISV's role that may search an application. */
export type QDataAccessor = {
  dataAccessorId: string;
  dataAccessorArn: string;
  applicationId: string;
  /** The IAM Identity Center application CreateDataAccessor made. */
  idcApplicationArn: string;
  /** ARN of the ISV's role. */
  principal: string;
  displayName: string;
  /** `actionConfigurations` as given: `{ action, filterConfiguration?: { documentAttributeFilter } }`. */
  actionConfigurations: { action: string; filterConfiguration?: { documentAttributeFilter?: Json } }[];
  authenticationDetail: DataAccessorAuthentication | null;
  tags: Tag[];
  createdAtMs: number;
  updatedAtMs: number;
};

/** A statement of an application's resource policy (AssociatePermission). */
export type QPermission = {
  applicationId: string;
  statementId: string;
  actions: string[];
  /** ARN of the role it names. */
  principal: string;
  conditions: { conditionOperator: "StringEquals"; conditionKey: string; conditionValues: string[] }[];
  createdAtMs: number;
};

/**
 * An ISV as AWS registered it ("Information to provide"): its role and the one OIDC client id that becomes the
 * audience of every data accessor's grant. CreateDataAccessor looks its `principal` up here.
 */
export type RegisteredIsv = {
  /** ARN of the ISV's role; the key in {@link World.registeredIsvs}. */
  principal: string;
  displayName: string;
  /** OIDC client id: the `aud` of the ISV's ID tokens. Null: registered for the authorization-code method only. */
  clientId: string | null;
  /** For the authorization-code method. */
  redirectUris: string[];
};
