// Owns structured logging: one JSON object a line on standard error, each with the id of the request it belongs to.
// Nothing else writes there while the provider serves; what may not be logged is decided in log_redaction.ts.
import { type DestinationStream, destination, type Logger, pino } from "pino";
import { idsNamedIn, redactFields, redactText } from "./log_redaction.ts";
import { currentRequest } from "./request_context.ts";
import { activeSpan, idsOf } from "./tracing/active_span.ts";

/** A structured logger, as pino defines it. */
export type Log = Logger;

/** Levels TTI_LOG_LEVEL may name. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

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
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      // The formatter has made errors plain already; pino's own serializer would say of their causes what it likes.
      serializers: { err: (told: unknown) => told },
      mixin: () => {
        const requestId = currentRequest()?.requestId;
        return { ...(requestId === undefined ? {} : { requestId }), ...idsOf(activeSpan()) };
      },
      hooks: {
        logMethod(args, method) {
          method.apply(this, cleanArguments(args) as typeof args);
        },
      },
    },
    options.stream ?? destination({ dest: 2, sync: true }),
  );
}

// Fields are cleaned by the formatter; here come messages. Without one pino takes the error's own as it is.
function cleanArguments([first, ...rest]: readonly unknown[]): unknown[] {
  const ids = idsNamedIn(typeof first === "string" ? undefined : first);
  const words = rest.map((word) => (typeof word === "string" ? redactText(word, ids) : word));
  if (typeof first === "string") return [redactText(first), ...words];
  const fields = first instanceof Error ? { err: first } : first;
  const error = (fields as { err?: unknown } | null)?.err;
  return words.length === 0 && error instanceof Error
    ? [fields, redactText(error.message, ids)]
    : [fields, ...words];
}

/** A log that writes nothing, for tests and library use. */
export const silentLog: Log = pino({ level: "silent" });

/** What of the process writes to the console, and where it is put instead. */
export interface ConsoleCapture {
  /** Gives the console back. */
  release(): void;
}

/**
 * Puts what libraries write to the console, and Node.js's own warnings, into the log: text between JSON lines is lost
 * to whoever reads the log by machine.
 */
export function captureConsole(log: Log): ConsoleCapture {
  const methods = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
  const before = Object.entries(methods).map(([name, level]) => {
    const original: unknown = Reflect.get(console, name);
    Reflect.set(console, name, (...words: unknown[]) => log[level]({ from: "console" }, plainText(words)));
    return [name, original] as const;
  });
  const listeners = process.listeners("warning");
  const onWarning = (warning: Error & { code?: string }) =>
    log.warn({ from: "node", type: warning.name, code: warning.code }, warning.message);
  process.removeAllListeners("warning");
  process.on("warning", onWarning);
  return {
    release() {
      for (const [name, original] of before) Reflect.set(console, name, original);
      process.off("warning", onWarning);
      for (const listener of listeners) process.on("warning", listener);
    },
  };
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");

function plainText(words: readonly unknown[]): string {
  return words
    .map((word) => (word instanceof Error ? word.message : String(word)))
    .join(" ")
    .replace(colours, "");
}
