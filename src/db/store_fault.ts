// Owns telling trouble of the store from faults of ours: which errors of the drivers mean that the store cannot
// serve now, why, and what an operator can do. No value of a row and no secret passes from here on.
import { OperationError } from "../errors.ts";
import type { StoreFaultKind } from "./store_fault_kinds.ts";

/**
 * The store cannot serve now. Its words are for operators (log, command line): whoever asks over HTTP is told
 * less (http_errors.ts).
 */
export class StoreUnavailable extends OperationError {
  override readonly name = "StoreUnavailable";
  readonly kind: StoreFaultKind;

  /**
   * @param what one sentence: what the store does, or does not
   * @param fix what an operator can do
   * @param cause the driver's error, reduced by {@link bareError}
   */
  constructor(kind: StoreFaultKind, what: string, fix: string, cause?: unknown) {
    super("unavailable", what, { fix, ...(cause === undefined ? {} : { cause: bareError(cause) }) });
    this.kind = kind;
  }
}

/** A connection that took a statement and gave no answer; it is thrown away. */
export class ConnectionSilent extends Error {
  override readonly name = "ConnectionSilent";
  readonly code = "TTI_SILENT";
}

type Told = readonly [kind: StoreFaultKind, what: string, fix: string];

const lookAtServer = "Look at PostgreSQL and the network path to it; what waits is served once it answers.";
const cut: Told = ["cut", "The connection to the database was cut.", lookAtServer];
const unreachable: Told = [
  "unreachable",
  "The database cannot be reached at the address in DATABASE_URL.",
  "Check that PostgreSQL runs, its host and port in DATABASE_URL, and the network path to it.",
];
const starting: Told = [
  "starting",
  "PostgreSQL is starting up, shutting down or recovering.",
  "Wait until it has.",
];
const contended: Told = [
  "contended",
  "The database gave the statement up, because another held what it needed.",
  "Try again; if it stays, look in pg_stat_activity for a transaction that does not end.",
];
const diskFull: Told = [
  "disk_full",
  "The disk of the store is full.",
  "Make room on it; nothing was written.",
];
const readOnly: Told = [
  "read_only",
  "PostgreSQL takes no writes: the server is a standby, or was made read-only.",
  "Point DATABASE_URL at the primary. If it is, somebody set default_transaction_read_only, for the server, the database or the role: take that back.",
];
const refusedLogin: Told = [
  "refused",
  "PostgreSQL refuses the user or the password in DATABASE_URL.",
  "Correct them, or the rule in pg_hba.conf.",
];
const damagedFile: Told = [
  "damaged",
  "The store's file is damaged, or is no SQLite store.",
  "Restore it from a backup; keep the damaged file for analysis.",
];
const unwritable: Told = [
  "read_only",
  "The store's file cannot be written.",
  "Give the user this runs as the right to write it and its directory, on a file system mounted for writing.",
];
const sessionLost: Told = [
  "session_lost",
  "The session behind a connection to the database is another than it was; the connection was thrown away.",
  "Nothing is to be done after a failover or a migration. If it stays, a pooler shares sessions: set TTI_PREPARED_STATEMENTS=off.",
];
const tls: Told = [
  "refused",
  "The database's certificate is not trusted.",
  "Name its CA in DATABASE_URL (sslrootcert=…), or NODE_EXTRA_CA_CERTS.",
];

