// sts GetCallerIdentity: who signed. Needs no permission (STS API reference).
import type { Operation } from "../../operation/operation.ts";

export const getCallerIdentity: Operation = {
  service: "sts",
  operation: "GetCallerIdentity",
  authorization: "handler",
  handler(_input, { caller }) {
    return { UserId: caller.userId, Account: caller.accountId, Arn: caller.arn };
  },
};
