// Owns the settings of where things are kept, and of the keys that seal what is kept.
import { none, setting } from "./setting.ts";
import { databaseUrl, flag, integer, sealingKeys, text } from "./setting_values.ts";

export const storeSettings = {
  databaseUrl: setting<string | undefined>({
    name: "DATABASE_URL",
    doc: "PostgreSQL connection URL. Absent: the embedded SQLite store in `TTI_DATA_DIR`.",
    fallback: none,
    parse: databaseUrl,
    fromFile: true,
  }),
  databasePoolSize: setting({
    name: "TTI_DATABASE_POOL",
    doc: "Most PostgreSQL connections one process opens.",
    defaultText: "`10`",
    fallback: () => 10,
    parse: integer(1, 200),
  }),
  preparedStatements: setting({
    name: "TTI_PREPARED_STATEMENTS",
    doc: "Named prepared statements on PostgreSQL. Turn `off` behind PgBouncer in transaction mode.",
    defaultText: "`on`",
    fallback: () => true,
    parse: flag,
  }),
  dataDir: setting({
    name: "TTI_DATA_DIR",
    doc: "Directory of the embedded store.",
    defaultText: "`./data`",
    fallback: () => "./data",
    parse: text,
  }),
  auditRetentionDays: setting<number | undefined>({
    name: "TTI_AUDIT_RETENTION",
    doc: "How many days events of the audit trail are kept. What is older is removed by the serving instances, and `tti audit prune`; the chain stays provable ([audit-events.md](audit-events.md)).",
    defaultText: "for ever",
    fallback: none,
    parse: integer(1, 36_500),
  }),
  secrets: setting<readonly Uint8Array[]>({
    name: "TTI_SECRETS",
    doc: "Comma-separated 32-byte keys in base64 (`openssl rand -base64 32`). The first seals private keys and signs cookies; older ones still open what they sealed.",
    defaultText: "made once and kept in the data directory in development",
    fallback: () => [],
    parse: sealingKeys,
    fromFile: true,
    requiredInProduction: "Make one with `openssl rand -base64 32` and keep it where you keep other secrets",
  }),
};
