// The role an ISV registers with AWS, as seeds and tests write it.
import type { SeedRole } from "./schema.ts";

/**
 * The ISV's role as AWS asks for it ("Information to provide"): its four actions, trusting one application role.
 *
 * @param trusted ARN of the role or user that may assume it, or several
 */
export function isvRole(roleName: string, trusted: string | string[]): SeedRole {
  return {
    name: roleName,
    trustPolicy: {
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { AWS: trusted },
        Action: ["sts:AssumeRole", "sts:SetContext", "sts:TagSession"],
      },
    },
    policies: {
      DataAccessor: {
        Version: "2012-10-17",
        Statement: {
          Effect: "Allow",
          Action: [
            "qbusiness:SearchRelevantContent",
            "sso-oauth:CreateTokenWithIAM",
            "kms:Decrypt",
            "sts:SetContext",
          ],
          Resource: "*",
        },
      },
    },
  };
}
