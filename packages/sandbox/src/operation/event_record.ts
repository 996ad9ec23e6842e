// A call as CloudTrail records it: who called, on whose behalf, what was asked and what came of it, without secrets.
// CloudTrail user guide, "record contents" and "userIdentity element"; contract 6.7.
import type { AwsError, Json } from "../ground/errors.ts";
import { getModel } from "../models/index.ts";
import type { Shape, StructureShape } from "../models/shapes.ts";
import type { TrailResource, World } from "../state/index.ts";
import { findOnBehalfOf } from "./on_behalf_of.ts";
import type { Caller, OperationData, ServiceName } from "./operation.ts";
import { isSecretMember, shortenSecrets } from "./request_log.ts";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
/** How the operations begin that change nothing. */
const READING = /^(AssumeRole|Check|Decode|Describe|Get|Head|Is|List|Lookup|Search|Sign|Verify)/;

/** What is recorded of a call. */
export type RecordedCall = {
  requestId: string;
  /** ISO 8601. */
  at: string;
  /** Null for a service that is not simulated: what it takes and answers is not known. */
  service: ServiceName | null;
  operation: string;
  eventSource: string;
  region: string;
  caller: Caller;
  sourceIp: string;
  userAgent: string;
  input: OperationData;
  output: OperationData | undefined;
  error: AwsError | undefined;
};

/** @returns whether a call of this name only reads */
export function isReading(operation: string): boolean {
  return READING.test(operation);
}

/** @returns the record but for what differs between the accounts that receive it */
export function eventRecord(call: RecordedCall, world: World): { [member: string]: Json } {
  const { service, operation, caller, error } = call;
  const shapes = service === null ? undefined : getModel(service).operations.get(operation);
  const reading = isReading(operation);
  const hasOutput = !reading || operation.startsWith("AssumeRole");
  const response = error === undefined && hasOutput ? visible(call.output ?? {}, shapes?.output) : null;
  const additional = additionalEventData(call, world);
  return {
    eventVersion: "1.11",
    userIdentity: userIdentityOf(caller, world),
    eventTime: `${call.at.slice(0, 19)}Z`,
    eventSource: call.eventSource,
    eventName: operation,
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent,
    ...(error !== undefined && { errorCode: error.code, errorMessage: textOf(error) }),
    requestParameters: orNull(visible(call.input, shapes?.input)),
    responseElements: orNull(response),
    ...(additional !== null && { additionalEventData: additional }),
    requestID: call.requestId,
    readOnly: reading,
    eventType: "AwsApiCall",
    managementEvent: true,
    eventCategory: "Management",
  };
}

/** @returns the element `userIdentity`; `onBehalfOf` says for whom an identity-enhanced session acts */
function userIdentityOf(caller: Caller, world: World): { [member: string]: Json } {
  const { accountId, accessKeyId, arn, userId, user, role, session } = caller;
  const common = { principalId: userId, arn, accountId, accessKeyId };
  if (role === null || session === null) {
    return user === null
      ? { type: "Root", ...common }
      : { type: "IAMUser", ...common, userName: user.userName };
  }
  const person = findOnBehalfOf(world, caller);
  return {
    type: "AssumedRole",
    ...common,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: role.roleId,
        arn: role.arn,
        accountId: role.accountId,
        userName: role.roleName,
      },
      attributes: {
        creationDate: `${new Date(session.issuedAtMs).toISOString().slice(0, 19)}Z`,
        mfaAuthenticated: "false",
      },
      ...(session.sourceIdentity !== null && { sourceIdentity: session.sourceIdentity }),
    },
    ...(person !== null && {
      onBehalfOf: { userId: person.userId, identityStoreArn: person.identityStoreArn },
    }),
  };
}

/** Of CreateTokenWithIAM: whose identity context it gave out (contract 6.7). */
function additionalEventData({ output }: RecordedCall, world: World): { [member: string]: Json } | null {
  const details = output?.["awsAdditionalDetails"] as { identityContext?: string } | undefined;
  const identity = world.identityContexts.get(details?.identityContext ?? "");
  if (identity === undefined) return null;
  return {
    "identitystore:UserId": identity.userId,
    "identitystore:IdentityStoreArn": identity.identityStoreArn,
    "identitycenter:InstanceArn": identity.instanceArn,
    "identitycenter:ApplicationArn": identity.applicationArn,
    "identitycenter:CredentialId": identity.credentialId,
  };
}

/** Members as CloudTrail spells them, first letter small; what the model calls sensitive and what is secret, hidden. */
function visible(value: OperationData, shape: StructureShape | undefined): Json {
  return shape === undefined ? null : visibleValue(shortenSecrets(value), shape);
}

function visibleValue(value: unknown, shape: Shape): Json {
  if (shape.sensitive) return HIDDEN;
  if (Array.isArray(value) && shape.kind === "list")
    return value.map((each) => visibleValue(each, shape.member.target));
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  if (shape.kind !== "structure" || shape.document) return value as Json;
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(
    members.map(([name, member]) => {
      const target = shape.members.get(name)?.target;
      const isHidden = isSecretMember(name) && typeof member === "string";
      const shown = isHidden ? HIDDEN : target === undefined ? null : visibleValue(member, target);
      return [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, shown];
    }),
  );
}

function orNull(value: Json): Json {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return isEmpty ? null : value;
}

function textOf({ message, members }: AwsError): string {
  const description = members["error_description"];
  return message !== "" ? message : typeof description === "string" ? description : "";
}

/** CloudFormation's types of what ARNs name. */
const RESOURCE_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^arn:aws:iam::\d+:role\//, "AWS::IAM::Role"],
  [/^arn:aws:iam::\d+:user\//, "AWS::IAM::User"],
  [/^arn:aws:iam::\d+:policy\//, "AWS::IAM::ManagedPolicy"],
  [/^arn:aws:kms:/, "AWS::KMS::Key"],
  [/^arn:aws:sso::\d*:application\//, "AWS::SSO::Application"],
  [/^arn:aws:sso:::instance\//, "AWS::SSO::Instance"],
  [/^arn:aws:qbusiness:[^:]*:\d+:application\//, "AWS::QBusiness::Application"],
  [/^arn:aws:s3:::/, "AWS::S3::Bucket"],
];

/** @returns what the input's members name by ARN, and the Q Business application or S3 Access Grants they name by id */
export function resourcesOf({ service, input, region }: RecordedCall, world: World): TrailResource[] {
  const application = world.qApplications.get(String(input["applicationId"] ?? ""));
  const texts = Object.values(input).filter((value) => typeof value === "string");
  const named = texts.flatMap((name) => {
    const type = RESOURCE_TYPES.find(([pattern]) => pattern.test(name))?.[1];
    return type === undefined ? [] : [{ type, name }];
  });
  if (service === "s3control") {
    const name = `arn:aws:s3:${region}:${String(input["AccountId"])}:access-grants/default`;
    return [...named, { type: "AWS::S3::AccessGrantsInstance", name }];
  }
  return application === undefined
    ? named
    : [...named, { type: "AWS::QBusiness::Application", name: application.applicationArn }];
}
