// How much of each kind the sandbox keeps: a client that makes things without end is refused, before its memory is full.
// Bounds of the sandbox over the whole world, far above what tests need; where AWS publishes a quota that can be kept as
// it is, the operation has it itself (IAM, trusted token issuers, data accessors, S3 Access Grants, …).
import type { ServiceName } from "../models/index.ts";
import type { World } from "../state/index.ts";
import type { OperationContext, OperationData } from "./operation.ts";
import { refusing } from "./refuse.ts";

type Kind = {
  [Name in keyof World]: World[Name] extends ReadonlyMap<string, unknown> ? Name : never;
}[keyof World];
type Bound = { kind: Kind; most: number };

/** By `service:operation`. */
const BOUNDS: ReadonlyMap<string, Bound> = new Map<string, Bound>([
  ["identitystore:CreateUser", { kind: "users", most: 50_000 }],
  ["identitystore:CreateGroup", { kind: "groups", most: 10_000 }],
  ["identitystore:CreateGroupMembership", { kind: "memberships", most: 100_000 }],
  ["sso-admin:CreateApplication", { kind: "applications", most: 2000 }],
  ["sso-admin:CreatePermissionSet", { kind: "permissionSets", most: 2000 }],
  ["sso-admin:CreateAccountAssignment", { kind: "accountAssignments", most: 10_000 }],
  ["kms:CreateKey", { kind: "kmsKeys", most: 1000 }],
  ["qbusiness:CreateApplication", { kind: "qApplications", most: 1000 }],
  ["qbusiness:CreateIndex", { kind: "indices", most: 1000 }],
  ["qbusiness:CreateRetriever", { kind: "retrievers", most: 1000 }],
  ["qbusiness:CreateDataSource", { kind: "dataSources", most: 1000 }],
  ["qbusiness:CreateWebExperience", { kind: "qWebExperiences", most: 1000 }],
  ["qbusiness:CreateUser", { kind: "qUsers", most: 10_000 }],
  ["qbusiness:PutGroup", { kind: "qGroups", most: 10_000 }],
]);

/** The code of a service's full quota; the others say ServiceQuotaExceededException. */
const CODES: Partial<Record<ServiceName, string>> = { kms: "LimitExceededException" };

/** @throws AwsError as the service says that a quota is used up, when the operation would make one too many */
export function assertRoom(context: OperationContext, input: OperationData): void {
  const { service, operation, world } = context;
  const bound = BOUNDS.get(`${service}:${operation}`);
  if (bound === undefined || world[bound.kind].size < bound.most) return;
  const { kind, most } = bound;
  const given: unknown = Object.hasOwn(input, "applicationId") ? Reflect.get(input, "applicationId") : "";
  const told = {
    rule: "sandbox.bounds",
    why: `the sandbox keeps ${most} of them (${kind}), and has ${world[kind].size}`,
    fix: "Delete some, or reset the sandbox between tests (POST /_sandbox/reset).",
  };
  const members = {
    resourceId: String(given),
    resourceType: operation.replace(/^(Create|Put)/, "").toUpperCase(),
  };
  const message = `The sandbox has no room for more: ${operation} has reached its bound of ${most}.`;
  throw refusing<string>(service)(
    CODES[service] ?? "ServiceQuotaExceededException",
    message,
    told,
    service === "qbusiness" ? members : {},
  );
}
