// Owns what every operation gets and how it reads its arguments. An operation takes plain arguments, checks
// them, and answers plain results or throws an OperationError; CLI and HTTP API are its faces.
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Database } from "../../db/connect.ts";
import { readMoment } from "../../input/moment.ts";
import { nameRule, readText, type TextRule } from "../../input/text.ts";
import type { Passwords } from "../../provider/accounts/passwords.ts";
import type { Permission } from "../administrators/roles.ts";
import { faultsOf, InputRefused, says } from "./input_faults.ts";
import type { Condition } from "./revision.ts";

/** What the installation decided, as far as acts are warned of that work and yet lead nowhere. */
export interface WarningSettings {
  /** Whether an address opens a tenant only if its domain is proven there. */
  requireVerifiedDomain: boolean;
  /** Private networks that the provider calls, as CIDR ranges. */
  allowNetworks: readonly string[];
}

/** What an operation works with. */
export interface OperationContext {
  db: Database;
  clock: Clock;
  passwords: Passwords;
  /** Who asks, for the audit trail: `cli:<user>`, `client:<client_id>`, `credential:<id>`, `account:<id>`,
   *  `first-start` or `onboarding:<link id>`. */
  actor: string;
  /**
   * Whether who asks may do what needs this permission, as the store says now. Asked in the transaction of the act itself
   * (`db`), for between a request and its act lies time that is the caller's to draw out.
   * @throws OperationError unauthenticated, forbidden, where the face says why not in its own words
   */
  may(permission: Permission, db: Database): boolean | Promise<boolean>;
  /** Settings that what is answered warns by; absent: not known, and nothing is said of them. */
  warnsBy?: WarningSettings;
  /** The one tenant they are bound to, beyond which they see and do nothing; absent: to none. */
  tenantId?: string | undefined;
  /** The organization whose own people ask, in its portal; absent: they are the installation's, or bound as above. */
  inNameOf?: string | undefined;
  /** Is told the answer in the act's own transaction, before that is committed; absent: nobody is. */
  settled?: ((trx: Database, answer: unknown) => Promise<void>) | undefined;
  /** Which state the act is to find, and who is told which it left; absent: whichever, nobody. */
  condition?: Condition;
}

/** A member that is text, by the rules of the edge. */
const textField = (rule: TextRule) =>
  z.string().transform((value, issues) => {
    const read = readText(value, rule);
    if ("text" in read) return read.text;
    issues.addIssue({ code: "custom", message: says(read.fault, visible) });
    return z.NEVER;
  });

const visible = "Write visible characters only, in Unicode, as many as the message says.";

/** A member that is a time, in epoch seconds, by the rules of the edge. */
export const momentField = z.number().transform((value, issues) => {
  const read = readMoment(value);
  if ("seconds" in read) return read.seconds;
  const fix = "Write seconds since 1970-01-01 UTC, as a number.";
  issues.addIssue({ code: "custom", message: says(read.fault, fix) });
  return z.NEVER;
});

/** A name that people read. */
export const displayName = textField(nameRule);

/**
 * Parses an operation's arguments.
 * @throws InputRefused naming every member at fault, what is wrong with its value, and what to do
 */
export function parseArguments<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  // A library's sentences are not ours: what a schema says nothing of itself is put into words in one place.
  const result = schema.safeParse(input, { error: () => "" });
  if (result.success) return result.data;
  throw new InputRefused(faultsOf(result.error.issues, schema, input));
}
