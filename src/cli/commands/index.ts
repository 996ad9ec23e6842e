// Lists every command by its first word. A command's file, and all it imports, is loaded only when it is named.
import type { Command } from "../command.ts";

/** First word → how to load the commands that begin with it. */
export const commandLoaders = {
  dev: async () => (await import("./dev.ts")).devCommands,
  sandbox: async () => (await import("./sandbox.ts")).sandboxCommands,
  serve: async () => (await import("./serve.ts")).serveCommands,
  doctor: async () => (await import("./doctor.ts")).doctorCommands,
  backup: async () => (await import("./backup.ts")).backupCommands,
  restore: async () => (await import("./restore.ts")).restoreCommands,
  store: async () => (await import("./store.ts")).storeCommands,
  migrate: async () => (await import("./migrate.ts")).migrateCommands,
  key: async () => (await import("./key.ts")).keyCommands,
  tenant: async () => (await import("./tenant.ts")).tenantCommands,
  domain: async () => (await import("../operation_command.ts")).commandsOf("domain"),
  admin: async () => (await import("./admin.ts")).adminCommands,
  credential: async () => (await import("../operation_command.ts")).commandsOf("credential"),
  user: async () => (await import("./user.ts")).userCommands,
  member: async () => (await import("../operation_command.ts")).commandsOf("member"),
  session: async () => (await import("../operation_command.ts")).commandsOf("session"),
  grant: async () => (await import("../operation_command.ts")).commandsOf("grant"),
  passkey: async () => (await import("../operation_command.ts")).commandsOf("passkey"),
  client: async () => (await import("./client.ts")).clientCommands,
  resource: async () => (await import("../operation_command.ts")).commandsOf("resource"),
  accessor: async () => (await import("../operation_command.ts")).commandsOf("accessor"),
  mail: async () => (await import("../operation_command.ts")).commandsOf("mail"),
  audit: async () => (await import("./audit.ts")).auditCommands,
  token: async () => (await import("./act.ts")).actCommands,
  onboard: async () => (await import("./onboard.ts")).onboardCommands,
  offboard: async () => (await import("./offboard.ts")).offboardCommands,
  search: async () => (await import("./act.ts")).actCommands,
  credentials: async () => (await import("./act.ts")).actCommands,
} satisfies Readonly<Record<string, () => Promise<readonly Command[]>>>;

/** What may be typed after `tti`. */
export type CommandWord = keyof typeof commandLoaders;

export function isCommandWord(word: string): word is CommandWord {
  return Object.hasOwn(commandLoaders, word);
}
