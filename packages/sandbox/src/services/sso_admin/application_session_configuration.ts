// Whether users may run background sessions of an application: Put and Get.

import type { Operation } from "../../operation/operation.ts";
import { getApplication } from "./lookup.ts";

type Input = { ApplicationArn: string };
type PutInput = Input & { UserBackgroundSessionApplicationStatus?: "ENABLED" | "DISABLED" };

const putApplicationSessionConfiguration: Operation = {
  service: "sso-admin",
  operation: "PutApplicationSessionConfiguration",
  resource: (input: PutInput) => input.ApplicationArn,
  handler({ ApplicationArn: arn, UserBackgroundSessionApplicationStatus: status }: PutInput, context) {
    const application = getApplication(context, arn);
    application.userBackgroundSessionStatus = status ?? application.userBackgroundSessionStatus;
    return {};
  },
};

const getApplicationSessionConfiguration: Operation = {
  service: "sso-admin",
  operation: "GetApplicationSessionConfiguration",
  resource: (input: Input) => input.ApplicationArn,
  handler(input: Input, context) {
    const { userBackgroundSessionStatus } = getApplication(context, input.ApplicationArn);
    return { UserBackgroundSessionApplicationStatus: userBackgroundSessionStatus };
  },
};

/** The operations of this family. */
export const applicationSessionConfigurationOperations: readonly Operation[] = [
  putApplicationSessionConfiguration,
  getApplicationSessionConfiguration,
];