// By SQLSTATE (PostgreSQL, appendix A), errno name, or SQLite's result code without its extension.
const told: ReadonlyMap<string, Told> = new Map<string, Told>([
  ["TTI_SILENT", ["silent", "The database gave no answer; its connection was thrown away.", lookAtServer]],
  ["ECONNREFUSED", unreachable],
  ["EHOSTUNREACH", unreachable],
  ["ENETUNREACH", unreachable],
  [
    "ENOTFOUND",
    ["unreachable", "The host name in DATABASE_URL cannot be resolved.", "Correct it, or the DNS."],
  ],
  ["EAI_AGAIN", ["unreachable", "The host name in DATABASE_URL cannot be resolved now.", "Look at the DNS."]],
  ["ETIMEDOUT", unreachable],
  ["ECONNRESET", cut],
  ["EPIPE", cut],
  ["SELF_SIGNED_CERT_IN_CHAIN", tls],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", tls],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", tls],
  ["CERT_HAS_EXPIRED", tls],
  ["25006", readOnly],
  ["26000", sessionLost],
  ["42P05", sessionLost],
  ["28000", refusedLogin],
  ["28P01", refusedLogin],
  [
    "3D000",
    ["refused", "PostgreSQL has no database of the name in DATABASE_URL.", "Create it, or correct the name."],
  ],
  [
    "42501",
    ["refused", "The database user may not do this.", "Grant it the rights on the schema and its tables."],
  ],
  ["40001", contended],
  ["40P01", contended],
  ["53100", diskFull],
  ["53200", ["memory", "PostgreSQL is out of memory.", "Look at its log and settings."]],
  [
    "53300",
    [
      "out_of_connections",
      "PostgreSQL gives no further connection: the server, the database or the role has as many as it may.",
      "Lower TTI_DATABASE_POOL, or raise the limit that is reached: max_connections, or the CONNECTION LIMIT of the role or the database.",
    ],
  ],
  ["55P03", contended],
  ["57014", ["slow", "The database gave the statement up, because it took too long.", lookAtServer]],
  ["57P01", starting],
  ["57P02", starting],
  ["57P03", starting],
  ["57P05", cut],
  ["25P02", contended],
  ["25P03", cut],
  ["58030", ["disk_error", "PostgreSQL cannot read or write its files.", "Look at its log and its disk."]],
  ["XX001", ["damaged", "PostgreSQL finds its data damaged.", "Look at its log; restore from a backup."]],
  ["XX002", ["damaged", "PostgreSQL finds an index damaged.", "Look at its log; rebuild the index."]],
  [
    "SQLITE_BUSY",
    [
      "contended",
      "Another process held the store's write lock for too long.",
      "Find it: a backup, or a second process.",
    ],
  ],
  ["SQLITE_LOCKED", ["contended", "The store's file is locked.", "Find the process that holds it."]],
  ["SQLITE_FULL", diskFull],
  ["SQLITE_READONLY", unwritable],
  ["SQLITE_PERM", unwritable],
  [
    "SQLITE_CANTOPEN",
    [
      "disk_error",
      "The store's file cannot be opened.",
      "Check TTI_DATA_DIR, and the rights on it and what it holds.",
    ],
  ],
  ["SQLITE_IOERR", ["disk_error", "The store's file cannot be read or written.", "Look at its disk."]],
  ["SQLITE_CORRUPT", damagedFile],
  ["SQLITE_NOTADB", damagedFile],
]);

// Errors that carry no code.
const toldByWords: readonly (readonly [RegExp, Told])[] = [
  [
    /^Knex: Timeout acquiring a connection|resource request timed out/,
    [
      "pool_used_up",
      "Every connection to the store was in use for too long.",
      "If it lasts, look at what the statements wait for; raise TTI_DATABASE_POOL if they are many.",
    ],
  ],
  [/timeout expired|connection timeout|operation timed out/i, unreachable],
  [/Connection terminated|Connection ended|not queryable|Client was closed/i, cut],
  [/server does not support SSL/i, tls],
  [/cached plan must not change result type/, sessionLost],
];

/**
 * Tells trouble of the store from any other failure.
 * @param error what a driver, the pool or the file system threw
 * @param place the file of an embedded store, for the words
 * @returns the error to throw in its stead; undefined if the store is not to blame
 */
export function storeFault(error: unknown, place?: string): StoreUnavailable | undefined {
  if (error instanceof StoreUnavailable) return error;
  if (!(error instanceof Error)) return undefined;
  const found = tellOf(error);
  if (found === undefined) return undefined;
  const [kind, what, fix] = found;
  const told = place === undefined ? what : `${what.slice(0, -1)} (${place}).`;
  return new StoreUnavailable(kind, told, fix, error);
}

function tellOf(error: Error): Told | undefined {
  const code = codeOf(error);
  // Class 08: connection exceptions.
  if (/^08[0-9A-Z]{3}$/.test(code)) return cut;
  const withoutExtension = /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code;
  return told.get(withoutExtension) ?? toldByWords.find(([words]) => words.test(error.message))?.[1];
}

function codeOf(error: Error): string {
  const code: unknown = Reflect.get(error, "code");
  if (typeof code === "string") return code;
  // A host with several addresses, none of which answered.
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error && first !== error ? codeOf(first) : "";
}

/**
 * A driver's error without what it repeats of rows and statements: `detail`, `where` and the like hold values.
 */
export function bareError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error("unknown failure of the store");
  const code = codeOf(error);
  // knex puts the statement before the driver's own words.
  const words = error.message.slice(error.message.lastIndexOf(" - ") + 1).replace(/^- /, "");
  const bare: Error & { code?: string } = new Error(words === "" ? code : words);
  bare.name = error.name;
  if (code !== "") bare.code = code;
  return bare;
}
