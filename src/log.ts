// Owns structured logging: one JSON line an event on standard error, secrets removed by field name.
// Nothing else writes to the log; what may not be logged is listed here and nowhere else.
import { type DestinationStream, destination, type Logger, pino } from "pino";

/** A structured logger, as pino defines it. */
export type Log = Logger;

/** Levels TTI_LOG_LEVEL may name. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

// Field names whose values are credentials or let somebody act as somebody else.
const secretFields = [
  "access_token",
  "accessToken",
  "assertion",
  "authorization",
  "client_assertion",
  "client_secret",
  "clientSecret",
  "code",
  "code_verifier",
  "contextAssertion",
  "cookie",
  "id_token",
  "idToken",
  "id_token_hint",
  "login_challenge",
  "password",
  "refresh_token",
  "refreshToken",
  "secret",
  "secretAccessKey",
  "sessionToken",
  "set-cookie",
  "subject_token",
  "token",
  "verifier",
];

const redactPaths = secretFields.flatMap((field) => {
  const key = /^\w+$/.test(field) ? `.${field}` : `["${field}"]`;
  const top = key.startsWith(".") ? key.slice(1) : key;
  return [top, `*${key}`, `*.*${key}`];
});

/** Where a log is written; standard error unless a test captures it. */
export interface LogOptions {
  level: LogLevel;
  stream?: DestinationStream;
}

/**
 * Opens a log.
 * @param options the level from which lines are written, and the stream (default: standard error)
 */
export function openLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactPaths, censor: "[removed]" },
    },
    options.stream ?? destination({ dest: 2, sync: true }),
  );
}

/** A log that writes nothing, for tests and library use. */
export const silentLog: Log = pino({ level: "silent" });
