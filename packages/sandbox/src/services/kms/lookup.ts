// From a key id, key ARN, alias name or alias ARN to a key, and whether the caller may use it.

import { iamActionOf, notAuthorized, principalName, requestContext } from "../../operation/authorization.ts";
import { policyCallerOf } from "../../operation/caller.ts";
import { listing } from "../../operation/list_page.ts";
import type { OperationContext } from "../../operation/operation.ts";
import { fixOf } from "../../operation/policy_fix.ts";
import { evaluatePolicies } from "../../policy/policy.ts";
import type { KmsKey } from "../../state/iam_entities.ts";
import { refuse } from "./refuse.ts";

/** Input of every operation on one key. */
export type KeyInput = { KeyId: string };

/** Input of every list. */
export type ListInput = { Marker?: string; Limit?: number };

/**
 * The key an operation names.
 *
 * @param accepts `any`: also by alias; `key`: by id or ARN only (operations that manage the key)
 * @throws AwsError NotFoundException; InvalidArnException for an ARN of another region; AccessDeniedException when the
 *   key belongs to another account or its key policy does not let the caller
 */
export function getKey(context: OperationContext, given: string, accepts: "any" | "key" = "any"): KmsKey {
  removeExpired(context);
  const key = findKey(context, given, accepts);
  if (!key) {
    const kind = given.includes("alias/") ? "Alias" : "Key";
    throw refuse("NotFoundException", `${kind} '${given}' does not exist`, {
      rule: "key.exists",
      why: `Account ${context.accountId} has no ${kind.toLowerCase()} ${given} in ${context.region}.`,
      fix:
        accepts === "key"
          ? "Use a key id or key ARN; aliases are not taken here."
          : "Use a key id, ARN or alias.",
    });
  }
  assertKeyPolicy(key, context);
  return key;
}

/** What identity policies name: the key's ARN. */
export function keyResource({ KeyId: given }: KeyInput, context: OperationContext): string {
  const key = findKey(context, given, "any");
  if (key) return key.arn;
  return given.startsWith("arn:") ? given : `arn:aws:kms:${context.region}:${context.accountId}:key/${given}`;
}

/** Every key of the caller's account in the request's region. */
export function keysOf({ world, accountId, region }: OperationContext): KmsKey[] {
  return [...world.kmsKeys.values()].filter((key) => key.accountId === accountId && key.region === region);
}

/** @throws AwsError DisabledException or KMSInvalidStateException unless the key can be used now */
export function assertUsable(key: KmsKey): void {
  if (key.state === "Enabled") return;
  const told = {
    rule: "key.state",
    why: `The key is ${key.state}.`,
    fix: "Enable it, or cancel its deletion first.",
  };
  if (key.state === "Disabled") throw refuse("DisabledException", `${key.arn} is disabled.`, told);
  throw refuse("KMSInvalidStateException", `${key.arn} is pending deletion.`, told);
}

/** @throws AwsError KMSInvalidStateException for a key that is waiting for its deletion */
export function assertNotPendingDeletion(key: KmsKey): void {
  if (key.state === "PendingDeletion") assertUsable(key);
}

/** Lists in KMS's words. */
export const list = listing({
  size: "Limit",
  token: "Marker",
  next: "NextMarker",
  truncated: "Truncated",
  told: "marker",
});

/** Keys whose waiting period is over are gone. */
function removeExpired({ world, clock }: OperationContext): void {
  const nowMs = clock().getTime();
  for (const [arn, { deletionAtMs }] of world.kmsKeys) {
    if (deletionAtMs !== null && deletionAtMs <= nowMs) world.kmsKeys.delete(arn);
  }
}

function findKey(context: OperationContext, given: string, accepts: "any" | "key"): KmsKey | undefined {
  const [, region, accountId, resource = given] = /^arn:aws:kms:([^:]*):([^:]*):(.+)$/.exec(given) ?? [];
  if (region !== undefined && region !== context.region) {
    throw refuse("InvalidArnException", `Invalid arn ${region}`, {
      rule: "key.region",
      why: `The ARN names the region ${region}, the request was signed for ${context.region}.`,
      fix: `Use the region ${region}.`,
    });
  }
  const isAlias = resource.startsWith("alias/");
  if (isAlias && accepts === "key") return undefined;
  const id = region === undefined || isAlias ? resource : resource.replace(/^key\//, "");
  const account = accountId ?? context.accountId;
  return [...context.world.kmsKeys.values()].find(
    (key) =>
      key.accountId === account &&
      key.region === context.region &&
      (isAlias ? key.aliases.includes(id) : key.keyId === id),
  );
}

/**
 * KMS developer guide, "Key policies": without leave of the key policy no one may use the key. The default policy
 * leaves it to the account's identity policies, which the gateway has asked already.
 */
function assertKeyPolicy(key: KmsKey, context: OperationContext): void {
  const action = iamActionOf(context.service, context.operation);
  const { caller } = context;
  const rule = "key.policy";
  if (key.keyPolicy === null) {
    if (key.accountId === context.accountId) return;
    const why = `${key.arn} belongs to account ${key.accountId}, the caller to ${context.accountId}.`;
    const fix = `Sign with credentials of account ${key.accountId}, or give the key a policy that names the caller.`;
    throw notAuthorized(context, action, key.arn, { rule, why, fix });
  }
  const decision = evaluatePolicies([{ name: "key policy", document: key.keyPolicy }], {
    action,
    resource: key.arn,
    principal: policyCallerOf(caller),
    context: requestContext(context),
  });
  if (decision.outcome !== "allow") {
    throw notAuthorized(context, action, key.arn, {
      rule,
      why: decision.why,
      fix: fixOf(
        decision,
        `Let the key policy allow ${action} to ${principalName(caller)} (kms PutKeyPolicy)${key.accountId === context.accountId ? "" : `, or sign with credentials of account ${key.accountId}`}.`,
      ),
    });
  }
  context.passed(rule, decision.why);
}
