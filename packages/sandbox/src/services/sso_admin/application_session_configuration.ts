// Whether users may run background sessions of an application: Put and Get.

import { family } from "../../operation/operation.ts";
import { getApplication } from "./lookup.ts";

type Input = { ApplicationArn: string };
type PutInput = Input & { UserBackgroundSessionApplicationStatus?: "ENABLED" | "DISABLED" };

/** The operations of this family. */
export const applicationSessionConfigurationOperations = family("sso-admin", {
  PutApplicationSessionConfiguration: {
    authorize: (input: PutInput) => input.ApplicationArn,
    run({ ApplicationArn: arn, UserBackgroundSessionApplicationStatus: status }: PutInput, context) {
      const application = getApplication(context, arn);
      application.userBackgroundSessionStatus = status ?? application.userBackgroundSessionStatus;
      return {};
    },
  },

  GetApplicationSessionConfiguration: {
    authorize: (input: Input) => input.ApplicationArn,
    run(input: Input, context) {
      const { userBackgroundSessionStatus } = getApplication(context, input.ApplicationArn);
      return { UserBackgroundSessionApplicationStatus: userBackgroundSessionStatus };
    },
  },
});
