// Owns the onboarding_links table: one link a tenant. A link counts until it ends, is revoked or followed by another, and
// while the tenant is as enabled as it was; each statement here asks all of that itself, on whichever instance it runs.
import { randomBytes, randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { runStatement } from "../../db/statement.ts";
import { hashRecordId } from "../../provider/storage/record_payload.ts";

/** A link as it is told: nothing of it opens anything. Times are epoch milliseconds. */
export interface OnboardingLink {
  id: string;
  tenantId: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** When a browser used it; null: none has. */
  openedAtMs: number | null;
}

interface LinkRow {
  id: string;
  tenant_id: string;
  created_at_ms: number;
  expires_at_ms: number;
  opened_at_ms: number | null;
}

// What every statement asks of a link beside its secret.
const stands = `expires_at_ms > ? and exists (select 1 from tenants t
  where t.id = tenant_id and t.disabled_at_ms is null and t.generation = tenant_generation)`;
const told = "id, tenant_id, created_at_ms, expires_at_ms, opened_at_ms";

/** How long a browser that used a link may use it again, milliseconds: for an answer that was lost, or a second click. */
const sameBrowserMs = 120_000;

/** A secret that nobody guesses: 256 random bits. */
export const generateSecret = (): string => randomBytes(32).toString("base64url");

/**
 * Makes a tenant's link, in place of the one before, which ends with the browser that used it.
 * @returns undefined if the tenant is not there, or disabled
 */
export async function createLink(
  trx: Database,
  { tenantId, secret, expiresAtMs }: { tenantId: string; secret: string; expiresAtMs: number },
  now: Date,
): Promise<OnboardingLink | undefined> {
  await trx("onboarding_links").where("tenant_id", tenantId).delete();
  const rows = await runStatement<LinkRow>(
    trx,
    "onboarding_link_create",
    `insert into onboarding_links (id, tenant_id, tenant_generation, secret_hash, created_at_ms, expires_at_ms)
     select cast(? as text), t.id, t.generation, cast(? as text), cast(? as bigint), cast(? as bigint)
     from tenants t where t.id = ? and t.disabled_at_ms is null
     returning ${told}`,
    [randomUUID(), hashRecordId(secret), now.getTime(), expiresAtMs, tenantId],
  );
  return rows[0] && toLink(rows[0]);
}

/** The link a secret opens now: one that was not used. */
export async function findUnusedLink(
  db: Database,
  { id, secret }: { id: string; secret: string },
  now: Date,
): Promise<OnboardingLink | undefined> {
  const rows = await runStatement<LinkRow>(
    db,
    "onboarding_link_unused",
    `select ${told} from onboarding_links where id = ? and secret_hash = ? and opened_at_ms is null and ${stands}`,
    [id, hashRecordId(secret), now.getTime()],
  );
  return rows[0] && toLink(rows[0]);
}

/** Whether a link counts and was used: whoever has its secret is told so, and nobody else. */
export async function wasLinkUsed(
  db: Database,
  { id, secret }: { id: string; secret: string },
  now: Date,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    "onboarding_link_used",
    `select id from onboarding_links where id = ? and secret_hash = ? and opened_at_ms is not null and ${stands}`,
    [id, hashRecordId(secret), now.getTime()],
  );
  return rows.length > 0;
}

/**
 * Uses a link: of any number of browsers, on any number of instances, one gets it. That one may send its form again for
 * two minutes, as it may never have read the answer; what it was given before is then good no more.
 * @param use `browser`: what the browser brought; `session`: what it is given, and brings from now on
 */
export async function useLink(
  trx: Database,
  use: { id: string; secret: string; browser: string; session: string },
  now: Date,
): Promise<OnboardingLink | undefined> {
  const nowMs = now.getTime();
  const browserHash = hashRecordId(use.browser);
  const rows = await runStatement<LinkRow>(
    trx,
    "onboarding_link_use",
    `update onboarding_links
     set opened_at_ms = coalesce(opened_at_ms, cast(? as bigint)), browser_hash = ?, session_hash = ?
     where id = ? and secret_hash = ?
       and (opened_at_ms is null or (browser_hash = ? and opened_at_ms > ?)) and ${stands}
     returning ${told}`,
    [
      ...[nowMs, browserHash, hashRecordId(use.session), use.id, hashRecordId(use.secret)],
      ...[browserHash, nowMs - sameBrowserMs, nowMs],
    ],
  );
  return rows[0] && toLink(rows[0]);
}

/** The link that a browser holds, by what it was given when it used it. */
export async function findHeldLink(
  db: Database,
  { id, session }: { id: string; session: string },
  now: Date,
): Promise<OnboardingLink | undefined> {
  const rows = await runStatement<LinkRow>(
    db,
    "onboarding_link_held",
    `select ${told} from onboarding_links where id = ? and session_hash = ? and ${stands}`,
    [id, hashRecordId(session), now.getTime()],
  );
  return rows[0] && toLink(rows[0]);
}

/** A tenant's link while it counts. */
export async function findLinkOfTenant(
  db: Database,
  tenantId: string,
  now: Date,
): Promise<OnboardingLink | undefined> {
  const rows = await runStatement<LinkRow>(
    db,
    "onboarding_link_of_tenant",
    `select ${told} from onboarding_links where tenant_id = ? and ${stands}`,
    [tenantId, now.getTime()],
  );
  return rows[0] && toLink(rows[0]);
}

/** Ends a tenant's link. @returns whether one counted */
export async function deleteLink(trx: Database, tenantId: string, now: Date): Promise<boolean> {
  const counted = await findLinkOfTenant(trx, tenantId, now);
  await trx("onboarding_links").where("tenant_id", tenantId).delete();
  return counted !== undefined;
}

const toLink = (row: LinkRow): OnboardingLink => ({
  id: row.id,
  tenantId: row.tenant_id,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
  openedAtMs: row.opened_at_ms,
});
