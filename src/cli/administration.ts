// Owns opening the store for commands that administer it: settings, connection, schema check, actor.
import { userInfo } from "node:os";
import type { MailContext } from "../admin/operations/mail.ts";
import { systemClock } from "../clock.ts";
import { type Config, readConfig } from "../config.ts";
import { connectDatabase, type Database, storeLocationOf } from "../db/connect.ts";
import { readMigrationStatus } from "../db/migrate.ts";
import { assertStays } from "../db/store_mark_store.ts";
import { OperationError } from "../errors.ts";
import { type PasswordSettings, passwordsOf } from "../provider/accounts/passwords.ts";
import { type TxtResolver, txtResolver } from "../provider/tenants/domain_proof.ts";
import { assertStoreIsThere } from "../upkeep/embedded_files.ts";
import { ranDev } from "./dev_mark.ts";

/** What operations on this machine work with. */
export interface LocalContext extends MailContext {
  resolveTxt: TxtResolver;
}

/** The context of an operation on a store. Whoever reaches the store may do everything. */
export function operationContext(
  db: Database,
  config: Pick<Config, "dnsServers" | "smtp" | "mode" | "dataDir"> &
    Partial<Pick<Config, "requireVerifiedDomain" | "allowNetworks">> &
    PasswordSettings,
): LocalContext {
  const { requireVerifiedDomain, allowNetworks } = config;
  return {
    db,
    clock: systemClock,
    passwords: passwordsOf(config),
    actor: `cli:${operatingSystemUser()}`,
    may: () => true,
    resolveTxt: txtResolver(config.dnsServers),
    // In development `tti dev` sends: to its mailbox.
    sendsMail: config.smtp !== undefined || (config.mode === "development" && ranDev(config.dataDir)),
    ...(requireVerifiedDomain === undefined || allowNetworks === undefined
      ? {}
      : { warnsBy: { requireVerifiedDomain, allowNetworks } }),
    // The serving instances look by themselves.
    mailPut: () => undefined,
  };
}

/** How many connections to PostgreSQL a command opens at most: it is to work where hardly any is left, too. */
const ofCommand = 4;

/**
 * Opens the store the settings name, does the work, and closes it.
 * @throws OperationError unavailable if the schema is not the one this version needs; store_moved, store_incomplete
 */
export async function withAdministration<T>(
  work: (context: LocalContext, config: Config) => Promise<T>,
): Promise<T> {
  const config = readConfig();
  assertStoreIsThere(config);
  const location = storeLocationOf(config);
  const db = connectDatabase("databaseUrl" in location ? { ...location, poolSize: ofCommand } : location);
  try {
    await assertMigrated(db);
    await assertStays(db);
    return await work(operationContext(db, config), config);
  } finally {
    await db.destroy();
  }
}

/** Asserts that a store has every migration. @throws OperationError unavailable */
export async function assertMigrated(db: Database): Promise<void> {
  const { pending } = await readMigrationStatus(db);
  if (pending.length === 0) return;
  throw new OperationError(
    "unavailable",
    `The database lacks ${pending.length} migrations of this version.`,
    {
      fix: "Run: tti migrate up",
    },
  );
}

/** Who runs this command, by the operating system. */
export function operatingSystemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return "unknown";
  }
}
