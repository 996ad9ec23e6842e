// How many of a kind an account has at most. IAM user guide, "IAM and AWS STS quotas": the defaults.
import { refuse } from "./refuse.ts";

/** The defaults of an account: roles and policies adjustable, users not. */
const MOST = { Roles: 1000, Users: 5000, Policies: 1500 };

/**
 * @param own how many the account has, before one more is made
 * @throws AwsError LimitExceeded
 */
export function assertAccountQuota(kind: keyof typeof MOST, own: number): void {
  const most = MOST[kind];
  if (own < most) return;
  throw refuse("LimitExceeded", `Cannot exceed quota for ${kind}PerAccount: ${most}`, {
    rule: `account.quota${kind}`,
    why: `The account has ${own} ${kind.toLowerCase()}; ${most} are AWS's default.`,
    fix: "Delete some, or reset the sandbox between tests.",
  });
}
