// Owns the way from a subject assertion to a token: who the user is or comes to be under the tenant's rules, and that a
// refused assertion leaves nothing of them.

import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import { clockToleranceSeconds, isFromTheFuture } from "../../input/moment.ts";
import { levelOfAmr } from "../../login_levels.ts";
import { assertNewId } from "../accounts/account_name_store.ts";
import { administers } from "../accounts/account_store.ts";
import { type Provisioner, provisionUser, untilUnchanged } from "../accounts/provisioned_users.ts";
import {
  type ExternalUser,
  isUnchanged,
  type KnownUser,
  planUser,
  type UserPlan,
} from "../accounts/provisioning.ts";
import { mayActFor } from "../clients/tenant_rights.ts";
import { verificationKeysOf } from "../library/client_keys.ts";
import { provesEnough } from "../sessions/voucher.ts";
import { useIdOf } from "../storage/record_payload.ts";
import { readSubject, type SubjectFacts, type SubjectQuery } from "../subjects/subject_store.ts";
import { saveLastLogin } from "../tenants/last_login_store.ts";
import { listFormerTenantIdsOfAccount, listTenantIdsOfAccount } from "../tenants/membership_store.ts";
import { parseTenantId } from "../tenants/tenant_id.ts";
import type { Tenant } from "../tenants/tenant_store.ts";
import type { AssertionUse } from "./assertion_use_store.ts";
import { type MintedToken, mintIdToken } from "./mint.ts";
import type { MintDeps, NamedSubject, PlannedSubject } from "./named_subject.ts";
import { AssertionRefused, type SubjectAssertion, verifySubjectAssertion } from "./subject_assertion.ts";

/**
 * Verifies a subject assertion, and mints for the user it names.
 *
 * It is decided first, on the user as the assertion would make them. Only if they may have a token is anything
 * written of them: account, membership, address, name, the assertion's one use and the event stand together or not
 * at all. Where nothing changes, which is the rule, use and event are one write.
 *
 * @param parameter the request parameter that held it, for errors
 * @throws OperationError subject_token_refused, subject_token_replayed, tenant_not_allowed, and as `planUser` and
 *   `decideSubjectClaims` do
 */
export async function mintForAssertion(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  token: string,
  parameter: "subject_token" | "assertion",
): Promise<MintedToken> {
  const assertion = await verify(client, deps, token, parameter);
  const named: NamedSubject = {
    accountId: assertion.subject,
    tenantId: parseTenantId(assertion.tenantId, "tenant"),
    authTime: undefined,
    amr: assertion.amr,
    by: "assertion",
    use: useOf(client, assertion, parameter),
  };
  const asNamed = (tenantId: string) => plan(client, deps, tenantId, assertion, parameter);
  return untilUnchanged(() => mintIdToken(provider, client, deps, { ...named, plan: asNamed }));
}

function useOf(
  client: Client,
  assertion: SubjectAssertion,
  parameter: AssertionUse["parameter"],
): AssertionUse {
  const issuer = `subject:${client.clientId}`;
  // Kept until nobody could accept the assertion any more, clock differences included.
  const expiresAtSeconds = assertion.expiresAt + 2 * clockToleranceSeconds;
  return { id: useIdOf(issuer, assertion.id), issuer, expiresAtSeconds, parameter };
}

async function verify(
  client: Client,
  deps: MintDeps,
  token: string,
  parameter: string,
): Promise<SubjectAssertion> {
  try {
    return await verifySubjectAssertion(token, {
      clientId: client.clientId,
      issuer: deps.issuer,
      now: deps.clock(),
      keys: verificationKeysOf(client),
    });
  } catch (error) {
    if (!(error instanceof AssertionRefused)) throw error;
    throw new OperationError("subject_token_refused", `${parameter} is refused: ${error.message}.`);
  }
}

// As every other fault of an assertion is told.
const refused = (parameter: string, { message, fix }: OperationError) =>
  new OperationError("subject_token_refused", `${parameter} is refused: ${message}`, { fix });

async function plan(
  client: Client,
  deps: MintDeps,
  tenantId: string,
  assertion: SubjectAssertion,
  parameter: string,
): Promise<PlannedSubject> {
  const now = deps.clock();
  const query = {
    accountId: assertion.subject,
    tenantId,
    clientId: client.clientId,
    nowMs: now.getTime(),
  };
  const facts = await deps.readSubject(query);
  const { tenant } = facts;
  // The decision that follows refuses these.
  if (tenant === undefined || tenant.disabledAtMs !== null) return { facts };
  const user: ExternalUser = { subject: assertion.subject, email: assertion.email, name: assertion.name };
  const provisioner: Provisioner = {
    by: "assertion",
    clientId: client.clientId,
    mayActFor: (other) => mayActFor(client, "mint", other),
  };
  const known = { ...facts, ...(await belongingOf(deps.db, facts)) };
  const userPlan = planUser(known, tenant, user, provisioner.mayActFor, now);
  if (userPlan.createsAccount) {
    await assertNewId(deps.db, assertion.subject).catch((error) => {
      throw error instanceof OperationError && error.field === "sub" ? refused(parameter, error) : error;
    });
  }
  const loginAtMs = newerLogin(tenant, facts, assertion, now);
  const after = factsAfter(facts, userPlan, loginAtMs);
  if (isUnchanged(userPlan) && loginAtMs === undefined) return { facts: after };
  const write = async (trx: Database): Promise<SubjectFacts> => {
    await provisionUser(trx, tenant, user, provisioner, now);
    if (loginAtMs !== undefined) {
      const level = levelOfAmr(assertion.amr ?? []);
      await saveLastLogin(trx, query, loginAtMs, new Date(query.nowMs), undefined, level);
    }
    return readSubject(trx, query satisfies SubjectQuery);
  };
  return { facts: after, write };
}

// Where the user is a member already, nobody asks what else they belong to, or are.
async function belongingOf(
  db: Database,
  { account, membership }: SubjectFacts,
): Promise<Pick<KnownUser, "memberOf" | "formerlyOf" | "administers">> {
  if (membership !== undefined) return { ...nowhere, memberOf: [membership.tenantId] };
  if (account === undefined) return nowhere;
  const [memberOf, formerlyOf, isAdministrator] = await Promise.all([
    listTenantIdsOfAccount(db, account.id),
    listFormerTenantIdsOfAccount(db, account.id),
    administers(db, account.id),
  ]);
  return { memberOf, formerlyOf, administers: isAdministrator };
}

const nowhere = { memberOf: [], formerlyOf: [], administers: false };

// Where the ISV logs users in, its word on when it did so counts as a login; its clock may be a little ahead.
function newerLogin(
  tenant: Tenant,
  facts: SubjectFacts,
  assertion: SubjectAssertion,
  now: Date,
): number | undefined {
  if (tenant.loginMethod === "local" || assertion.authTime === undefined) return undefined;
  // One that has not proven what the tenant requires is no login there.
  if (!provesEnough(levelOfAmr(assertion.amr ?? []), tenant)) return undefined;
  const atMs = Math.min(assertion.authTime * 1000, now.getTime());
  const lastMs = facts.presence.lastLoginAtMs ?? 0;
  return atMs > lastMs || isFromTheFuture(lastMs, now.getTime()) ? atMs : undefined;
}

function factsAfter(
  facts: SubjectFacts,
  { account, membership }: UserPlan,
  loginAtMs?: number,
): SubjectFacts {
  const lastLoginAtMs = loginAtMs ?? facts.presence.lastLoginAtMs;
  return { ...facts, account, membership, presence: { ...facts.presence, lastLoginAtMs } };
}
