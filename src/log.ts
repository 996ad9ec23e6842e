// Owns structured logging: one JSON object a line on standard error, each with the id of the request it belongs to.
// Nothing else writes there while the provider serves; what may not be logged is decided in log_redaction.ts.
import { format } from "node:util";
import { type DestinationStream, type Logger, pino } from "pino";
import { standardError } from "./log_destination.ts";
import { idsNamedIn, redactAny, redactFields, redactText } from "./log_redaction.ts";
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
  /** Which worker of the instance writes; each of its lines says so. */
  worker?: number;
}

/**
 * Opens a log.
 * @param options the level from which lines are written, and the stream (default: standard error)
 */
export function openLog(options: LogOptions): Log {
  return pino(
    {
      level: options.level,
      base: options.worker === undefined ? null : { worker: options.worker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain already; pino's own serializer would say of their causes what it likes.
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
    options.stream ?? standardError(),
  );
}

// Whoever logs is doing something else: what it hands over may throw when it is looked at, and must not throw there. pino is given
// what is clean and plain already, so that it looks at nothing else.
function cleanArguments([first, ...rest]: readonly unknown[]): unknown[] {
  try {
    const ids = idsNamedIn(typeof first === "string" ? undefined : first);
    const words = rest.map((word) => (typeof word === "string" ? redactText(word, ids) : redactAny(word)));
    if (typeof first === "string") return [redactText(first), ...words];
    if (typeof first !== "object" || first === null) return [redactAny(first), ...words];
    const fields = redactFields(first instanceof Error ? { err: first } : first);
    const { err } = fields as { err?: { message?: unknown } };
    return words.length === 0 && typeof err?.message === "string"
      ? [fields, err.message]
      : [fields, ...words];
  } catch {
    return [{ unreadable: true }, "a line could not be read by the log"];
  }
}

/** A log that writes nothing, for tests and library use. */
export const silentLog: Log = pino({ level: "silent" });

/** What of the process writes to the console, and where it is put instead. */
export interface ConsoleCapture {
  /** Gives the console back. */
  release(): void;
}

const consoleMethods = [
  ...(["log", "info", "dir", "dirxml", "table", "group", "groupCollapsed"] as const).map(
    (name) => [name, "info"] as const,
  ),
  ...(["debug", "warn", "error"] as const).map((name) => [name, name] as const),
  ["trace", "debug"],
] as const;

/**
 * Puts what libraries write to the console, and Node.js's own warnings, into the log: text between JSON lines is lost
 * to whoever reads the log by machine.
 */
export function captureConsole(log: Log): ConsoleCapture {
  const before = consoleMethods.map(([name, level]) => {
    const original: unknown = Reflect.get(console, name);
    Reflect.set(console, name, (...words: unknown[]) => log[level]({ from: "console" }, plainText(words)));
    return [name, original] as const;
  });
  const originalWrite = process.stderr.write;
  // The debug package, and whoever writes to the stream itself; the log's own lines go past it.
  process.stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    for (const line of text.split("\n"))
      if (line.trim() !== "") log.info({ from: "stderr" }, plainText([line]));
    const done = rest.find((one) => typeof one === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  const listeners = process.listeners("warning");
  const onWarning = (warning: Error & { code?: string }) =>
    log.warn({ from: "node", type: warning.name, code: warning.code }, warning.message);
  process.removeAllListeners("warning");
  process.on("warning", onWarning);
  return {
    release() {
      for (const [name, original] of before) Reflect.set(console, name, original);
      process.stderr.write = originalWrite;
      process.off("warning", onWarning);
      for (const listener of listeners) process.on("warning", listener);
    },
  };
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");

// As the console would have printed it. Of an error the message: its stack is of many lines.
function plainText(words: readonly unknown[]): string {
  const plain = words.map((word) => (word instanceof Error ? word.message : word));
  return format(...plain).replace(colours, "");
}
