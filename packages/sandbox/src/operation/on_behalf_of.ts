// Whose name a call bears: the person an identity-enhanced session acts for, the instance and the application it came
// through, and the customer it is tagged for. Said in the log, in CloudTrail's words, and where a service is not simulated.
import { storeKey, type World } from "../state/index.ts";
import type { Caller } from "./operation.ts";

/** Session tag by which a data accessor's calls name the customer (contract 1.1). */
export const TENANT_TAG = "qbusiness-dataaccessor:ExternalId";

/** The person an identity-enhanced session acts for. */
export type OnBehalfOf = {
  userId: string;
  /** Null when the user was deleted since. */
  userName: string | null;
  identityStoreArn: string;
  instanceArn: string;
  applicationArn: string;
  /** Null when the application was deleted since. */
  applicationName: string | null;
  /** ISO 8601: from then on the session acts for nobody. */
  until: string;
};

/** @returns null for a caller without an identity context: a user, the root, a plain role session */
export function findOnBehalfOf(world: World, caller: Caller): OnBehalfOf | null {
  const identity = caller.session?.identityContext;
  if (!identity) return null;
  return {
    userId: identity.userId,
    userName: world.users.get(storeKey(identity.identityStoreId, identity.userId))?.userName ?? null,
    identityStoreArn: identity.identityStoreArn,
    instanceArn: identity.instanceArn,
    applicationArn: identity.applicationArn,
    applicationName: world.applications.get(identity.applicationArn)?.name ?? null,
    until: new Date(identity.expiresAtMs).toISOString(),
  };
}

/** @returns the external id a session is tagged with (the ISV's tenant), null without */
export function tenantOf(caller: Caller): string | null {
  return caller.session?.tags.find((tag) => tag.key === TENANT_TAG)?.value ?? null;
}

/**
 * Whose name a call bears, as a sentence without its full stop, e.g. `you are user ada (…) of instance … through
 * application …`.
 *
 * @param nowMs the sandbox's time, in milliseconds: an identity context that is over is told
 */
export function describeBearer(world: World, caller: Caller, nowMs: number): string {
  const person = findOnBehalfOf(world, caller);
  if (person !== null) {
    const user = person.userName === null ? person.userId : `${person.userName} (${person.userId})`;
    const application =
      person.applicationName === null
        ? person.applicationArn
        : `${person.applicationArn} (${person.applicationName})`;
    const tenant = tenantOf(caller);
    const over =
      Date.parse(person.until) <= nowMs ? `; the identity context is over since ${person.until}` : "";
    return `you are user ${user} of instance ${person.instanceArn} through application ${application}${tenant === null ? "" : `, tenant ${tenant}`}, as ${caller.arn}${over}`;
  }
  if (caller.session !== null)
    return `you are ${caller.arn}, a role session without identity context: the call bears no user's name`;
  if (caller.user !== null) return `you are IAM user ${caller.arn}: the call bears no directory user's name`;
  return `you are the root of account ${caller.accountId}: the call bears no directory user's name`;
}
