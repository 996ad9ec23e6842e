// Key policies: GetKeyPolicy and PutKeyPolicy, the default policy, and how a policy is parsed.

import { family } from "../../operation/operation.ts";
import { PolicyGrammarError, parsePolicy } from "../../policy/parse_policy.ts";
import type { PolicyDocument } from "../../policy/policy_document.ts";
import { assertNotPendingDeletion, getKey, type KeyInput, keyResource } from "./lookup.ts";
import { refuse } from "./refuse.ts";

type PolicyInput = KeyInput & { PolicyName?: string };

/** The operations of this family. */
export const keyPolicyOperations = family("kms", {
  GetKeyPolicy: {
    authorize: keyResource,
    run(input: PolicyInput, context) {
      assertPolicyName(input);
      const key = getKey(context, input.KeyId, "key");
      const policy = key.keyPolicy ?? defaultKeyPolicy(key.accountId);
      return { Policy: JSON.stringify(policy), PolicyName: "default" };
    },
  },

  PutKeyPolicy: {
    authorize: keyResource,
    run(input: PolicyInput & { Policy: string }, context) {
      assertPolicyName(input);
      const key = getKey(context, input.KeyId, "key");
      assertNotPendingDeletion(key);
      key.keyPolicy = parseKeyPolicy(input.Policy);
      return {};
    },
  },
});

/** Leaves everything to the account's identity policies (developer guide, "Default key policy"). */
export function defaultKeyPolicy(accountId: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "EnableIAMUserPermissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  };
}

/** @throws AwsError MalformedPolicyDocumentException */
export function parseKeyPolicy(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "resource");
  } catch (error) {
    if (!(error instanceof PolicyGrammarError)) throw error;
    throw refuse("MalformedPolicyDocumentException", error.message, {
      rule: "policy.grammar",
      why: error.message,
      fix: "Write the document by the grammar of the IAM policy language.",
    });
  }
}

/** A key has one policy, named default (API reference). */
function assertPolicyName({ PolicyName: name = "default" }: PolicyInput): void {
  if (name === "default") return;
  throw refuse("NotFoundException", "No such policy exists", {
    rule: "key.policyName",
    why: `A key has one policy, named default, not ${name}.`,
    fix: "Use the name default.",
  });
}
