// Owns what every operation gets and how it reads its arguments. An operation takes plain arguments, checks
// them, and answers plain results or throws an OperationError; CLI and HTTP API are its faces.
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { ApiScope } from "../../grants_and_scopes.ts";
import { readMoment } from "../../input/moment.ts";
import { nameRule, readText, type TextRule } from "../../input/text.ts";
import type { Passwords } from "../../provider/accounts/passwords.ts";

/** What an operation works with. */
export interface OperationContext {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  /** Who asks, for the audit trail: `cli:<user>` or `client:<client_id>`. */
  actor: string;
  /** Whether who asks may do what needs this permission. */
  may(permission: ApiScope): boolean;
}

/** A member that is text, by the rules of the edge. */
const textField = (rule: TextRule) =>
  z.string().transform((value, issues) => {
    const read = readText(value, rule);
    if ("text" in read) return read.text;
    issues.addIssue({ code: "custom", message: read.fault });
    return z.NEVER;
  });

/** A member that is a time, in epoch seconds, by the rules of the edge. */
export const momentField = z.number().transform((value, issues) => {
  const read = readMoment(value);
  if ("seconds" in read) return read.seconds;
  issues.addIssue({ code: "custom", message: read.fault });
  return z.NEVER;
});

/** A name that people read. */
export const displayName = textField(nameRule);

/**
 * Parses an operation's arguments.
 * @throws OperationError invalid_input naming the first field at fault and what is wrong with it
 */
export function parseArguments<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownName = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const field = unknownName ?? issue?.path.join(".") ?? "";
  throw new OperationError("invalid_input", `${field || "The input"}${faultOf(issue)}.`, {
    ...(field === "" ? {} : { field }),
    ...(unknownName === undefined ? {} : { fix: `Remove ${unknownName}, or correct its spelling.` }),
  });
}

function faultOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_value" && issue.values.length > 1)
    return ` is one of ${issue.values.join(", ")}`;
  return `: ${issue?.message ?? "is malformed"}`;
}
