// Lists every command, in the order help shows them.
import type { Command } from "../command.ts";
import { accessorCommands } from "./accessor.ts";
import { auditCommands } from "./audit.ts";
import { clientCommands } from "./client.ts";
import { migrateCommands } from "./migrate.ts";
import { tenantCommands } from "./tenant.ts";
import { userCommands } from "./user.ts";

export const commands: readonly Command[] = [
  ...migrateCommands,
  ...tenantCommands,
  ...userCommands,
  ...clientCommands,
  ...accessorCommands,
  ...auditCommands,
];
