// Owns what is looked at when an instance starts, before it serves: whether the store is of this version, and whether the
// client that AWS knows is registered.
import type { Config } from "../../config.ts";
import type { Database } from "../../db/connect.ts";
import { migrateUp, readMigrationStatus } from "../../db/migrate.ts";
import { assertStays } from "../../db/store_mark_store.ts";
import { OperationError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { settings } from "../../settings.ts";
import { faultOfAwsClient } from "../clients/aws_client.ts";
import { findClient } from "../clients/client_store.ts";
import { listInstances } from "../keys/key_store.ts";
import type { KeyPolicy } from "../keys/policy.ts";
import { isLive } from "../keys/signer_choice.ts";

/**
 * Prepares the store. In production an operator migrates, once, before the new version starts; a developer should not have to.
 * @throws OperationError unavailable, store_moved, store_incomplete
 */
export async function prepareStore(db: Database, mode: Config["mode"]): Promise<void> {
  if (mode === "development") await migrateUp(db);
  else await assertMigrated(db);
  await assertStays(db);
}

async function assertMigrated(db: Database): Promise<void> {
  const { pending } = await readMigrationStatus(db);
  if (pending.length === 0) return;
  throw new OperationError("unavailable", `The store lacks the migrations ${namesOf(pending)}.`, {
    fix: "Run `tti migrate up`, then start again.",
  });
}

/** Tells the log of it: it may be registered later, but until then no token for AWS is made, and nobody may notice. */
export async function tellOfAwsClient(db: Database, clientId: string, log: Log): Promise<void> {
  const fault = faultOfAwsClient(clientId, await findClient(db, clientId));
  if (fault === undefined) return;
  const { message, cause, fix } = fault;
  log.warn({ setting: settings.clientId.name, clientId, cause, fix }, message);
}

/**
 * Tells the log where this instance's console is at an address of its own while others serve the same store: a sign-in to it that
 * a proxy brings to one of them is refused there.
 * @param how `adminUrl`: TTI_ADMIN_URL; `size`: how many processes share this instance's ports; `nowMs`: epoch milliseconds
 */
export async function tellOfOtherConsoles(
  db: Database,
  {
    adminUrl,
    size,
    nowMs,
    policy,
  }: { adminUrl: string | undefined; size: number; nowMs: number; policy: KeyPolicy },
  log: Log,
): Promise<void> {
  if (adminUrl !== undefined) return;
  const others = (await listInstances(db)).filter((instance) => isLive(instance, nowMs, policy)).length;
  if (others < size) return;
  log.warn(
    {
      setting: settings.adminUrl.name,
      fix: `Set ${settings.adminUrl.name} to the one address of the console, the same for all instances, and restart them.`,
    },
    `other instances serve this store, or did until a minute ago, and ${settings.adminUrl.name} is not set: sign-ins to the console fail where each has its own`,
  );
}

// An empty store lacks dozens.
function namesOf(pending: readonly string[]): string {
  const [first, last] = [pending[0], pending.at(-1)];
  return pending.length <= 3 ? pending.join(", ") : `${first} to ${last}, ${pending.length} in all`;
}
