// Owns telling why `tti serve` does not serve: in its log, and from a worker to the process that started it.
import { ConfigError } from "../../config.ts";
import { OperationError } from "../../errors.ts";
import { openLog } from "../../log.ts";
import { describeError } from "../terminal.ts";
import type { FailedStart } from "./messages.ts";

/** Puts into words, as data, why a start failed. */
export function failedStart(error: unknown): FailedStart {
  if (error instanceof WorkerDidNotStart) return error.failure;
  const told = describeError(error);
  const kid: unknown = error instanceof Error ? Reflect.get(error, "kid") : undefined;
  const foreseen = error instanceof OperationError;
  return {
    ...told,
    ...(error instanceof ConfigError ? { field: error.faults[0]?.setting ?? "", faults: error.faults } : {}),
    ...(typeof kid === "string" ? { kid } : {}),
    ...(foreseen || !(error instanceof Error)
      ? {}
      : { err: { type: error.name, message: error.message, stack: error.stack } }),
  };
}

/**
 * Logs it. Whoever starts it without a terminal reads its log by machine, and wants to know there why it does not serve.
 * Whatever TTI_LOG_LEVEL says: it may be what is wrong.
 */
export function logFailedStart({ message, ...told }: FailedStart): void {
  openLog({ level: "fatal" }).fatal({ ...told, code: told.code ?? "internal_error" }, message);
}

/** What a worker told of its start, as an error that is told as if it had been thrown here. */
export class WorkerDidNotStart extends Error {
  readonly failure: FailedStart;
  readonly code: string | undefined;
  readonly field: string | undefined;
  readonly step: string | undefined;
  readonly fix: string | undefined;
  readonly causes: readonly string[] | undefined;

  constructor(failure: FailedStart) {
    const { message, because, code, field, step, fix, causes } = failure;
    super(message, because === undefined ? undefined : { cause: new Error(because) });
    this.failure = failure;
    this.code = code;
    this.field = field;
    this.step = step;
    this.fix = fix;
    this.causes = causes;
  }
}
