// What ties an application to its place: the region, and the Identity Center instance its users come from.

import type { OperationContext } from "../../operation/operation.ts";
import type { QApplication } from "../../state/qbusiness_entities.ts";
import { childrenOf } from "./lookup.ts";
import { refuseConflict, refuseField, refuseMissing } from "./refuse.ts";

/** Where Q Business exists (Q Business user guide, quotas and regions). */
const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-2"];

/**
 * An application of Identity Center names its instance; the other kinds of identity must not.
 *
 * @throws AwsError ValidationException, or ResourceNotFoundException for an instance of nobody or another account
 */
export function assertIdentity(
  identityType: string,
  input: { identityCenterInstanceArn?: string },
  context: OperationContext,
): void {
  const instanceArn = input.identityCenterInstanceArn;
  if (identityType !== "AWS_IAM_IDC") {
    if (instanceArn === undefined) return;
    throw refuseField(
      "identityCenterInstanceArn",
      `identityCenterInstanceArn does not go with identityType ${identityType}`,
      "application.identityType",
    );
  }
  if (instanceArn === undefined) {
    throw refuseField(
      "identityCenterInstanceArn",
      "identityCenterInstanceArn is required for identityType AWS_IAM_IDC",
      "application.identityType",
    );
  }
  assertInstance(instanceArn, context);
}

/**
 * The instance may live in another region (user guide, cross-region Identity Center), not in another account.
 *
 * @throws AwsError ResourceNotFoundException
 */
export function assertInstance(instanceArn: string, { world, accountId }: OperationContext): void {
  const instance = world.instances.get(instanceArn);
  if (instance?.ownerAccountId === accountId) return;
  throw refuseMissing(
    { type: "IDENTITY_CENTER_INSTANCE", id: instanceArn },
    {
      rule: "application.instance",
      why: instance
        ? `${instanceArn} belongs to account ${instance.ownerAccountId}.`
        : `There is no instance ${instanceArn}.`,
      fix: "Use the InstanceArn sso-admin ListInstances gives in this account.",
    },
  );
}

/**
 * An application with data accessors stays at its instance: their Identity Center applications are there.
 *
 * @throws AwsError ConflictException naming one of them
 */
export function assertNoAccessors(application: QApplication, { world }: OperationContext): void {
  const [accessor] = childrenOf(world.dataAccessors, application.applicationId);
  if (!accessor) return;
  throw refuseConflict(
    { type: "DATA_ACCESSOR", id: accessor.dataAccessorId },
    "The application has data accessors, which belong to its present Identity Center instance.",
    {
      rule: "application.instance",
      why: `${accessor.displayName} has an application in the present instance.`,
      fix: "Delete the data accessors first.",
    },
  );
}

/** @throws AwsError ValidationException in a region without Q Business */
export function assertRegion({ region }: OperationContext): void {
  if (regions.includes(region)) return;
  throw refuseField("region", `Amazon Q Business is not available in ${region}`, "application.region");
}
