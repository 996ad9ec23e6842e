// sts GetCallerIdentity: who signed. Needs no permission (STS API reference).
import { family } from "../../operation/operation.ts";

/** The operations of this family. */
export const callerIdentityOperations = family("sts", {
  GetCallerIdentity: {
    authorize: "operation",
    run: (_input, { caller }) => ({ Account: caller.accountId, Arn: caller.arn, UserId: caller.userId }),
  },
});
