// Owns the way from a verified subject assertion to an account: that the client may act for the tenant,
// that the assertion is new, and that the user exists or comes to exist under the tenant's rules.
import type Provider from "oidc-provider";
import type { Client } from "oidc-provider";
import { OperationError } from "../../errors.ts";
import { type ExternalUser, provisionUser } from "../accounts/provisioning.ts";
import { verificationKeysOf } from "../internals.ts";
import { saveLastLogin } from "../tenants/membership_store.ts";
import { readSubject, type SubjectFacts } from "../tenants/subject_store.ts";
import { parseTenantId, type Tenant } from "../tenants/tenant_store.ts";
import { assertMayActFor, type MintDeps, type NamedSubject } from "./mint.ts";
import { AssertionRefused, type SubjectAssertion, verifySubjectAssertion } from "./subject_assertion.ts";

/**
 * Verifies a subject assertion and finds, creates or updates the user it names.
 * @param parameter the request parameter that held it, for errors
 * @throws OperationError subject_token_refused, subject_token_replayed, tenant_not_allowed, tenant_not_found,
 *   tenant_disabled, and as `provisionUser` does
 */
export async function resolveAssertedSubject(
  provider: Provider,
  client: Client,
  deps: MintDeps,
  token: string,
  parameter: "subject_token" | "assertion",
): Promise<NamedSubject> {
  const assertion = await verify(client, deps, token, parameter);
  const tenantId = parseTenantId(assertion.tenantId, "tenant");
  assertMayActFor(client, tenantId);
  // Kept until nobody could accept the assertion any more, clock differences included.
  const keepUntil = assertion.expiresAt + 60;
  if (!(await provider.ReplayDetection.unique(`subject:${client.clientId}`, assertion.id, keepUntil))) {
    throw new OperationError("subject_token_replayed", `${parameter} was presented before.`);
  }
  await bringUpToDate(deps, client, tenantId, assertion);
  return {
    accountId: assertion.subject,
    tenantId,
    authTime: assertion.authTime,
    amr: assertion.amr,
    by: "assertion",
  };
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
      keys: () => verificationKeysOf(client),
    });
  } catch (error) {
    if (!(error instanceof AssertionRefused)) throw error;
    throw new OperationError("subject_token_refused", `${parameter} is refused: ${error.message}.`);
  }
}

async function bringUpToDate(
  deps: MintDeps,
  client: Client,
  tenantId: string,
  assertion: SubjectAssertion,
): Promise<void> {
  const now = deps.clock();
  const query = { accountId: assertion.subject, tenantId, clientId: client.clientId, nowMs: now.getTime() };
  const facts = await readSubject(deps.db, query);
  const { tenant } = facts;
  // The decision that follows refuses these; nothing may be written for them.
  if (tenant === undefined || tenant.disabledAtMs !== null) return;
  const user: ExternalUser = { subject: assertion.subject, email: assertion.email, name: assertion.name };
  const loginAtMs = newerLogin(tenant, facts, assertion);
  if (!changesUser(facts, tenant, user) && loginAtMs === undefined) return;
  await deps.db.transaction(async (trx) => {
    const account = await provisionUser(trx, tenant, user, now);
    if (loginAtMs !== undefined) await saveLastLogin(trx, { tenantId, accountId: account.id }, loginAtMs);
  });
}

// Where the ISV logs users in, its word on when it did so counts as a login.
function newerLogin(tenant: Tenant, facts: SubjectFacts, assertion: SubjectAssertion): number | undefined {
  if (tenant.loginMethod === "local" || assertion.authTime === undefined) return undefined;
  const atMs = assertion.authTime * 1000;
  return atMs > (facts.presence.lastLoginAtMs ?? 0) ? atMs : undefined;
}

// In the common case nothing changes, and nothing is written.
function changesUser(facts: SubjectFacts, tenant: Tenant, user: ExternalUser): boolean {
  const { account, membership } = facts;
  if (account === undefined || tenant.loginMethod === "local") return true;
  if (membership === undefined) return true;
  const sameName = user.name === undefined || user.name === account.name;
  const sameEmail = user.email === undefined || user.email === (membership.email ?? account.email);
  return !(sameName && sameEmail);
}
