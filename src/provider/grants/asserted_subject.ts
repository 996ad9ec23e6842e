// Owns the way from a verified subject assertion to an account: that the client may act for the tenant,
// that the assertion is new, and that the user exists or comes to exist under the tenant's rules.
import type { Client } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { clockToleranceSeconds } from "../../input/moment.ts";
import { type ExternalUser, provisionUser } from "../accounts/provisioning.ts";
import { assertMayActFor } from "../clients/tenant_rights.ts";
import { useIdOf, verificationKeysOf } from "../internals.ts";
import { saveLastLogin } from "../tenants/membership_store.ts";
import type { SubjectFacts } from "../tenants/subject_store.ts";
import { parseTenantId, type Tenant } from "../tenants/tenant_store.ts";
import { type AssertionUse, createUse } from "./assertion_use_store.ts";
import { type MintDeps, type NamedSubject, replayed } from "./mint.ts";
import { AssertionRefused, type SubjectAssertion, verifySubjectAssertion } from "./subject_assertion.ts";

/**
 * Verifies a subject assertion and finds, creates or updates the user it names.
 *
 * The assertion's one use is recorded before anything is written for it. Where nothing needs to be, which is the
 * rule, it is left to the mint, which records use and outcome in one write.
 *
 * @param parameter the request parameter that held it, for errors
 * @throws OperationError subject_token_refused, subject_token_replayed, tenant_not_allowed, tenant_not_found,
 *   tenant_disabled, and as `provisionUser` does
 */
export async function resolveAssertedSubject(
  client: Client,
  deps: MintDeps,
  token: string,
  parameter: "subject_token" | "assertion",
): Promise<NamedSubject> {
  const assertion = await verify(client, deps, token, parameter);
  const tenantId = parseTenantId(assertion.tenantId, "tenant");
  assertMayActFor(client, "mint", tenantId);
  const named: NamedSubject = {
    accountId: assertion.subject,
    tenantId,
    authTime: assertion.authTime,
    amr: assertion.amr,
    by: "assertion",
  };
  const use = useOf(client, assertion, parameter);
  const facts = await read(deps, client, tenantId, assertion);
  const write = whatToWrite(facts, assertion);
  if (write === undefined) return { ...named, use, facts };
  if (!(await createUse(deps.db, use))) throw replayed(use);
  await write(deps, tenantId);
  return named;
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

function read(
  deps: MintDeps,
  client: Client,
  tenantId: string,
  assertion: SubjectAssertion,
): Promise<SubjectFacts> {
  const nowMs = deps.clock().getTime();
  return deps.readSubject({ accountId: assertion.subject, tenantId, clientId: client.clientId, nowMs });
}

// In the common case nothing changes, and nothing is written.
function whatToWrite(
  facts: SubjectFacts,
  assertion: SubjectAssertion,
): ((deps: MintDeps, tenantId: string) => Promise<void>) | undefined {
  const { tenant } = facts;
  // The decision that follows refuses these; nothing may be written for them.
  if (tenant === undefined || tenant.disabledAtMs !== null) return undefined;
  const user: ExternalUser = { subject: assertion.subject, email: assertion.email, name: assertion.name };
  const loginAtMs = newerLogin(tenant, facts, assertion);
  if (!changesUser(facts, tenant, user) && loginAtMs === undefined) return undefined;
  return async (deps, tenantId) => {
    await deps.db.transaction(async (trx) => {
      const account = await provisionUser(trx, tenant, user, deps.clock());
      if (loginAtMs !== undefined) await saveLastLogin(trx, { tenantId, accountId: account.id }, loginAtMs);
    });
  };
}

// Where the ISV logs users in, its word on when it did so counts as a login.
function newerLogin(tenant: Tenant, facts: SubjectFacts, assertion: SubjectAssertion): number | undefined {
  if (tenant.loginMethod === "local" || assertion.authTime === undefined) return undefined;
  const atMs = assertion.authTime * 1000;
  return atMs > (facts.presence.lastLoginAtMs ?? 0) ? atMs : undefined;
}

function changesUser(facts: SubjectFacts, tenant: Tenant, user: ExternalUser): boolean {
  const { account, membership } = facts;
  if (account === undefined) return true;
  if (tenant.loginMethod === "local") return user.email !== undefined && user.email !== account.email;
  if (membership === undefined) return true;
  const sameName = user.name === undefined || user.name === account.name;
  const sameEmail = user.email === undefined || user.email === (membership.email ?? account.email);
  return !(sameName && sameEmail);
}
