// The commands `tti tenant …`.
import type { Command } from "../command.ts";
import { commandsOf } from "../operation_command.ts";
import { tenantLogoCommand } from "./logo.ts";

export const tenantCommands: readonly Command[] = [...commandsOf("tenant"), tenantLogoCommand];
