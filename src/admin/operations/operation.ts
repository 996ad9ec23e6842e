// Owns what every operation gets and how it reads its arguments. An operation takes plain arguments, checks
// them, and answers plain results or throws an OperationError; CLI, HTTP API and console are its faces.
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { OperationError } from "../../errors.ts";
import type { Passwords } from "../../provider/accounts/passwords.ts";

/** What an operation works with. */
export interface OperationContext {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  /** Who asks, for the audit trail: `cli:<user>` or `client:<client_id>`. */
  actor: string;
}

/** A name that people read. Control characters and reversed writing would let it pose as another. */
export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, "holds control characters");

/** A list's page, as every list operation takes it. */
export const pageSchema = z.strictObject({
  limit: z.int().min(1).max(9999).optional(),
  afterId: z.string().max(300).optional(),
});

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
  throw new OperationError("invalid_input", `${field || "The input"}: ${issue?.message ?? "is malformed"}.`, {
    ...(field === "" ? {} : { field }),
    ...(unknownName === undefined ? {} : { fix: `Remove ${unknownName}, or correct its spelling.` }),
  });
}
