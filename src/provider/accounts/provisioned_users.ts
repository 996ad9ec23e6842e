// Owns writing what provisioning.ts planned, with the events of it. A plan rests on facts that somebody else may have
// changed meanwhile; then nothing is written, and who planned plans again.
import { createAuditEvent } from "../../audit/audit_store.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import {
  createMembership,
  findMembership,
  listFormerTenantIdsOfAccount,
  listTenantIdsOfAccount,
  saveMembershipFacts,
} from "../tenants/membership_store.ts";
import { addressIn } from "../tenants/person_in_tenant.ts";
import type { Tenant } from "../tenants/tenant_store.ts";
import { holdNewId } from "./account_name_store.ts";
import { administers, createExternalAccount, findAccount, lockAccount } from "./account_store.ts";
import { type ExternalUser, planUser, type UserPlan } from "./provisioning.ts";
import { findOthersWithAddress } from "./shared_address_store.ts";

/** Whose word it is. */
export interface Provisioner {
  by: "handoff" | "assertion";
  clientId: string;
  /** Whether the client may act for a tenant, by the right it uses now. */
  mayActFor(tenantId: string): boolean;
}

/** Somebody else wrote what a plan rests on; the transaction must not stand. */
export class UserChanged extends Error {
  override readonly name = "UserChanged";
}

/**
 * Runs something that throws {@link UserChanged} when it was overtaken, again until it was not.
 * @throws OperationError unavailable after several times
 */
export async function untilUnchanged<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; tries < 5; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof UserChanged)) throw error;
    }
  }
  throw new OperationError("unavailable", "The user is being changed by others at this moment.");
}

/**
 * Plans from what the store says now and writes it. Two at once for one account come one after the other.
 *
 * @param trx the transaction of the login or mint: whoever refuses later takes all of it back
 * @throws UserChanged, and OperationError as `planUser` and `holdNewId` do
 */
export async function provisionUser(
  trx: Database,
  tenant: Tenant,
  user: ExternalUser,
  provisioner: Provisioner,
  now: Date,
): Promise<UserPlan> {
  // The lock comes first: what is read after it stands until the transaction ends.
  await lockAccount(trx, user.subject);
  const known = {
    account: await findAccount(trx, user.subject),
    membership: await findMembership(trx, tenant.id, user.subject),
    memberOf: await listTenantIdsOfAccount(trx, user.subject),
    formerlyOf: await listFormerTenantIdsOfAccount(trx, user.subject),
    administers: await administers(trx, user.subject),
  };
  const plan = planUser(known, tenant, user, provisioner.mayActFor, now);
  if (plan.createsAccount) await holdNewId(trx, user.subject, now);
  await writePlan(trx, plan, provisioner, now);
  return plan;
}

async function writePlan(trx: Database, plan: UserPlan, provisioner: Provisioner, now: Date): Promise<void> {
  const { account, membership, changed } = plan;
  if (membership === undefined) return;
  if (plan.createsAccount && !(await createExternalAccount(trx, account, now))) throw new UserChanged();
  if (plan.createsMembership) {
    if (!(await createMembership(trx, membership, now))) throw new UserChanged();
  } else if (Object.keys(changed).length > 0) {
    await saveMembershipFacts(trx, membership, changed.emailWas !== undefined, now);
  }
  await recordPlan(trx, plan, provisioner, now);
}

async function recordPlan(trx: Database, plan: UserPlan, provisioner: Provisioner, now: Date): Promise<void> {
  const { account, membership, changed } = plan;
  if (membership === undefined) return;
  const { by, clientId } = provisioner;
  const { email, name } = membership;
  const who = { actor: `client:${clientId}`, tenantId: membership.tenantId, accountId: account.id, clientId };
  if (plan.createsAccount) {
    const details = { by, ...(account.email === null ? {} : { email: account.email }) };
    await createAuditEvent(trx, { type: "account.created", ...who, details }, now);
  }
  if (plan.createsMembership) {
    const address = addressIn(account, membership);
    const others = address === null ? [] : await findOthersWithAddress(trx, { ...membership, address });
    const same = others.length === 0 ? {} : { sameAddressAs: others.join(" ") };
    const details = { role: membership.role, by, ...same };
    await createAuditEvent(trx, { type: "membership.created", ...who, details }, now);
  }
  if (changed.emailWas !== undefined) {
    const details = { by, email: email ?? "", emailWas: changed.emailWas ?? "" };
    await createAuditEvent(trx, { type: "account.email_set", ...who, details }, now);
  }
  if (changed.nameWas !== undefined) {
    const details = { by, name: name ?? "", nameWas: changed.nameWas ?? "" };
    await createAuditEvent(trx, { type: "account.name_set", ...who, details }, now);
  }
}
